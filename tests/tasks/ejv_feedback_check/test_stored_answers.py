"""Which stored files may hold the answer to a batch, when it was sent last, and what it waits with."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest

from database.sql import statements
from tasks.ejv_feedback_check.outstanding import list_outstanding
from tests.ejv_factory import NOW, EjvBooks

sql = statements("tasks.ejv_feedback_check")
NAME, KEY = "FEEDBACK.F3535.20261117214512", "cgi_feedback/FEEDBACK"
INBOX = "INBOX.F3535.20261118040107"


def ask(books: EjvBooks, statement: str, /, **values: Any) -> list[tuple[Any, ...]]:
    with books.database.begin() as session:
        return [tuple(row) for row in sql.run(session, statement, **values)]


def digest(content: str) -> str:
    return sha256(content.encode()).hexdigest()


def indexed(
    books: EjvBooks,
    name: str = NAME,
    *,
    key: str = KEY,
    kind: str = "feedback",
    content: str | None = "A",
    at: datetime = NOW,
    mentions: tuple[tuple[str, str, object], ...] = (("batch", "100", None),),
) -> int:
    """Index a file of the bucket with what its lines mention: kind, number, amount."""
    file = books.add("pay_jobs.cgi_files", object_key=key, name=name, kind=kind, lines=1, indexed_on=at,
                     sha256=content and digest(content))  # fmt: skip
    for what, number, amount in mentions:
        added = "INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number, amount) VALUES (:f, 1, :w, :n, :a)"
        books.change(added, f=file, w=what, n=number, a=amount)
    return file


def taken(books: EjvBooks, name: str = NAME, *, content: str = "A", source: str = "CGI", state: str = "applied",
          at: datetime = NOW, **more: Any) -> int:  # fmt: skip
    """Let a file have been taken in."""
    return books.add("pay_jobs.inbound_files", source=source, name=name, sha256=digest(content), size_bytes=1,
                     state=state, received_on=at, **more)  # fmt: skip


def holds(books: EjvBooks, file: int, batch: int, state: str, *, ordinal: int = 1, **more: Any) -> None:
    """Let a file that was taken in hold an answer to a batch."""
    books.add("pay_jobs.feedback_batches", file_id=file, ordinal=ordinal, batch_type="GI", batch_number=batch,
              first_line=1, last_line=9, state=state, **more)  # fmt: skip


def answer_of(books: EjvBooks, batch: int = 100) -> tuple[Any, ...] | None:
    """Return name and state of the answer that the overview names for a batch."""
    rows = books_outstanding(books)
    return next((row["answer_name"], row["answer_state"]) for row in rows if row["batch"] == batch)


def books_outstanding(books: EjvBooks, since: datetime = datetime(2026, 11, 16)) -> list[Any]:
    with books.database.begin() as session:
        return [row._asdict() for row in list_outstanding(session, since.replace(tzinfo=UTC))]


@pytest.mark.parametrize(
    ("in_bucket", "known", "is_untaken"),
    [
        ({}, None, True),
        ({}, {}, False),
        ({}, {"name": "OTHER"}, False),
        ({}, {"content": "B"}, True),
        ({}, {"content": "B", "object_key": KEY}, False),
        ({}, {"source": "CAS"}, True),
        ({"content": None}, {}, False),
        ({"content": None}, {"name": "OTHER"}, True),
        ({"content": None}, {"name": "OTHER", "object_key": KEY}, False),
    ],
)
def test_a_file_in_the_bucket_was_taken_in_if_its_content_was_else_if_its_name_was(
    in_bucket: dict[str, Any], known: dict[str, Any] | None, is_untaken: bool, books: EjvBooks
) -> None:
    books.batch(100, name=INBOX)
    indexed(books, **in_bucket)
    if known is not None:
        taken(books, **known)
    assert ask(books, "find_untaken_key", name=NAME) == [(KEY,)] * is_untaken
    assert ask(books, "list_unapplied_feedback", batch=100) == [(NAME, "in the bucket")] * is_untaken
    assert answer_of(books) == ((NAME, "in the bucket") if is_untaken else (None, None))


@pytest.mark.parametrize(
    "other",
    [
        {"kind": "inbox"},
        {"mentions": (("invoice", "100", None),)},
        {"mentions": (("batch", "101", None),)},
    ],
    ids=["what we sent", "about an invoice of that number", "about another batch"],
)
def test_a_file_in_the_bucket_that_does_not_answer_the_batch_is_none_of_its_answers(
    other: dict[str, Any], books: EjvBooks
) -> None:
    books.batch(100, name="INBOX.X")
    indexed(books, **other)
    indexed(books, "FEEDBACK.B", key="cgi_feedback/B", content="B", mentions=(("batch", "102", None),))
    assert (ask(books, "list_unapplied_feedback", batch=100), answer_of(books)) == ([], (None, None))


def test_of_two_untaken_files_of_a_name_the_first_that_was_indexed_is_found(books: EjvBooks) -> None:
    indexed(books, content=None, key="inbox", kind="inbox")
    indexed(books, "FEEDBACK.F3535.20261110214512", content="C", key="cgi_feedback/EARLIER")
    indexed(books, content="A")
    indexed(books, content="B", key="cgi_feedback/AGAIN")
    assert ask(books, "find_untaken_key", name=NAME) == [(KEY,)]


@pytest.mark.parametrize(
    ("state", "file_state", "is_listed"),
    [
        ("held", "failed", True),
        ("waiting", "received", True),
        ("held", "ignored", False),
        ("applied", "failed", False),
        ("already_applied", "applied", False),
    ],
)
def test_feedback_that_was_taken_in_and_not_applied_is_named_once(
    state: str, file_state: str, is_listed: bool, books: EjvBooks
) -> None:
    books.batch(100, name=INBOX)
    file = taken(books, state=file_state)
    holds(books, file, 100, state)
    holds(books, file, 100, state, ordinal=2)
    other = taken(books, "FEEDBACK.B", content="B", state="failed")
    holds(books, other, 101, "held")
    holds(books, other, 102, "applied", ordinal=2)
    assert ask(books, "list_unapplied_feedback", batch=100) == [(NAME, state)] * is_listed
    assert answer_of(books) == ((NAME, state) if is_listed else (None, None))
    assert [row["is_applied"] for row in books_outstanding(books)] == [state == "applied"]


def test_the_overview_names_the_answer_that_came_last(books: EjvBooks) -> None:
    books.batch(100, name=INBOX)
    for name, hour in (("FEEDBACK.A", 1), ("FEEDBACK.C", 2), ("FEEDBACK.B", 2)):
        holds(
            books, taken(books, name, content=name, at=NOW.replace(hour=hour), state="failed"), 100, "held", reason=name
        )
    [row] = books_outstanding(books)
    assert (row["answer_name"], row["answer_reason"]) == ("FEEDBACK.B", "FEEDBACK.B")
    indexed(books, "FEEDBACK.D", content="D", at=NOW.replace(hour=3))
    assert answer_of(books) == ("FEEDBACK.D", "in the bucket")


def test_names_of_feedback_are_known_wherever_they_were_seen(books: EjvBooks) -> None:
    for source in ("CGI", "CAS"):
        repeats = json.dumps({"repeats": [{"archived_as": f"{source}-REPEAT"}]})
        taken(books, f"{source}-NAME", source=source, archived_as=f"{source}-ARCHIVED", details=repeats)
    indexed(books, "INDEXED", key="a")
    indexed(books, "INBOX-NAME", key="b", kind="inbox")
    names = {"CGI-NAME", "CGI-ARCHIVED", "CGI-REPEAT", "INDEXED"}
    assert {name for (name,) in ask(books, "list_known_feedback")} == names


def sent_again(books: EjvBooks, subject: str, *, state: str = "done", kind: str = "resubmission", name: str = "AGAIN",
               begun: datetime = NOW, trigger: datetime | None = None) -> None:  # fmt: skip
    plan = json.dumps({"new_name": name, "batch": subject.split()[1], "begun_on": begun.isoformat()})
    operation = books.add("pay_jobs.operations", kind=kind, subject=subject, state=state, plan=plan, command="x")
    for step in ("send data file", "send trigger"):
        if trigger is not None:
            at = trigger if step == "send trigger" else datetime(2026, 12, 31, tzinfo=UTC)
            insert = (
                "INSERT INTO pay_jobs.operation_steps"
                " (operation_id, kind, subject, number, state, request, found, answer)"
                " VALUES (:id, :kind, 'x', 1, 'answered', '{}', '', :answer)"
            )
            books.change(insert, id=operation, kind=step, answer=json.dumps({"sent_on": at.isoformat()}))


def test_a_batch_was_sent_when_its_last_trigger_was(books: EjvBooks) -> None:
    def sent_on() -> datetime:
        [(at,)] = ask(books, "find_sent_on", batch=100)
        [row] = [row for row in books_outstanding(books) if row["batch"] == 100]
        assert row["resubmitted_on"] in {None, at}
        return at.astimezone(UTC)  # type: ignore[no-any-return]

    def day(number: int) -> datetime:
        return datetime(2026, 11, number, 12, 0, tzinfo=UTC)

    books.batch(100, created_on=datetime(2026, 11, 1, 12, 0))
    books.batch(101, created_on=datetime(2026, 11, 29, 12, 0))
    sent_again(books, "batch 101", name="A", begun=day(27), trigger=day(28))
    sent_again(books, "batch 100", name="B", kind="rebuild", begun=day(27))
    sent_again(books, "batch 100", name="C", state="dropped", begun=day(27), trigger=day(28))
    assert sent_on() == day(1)
    sent_again(books, "batch 100", name="D", begun=day(2))
    assert sent_on() == day(2)
    sent_again(books, "batch 100", name="E", begun=day(3), trigger=day(4))
    assert sent_on() == day(4)


def test_what_was_begun_to_be_sent_again_is_shown_and_not_yet_sent(books: EjvBooks) -> None:
    books.batch(100)
    sent_again(books, "batch 100", name="FIRST")
    sent_again(books, "batch 100", name="SECOND", state="planned")
    [row] = books_outstanding(books)
    assert (row["resubmitted_as"], row["resubmitted_on"], row["resubmission_state"]) == ("SECOND", None, "planned")


def test_an_ack_names_batches_by_file_by_number_and_by_the_name_they_were_sent_again_under(books: EjvBooks) -> None:
    for number in (100, 101, 102, 103):
        books.batch(number, name=f"INBOX.{number}")
    sent_again(books, "batch 102", name="INBOX.AGAIN")
    sent_again(books, "batch 103", name="INBOX.AGAIN", kind="rebuild")
    sent_again(books, "batch 103", name="INBOX.OTHER")
    found = ask(books, "find_acknowledged", names=["INBOX.100", "INBOX.AGAIN"], numbers=[101, 999])
    assert sorted(found) == [(100,), (101,), (102,)]


def test_the_inbox_files_of_batches_that_wait_are_indexed_the_newest_first(books: EjvBooks) -> None:
    for number, status in ((100, "UPLOADED"), (101, "ACKNOWLEDGED"), (102, "COMPLETED"), (103, "UPLOADED"),
                           (104, "UPLOADED")):  # fmt: skip
        books.batch(number, name=f"INBOX.{number}", disbursement_status_code=status)
    indexed(books, "INBOX.103", kind="inbox")
    assert ask(books, "list_unindexed_inboxes", limit=9) == [("INBOX.104",), ("INBOX.101",), ("INBOX.100",)]
    assert ask(books, "list_unindexed_inboxes", limit=1) == [("INBOX.104",)]


def waits_with(books: EjvBooks, since: datetime = datetime(2026, 11, 16)) -> dict[int, tuple[int, Any]]:
    """Return how many items each batch waits with, and the sum of their amounts."""
    return {row["batch"]: (row["open_items"], row["amount"]) for row in books_outstanding(books, since)}


@pytest.mark.parametrize(("file_type", "amount"), [("PAYMENT", "45.00"), ("DISBURSEMENT", "41.50")])
def test_a_batch_waits_with_its_open_links(file_type: str, amount: str, books: EjvBooks) -> None:
    account = books.account()
    with books.together():
        books.batch(100, file_type)
        books.batch(101, file_type)
        for number, total, fees in (
            (1001, "30.00", "1.50"),
            (1002, "10.00", "2.00"),
            (1003, "900.00", None),
            (55, "7.00", 0),
        ):
            books.invoice(account, number, total, service_fees=fees)
        books.partial_refund(55, 1001, "5.00")
        books.partial_refund(1001, 1002, "6.00")
        links = [("invoice", 1001), ("invoice", 1002), ("invoice", 1003), ("partial_refund", 55)]
        books.journal(100, 10, links)
        books.journal(101, 11, [("invoice", 1001), ("partial_refund", 1001)])
        books.change("UPDATE ejv_links SET link_type = NULL WHERE link_id = 1002")
        books.change("UPDATE ejv_links SET disbursement_status_code = NULL WHERE link_id = 55")
        books.change("UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = 1003")
    assert waits_with(books)[100] == (3, Decimal(amount))


def test_an_answered_batch_is_listed_from_a_day_on_or_as_long_as_a_link_of_it_is_open(books: EjvBooks) -> None:
    since, before = datetime(2026, 11, 16), datetime(2026, 11, 15, 23, 59)
    invoice = books.invoice(books.account(), 1001, "30.00")
    for number, status, at in ((100, "COMPLETED", since), (101, "ERRORED", before), (102, "COMPLETED", before),
                               (103, "COMPLETED", before), (104, None, before)):  # fmt: skip
        books.batch(number, disbursement_status_code=status, completed_on=at)
    books.journal(102, 10, [("invoice", invoice)])
    books.journal(103, 11, [("invoice", invoice)])
    books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = 11")
    assert waits_with(books, since) == {
        100: (0, 0), 102: (1, Decimal("30.00")), 104: (0, None)}  # fmt: skip


def given_ap(books: EjvBooks, file_type: str, status: str, **batch: Any) -> None:
    """Let slips and EFT refunds of the same numbers be in batch 300, as its indexed inbox file says."""
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    with books.together():
        books.batch(300, file_type, INBOX, disbursement_status_code=status,
                    completed_on=datetime(2026, 1, 1), **batch)  # fmt: skip
        books.batch(400, file_type, "INBOX.400", disbursement_status_code="COMPLETED",
                    completed_on=datetime(2026, 1, 1))  # fmt: skip
        for number in (300, 301, 302, 303):
            books.add("routing_slips", number=str(number), refund_amount=number,
                      status="REFUND_PROCESSED" if number == 303 else "REFUND_UPLOADED")  # fmt: skip
            books.add("eft_refunds", id=number, short_name_id=name, refund_amount=number + 1000, refund_method="EFT",
                      disbursement_status_code="COMPLETED" if number == 302 else "ACKNOWLEDGED")  # fmt: skip
        indexed(books, "INBOX.OTHER", kind="inbox", key="other", mentions=(("ap", "300", 9), ("batch", "300", 9999)))
        said = (("batch", "300", None), *(("ap", str(n), n) for n in (301, 302, 303)), ("batch", "300", 906))
        indexed(books, INBOX, kind="inbox", key="first", mentions=said)


@pytest.mark.parametrize(
    ("file_type", "status", "message", "found"),
    [
        ("REFUND", "UPLOADED", None, {300: (3, 906)}),
        ("EFT_REFUND", "ACKNOWLEDGED", None, {300: (3, 906)}),
        ("REFUND", "ERRORED", None, {300: (2, 603)}),
        ("EFT_REFUND", "ERRORED", "9001 BAD", {300: (2, 2604)}),
        ("REFUND", "ERRORED", "Voided by hand", {}),
        ("REFUND", "COMPLETED", None, {}),
        ("NON_GOV_DISBURSEMENT", "ERRORED", None, {}),
    ],
)
def test_an_ap_batch_waits_with_what_it_holds_and_once_refused_with_what_nobody_settled(
    file_type: str, status: str, message: str | None, found: dict[int, tuple[int, int]], books: EjvBooks
) -> None:
    given_ap(books, file_type, status, message=message)
    assert waits_with(books) == found


def test_an_inbox_file_that_is_indexed_twice_is_counted_once(books: EjvBooks) -> None:
    given_ap(books, "REFUND", "UPLOADED")
    indexed(books, INBOX, kind="inbox", key="again", mentions=(("ap", "301", 301),))
    assert [(row["batch"], row["open_items"]) for row in books_outstanding(books)] == [(300, 3)]


@pytest.mark.parametrize(
    ("newer", "items"),
    [
        ({}, 1),
        ({"number": 299}, 2),
        ({"file_type": "EFT_REFUND"}, 2),
        ({"kind": "feedback"}, 2),
        ({"what": "invoice"}, 2),
    ],
    ids=["newer", "older", "of another type", "feedback", "about an invoice of that number"],
)
def test_a_refused_ap_batch_does_not_wait_with_what_a_newer_one_of_its_type_holds(
    newer: dict[str, Any], items: int, books: EjvBooks
) -> None:
    given_ap(books, "REFUND", "ERRORED")
    name = "INBOX.F3535.20261119040107"
    books.batch(newer.get("number", 402), newer.get("file_type", "REFUND"), name)
    mentions = ((newer.get("what", "ap"), "301", 301),)
    indexed(books, name, kind=newer.get("kind", "inbox"), key="newer", mentions=mentions)
    assert waits_with(books)[300][0] == items


@pytest.mark.parametrize(
    ("outcome", "rule", "batch", "items"),
    [
        ("applied", "", 300, 1),
        ("already_applied", "same_answer", 300, 1),
        ("rejected", "accepted_after_refusal", 300, 1),
        ("rejected", "unreadable", 300, 2),
        ("rejected", "no_item_header", 300, 2),
        ("applied", "", 400, 2),
    ],
)
def test_a_refused_ap_batch_does_not_wait_with_what_one_of_its_own_lines_answered(
    outcome: str, rule: str, batch: int, items: int, books: EjvBooks
) -> None:
    given_ap(books, "REFUND", "ERRORED")
    file = taken(books)
    holds(books, file, batch, "applied")
    added = (
        "INSERT INTO pay_jobs.feedback_lines (file_id, line, batch_number, record, subject, code, outcome, rule)"
        " VALUES (:file, 3, :batch, 'IH', '301', '3001', :outcome, :rule)"
    )
    books.change(added, file=file, batch=batch, outcome=outcome, rule=rule)
    assert waits_with(books)[300][0] == items


def test_a_refused_ap_batch_whose_inbox_file_is_indexed_twice_waits_with_each_item_once(books: EjvBooks) -> None:
    given_ap(books, "REFUND", "ERRORED")
    indexed(books, INBOX, kind="inbox", key="again", mentions=(("ap", "301", 301),))
    assert waits_with(books) == {300: (2, 603)}
