"""What another session writes while a batch waits for its rows is what the batch is judged by."""

import threading
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from jobs.run.outcome import Outcome
from tests.ejv_factory import Batch, EjvBooks, Item, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.waiting import wait_until

BEFORE = datetime(2026, 10, 1)
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
CHARGE = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])])
PARTIAL = Batch(100, journals=[(10, [JournalPair("1001-PR-55", "5.00", is_reversal=True)])])
PARTNER = Batch(100, journals=[(10, [JournalPair("1001-7", "30.00")])])
SLIP = Batch(100, "AP", items=[Item("206000010", "12.25")])
EFT = Batch(100, "AP", items=[Item("77", "12.25")])
RECEIPT = "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount) VALUES (1001, 'CARD1', 30)"


def given_charge(books: EjvBooks, status: str = "APPROVED") -> None:
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", status)
    books.partial_refund(55, 1001, "5.00")
    books.journal(100, 10, [("invoice", 1001), ("partial_refund", 55)], payment_account_id=account)


def given_partner(books: EjvBooks) -> None:
    books.batch(100, "DISBURSEMENT")
    books.invoice(books.account(), 1001, "30.00", "PAID", disbursement_status_code="UPLOADED")
    books.add("partner_disbursements", id=7, amount="30.00", partner_code="VS", target_id=1001, target_type="invoice")
    books.journal(100, 10, [("invoice", 1001)], partner_code="VS")


def given_slip(books: EjvBooks) -> None:
    books.batch(100, "REFUND")
    books.add("routing_slips", number="206000010")


def given_eft(books: EjvBooks) -> None:
    books.batch(100, "EFT_REFUND")
    name = books.add("eft_short_names", short_name="SAMPLE", type="EFT", is_generated=False)
    books.add("eft_refunds", id=77, short_name_id=name, refund_amount="12.25")


CASES: dict[str, tuple[Any, Batch, str, str, str, str]] = {
    "cancelled": (
        given_charge, CHARGE, "UPDATE invoices SET invoice_status_code = 'CANCELLED'",
        "SELECT invoice_status_code FROM invoices", "CANCELLED", "charged though given up"),
    "its refund asked for": (
        given_charge, CHARGE, "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED'",
        "SELECT invoice_status_code FROM invoices", "REFUND_REQUESTED", "charged though given up"),
    "paid by card": (
        given_charge, CHARGE, "UPDATE invoices SET invoice_status_code = 'PAID', payment_date = '2026-10-01'",
        "SELECT CAST(payment_date AS text) FROM invoices", "2026-10-01 00:00:00", "moved a second time"),
    "paid by card, the receipt first": (
        given_charge, CHARGE, RECEIPT, "SELECT invoice_status_code FROM invoices", "PAID", "taken a second time"),
    "refunded in part by another batch": (
        given_charge, PARTIAL, "UPDATE refunds_partial SET status = 'REFUND_PROCESSED'",
        "SELECT coalesce(CAST(gl_posted AS text), '') FROM refunds_partial", "", "moved a second time"),
    "disbursed by another batch": (
        given_partner, PARTNER, "UPDATE partner_disbursements SET status_code = 'COMPLETED'",
        "SELECT coalesce(CAST(feedback_on AS text), '') FROM partner_disbursements", "", "moved a second time"),
    "sent as a cheque by another batch": (
        given_slip, SLIP, "UPDATE routing_slips SET status = 'REFUND_PROCESSED'",
        "SELECT coalesce(refund_status, '') FROM routing_slips", "", "moved a second time"),
    "paid by EFT by another batch": (
        given_eft, EFT, "UPDATE eft_refunds SET disbursement_status_code = 'COMPLETED'",
        "SELECT coalesce(CAST(disbursement_date AS text), '') FROM eft_refunds", "", "moved a second time"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_thing_that_is_changed_while_its_batch_waits_is_judged_as_it_is_then(
    case: str, office: FeedbackOffice
) -> None:
    given, batch, change, query, found, reason = CASES[case]
    given(office.books)
    outcome = answered_after(office, batch, change)
    assert office.books.one(query) == found
    assert reason in [reject.reason for reject in outcome.rejects]


def answered_after(office: FeedbackOffice, batch: Batch, change: str) -> Outcome:
    """Apply the answer while another session has changed something and commits once the job waits for it."""
    outcomes: list[Outcome] = []
    job = threading.Thread(target=lambda: outcomes.append(office.answer(batch)))
    with office.books.database.begin() as session:
        session.execute(text(change))
        job.start()
        wait_until(lambda: office.books.one(_WAITING) or not job.is_alive(), "the job waits")
    job.join()
    return outcomes[0]
