"""Any bytes in any field: no file blocks another, and every line has an outcome or stands in a batch that is held."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.run.outcome import Outcome
from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

BAD = Batch(100, journals=[(10, [JournalPair("1001", "30.00"), JournalPair("1001", "1.50")])])
GOOD = Batch(200, journals=[(20, [JournalPair("2001", "12.00")])])
NEXT = Batch(300, journals=[(30, [JournalPair("3001", "7.00")])])
FILE, NEXT_FILE = "FEEDBACK.F3535.20261117214512", "FEEDBACK.F3535.20261118214512"
TRAILER = len(BAD.feedback().splitlines())
ODD = [b"\t", b"\r", b"\0", b"\n", b"\\", b"\\N", b"\\00", b"\\.", b"\x1a", b"\x1b[2J", b"\x85", b"\xff", b"\xc3",
       b"\xed\xa0\x80", b"\xe2\x80\xa8", b"'", b"%s", b":x", b"CGI", b"0000", b"GIBG"]  # fmt: skip
BYTES = st.sampled_from(ODD) | st.binary(min_size=1, max_size=4)
DAMAGE = st.lists(st.tuples(st.integers(0, 10_000), BYTES, st.booleans()), min_size=1, max_size=3)


def given_three_batches(books: EjvBooks) -> None:
    account = books.account()
    for batch, journal, invoice, total in ((100, 10, 1001, "31.50"), (200, 20, 2001, "12.00"), (300, 30, 3001, "7.00")):
        books.batch(batch)
        books.invoice(account, invoice, total)
        books.journal(batch, journal, [("invoice", invoice)], payment_account_id=account)


def damaged(content: bytes, damage: list[tuple[int, bytes, bool]]) -> bytes:
    """Return a content with bytes written over it or put between its own."""
    for place, odd, is_inserted in damage:
        at = place % len(content)
        content = content[:at] + odd + content[at if is_inserted else at + len(odd) :]
    return content


def status(books: EjvBooks, invoice: int) -> str:
    return str(books.one("SELECT invoice_status_code FROM invoices WHERE id = :id", id=invoice))


def lines_without_an_outcome(books: EjvBooks, content: bytes, outcome: Outcome) -> set[int]:
    """Return the lines that are neither recorded, nor in a held batch, nor named as outside of any."""
    [(file_id,)] = books.rows("SELECT min(id) FROM pay_jobs.inbound_files")
    lines = {n for n, line in enumerate(content.split(b"\n"), 1) if line.removesuffix(b"\r").strip(b" \t\x1d\0\x1a")}
    lines -= {n for (n,) in books.rows("SELECT line FROM pay_jobs.feedback_lines WHERE file_id = :id", id=file_id)}
    for first, last in books.rows(
        "SELECT first_line, last_line FROM pay_jobs.feedback_batches WHERE state = 'held' AND file_id = :id", id=file_id
    ):
        lines -= set(range(first, last + 1))
    named = (re.fullmatch(rf"{re.escape(FILE)} line (\d+)", reject.where) for reject in outcome.rejects)
    return lines - {int(found[1]) for found in named if found}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAMAGE)
def test_any_bytes_in_a_batch_stop_no_other_file_and_lose_no_line(
    office: FeedbackOffice, damage: list[tuple[int, bytes, bool]]
) -> None:
    office.books.empty()
    given_three_batches(office.books)
    content = damaged(BAD.feedback(), damage) + GOOD.feedback()
    outcome = office.apply(content, FILE)
    office.apply(NEXT.feedback(), NEXT_FILE)
    assert status(office.books, 3001) == "PAID"
    assert lines_without_an_outcome(office.books, content, outcome) == set()


@pytest.mark.parametrize("odd", [b"0\t00", b"0\r00", b"0\\00", b"\\000", b"0\x0000", b"\\N00", b"\x1a\x1b\x85\xff"])
@pytest.mark.parametrize("line", [2, 3, 5, TRAILER])
def test_a_return_code_of_odd_bytes_blocks_nothing(odd: bytes, line: int, office: FeedbackOffice) -> None:
    given_three_batches(office.books)
    lines = BAD.feedback().split(b"\n")
    lines[line - 1] = lines[line - 1][:-157] + odd + lines[line - 1][-153:]
    outcome = office.apply(b"\n".join(lines) + GOOD.feedback(), FILE)
    assert status(office.books, 1001) == ("PAID" if line == TRAILER else "APPROVED"), outcome.rejects
    assert status(office.books, 2001) == "PAID"


@pytest.mark.parametrize("kind", ["RAISE EXCEPTION 'not this one'", "PERFORM CAST('x' AS integer)"])
def test_a_batch_the_database_refuses_is_held_and_the_next_batch_and_file_are_applied(
    kind: str, office: FeedbackOffice
) -> None:
    books = office.books
    given_three_batches(books)
    books.change(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF new.link_id = 1001 THEN {kind}; END IF; RETURN new; END $$"
    )
    books.change("CREATE TRIGGER refuse BEFORE UPDATE ON ejv_links FOR EACH ROW EXECUTE FUNCTION refuse()")
    try:
        outcome = office.apply(BAD.feedback() + GOOD.feedback(), FILE)
        office.apply(NEXT.feedback(), NEXT_FILE)
    finally:
        books.change("DROP FUNCTION refuse CASCADE")
    assert [status(books, invoice) for invoice in (1001, 2001, 3001)] == ["APPROVED", "PAID", "PAID"]
    assert [reject.reason for reject in outcome.rejects] == ["held"]
    assert f"files replay {FILE}" in outcome.rejects[0].command
