"""What can be done with receipts.

Source: docs/specs/cfs-api.md section 4. `amount = unapplied + withheld + applied + adjusted` until it is reversed.
"""

from decimal import Decimal

from sandbox.cfs.books import ZERO, Adjustment, BookedInvoice, BookedReceipt, BookedSite, CfsBooks, RequestRefused
from sandbox.cfs.journal import CASH, REFUNDS

METHODS = frozenset({"BC REG Cash Equivalent", "BC REG EFT Wire Cheque", "BC REG Drawdown Balance"})
CARD = "PayBC Card"
METHODS_OF_CFS = frozenset({"BCR-PAD Daily", "Online Banking Payments", CARD})
REASONS = frozenset({"NSF", "PAYMENT REVERSAL"})
ACTIVITIES = frozenset({"Refund Adjustment FAS", "Write-off Adjustment FAS"})


def create_receipt(
    books: CfsBooks,
    site: BookedSite,
    *,
    number: str,
    date: str,
    amount: Decimal,
    method: str,
    comments: str = "",
    usable: bool = True,
    by_cfs: bool = False,
) -> BookedReceipt:
    """Make a receipt.

    usable  false for one of the wrong identity: accepted, but nothing can be applied from it (section 2.1)
    by_cfs  allows the methods that only CFS itself uses
    """
    if not number:
        raise RequestRefused("Receipt number is required.")
    if number in books.receipts:
        raise RequestRefused(f"Receipt number {number} already exists.")
    if method not in METHODS | (METHODS_OF_CFS if by_cfs else frozenset()):
        raise RequestRefused("Receipt method identifier is invalid.")
    if amount <= 0:
        raise RequestRefused("Receipt amount must be greater than zero.")
    receipt = BookedReceipt(
        receipt_number=number,
        site_number=site.site_number,
        receipt_date=date,
        receipt_amount=amount,
        unapplied_amount=amount if usable else ZERO,
        withheld=ZERO if usable else amount,
        payment_method=method,
        comments=comments,
    )
    books.receipts[number] = receipt
    books.journal.move("create receipt", amount, debit=CASH, credit=f"{'receipt' if usable else 'withheld'}:{number}")
    return receipt


def apply_receipt(
    books: CfsBooks, receipt: BookedReceipt, invoice: BookedInvoice, *, nothing_is_fine: bool = True
) -> Decimal:
    """Apply min(unapplied, amount due); return what was applied."""
    _refuse_reversed(receipt)
    amount = min(receipt.unapplied_amount, invoice.amount_due)
    if not amount:
        if nothing_is_fine:
            return ZERO
        raise RequestRefused("There is nothing to apply.")
    receipt.unapplied_amount -= amount
    receipt.applied[invoice.invoice_number] = receipt.applied.get(invoice.invoice_number, ZERO) + amount
    invoice.amount_due -= amount
    if receipt.receipt_number not in invoice.receipts:
        invoice.receipts.append(receipt.receipt_number)
    books.journal.move(
        "apply", amount, debit=f"receipt:{receipt.receipt_number}", credit=f"invoice:{invoice.invoice_number}"
    )
    return amount


def unapply_receipt(books: CfsBooks, receipt: BookedReceipt, invoice: BookedInvoice) -> Decimal:
    """Take back what was applied to the invoice; return how much that was."""
    _refuse_reversed(receipt)
    if invoice.invoice_number not in receipt.applied:
        raise RequestRefused(f"Receipt is not applied to {invoice.invoice_number}.")
    amount = receipt.applied.pop(invoice.invoice_number)
    receipt.unapplied_amount += amount
    invoice.amount_due += amount
    invoice.receipts.remove(receipt.receipt_number)
    books.journal.move(
        "unapply", amount, debit=f"invoice:{invoice.invoice_number}", credit=f"receipt:{receipt.receipt_number}"
    )
    return amount


def adjust_receipt(books: CfsBooks, receipt: BookedReceipt, *, amount: Decimal, activity: str) -> None:
    """Let money leave the receipt; nothing brings it back."""
    _refuse_reversed(receipt)
    if activity not in ACTIVITIES:
        raise RequestRefused("Activity name is invalid.")
    if amount <= 0 or amount > receipt.unapplied_amount:
        raise RequestRefused("Adjustment amount exceeds the unapplied amount or is not positive.")
    receipt.unapplied_amount -= amount
    receipt.adjustments.append(Adjustment(amount, activity))
    books.journal.move("adjust receipt", amount, debit=f"receipt:{receipt.receipt_number}", credit=REFUNDS)


def reverse_receipt(books: CfsBooks, receipt: BookedReceipt, *, reason: str, comment: str) -> None:
    """Take the receipt back for good, and everything applied from it (section 8, item 6)."""
    _refuse_reversed(receipt)
    if reason not in REASONS:
        raise RequestRefused("Reversal reason is invalid.")
    for number in list(receipt.applied):
        unapply_receipt(books, receipt, books.invoices[number])
    adjusted = sum((one.amount for one in receipt.adjustments), ZERO)
    books.journal.post(
        "reverse receipt",
        {
            CASH: -receipt.receipt_amount,
            f"receipt:{receipt.receipt_number}": receipt.unapplied_amount,
            f"withheld:{receipt.receipt_number}": receipt.withheld,
            REFUNDS: adjusted,
        },
    )
    receipt.unapplied_amount = receipt.withheld = ZERO
    receipt.is_reversed = True
    receipt.reversal_reason = reason
    receipt.reversal_comment = comment


def _refuse_reversed(receipt: BookedReceipt) -> None:
    if receipt.is_reversed:
        raise RequestRefused(f"Receipt {receipt.receipt_number} has been reversed.")
