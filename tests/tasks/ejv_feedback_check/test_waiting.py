"""What waits: files for their turn, batches for their answers, and what speaks against sending one again."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from config.errors import UsageError
from config.settings import CgiSettings
from connectors.sftp import RemoteFile
from tasks.ejv_feedback_check.batches_in_file import BatchesInFile
from tasks.ejv_feedback_check.file_index import FEEDBACK, register_batches
from tasks.ejv_feedback_check.file_names import (
    feeder_of,
    fresh_inbox_names,
    inbox_names_in,
    is_ack,
    is_feedback,
    may_be_feedback,
)
from tasks.ejv_feedback_check.file_queue import waiting_files
from tasks.ejv_feedback_check.outstanding import check_outstanding
from tasks.ejv_feedback_check.resend_guards import (
    SentBatch,
    ServerListing,
    answer_due,
    answers_archived,
    answers_stored,
    lock_sent_batch,
)
from tests.ejv_factory import NOW, SENT, Batch, EjvBooks

CGI = CgiSettings()
BATCH = SentBatch(100, "PAYMENT", "INBOX", "UPLOADED", None, None, SENT, {})


def taken(books: EjvBooks, name: str, state: str = "received", **more: Any) -> int:
    return books.add("pay_jobs.inbound_files", source="CGI", name=name, sha256=sha256(name.encode()).hexdigest(),
                     size_bytes=1, state=state, received_on=NOW, **more)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "feedback", "may_be", "ack"),
    [
        ("FEEDBACK.F3535.20261117214512", True, True, False),
        ("feedback.f3535", True, True, False),
        ("OLD-FEEDBACK.F3535", False, True, False),
        ("ACK.FEEDBACK.F3535", False, False, True),
        ("ack.F3535", False, False, True),
        ("INBOX.F3535.20261117214512", False, False, False),
    ],
)
def test_what_a_file_may_be_is_told_by_its_name(name: str, feedback: bool, may_be: bool, ack: bool) -> None:
    assert (is_feedback(CGI, name), may_be_feedback(CGI, name), is_ack(CGI, name)) == (feedback, may_be, ack)


def test_names_have_a_feeder_and_a_stamp() -> None:
    assert (feeder_of("INBOX.F3535.20261118040107"), feeder_of("INBOX")) == ("3535", None)
    said = "ACK of INBOX.F3535.20261118040107 and F1111.20261118040108, not F1111.202611180401089"
    assert inbox_names_in(CGI, said) == {"INBOX.F3535.20261118040107", "INBOX.F1111.20261118040108"}
    names = fresh_inbox_names(CGI, "3535", datetime(2026, 11, 22, 7, 59, 59, tzinfo=UTC))  # Saturday night in Victoria
    assert [next(names) for _ in range(3)] == [f"INBOX.F3535.20261123{time}" for time in ("005959", "010000", "010001")]


def test_files_wait_that_came_and_acks_of_which_nothing_is_noted(books: EjvBooks) -> None:
    for name, state, details in (
        ("FEEDBACK.A", "received", "{}"),
        ("ACK.A", "received", "{}"),
        ("OTHER.A", "received", "{}"),
        ("FEEDBACK.B", "known", "{}"),
        ("ACK.B", "known", "{}"),
        ("ACK.C", "known", '{"acknowledged": []}'),
        ("FEEDBACK.C", "applied", "{}"),
    ):
        taken(books, name, state, details=details)
    with books.database.begin() as session:
        queue = waiting_files(session, settings=CGI)
    assert sorted(file.name for file in queue.ready) == ["ACK.A", "ACK.B", "FEEDBACK.A"]


@pytest.mark.parametrize(("count", "more"), [(1, ""), (2, ""), (3, "; and 1 more"), (4, "; and 2 more")])
def test_three_faults_of_a_batch_are_kept_with_how_many_more_there_are(count: int, more: str, books: EjvBooks) -> None:
    contents = BatchesInFile()
    content = Batch(100).feedback().split(b"\n")[0] + b"\nGIXX" * count
    for _ in contents.read(map(FEEDBACK._line, enumerate(content.split(b"\n"), 1))):
        pass
    with books.database.begin() as session:
        register_batches(session, taken(books, "FEEDBACK.A"), contents, run_id=None)
    unknown = "it begins with 'GIXX', which is not a known record type"
    faults = [f"line {n}: {unknown}" for n in range(2, count + 2)]
    faults.append(f"line {count + 1}: the batch has no BT line: the file ends at line {count + 1}")
    assert books.one("SELECT state, reason FROM pay_jobs.feedback_batches") == ("held", "; ".join(faults[:3]) + more)


def test_each_batch_is_told_with_its_age_what_is_stuck_in_it_and_what_to_type(books: EjvBooks) -> None:
    account = books.account()
    thursday = datetime(2026, 11, 19, 16, 0, tzinfo=UTC)
    books.clock = lambda: thursday
    for number, status, sent, links in (
        (100, "UPLOADED", datetime(2026, 11, 19, 4), 1),
        (101, "UPLOADED", SENT, 2),
        (102, "ERRORED", datetime(2026, 11, 18, 20), 1),
        (103, "COMPLETED", SENT, 0),
    ):
        books.batch(number, name=f"INBOX.{number}", disbursement_status_code=status, created_on=sent,
                    completed_on=datetime(2026, 11, 19))  # fmt: skip
        books.journal(number, number, [("invoice", number * 10 + n) for n in range(links)])
        for n in range(links):
            books.invoice(account, number * 10 + n, "30.00")
    books.batch(104, "REFUND", name="INBOX.104", created_on=SENT)
    outcome = check_outstanding(books.context())
    [table] = outcome.tables
    shown = [
        tuple(row[name] for name in ("batch", "state", "age", "open", "amount", "sent as")) for row in table.records()
    ]
    assert sorted(shown) == [
        (100, "uploaded", 0, 1, Decimal("30.00"), "INBOX.100"),
        (101, "uploaded", 1, 2, Decimal("60.00"), "INBOX.101"),
        (102, "errored, half applied", 0, 1, Decimal("30.00"), "INBOX.102"),
        (103, "completed", None, 0, Decimal(0), "INBOX.103"),
        (104, "uploaded", 1, 0, None, "INBOX.104"),
    ]
    assert [(one.where, one.reason, one.detail.partition(". ")[0], one.amount) for one in outcome.rejects] == [
        ("batch 101 (PAYMENT, INBOX.101)", "uploaded, 1 business day", "2 items, 60.00 CAD", Decimal("60.00")),
        ("batch 104 (REFUND, INBOX.104)", "uploaded, 1 business day", "0 items, ? CAD", None),
        ("batch 102 (PAYMENT, INBOX.102)", "errored, half applied, 0 business days", "1 item, 30.00 CAD",
         Decimal("30.00")),
    ]  # fmt: skip
    assert outcome.rejects[0].command == "python3 invoke_jobs.py ejv search 101"
    assert (outcome.counts["batches_outstanding"], outcome.counts["batches_overdue"]) == (4, 2)
    assert outcome.answer == "4 batches are without an answer, 2 overdue."


def test_a_batch_is_locked_with_its_links_counted_by_status(books: EjvBooks) -> None:
    books.batch(100, name="INBOX.A")
    books.batch(101)
    books.journal(100, 10, [("invoice", 1), ("invoice", 2)])
    with books.database.begin() as session:
        found = lock_sent_batch(session, 100)
        assert (found.id, found.file_ref) == (100, "INBOX.A")
        assert {status: number for status, (number, _) in found.links.items()} == {"UPLOADED": 2}
        with pytest.raises(UsageError, match=r"^There is no batch 99 in ejv_files"):
            lock_sent_batch(session, 99)


@pytest.mark.parametrize(
    ("sent", "is_due"), [(datetime(2026, 11, 17, 16, 1), False), (datetime(2026, 11, 17, 16, 0), True)]
)
def test_an_answer_is_late_once_a_whole_business_day_has_passed(sent: datetime, is_due: bool, books: EjvBooks) -> None:
    books.batch(100, created_on=sent)
    with books.database.begin() as session:
        told = answer_due(session, 100, NOW)
    assert bool(told) != is_due
    assert is_due or told[0].startswith("it was sent 2026-11-17 09:01, less than a business day ago")


def test_feedback_in_the_backup_directory_counts_from_a_day_before_the_batch_was_sent(books: EjvBooks) -> None:
    first = int((SENT.replace(tzinfo=UTC) - timedelta(days=1)).timestamp())
    taken(books, "FEEDBACK.KNOWN")
    names = {"FEEDBACK.NEW": first, "FEEDBACK.OLD": first - 1, "FEEDBACK.KNOWN": first, "FEEDBACK.NEW.trg": first}
    there = [RemoteFile(name, 1, modified, is_regular=True) for name, modified in names.items()]
    with books.database.begin() as session:
        [told] = answers_archived(session, BATCH, ServerListing([], there), CGI)
        assert told.startswith("FEEDBACK.NEW lie in the backup directory")
        assert answers_archived(session, BATCH, ServerListing(there, there[1:]), CGI) == []


def test_stored_feedback_is_told_once_and_not_where_the_directory_is_looked_at(books: EjvBooks) -> None:
    about_it = taken(books, "FEEDBACK.A", "failed")
    books.add("pay_jobs.feedback_batches", file_id=about_it, ordinal=1, batch_type="GI", batch_number=100, first_line=1,
              last_line=2, state="held")  # fmt: skip
    taken(books, "FEEDBACK.B", "failed")
    books.add("pay_jobs.unfinished_files", source="CGI", remote_directory="/data", name="FEEDBACK.C", size_bytes=1,
              modified=1, reason="x", first_seen=NOW, last_seen=NOW)  # fmt: skip
    with books.database.begin() as session:
        told = answers_stored(session, BATCH, CGI)
    assert [one.partition(" is ")[0].partition(" (")[0] for one in told] == [
        "feedback FEEDBACK.A",
        "feedback FEEDBACK.B",
    ]
