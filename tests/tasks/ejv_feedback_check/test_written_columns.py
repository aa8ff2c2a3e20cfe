"""Every column of every row that an answer leaves: those of the production system, and our departures."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

NOW = datetime(2026, 11, 26, 5, 45)
DAY = datetime(2026, 11, 25)
CHARGE = Batch(4321, journals=[(8801, [JournalPair("7654321", "30.00")])], effective="20261125")
RECEIPT = "GIJH...FI00008801FI000004321"
NAME = "FEEDBACK.F3535.20261125214512"
ERROR = "2099 GL SEGMENT REJECTED"


@pytest.fixture
def night(office: FeedbackOffice) -> FeedbackOffice:
    """The evening of 25 November in Vancouver, which is the 26th in UTC."""
    office.books.clock = lambda: NOW.replace(tzinfo=UTC)
    return office


def given_charge(books: EjvBooks) -> int:
    account = books.account()
    books.batch(4321)
    books.invoice(account, 7654321, "30.00", paid=0, updated_by="STAFF", updated_name="Staff Member")
    books.journal(4321, 8801, [("invoice", 7654321)], payment_account_id=account)
    return account


def given_partner_refund(books: EjvBooks) -> tuple[int, int]:
    """Partial refund 55, whose share the partner gives back; returns the fee's code and the partner's."""
    account = books.account()
    fee, partner = books.partner_gl()
    books.batch(4321, "DISBURSEMENT")
    books.invoice(account, 7654321, "100.00", "PAID", payment_method_code="PAD", paid="100.00", payment_date=DAY)
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED'")
    books.partial_refund(55, 7654321, "5.00", "REFUND_PROCESSED")
    books.change("UPDATE payment_line_items SET fee_distribution_id = :fee", fee=fee)
    books.add("partner_disbursements", id=881, amount="5.00", partner_code="CSO", is_reversal=True, target_id=55,
              target_type="partial_refund")  # fmt: skip
    books.journal(4321, 8801, [("partial_refund", 55)], partner_code="CSO")
    return fee, partner


PARTNER = Batch(
    4321, journals=[(8801, [JournalPair("7654321-881-PR", "5.00", is_reversal=True)])], effective="20261125"
)


def rows(books: EjvBooks, table: str) -> list[dict[str, Any]]:
    found = books.rows(f"SELECT to_jsonb({table}) FROM {table} ORDER BY 1")
    return [row for (row,) in found]


def only(books: EjvBooks, table: str, *ignored: str) -> dict[str, Any]:
    [row] = rows(books, table)
    return {name: value for name, value in row.items() if name not in {"id", *ignored}}


def test_an_accepted_charge_writes_its_payment(night: FeedbackOffice) -> None:
    account = given_charge(night.books)
    night.answer(CHARGE, name=NAME)
    assert only(night.books, "payments") == {
        "payment_system_code": "CGI", "payment_method_code": "EJV", "payment_status_code": "COMPLETED",
        "invoice_number": None, "receipt_number": RECEIPT, "invoice_amount": 30.00, "paid_amount": 30.00,
        "payment_date": DAY.isoformat(), "payment_account_id": account, "created_by": "SYSTEM",
        "is_routing_slip": False, "cons_inv_number": None, "cheque_receipt_number": None, "paid_usd_amount": None,
    }  # fmt: skip


def test_what_a_second_file_accepts_is_added_to_both_amounts_of_the_payment(night: FeedbackOffice) -> None:
    books = night.books
    account = given_charge(books)
    books.invoice(account, 1002, "12.00")
    books.add("ejv_links", ejv_header_id=8801, link_type="invoice", link_id=1002)
    night.answer(CHARGE, name=NAME)
    more = Batch(4321, journals=[(8801, [JournalPair("1002", "12.00")])], effective="20261126")
    night.answer(more, name="FEEDBACK.F3535.20261126214512")
    columns = "SELECT invoice_amount, paid_amount, payment_date, created_by FROM payments"
    assert books.one(columns) == (Decimal("42.00"), Decimal("42.00"), DAY, "SYSTEM")


def test_an_accepted_charge_writes_receipt_invoice_and_reference(night: FeedbackOffice) -> None:
    books = night.books
    given_charge(books)
    [before] = rows(books, "invoices")
    [reference] = rows(books, "invoice_references")
    night.answer(CHARGE, name=NAME)
    assert only(books, "receipts") == {
        "invoice_id": 7654321, "receipt_number": RECEIPT, "receipt_amount": 30.0, "receipt_date": DAY.isoformat(),
    }  # fmt: skip
    assert rows(books, "invoices") == [
        before | {
            "invoice_status_code": "PAID", "paid": 30.00, "payment_date": DAY.isoformat(),
            "updated_on": NOW.isoformat(), "updated_by": None, "updated_name": None,
        }
    ]  # fmt: skip
    assert rows(books, "invoice_references") == [reference | {"status_code": "COMPLETED"}]


def test_an_accepted_charge_closes_batch_journal_and_link(night: FeedbackOffice) -> None:
    books = night.books
    given_charge(books)
    [batch], [journal], [link] = (rows(books, table) for table in ("ejv_files", "ejv_headers", "ejv_links"))
    night.answer(CHARGE, name=NAME)
    assert rows(books, "ejv_files") == [
        batch | {"disbursement_status_code": "COMPLETED", "feedback_file_ref": NAME, "completed_on": NOW.isoformat()}
    ]
    assert rows(books, "ejv_headers") == [journal | {"disbursement_status_code": "COMPLETED"}]
    assert rows(books, "ejv_links") == [link | {"disbursement_status_code": "COMPLETED"}]


def test_a_refused_charge_writes_link_reference_and_gl_only(night: FeedbackOffice) -> None:
    books = night.books
    account = given_charge(books)
    [invoice], [link] = rows(books, "invoices"), rows(books, "ejv_links")
    [reference] = rows(books, "invoice_references")
    night.answer(CHARGE, {5: ERROR}, name=NAME)
    assert rows(books, "invoices") == [invoice]
    assert rows(books, "payments") == rows(books, "receipts") == []
    assert rows(books, "ejv_links") == [link | {"disbursement_status_code": "ERRORED", "message": ERROR}]
    assert rows(books, "invoice_references") == [reference | {"status_code": "CANCELLED"}]
    stopped = "SELECT stop_ejv, updated_on, updated_by, updated_name FROM distribution_codes WHERE account_id = :id"
    assert books.one(stopped, id=account) == (True, NOW, None, None)


def test_an_accepted_reversal_writes_refund_date_and_no_receipt(night: FeedbackOffice) -> None:
    books = night.books
    given_charge(books)
    books.change(
        "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', paid = 30, payment_date = :day", day=DAY
    )
    [before] = rows(books, "invoices")
    reversal = Batch(4321, journals=[(8801, [JournalPair("7654321", "30.00", is_reversal=True)])], effective="20261127")
    night.answer(reversal, name=NAME)
    assert rows(books, "invoices") == [
        before | {
            "invoice_status_code": "REFUNDED", "refund_date": "2026-11-27T00:00:00", "updated_on": NOW.isoformat(),
            "updated_by": None, "updated_name": None,
        }
    ]  # fmt: skip
    assert rows(books, "receipts") == []
    assert only(books, "payments")["paid_amount"] == 30.00


def test_an_accepted_partial_refund_of_a_partner_writes_its_row_and_leaves_the_invoice(night: FeedbackOffice) -> None:
    books = night.books
    fee, partner = given_partner_refund(books)
    [invoice], [refund], [row] = (
        rows(books, table) for table in ("invoices", "refunds_partial", "partner_disbursements")
    )
    night.answer(PARTNER, name=NAME)
    assert rows(books, "partner_disbursements") == [
        row | {"status_code": "REVERSED", "feedback_on": DAY.isoformat(), "processed_on": NOW.isoformat()}
    ]
    assert (rows(books, "invoices"), rows(books, "refunds_partial")) == ([invoice], [refund])
    codes = "SELECT bool_or(coalesce(stop_ejv, false)) FROM distribution_codes WHERE distribution_code_id IN (:a, :b)"
    assert books.one(codes, a=fee, b=partner) is False


def test_a_refused_partial_refund_of_a_partner_leaves_feedback_on_as_it_was(night: FeedbackOffice) -> None:
    books = night.books
    fee, partner = given_partner_refund(books)
    earlier = datetime(2026, 10, 1)
    books.change("UPDATE partner_disbursements SET feedback_on = :day", day=earlier)
    [invoice], [row] = rows(books, "invoices"), rows(books, "partner_disbursements")
    night.answer(PARTNER, {5: ERROR}, name=NAME)
    assert rows(books, "partner_disbursements") == [row | {"status_code": "ERRORED", "processed_on": NOW.isoformat()}]
    assert rows(books, "invoices") == [invoice]
    assert books.one("SELECT status, gl_error, gl_posted FROM refunds_partial") == ("REFUND_PROCESSED", ERROR, None)
    assert books.one("SELECT disbursement_status_code, message FROM ejv_links") == ("ERRORED", ERROR)
    stopped = "SELECT coalesce(stop_ejv, false) FROM distribution_codes WHERE distribution_code_id = :id"
    assert (books.one(stopped, id=partner), books.one(stopped, id=fee)) == (True, False)
