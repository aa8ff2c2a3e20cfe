"""What can be done with invoices and credit memos.

Source: docs/specs/cfs-api.md sections 5 and 6. `total + adjustments - credits - applied = amount due`.
"""

from decimal import Decimal

from sandbox.cfs.books import ZERO, Adjustment, BookedInvoice, BookedMemo, BookedSite, CfsBooks, RequestRefused
from sandbox.cfs.journal import REVENUE

ACTIVITIES = frozenset({"BC Registries - NSF Charge", "BC Registries Write Off"})
FIRST_REFERENCE = 40001
FIRST_MEMO = 20001


def create_invoice(books: CfsBooks, site: BookedSite, *, number: str, total: Decimal, date: str = "") -> BookedInvoice:
    """Make an invoice; its number must never have been used."""
    if not number:
        raise RequestRefused("Transaction number is required.")
    if number in books.invoices:
        raise RequestRefused(f"Transaction number {number} already exists.")
    if total < 0:
        raise RequestRefused("Transaction amount must not be negative.")
    invoice = BookedInvoice(
        invoice_number=number,
        site_number=site.site_number,
        pbc_ref_number=books.next_number("reference", FIRST_REFERENCE),
        total=total,
        amount_due=total,
        transaction_date=date,
    )
    books.invoices[number] = invoice
    books.journal.move("create invoice", total, debit=f"invoice:{number}", credit=REVENUE)
    return invoice


def adjust_invoice(books: CfsBooks, invoice: BookedInvoice, *, amount: Decimal, activity: str, comment: str) -> None:
    """Change what is owed by the amount, positive for more; it cannot fall below zero."""
    if activity not in ACTIVITIES:
        raise RequestRefused("Activity name is invalid.")
    if not amount or invoice.amount_due + amount < 0:
        raise RequestRefused("Adjustment amount is zero or exceeds the amount due.")
    invoice.amount_due += amount
    invoice.adjustments.append(Adjustment(amount, activity, comment))
    books.journal.move("adjust invoice", amount, debit=f"invoice:{invoice.invoice_number}", credit=REVENUE)


def credit_balance(books: CfsBooks, invoice: BookedInvoice, *, nothing_is_fine: bool = False) -> BookedMemo:
    """Bring the invoice to zero by a credit memo over what is due; its receipts must be unapplied first."""
    if invoice.receipts:
        raise RequestRefused(f"Transaction {invoice.invoice_number} has applied receipts.")
    if not invoice.amount_due and not nothing_is_fine:
        raise RequestRefused(f"Transaction {invoice.invoice_number} has no balance.")
    memo = create_memo(books, books.sites[invoice.site_number], total=-invoice.amount_due)
    apply_memo(books, memo, invoice)
    return memo


def create_memo(books: CfsBooks, site: BookedSite, *, total: Decimal, number: str = "") -> BookedMemo:
    """Make a credit memo over a negative total; CFS gives the number unless it is seeded."""
    if total > 0:
        raise RequestRefused("Credit memo amount must be negative.")
    while not number or number in books.memos:
        number = books.next_number("memo", FIRST_MEMO)
    memo = BookedMemo(number, site.site_number, total, total)
    books.memos[number] = memo
    books.journal.move("create memo", -total, debit=REVENUE, credit=f"memo:{number}")
    return memo


def apply_memo(books: CfsBooks, memo: BookedMemo, invoice: BookedInvoice) -> Decimal:
    """Apply what is left of a memo, as far as the invoice owes it; return what was applied."""
    amount = min(-memo.amount_due, invoice.amount_due)
    if not amount:
        return ZERO
    memo.amount_due += amount
    memo.applied[invoice.invoice_number] = memo.applied.get(invoice.invoice_number, ZERO) + amount
    invoice.amount_due -= amount
    invoice.credits[memo.credit_memo_number] = invoice.credits.get(memo.credit_memo_number, ZERO) + amount
    books.journal.move(
        "apply memo", amount, debit=f"memo:{memo.credit_memo_number}", credit=f"invoice:{invoice.invoice_number}"
    )
    return amount
