"""What is outstanding: state, age, what is stuck in it, and the next step; and the search in stored files."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.errors import InputRefused
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tools.ejv import OUTSTANDING

INBOX = "INBOX.F3535.20261118040107"
FEEDBACK = "FEEDBACK.F3535.20261117214512"
BATCH = Batch(
    100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("7600001-PR-55", "5.00", is_reversal=True)])]
)
WEDNESDAY_MORNING = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
THURSDAY = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)
TYPED = "python3 invoke_jobs.py"


def given_batch(books: EjvBooks, **more: Any) -> None:
    account = books.account()
    books.batch(100, name=INBOX, **more)
    books.invoice(account, 1001, "30.00")
    books.invoice(account, 7600001, "40.00", "PAID")
    books.partial_refund(55, 7600001, "5.00")
    books.journal(100, 10, [("invoice", 1001), ("partial_refund", 55)], payment_account_id=account)


def shown(office: FeedbackOffice, at: datetime) -> dict[str, Any]:
    outcome = office.run(outstanding=True, at=at)
    [table] = outcome.tables
    [row] = table.records()
    return row | {"exit": outcome.exit_code}


@pytest.mark.parametrize(
    ("at", "age", "code", "command"),
    [
        (WEDNESDAY_MORNING, 0, 0, ""),
        (THURSDAY, 1, 3, f"{TYPED} ejv search 100"),
        (FRIDAY, 2, 3, f'{TYPED} ejv resubmit 100 --reason "..."'),
        (DECEMBER, 10, 3, f'{TYPED} ejv rebuild 100 --reason "..."'),
    ],
)
def test_a_batch_without_an_answer_grows_urgent(
    at: datetime, age: int, code: int, command: str, office: FeedbackOffice
) -> None:
    given_batch(office.books)
    row = shown(office, at)
    assert (row["state"], row["age"], row["exit"], row["command"]) == ("uploaded", age, code, command)
    assert (row["open"], str(row["amount"])) == (2, "35.00")


@pytest.mark.parametrize(
    ("ack", "words"), [(None, "Ask CAS whether it was received."), ("ACK.1", "ask CAS what became of it.")]
)
def test_the_next_action_says_what_to_ask_cas(ack: str | None, words: str, office: FeedbackOffice) -> None:
    given_batch(office.books, ack_file_ref=ack)
    assert words in shown(office, FRIDAY)["next"]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"disbursement_status_code": "ACKNOWLEDGED", "ack_file_ref": "ACK.1"}, "acknowledged"),
        ({"feedback_file_ref": FEEDBACK}, "half applied"),
        ({"disbursement_status_code": "COMPLETED", "feedback_file_ref": FEEDBACK}, "half applied"),
        ({"disbursement_status_code": "ERRORED", "feedback_file_ref": FEEDBACK}, "errored, half applied"),
    ],
)
def test_the_state_follows_from_file_and_links(changes: dict[str, Any], state: str, office: FeedbackOffice) -> None:
    given_batch(office.books, **changes)
    assert shown(office, THURSDAY)["state"] == state


def test_what_an_applied_answer_left_out_can_only_be_rebuilt(office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.apply(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]).feedback())
    row = shown(office, THURSDAY)
    assert (row["state"], row["open"], str(row["amount"]), row["exit"]) == ("half applied", 1, "5.00", 3)
    assert row["command"] == f'{TYPED} ejv rebuild 100 --reason "..."'


def test_feedback_that_is_stored_and_not_applied_is_named_with_its_command(office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.apply(BATCH.feedback()[:-30])
    row = shown(office, WEDNESDAY_MORNING)
    assert (row["state"], row["exit"]) == ("feedback stored, not applied", 3)
    assert row["next"].endswith("ask CAS to send it again; or apply what can be read:")
    assert row["command"] == f'{TYPED} EJV_FEEDBACK_CHECK --despite-faults --file {FEEDBACK} --reason "..."'


def test_the_command_beside_damaged_feedback_takes_it_on_rather_than_hold_it_again(office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.take_in(BATCH.feedback()[:-30])
    told = shown(office, WEDNESDAY_MORNING)["command"]
    with pytest.raises(InputRefused) as refused:
        office.run(rebuild=100, reason="ticket 4711")

    asked_first = f"ask CAS to send it again; or apply what can be read: {told.removeprefix(f'{TYPED} ')}"
    assert asked_first in str(refused.value)
    office.run(file=FEEDBACK, despite_faults=True, reason="ticket 4711: CAS agrees")
    assert office.states() == [(FEEDBACK, "applied")]


def test_what_was_sent_again_last_is_what_waits(office: FeedbackOffice) -> None:
    books = office.books
    given_batch(books)
    for subject, kind, state, name in (
        ("batch 100", "resubmission", "done", "FIRST"),
        ("batch 100", "resubmission", "done", "SECOND"),
        ("batch 100", "resubmission", "dropped", "GIVEN UP"),
        ("batch 100", "rebuild", "done", "REBUILT"),
        ("batch 101", "resubmission", "done", "OTHER"),
    ):
        plan = json.dumps({"new_name": name, "begun_on": WEDNESDAY_MORNING.isoformat()})
        books.add("pay_jobs.operations", kind=kind, subject=subject, state=state, plan=plan, command="x")
    row = shown(office, THURSDAY)
    assert (row["sent as"], row["state"], row["age"]) == ("SECOND", "resubmitted, uploaded", 1)


def test_answered_batches_are_shown_for_two_days_and_are_not_urgent(office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.apply(BATCH.feedback())
    row = shown(office, FRIDAY)
    assert (row["state"], row["open"], row["exit"]) == ("completed", 0, 0)
    later = office.run(outstanding=True, at=FRIDAY + timedelta(seconds=1))
    assert (later.answer, later.tables[0].rows) == ("No batch is without an answer.", [])


def test_what_waits_is_shown_before_what_was_answered_the_oldest_first(office: FeedbackOffice) -> None:
    """A terminal shows the first rows of a table."""
    given_batch(office.books)
    office.apply(BATCH.feedback())
    for number, day in ((101, 20), (102, 19)):
        office.books.batch(number, name=f"INBOX.{number}", created_on=datetime(2026, 11, day, 4))
    [table] = office.run(outstanding=True, at=FRIDAY).tables
    assert [row["batch"] for row in table.records()] == [102, 101, 100]


def test_what_is_stuck_in_an_ap_batch_is_known_from_its_inbox_file(office: FeedbackOffice) -> None:
    office.books.batch(100, "REFUND", INBOX)
    office.sent(Batch(100, "AP", items=[Item("206000010", "12.25"), Item("206000028", "40.00")]), INBOX)
    assert office.run(at=THURSDAY).counts["files_indexed"] == 1
    row = shown(office, THURSDAY)
    assert (row["open"], str(row["amount"]), row["state"]) == (2, "52.25", "uploaded")


@pytest.mark.parametrize(("stored", "indexed"), [(1, 0), (2, 1), (201, 1)])
def test_a_run_looks_for_the_inbox_files_of_the_two_hundred_last_batches(
    stored: int, indexed: int, office: FeedbackOffice
) -> None:
    office.books.change(
        "INSERT INTO ejv_files (id, file_type, file_ref, disbursement_status_code, created_on)"
        " SELECT n, 'REFUND', 'INBOX.' || n, 'UPLOADED', :at FROM generate_series(1, 201) AS n",
        at=WEDNESDAY_MORNING.replace(tzinfo=None),
    )
    office.sent(Batch(stored, "AP", items=[Item("206000010", "12.25")]), f"INBOX.{stored}")
    assert office.run(at=THURSDAY).counts["files_indexed"] == indexed


@pytest.mark.parametrize(
    ("number", "files"),
    [
        ("1001", ["INBOX", "INBOX", "FEEDBACK", "FEEDBACK"]),
        ("7600001-PR-55", ["INBOX", "INBOX", "FEEDBACK", "FEEDBACK"]),
        ("55", ["INBOX", "INBOX", "FEEDBACK", "FEEDBACK"]),
        ("100", ["INBOX", "INBOX", "FEEDBACK", "FEEDBACK"]),
        ("000000100", ["INBOX", "INBOX", "FEEDBACK", "FEEDBACK"]),
        ("FI00000010", ["INBOX", "FEEDBACK"]),
        ("4711", []),
    ],
)
def test_a_number_is_found_in_inbox_and_feedback_files(number: str, files: list[str], office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.sent(BATCH, INBOX)
    office.place.put(FEEDBACK, BATCH.feedback({5: "1117 INVALID DISTRIBUTION"}))
    office.run()
    outcome = office.run(search=(number,))
    rows = [row for table in outcome.tables for row in table.records()]
    assert sorted(row["file"].partition(".")[0] for row in rows) == sorted(files)
    assert all(row["batch"] == 100 for row in rows)


def test_the_search_shows_what_each_file_says_and_what_we_made_of_it(office: FeedbackOffice) -> None:
    given_batch(office.books)
    office.sent(BATCH, INBOX)
    office.place.put(FEEDBACK, BATCH.feedback({5: "1117 INVALID DISTRIBUTION"}))
    office.run()
    [table] = office.run(search=("1001",)).tables
    assert [(row["what"], row["says"], row["outcome"]) for row in table.records()] == [
        ("JD credit 1001", "accepted", "applied"),
        ("JD debit 1001", "refused: 1117 INVALID DISTRIBUTION", "applied"),
        ("JD credit 1001", "sent", None),
        ("JD debit 1001", "sent", None),
    ]


def test_older_objects_are_indexed_on_request_and_can_be_applied_by_name(office: FeedbackOffice) -> None:
    """Files that lie in the bucket since before this job, as the reference left them."""
    given_batch(office.books)
    office.store.put(f"cgi_feedback/{FEEDBACK}", [BATCH.feedback()])
    office.store.put("cgi_feedback/A.txt", [b"of no use here"])
    assert "not found in any indexed file" in office.run(search=("1001",)).notes[0]
    assert office.run(index=True).counts["files_indexed"] == 1
    assert office.run(search=("1001",)).counts["lines_found"] == 2
    assert shown(office, THURSDAY)["command"] == f"{TYPED} EJV_FEEDBACK_CHECK --file {FEEDBACK}"
    office.run(file=FEEDBACK)
    assert office.books.one("SELECT invoice_status_code FROM invoices WHERE id = 1001") == "PAID"
    assert office.run(index=True).counts["files_indexed"] == 0, "the copy was indexed when it came in"


def test_the_overview_asks_for_the_settings_it_reads() -> None:
    """A tool is handed the settings that it names, and no others."""
    assert OUTSTANDING.needs == ("CgiSettings",)
