"""An invoice whose journal CGI accepted or refused, and which does not know it."""

from dataclasses import replace
from typing import Any

import pytest

from config.errors import ExitCode, UsageError
from database.engine import Database
from jobs.run.outcome import Outcome
from tests.ejv_factory import Batch, JournalPair, example_batch, example_books
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tools.repair_invoice.arguments import EjvArguments
from tools.repair_invoice.task import repair_ejv_invoices

CHARGED, REFUNDED = 7654321, 7650012
_WRITTEN = {
    "invoices": "SELECT id, invoice_status_code, paid, payment_date, refund_date FROM invoices ORDER BY id",
    "references": "SELECT invoice_id, status_code FROM invoice_references ORDER BY invoice_id, status_code",
    "receipts": "SELECT invoice_id, receipt_number, receipt_date, receipt_amount FROM receipts ORDER BY invoice_id",
    "payments": "SELECT receipt_number, payment_status_code, invoice_amount, paid_amount, payment_date, created_by,"
    " payment_account_id FROM payments ORDER BY receipt_number",
    "messages": "SELECT idempotency_key FROM pay_jobs.outbox ORDER BY id",
}
# What somebody else may have undone of the invoice that was charged.
UNDONE = {
    "status": "UPDATE invoices SET invoice_status_code = 'APPROVED', paid = 0, payment_date = NULL WHERE id = 7654321",
    "reference": "UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = 7654321",
    "cancelled": "UPDATE invoice_references SET status_code = 'CANCELLED', invoice_number = 'FI00008801'"
    " WHERE invoice_id = 7654321",
    "receipt": "DELETE FROM receipts WHERE invoice_id = 7654321",
    "payment": "DELETE FROM payments WHERE receipt_number LIKE '%FI00008801%'",
    "part": "UPDATE payments SET paid_amount = 0.50, invoice_amount = 0.50 WHERE receipt_number LIKE '%FI00008801%'",
}


def written(office: FeedbackOffice) -> dict[str, list[tuple[Any, ...]]]:
    """Return what feedback and repair write, by table."""
    return {name: office.books.rows(statement) for name, statement in _WRITTEN.items()}


def answered(office: FeedbackOffice, codes: dict[int | str, str] | None = None, batch: Batch | None = None) -> None:
    """Let CGI answer the example's batch."""
    example_books(office.books)
    office.take_in((batch or example_batch()).feedback(codes or {}))


def repair(office: FeedbackOffice, *ids: int, dry_run: bool = False, no_journal: bool = False) -> Outcome:
    """Run the tool."""
    context = office.books.context(office.settings())
    arguments = EjvArguments(ids, "ticket 4711", no_journal)
    if not dry_run:
        return repair_ejv_invoices(context, arguments)
    context.dry_run = True
    context.database = Database(office.books.database.engine, dry_run=True)
    try:
        return repair_ejv_invoices(context, arguments)
    finally:
        context.database.close()


@pytest.mark.parametrize(
    "undone",
    [
        ("status",),
        ("status", "reference"),
        ("status", "reference", "receipt"),
        ("status", "receipt", "payment"),
        ("status", "receipt", "part"),
        ("status", "cancelled", "receipt", "payment"),
    ],
    ids=" ".join,
)
def test_a_repaired_charge_has_the_rows_that_the_feedback_wrote(
    office: FeedbackOffice, undone: tuple[str, ...]
) -> None:
    answered(office)
    expected = written(office)
    for one in undone:
        office.books.change(UNDONE[one])

    outcome = repair(office, CHARGED)

    assert outcome.exit_code == ExitCode.DONE
    assert written(office) == expected
    again = repair(office, CHARGED)
    assert (again.exit_code, dict(again.counts)) == (ExitCode.DONE, {"nothing_to_do": 1})
    assert written(office) == expected


def test_a_charge_whose_gl_another_invoice_stopped_is_finished_while_the_stop_protects_it(
    office: FeedbackOffice,
) -> None:
    answered(office)
    expected = written(office)
    office.books.change(UNDONE["status"])
    office.books.change("UPDATE distribution_codes SET stop_ejv = true")

    assert repair(office, CHARGED).exit_code == ExitCode.DONE
    assert written(office) == expected


@pytest.mark.parametrize(
    ("booked_before", "kept"),
    [("already_applied", [("payments", "0.50", f"repair of invoice {CHARGED}")]), ("applied", [])],
)
def test_a_payment_raised_for_a_line_that_another_system_booked_is_kept_as_it_was(
    office: FeedbackOffice, booked_before: str, kept: list[tuple[str, ...]]
) -> None:
    """What our feedback wrote of it is less; a payment that only somebody lowered since is not kept."""
    answered(office)
    for one in ("status", "part"):
        office.books.change(UNDONE[one])
    office.books.change(f"UPDATE pay_jobs.feedback_lines SET outcome = '{booked_before}' WHERE subject = '{CHARGED}'")

    repair(office, CHARGED)

    rows = office.books.rows("SELECT pay_table, was ->> 'paid_amount', cause FROM pay_jobs.kept_rows")
    assert rows == kept


def test_a_charge_that_lost_its_reference_gets_one_under_the_name_of_its_journal(office: FeedbackOffice) -> None:
    answered(office)
    office.books.change(UNDONE["status"])
    office.books.change(f"DELETE FROM invoice_references WHERE invoice_id = {CHARGED}")

    repair(office, CHARGED)

    statement = f"SELECT invoice_number, status_code FROM invoice_references WHERE invoice_id = {CHARGED}"
    assert office.books.rows(statement) == [("FI00008801", "COMPLETED")]


def test_a_repaired_refund_is_refunded_and_its_product_hears_of_it_once(office: FeedbackOffice) -> None:
    answered(office)
    expected = written(office)
    office.books.change(
        f"UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', refund_date = NULL WHERE id = {REFUNDED}"
    )
    office.books.change(f"UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = {REFUNDED}")

    assert repair(office, REFUNDED).exit_code == ExitCode.DONE
    assert written(office) == expected


def test_a_dry_run_shows_each_row_and_changes_none(office: FeedbackOffice) -> None:
    answered(office)
    for one in ("status", "reference", "receipt"):
        office.books.change(UNDONE[one])
    before = written(office)

    outcome = repair(office, CHARGED, dry_run=True)

    [_, table] = outcome.tables
    assert {(row["table"], row["after"] is not None) for row in table.records()} == {
        ("invoices", True),
        ("invoice_references", True),
        ("receipts", True),
    }
    assert written(office) == before


def test_a_dry_run_shows_every_invoice_that_was_accepted(office: FeedbackOffice) -> None:
    answered(office)
    office.books.change(UNDONE["status"])
    office.books.change(
        f"UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', refund_date = NULL WHERE id = {REFUNDED}"
    )
    before = written(office)

    outcome = repair(office, CHARGED, REFUNDED, dry_run=True)

    assert (outcome.exit_code, dict(outcome.counts)) == (ExitCode.DONE, {"invoices_repaired": 2})
    assert written(office) == before


def test_a_refused_journal_whose_reference_is_active_is_freed_for_the_next_batch(office: FeedbackOffice) -> None:
    answered(office, {str(CHARGED): "2099 GL rejected"})
    office.books.change(UNDONE["reference"])
    office.books.change("UPDATE distribution_codes SET stop_ejv = false")

    outcome = repair(office, CHARGED)

    assert outcome.exit_code == ExitCode.DONE
    assert "The next EJV_PAYMENT sends it again" in outcome.notes[0]
    statement = f"SELECT status_code FROM invoice_references WHERE invoice_id = {CHARGED}"
    assert office.books.rows(statement) == [("CANCELLED",)]


def test_a_reference_without_a_journal_is_cancelled_only_when_cas_has_none(office: FeedbackOffice) -> None:
    books = office.books
    books.invoice(books.account(), 7, "10.00")

    asked = repair(office, 7)
    freed = repair(office, 7, no_journal=True)

    assert asked.exit_code == ExitCode.ATTENTION
    assert "repair ejv-invoice 7 --no-journal" in asked.rejects[0].detail
    assert freed.exit_code == ExitCode.DONE
    assert books.rows("SELECT status_code FROM invoice_references") == [("CANCELLED",)]


@pytest.mark.parametrize("newest", ["none", "refused"])
def test_the_reference_of_an_invoice_whose_refund_is_asked_for_is_never_cancelled(
    office: FeedbackOffice, newest: str
) -> None:
    """Without one it would be paid back every night, or though nothing was charged."""
    books = office.books
    account = books.account()
    books.invoice(account, 7, "10.00", "REFUND_REQUESTED")
    if newest == "refused":
        books.batch(11)
        books.journal(11, 110, [("invoice", 7)], payment_account_id=account)
        books.change("UPDATE ejv_links SET disbursement_status_code = 'ERRORED'")

    outcome = repair(office, 7, no_journal=True)

    assert outcome.exit_code == ExitCode.ATTENTION
    assert outcome.rejects[0].detail.startswith({"none": "J18: ", "refused": "J17: "}[newest])
    assert books.rows("SELECT status_code FROM invoice_references") == [("ACTIVE",)]


@pytest.mark.parametrize(
    ("undone", "words"),
    [
        ("UPDATE invoices SET total = 99 WHERE id = 7654321", "the journal is for 31.50 CAD, the invoice for 99.00"),
        (
            "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount) VALUES (7654321, 'CARD1', 31.50)",
            "it may have been paid twice: CARD1, 31.50 CAD",
        ),
        (
            "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 7654321",
            "the journal charged 31.50 CAD, and the invoice is REFUND_REQUESTED",
        ),
        ("DELETE FROM pay_jobs.cgi_mentions", "no stored feedback file has its line"),
    ],
)
def test_what_does_not_add_up_is_told_and_nothing_is_written(office: FeedbackOffice, undone: str, words: str) -> None:
    answered(office)
    office.books.change(UNDONE["status"])
    office.books.change(undone)
    before = written(office)

    outcome = repair(office, CHARGED)

    assert outcome.exit_code == ExitCode.ATTENTION
    assert words in outcome.rejects[0].detail
    assert written(office) == before


def test_a_link_that_says_completed_where_the_file_refused_is_not_believed(office: FeedbackOffice) -> None:
    answered(office, {str(CHARGED): "2099 GL rejected"})
    office.books.change(f"UPDATE ejv_links SET disbursement_status_code = 'COMPLETED' WHERE link_id = {CHARGED}")
    office.books.change("UPDATE distribution_codes SET stop_ejv = false")

    outcome = repair(office, CHARGED)

    assert "refused it: 2099 GL rejected" in outcome.rejects[0].detail


def test_a_file_that_was_put_aside_answers_nothing(office: FeedbackOffice) -> None:
    """Where the content of an indexed file is not noted, its name says which file it is."""
    answered(office)
    office.books.change(UNDONE["status"])
    office.books.change("UPDATE pay_jobs.inbound_files SET state = 'ignored', object_key = 'elsewhere/' || name")

    outcome = repair(office, CHARGED)

    assert "no stored feedback file has its line" in outcome.rejects[0].detail
    assert office.books.one("SELECT invoice_status_code FROM invoices WHERE id = :id", id=CHARGED) == "APPROVED"


def test_the_answer_of_a_batch_that_stands_in_a_file_behind_another_is_found(office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    for batch, invoice in ((11, 1), (12, 2)):
        books.batch(batch)
        books.invoice(account, invoice, "10.00")
        books.journal(batch, batch * 10, [("invoice", invoice)], payment_account_id=account)
    first = Batch(11, journals=[(110, [JournalPair("1", "10.00")])])
    second = replace(first, number=12, journals=[(120, [JournalPair("2", "10.00")])], effective="20261119")
    office.take_in(first.feedback() + second.feedback())
    books.change("UPDATE invoices SET invoice_status_code = 'APPROVED', payment_date = NULL WHERE id = 2")

    repair(office, 2)

    assert str(books.one("SELECT payment_date FROM invoices WHERE id = 2")) == "2026-11-19 00:00:00"


def test_an_invoice_that_is_not_paid_so_or_does_not_exist_is_refused(office: FeedbackOffice) -> None:
    office.books.invoice(office.books.account(), 7, "10.00", payment_method_code="PAD")
    with pytest.raises(UsageError, match=r"Not paid by journal voucher: 7 \(PAD\)"):
        repair(office, 7)
    with pytest.raises(UsageError, match="There is no invoice 8"):
        repair(office, 8)
