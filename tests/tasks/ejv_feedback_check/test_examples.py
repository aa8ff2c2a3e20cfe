"""The example pairs of docs/specs/examples, with the expected result table of section 9."""

from datetime import date, datetime
from pathlib import Path

import pytest

from tests.ejv_factory import Batch, EjvBooks, Item, example_batch, example_books
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "specs" / "examples"
DAY = datetime(2026, 11, 18)
RECEIPT_A, RECEIPT_B = "GIJH...FI00008801FI000004321", "GIJH...FI00008802FI000004321"
JOURNAL = "FEEDBACK.F3535.20261117214512"


def example(name: str) -> bytes:
    return (EXAMPLES / name).read_bytes()


def test_the_writer_of_the_tests_gives_the_example_inbox_files_byte_for_byte() -> None:
    assert example_batch().inbox() == example("INBOX.F3535.20261118040107")
    assert example_batch().feedback({12: "2099 GL SEGMENT REJECTED (EXAMPLE MESSAGE)"}) == example(JOURNAL)
    first = Item("206000010", "12.25", advice="BALANCE OF ROUTING SLIP")
    address = ("200 SAMPLE AVE", "", "NANAIMO", "V9R0A0")
    second = Item("206000028", "40.00", name="EXAMPLE HOLDINGS LTD", address=address)
    slips = Batch(4322, "AP", items=[first, second])
    assert slips.inbox() == example("INBOX.F3535.20261118030108")
    assert slips.feedback({7: "3001 ADDRESS REJECTED (EXAMPLE MESSAGE)"}) == example("FEEDBACK.F3535.20261117214630")


@pytest.mark.parametrize("name", [JOURNAL, f"{JOURNAL}-misaligned"])
def test_the_journal_example_has_the_expected_result(name: str, office: FeedbackOffice) -> None:
    books = example_books(office.books)
    outcome = office.take_in(example(name), name)
    assert books.one("SELECT disbursement_status_code, feedback_file_ref FROM ejv_files WHERE id = 4321") == (
        "COMPLETED",
        name,
    )
    assert books.rows("SELECT disbursement_status_code FROM ejv_headers ORDER BY id") == [("COMPLETED",)] * 2
    assert books.rows("SELECT id, invoice_status_code, payment_date, paid, refund_date FROM invoices ORDER BY id") == [
        (7600001, "PAID", None, None, None),
        (7650012, "REFUNDED", datetime(2026, 11, 2), None, DAY),
        (7654321, "PAID", DAY, pytest.approx(31.50), None),
        (7654388, "APPROVED", None, None, None),
    ]
    assert books.rows("SELECT invoice_id, status_code FROM invoice_references ORDER BY 1") == [
        (7600001, "COMPLETED"),
        (7650012, "COMPLETED"),
        (7654321, "COMPLETED"),
        (7654388, "CANCELLED"),
    ]
    assert books.rows("SELECT invoice_id, receipt_number, receipt_amount FROM receipts") == [(7654321, RECEIPT_A, 31.5)]
    assert books.rows("SELECT link_id, disbursement_status_code FROM ejv_links ORDER BY id") == [
        (7654321, "COMPLETED"),
        (7650012, "COMPLETED"),
        (7654388, "ERRORED"),
        (55, "COMPLETED"),
    ]
    assert books.rows("SELECT status, gl_posted FROM refunds_partial") == [("REFUND_PROCESSED", DAY)]
    stopped = "SELECT account.name FROM distribution_codes JOIN payment_accounts AS account ON account.id = account_id"
    assert books.rows(f"{stopped} WHERE stop_ejv") == [("Agency for Examples",)]
    payments = "SELECT receipt_number, paid_amount, payment_status_code, payment_system_code FROM payments ORDER BY 1"
    assert [(number, str(amount), *rest) for number, amount, *rest in books.rows(payments)] == [
        (RECEIPT_A, "51.50", "COMPLETED", "CGI"),
        (RECEIPT_B, "5.00", "COMPLETED", "CGI"),
    ]
    [refused] = outcome.rejects
    assert (outcome.exit_code, refused.reason) == (3, "refused by CGI")
    assert "batch 4321 journal 8802 line 12" in refused.where
    assert "2099 GL SEGMENT REJECTED" in refused.detail
    assert office.states() == [(name, "applied")]
    assert outcome.counts["lines_read"] == outcome.counts["lines_applied"] == 15


def test_the_ap_example_pays_one_slip_and_rejects_the_other(office: FeedbackOffice) -> None:
    books = office.books
    books.batch(4322, "REFUND", "INBOX.F3535.20261118030108")
    for number in ("206000010", "206000028"):
        slip = books.add("routing_slips", number=number)
        books.add("refunds", routing_slip_id=slip)
    outcome = office.apply(example("FEEDBACK.F3535.20261117214630"), "FEEDBACK.F3535.20261117214630")
    assert books.rows("SELECT number, status, refund_status FROM routing_slips ORDER BY 1") == [
        ("206000010", "REFUND_PROCESSED", "PROCESSED"),
        ("206000028", "REFUND_REJECTED", None),
    ]
    assert books.rows("SELECT gl_posted FROM refunds ORDER BY id") == [(DAY,), (None,)]
    assert books.one("SELECT disbursement_status_code, completed_on IS NOT NULL FROM ejv_files") == ("COMPLETED", True)
    assert [reject.detail.split(":")[1].strip()[:4] for reject in outcome.rejects] == ["3001"]


def test_a_second_time_the_same_file_changes_nothing(office: FeedbackOffice) -> None:
    books = example_books(office.books)
    office.take_in(example(JOURNAL))
    before = everything(books)
    outcome = office.take_in(example(JOURNAL))
    assert "not applied again" in outcome.notes[0]
    assert everything(books) == before


def test_the_same_batch_in_another_file_is_recognised_line_by_line(office: FeedbackOffice) -> None:
    books = example_books(office.books)
    office.take_in(example(JOURNAL))
    before = everything(books)
    outcome = office.take_in(example(f"{JOURNAL}-misaligned"), "FEEDBACK.F3535.20261118220000")
    assert everything(books) == before
    assert (outcome.exit_code, outcome.counts["lines_already_applied"]) == (0, 10)
    assert books.rows("SELECT state FROM pay_jobs.feedback_batches ORDER BY id") == [("applied",), ("already_applied",)]


def test_a_dry_run_shows_what_would_happen_and_leaves_nothing(office: FeedbackOffice) -> None:
    books = example_books(office.books)
    before = everything(books)
    outcome = office.take_in(example(JOURNAL), dry_run=True)
    assert (outcome.counts["lines_applied"], everything(books), office.states()) == (15, before, [])


def everything(books: EjvBooks) -> list[object]:
    """Return the pay rows that feedback may change."""
    tables = ("ejv_files", "ejv_headers", "ejv_links", "invoices", "invoice_references", "receipts", "payments")
    found = [books.rows(f"SELECT * FROM {table} ORDER BY id") for table in (*tables, "refunds_partial")]
    stopped = books.rows(
        "SELECT distribution_code_id, stop_ejv FROM distribution_codes WHERE created_by = 'test' ORDER BY 1"
    )
    assert date(2026, 11, 18) not in stopped
    return [*found, stopped]
