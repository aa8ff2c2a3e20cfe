"""Killed at any step, the next run comes to the same end as one that was not disturbed, and nothing is sent twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from tests.ejv_factory import NOW, Batch, EjvBooks, JournalPair, example_batch, example_books
from tests.forked_runs import ForkedRuns
from tests.storage_fixtures import object_store_settings
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

STATEMENTS = (
    "create_staged", "resolve_journals", "settle_links", "settle_invoices", "settle_references", "write_receipts",
    "settle_partial_refunds", "write_payments", "stop_gl", "settle_headers", "settle_batch", "record_lines",
)  # fmt: skip
APPLY = ["after register", *(f"after {name}" for name in STATEMENTS[1:]), "after batch applied", "before file state",
         "after file state"]  # fmt: skip
STEPS = ("intended 1 send data file", "answered 1 send data file", "intended 2 send trigger",
         "answered 2 send trigger", "before closing", "after closing")  # fmt: skip
SECOND = Batch(5000, journals=[(9900, [JournalPair("7700001", "12.00")])])
NAME = "FEEDBACK.F3535.20261117214512"
undisturbed: list[list[Any]] = []

RUNS = ForkedRuns("tests.feedback_process")
pytestmark = pytest.mark.slow


@dataclass
class Killer:
    """Carries out runs that kill themselves."""

    office: FeedbackOffice

    def run(self, kill_at: str, **arguments: Any) -> None:
        """Run the job until it kills itself at a step."""
        place, store = self.office.place.values, object_store_settings()
        ended = RUNS.order(
            database=self.office.books.database.engine.url.render_as_string(hide_password=False).replace(
                "+psycopg2", ""
            ),
            sftp={name: _plain(value) for name, value in place.items()} | {"settle_seconds": 0},
            store={
                "endpoint": store.endpoint,
                "access_key": store.access_key.get_secret_value(),
                "secret_key": store.secret_key.get_secret_value(),
                "bucket": store.bucket,
                "secure": False,
            },
            arguments=arguments,
            kill_at=kill_at,
        )
        assert ended.was_killed


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


@pytest.fixture
def killer(office: FeedbackOffice) -> Killer:
    return Killer(office)


def given_two_batches(books: EjvBooks) -> None:
    example_books(books)
    account = books.account()
    books.batch(5000, name="INBOX.F3535.20261118040109", created_on=datetime(2026, 11, 13, 4, 1))
    books.invoice(account, 7700001, "12.00")
    books.journal(5000, 9900, [("invoice", 7700001)], payment_account_id=account)


def final_state(books: EjvBooks) -> list[Any]:
    """Return what is there in the end, without ids and times that differ from run to run."""
    return [
        books.rows("SELECT id, disbursement_status_code, feedback_file_ref FROM ejv_files ORDER BY id"),
        books.rows("SELECT id, disbursement_status_code FROM ejv_headers ORDER BY id"),
        books.rows("SELECT link_id, disbursement_status_code FROM ejv_links ORDER BY id"),
        books.rows("SELECT id, invoice_status_code, paid, payment_date, refund_date FROM invoices ORDER BY id"),
        books.rows("SELECT invoice_id, status_code FROM invoice_references ORDER BY invoice_id"),
        books.rows("SELECT invoice_id, receipt_number, receipt_amount FROM receipts ORDER BY invoice_id"),
        books.rows("SELECT receipt_number, paid_amount FROM payments ORDER BY receipt_number"),
        books.rows("SELECT status, gl_posted FROM refunds_partial"),
        books.rows("SELECT batch_number, state FROM pay_jobs.feedback_batches ORDER BY ordinal"),
        books.rows("SELECT line, outcome FROM pay_jobs.feedback_lines ORDER BY line"),
        books.rows("SELECT name, state FROM pay_jobs.inbound_files"),
        books.one("SELECT count(*) FROM pay_jobs.cgi_mentions"),
        books.one("SELECT count(*) FROM pay_jobs.outbox"),
    ]


@pytest.mark.parametrize("kill_at", APPLY)
def test_feedback_killed_while_it_is_applied_is_finished_by_the_next_run(kill_at: str, killer: Killer) -> None:
    if not undisturbed:
        undisturbed.append(end_of(killer, None))
    assert end_of(killer, kill_at) == undisturbed[0]
    assert undisturbed[0][8] == [(4321, "applied"), (5000, "applied")]


def end_of(killer: Killer, kill_at: str | None) -> list[Any]:
    """Let feedback on two batches come, kill the first run if asked to, and return what the next run comes to."""
    office = killer.office
    office.books.empty()
    office.place.emptied()
    given_two_batches(office.books)
    office.place.put(NAME, example_batch().feedback({12: "2099 GL SEGMENT REJECTED"}) + SECOND.feedback())
    if kill_at is not None:
        killer.run(kill_at)
    office.run()
    return final_state(office.books)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("how", ["by the next poll", "by the same command"])
def test_a_resubmission_that_was_killed_is_finished_and_nothing_goes_twice(step: str, how: str, killer: Killer) -> None:
    office = killer.office
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    killer.run(step, resubmit=5000, reason="ticket 4711")
    [(name,)] = office.books.rows("SELECT plan ->> 'new_name' FROM pay_jobs.operations")
    if how == "by the next poll":
        office.run()
    elif step != "after closing":
        office.run(resubmit=5000, reason="ticket 4711")
    assert office.place.uploaded() == [name, f"{name}.TRG"]
    assert (office.place.upload / name).read_bytes() == SECOND.inbox()
    assert office.books.rows("SELECT plan ->> 'new_name', state FROM pay_jobs.operations") == [(name, "done")]


@pytest.mark.parametrize("taken", ["both files", "the data file"])
def test_a_trigger_is_not_sent_again_once_cgi_has_taken_its_data_file(taken: str, killer: Killer) -> None:
    office = killer.office
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    killer.run("answered 2 send trigger", resubmit=5000, reason="ticket 4711")
    for name in office.place.uploaded():
        if taken == "both files" or not name.endswith(".TRG"):
            (office.place.upload / name).unlink()
    before = office.place.uploaded()
    office.run()
    assert office.place.uploaded() == before
    assert office.books.rows("SELECT state FROM pay_jobs.operations") == [("done",)]


def test_a_resubmission_whose_answer_came_before_the_trigger_is_given_up(killer: Killer) -> None:
    office = killer.office
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    killer.run("answered 1 send data file", resubmit=5000, reason="ticket 4711")
    office.apply(SECOND.feedback())
    outcome = office.run()
    assert office.place.uploaded() == []
    assert "resubmission not finished" in [reject.reason for reject in outcome.rejects]


@pytest.mark.parametrize("meanwhile", ["its answer waits in the directory", "its day is over"])
def test_a_resubmission_that_was_overtaken_is_given_up_by_the_next_poll(meanwhile: str, killer: Killer) -> None:
    office = killer.office
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    killer.run("answered 1 send data file", resubmit=5000, reason="ticket 4711")
    is_answered = meanwhile.startswith("its answer")
    if is_answered:
        office.place.put(NAME, SECOND.feedback())
    office.run(at=None if is_answered else NOW + timedelta(days=1))
    assert office.place.uploaded() == []
    assert office.books.one("SELECT state FROM pay_jobs.operations") == "dropped"
    status = office.books.one("SELECT invoice_status_code FROM invoices WHERE id = 7700001")
    assert status == ("PAID" if is_answered else "APPROVED")


@pytest.mark.parametrize("kill_at", ["after release_references", "after void_links", "after void_batch"])
def test_a_rebuild_that_was_killed_has_changed_nothing(kill_at: str, killer: Killer) -> None:
    books = killer.office.books
    given_two_batches(books)
    before = final_state(books)
    killer.run(kill_at, rebuild=5000, reason="ticket 4711")
    assert final_state(books) == before
    killer.office.run(rebuild=5000, reason="ticket 4711")
    assert books.one("SELECT disbursement_status_code FROM ejv_files WHERE id = 5000") == "ERRORED"
