"""Killed at any step, the next run comes to the same end as one that was not disturbed, and nothing is sent twice."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tasks.ejv_feedback_check.sending import STEPS
from tests.ejv_factory import Batch, EjvBooks, Pair, example_batch, example_books
from tests.storage_fixtures import object_store_settings
from tests.tasks.ejv_feedback_check.conftest import Office

ROOT = Path(__file__).resolve().parents[3]
STATEMENTS = (
    "create_staged", "resolve_journals", "settle_links", "settle_invoices", "settle_references", "write_receipts",
    "settle_partial_refunds", "write_payments", "stop_account_gl", "settle_headers", "settle_batch", "record_lines",
)  # fmt: skip
APPLY = ["after register", *(f"after {name}" for name in STATEMENTS[1:]), "after batch applied", "before file state",
         "after file state"]  # fmt: skip
SECOND = Batch(5000, journals=[(9900, [Pair("7700001", "12.00")])])
NAME = "FEEDBACK.F3535.20261117214512"
undisturbed: list[list[Any]] = []

pytestmark = pytest.mark.slow


def run_and_kill(office: Office, kill_at: str, **arguments: Any) -> None:
    """Run the job in a process that kills itself."""
    values = {name: str(value) for name, value in office.place.values.items() if name != "password"}
    store = object_store_settings()
    wanted = {
        "database": office.books.database.engine.url.render_as_string(hide_password=False).replace("+psycopg2", ""),
        "sftp": values | {"password": office.place.values["password"].get_secret_value(), "settle_seconds": 0},
        "store": {
            "endpoint": store.endpoint,
            "access_key": store.access_key.get_secret_value(),
            "secret_key": store.secret_key.get_secret_value(),
            "bucket": store.bucket,
            "secure": False,
        },
        "arguments": arguments,
        "kill_at": kill_at,
    }
    command = [sys.executable, "-m", "tests.feedback_process", json.dumps(wanted)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL, f"it was not killed: {ended.stderr[-2000:]}"


def given_two_batches(books: EjvBooks) -> None:
    example_books(books)
    account = books.account()
    books.batch(5000, name="INBOX.F3535.20261118040109")
    books.invoice(account, 7700001, "12.00")
    books.journal(5000, 9900, [("invoice", 7700001)], payment_account_id=account)


def final_state(books: EjvBooks) -> list[Any]:
    """Give what is there in the end, without ids and times that differ from run to run."""
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
def test_feedback_killed_while_it_is_applied_is_finished_by_the_next_run(kill_at: str, office: Office) -> None:
    if not undisturbed:
        undisturbed.append(end_of(office, None))
    assert end_of(office, kill_at) == undisturbed[0]
    assert undisturbed[0][8] == [(4321, "applied"), (5000, "applied")]


def end_of(office: Office, kill_at: str | None) -> list[Any]:
    """Let feedback on two batches come, kill the first run if asked to, and give what the next run comes to."""
    office.books.empty()
    office.place.emptied()
    given_two_batches(office.books)
    office.place.put(NAME, example_batch().feedback({12: "2099 GL SEGMENT REJECTED"}) + SECOND.feedback())
    if kill_at is not None:
        run_and_kill(office, kill_at)
    office.run()
    return final_state(office.books)


@pytest.mark.parametrize("step", [f"sent {step}" for step in STEPS])
@pytest.mark.parametrize("how", ["by the next poll", "by the same command"])
def test_a_resubmission_that_was_killed_is_finished_and_nothing_goes_twice(step: str, how: str, office: Office) -> None:
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    run_and_kill(office, step, resubmit=5000, reason="ticket 4711")
    [name] = [name for name in office.place.uploaded() if not name.endswith((".TRG", ".part"))]
    if how == "by the next poll":
        office.run()
    elif step != "sent done":
        office.run(resubmit=5000, reason="ticket 4711")
    assert office.place.uploaded() == [name, f"{name}.TRG"]
    assert (office.place.upload / name).read_bytes() == SECOND.inbox()
    assert office.books.rows("SELECT new_name, state FROM pay_jobs.resubmissions") == [(name, "done")]


@pytest.mark.parametrize("taken", ["both files", "the trigger"])
def test_a_trigger_that_cgi_has_taken_is_not_sent_again(taken: str, office: Office) -> None:
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    run_and_kill(office, "sent trigger", resubmit=5000, reason="ticket 4711")
    for name in office.place.uploaded():
        if taken == "both files" or not name.endswith(".TRG"):
            (office.place.upload / name).unlink()
    before = office.place.uploaded()
    office.run()
    assert office.place.uploaded() == before
    assert office.books.rows("SELECT state FROM pay_jobs.resubmissions") == [("done",)]


def test_a_resubmission_whose_answer_came_before_the_trigger_is_given_up(office: Office) -> None:
    given_two_batches(office.books)
    office.sent(SECOND, "INBOX.F3535.20261118040109")
    run_and_kill(office, "sent data", resubmit=5000, reason="ticket 4711")
    office.apply(SECOND.feedback())
    outcome = office.run()
    assert office.place.uploaded() == []
    assert "not sent again" in [reject.reason for reject in outcome.rejects]
