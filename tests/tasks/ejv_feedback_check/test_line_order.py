"""Which line of a pair is first follows from the journal line number, not by the place in the file."""

import pytest

from tests.ejv_factory import Batch, JournalPair
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_charge_whose_lines_come_in_another_order_is_still_a_charge(is_turned: bool, office: FeedbackOffice) -> None:
    """Its refund was asked for before it was ever paid: taken for the refund, the money would never be paid back."""
    books = office.books
    account = books.account()
    books.batch(100)
    books.invoice(account, 1001, "30.00", "REFUND_REQUESTED")
    books.journal(100, 10, [("invoice", 1001)], payment_account_id=account)
    lines = Batch(100, journals=[(10, [JournalPair("1001", "30.00")])]).feedback().splitlines(keepends=True)
    assert (lines[3][17:22], lines[3][104:105], lines[4][104:105]) == (b"00001", b"C", b"D")
    outcome = office.apply(b"".join([*lines[:3], *(reversed(lines[3:5]) if is_turned else lines[3:5]), lines[5]]))
    assert [reject.reason for reject in outcome.rejects] == ["charged though given up"]
    assert books.one("SELECT invoice_status_code FROM invoices") == "REFUND_REQUESTED"


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_reversal_whose_lines_come_in_another_order_is_still_a_reversal(
    is_turned: bool, office: FeedbackOffice
) -> None:
    books = office.books
    books.batch(100, "DISBURSEMENT")
    books.invoice(books.account(), 1001, "28.50", "REFUND_REQUESTED", disbursement_status_code="UPLOADED")
    books.journal(100, 10, [("invoice", 1001)], partner_code="VS")
    lines = (
        Batch(100, journals=[(10, [JournalPair("1001", "28.50", is_reversal=True)])])
        .feedback()
        .splitlines(keepends=True)
    )
    office.apply(b"".join([*lines[:3], *(reversed(lines[3:5]) if is_turned else lines[3:5]), lines[5]]))
    assert books.one("SELECT disbursement_status_code FROM invoices") == "REVERSED"
