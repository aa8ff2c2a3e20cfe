"""Departures from the reference that docs/decisions/ejv-feedback-check.md lists and no other test shows."""

import pytest

from tests.ejv_factory import Batch, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice

REFUSED = [("1117 INVALID DISTRIBUTION", "1117 INVALID DISTRIBUTION"), ("1117", "1117"), ("1117 ", "1117")]


@pytest.mark.parametrize(("said", "kept"), REFUSED)
def test_messages_of_refused_lines_begin_with_the_return_code_and_end_without_a_blank(
    said: str, kept: str, office: FeedbackOffice
) -> None:
    books = office.books
    books.batch(100, "DISBURSEMENT")
    books.invoice(books.account(), 1001, "28.50", "PAID", disbursement_status_code="COMPLETED")
    books.partial_refund(55, 1001, "5.00", "REFUND_PROCESSED")
    partner = books.add(
        "partner_disbursements", amount="5.00", partner_code="VS", target_id=55, target_type="partial_refund",
        is_reversal=True,
    )  # fmt: skip
    books.journal(100, 10, [("partial_refund", 55)], partner_code="VS")
    pair = JournalPair(f"1001-{partner}-PR", "5.00", is_reversal=True)
    office.answer(Batch(100, journals=[(10, [pair])]), {3: said, 4: said})
    assert books.one("SELECT message FROM ejv_links") == kept
    assert books.one("SELECT message FROM ejv_headers") == kept
    assert books.one("SELECT gl_error FROM refunds_partial") == kept


@pytest.mark.parametrize(("said", "kept"), REFUSED)
def test_the_message_of_a_refused_batch_begins_with_the_return_code_and_ends_without_a_blank(
    said: str, kept: str, office: FeedbackOffice
) -> None:
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00")
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)
    office.apply(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]).feedback({2: said}, repeats=False))
    assert books.one("SELECT message, disbursement_status_code FROM ejv_files") == (kept, "ERRORED")
    assert books.one("SELECT message FROM ejv_links") == kept


def test_feedback_for_a_transfer_batch_is_held(office: FeedbackOffice) -> None:
    books = office.books
    account = books.account()
    books.batch(100, "TRANSFER")
    books.invoice(account, 1001, "30.00")
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)
    outcome = office.answer(Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]))
    assert "batch 100 is of type TRANSFER in ejv_files" in outcome.rejects[0].detail
    assert books.one("SELECT invoice_status_code FROM invoices") == "APPROVED"
    assert books.one("SELECT disbursement_status_code FROM ejv_files") == "UPLOADED"


def test_a_partner_row_that_does_not_exist_is_rejected_and_the_rest_applied(office: FeedbackOffice) -> None:
    books = office.books
    books.batch(100, "DISBURSEMENT")
    account = books.account()
    for invoice in (1001, 1002):
        books.invoice(account, invoice, "28.50", "PAID", disbursement_status_code="UPLOADED")
    books.journal(100, 10, [("invoice", 1001), ("invoice", 1002)], partner_code="VS")
    outcome = office.answer(
        Batch(100, journals=[(10, [JournalPair("1001-880", "28.50"), JournalPair("1002", "28.50")])])
    )
    assert (outcome.rejects[0].reason, outcome.counts["lines_rejected"]) == ("unknown disbursement", 2)
    assert books.rows("SELECT disbursement_status_code FROM invoices ORDER BY id") == [("UPLOADED",), ("COMPLETED",)]
