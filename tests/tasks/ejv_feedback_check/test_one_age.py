"""A batch has one age: the overview, the alarm and the diagnosis count the same business days."""

from datetime import UTC, datetime

import pytest

from config.schedule import read_schedule
from diagnosis.diagnose_invoices import diagnose_invoices
from diagnosis.read_evidence import read_invoices
from jobs.watch.check_files import judge_answers
from tasks.ejv_feedback_check.awaited_feedback import without_feedback
from tests.ejv_factory import SENT
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

TUESDAY_EVENING = SENT.replace(tzinfo=UTC)  # 20:01 in Vancouver


@pytest.mark.parametrize("resent", [False, True], ids=["sent once", "sent again"])
@pytest.mark.parametrize(
    ("now", "age"),
    [
        (datetime(2026, 11, 19, 4, 1, tzinfo=UTC), 0),
        (datetime(2026, 11, 19, 4, 2, tzinfo=UTC), 1),
        (datetime(2026, 11, 20, 4, 1, tzinfo=UTC), 1),
        (datetime(2026, 11, 20, 4, 2, tzinfo=UTC), 2),
        (datetime(2026, 11, 23, 18, 0, tzinfo=UTC), 3),
    ],
    ids=str,
)
def test_overview_alarm_and_diagnosis_agree(office: FeedbackOffice, now: datetime, age: int, resent: bool) -> None:
    books = office.books
    sent = datetime(2026, 11, 10, 4, 1, 7) if resent else SENT
    books.batch(100, created_on=sent)
    books.invoice(books.account(), 1001, "30.00")
    books.journal(100, 10, [("invoice", 1001)])
    if resent:
        books.add(
            "pay_jobs.operations", kind="resubmission", subject="batch 100", state="done", reason="ticket", command="-",
            plan=f'{{"new_name": "X", "begun_on": "{TUESDAY_EVENING.isoformat()}"}}',
        )  # fmt: skip
    books.clock = lambda: now

    [overview] = office.run(outstanding=True).tables
    [row] = overview.records()
    probes = {"the feedback of CGI": without_feedback}
    with books.database.engine.connect() as connection:
        alarms = [one.detail for one in judge_answers(connection, read_schedule().answers, probes, now=now)]
    with books.database.begin() as session:
        [invoice] = read_invoices(session, [1001])
    [(_, diagnosis)] = diagnose_invoices(books.context(office.settings()), [invoice]).diagnosed

    assert row["age"] == age
    assert [said.rpartition("waits for ")[2] for said in alarms] == (
        [f"{age} business day{'s'[: age > 1]}"] if age else []
    )
    assert diagnosis.code == ("J9" if age >= 2 else "J7")
