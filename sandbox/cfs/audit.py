"""Whether the books balance: the invariants of docs/specs/cfs-api.md section 8, item 5, and the journal's proof."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sandbox.cfs.books import ZERO, BookedInvoice, BookedMemo, BookedReceipt, CfsBooks
from sandbox.cfs.journal import CASH, REFUNDS


@dataclass(frozen=True)
class BooksReport:
    """What the audit found; `violations` is empty if and only if the books balance."""

    balances: bool
    violations: list[str]
    totals: dict[str, Decimal]


def audit(books: CfsBooks) -> BooksReport:
    """Check every receipt, invoice and memo, alone, against each other and against the journal."""
    journal = books.journal.balances()
    violations = [
        *(problem for receipt in books.receipts.values() for problem in _receipt(books, receipt, journal)),
        *(problem for invoice in books.invoices.values() for problem in _invoice(books, invoice, journal)),
        *(problem for memo in books.memos.values() for problem in _memo(memo, journal)),
    ]
    totals = _totals(books)
    if journal.get(CASH, ZERO) != totals["received"]:
        violations.append(f"cash is {journal.get(CASH, ZERO)} in the journal, {totals['received']} by receipts")
    if -journal.get(REFUNDS, ZERO) != totals["adjusted"]:
        violations.append(f"refunds are {-journal.get(REFUNDS, ZERO)}, {totals['adjusted']} by receipts")
    parts = ("unapplied", "withheld", "applied", "adjusted")
    if totals["received"] != sum((totals[part] for part in parts), ZERO):
        violations.append(f"the sums over all receipts disagree: {totals}")
    return BooksReport(not violations, violations, totals)


def _receipt(books: CfsBooks, receipt: BookedReceipt, journal: dict[str, Decimal]) -> Iterator[str]:
    name = f"receipt {receipt.receipt_number}"
    used = sum(receipt.applied.values(), ZERO) + sum((one.amount for one in receipt.adjustments), ZERO)
    held = receipt.unapplied_amount + receipt.withheld
    if receipt.is_reversed and (receipt.applied or held):
        yield f"{name} is reversed and still holds or gives money"
    if not receipt.is_reversed and receipt.receipt_amount != held + used:
        yield f"{name}: {receipt.receipt_amount} is not unapplied {held} + applied and adjusted {used}"
    if min(receipt.unapplied_amount, receipt.withheld, *receipt.applied.values()) < 0:
        yield f"{name} has a negative amount"
    if -journal.get(f"receipt:{receipt.receipt_number}", ZERO) != receipt.unapplied_amount:
        yield f"{name}: the journal does not agree with unapplied {receipt.unapplied_amount}"
    for number in receipt.applied:
        if receipt.receipt_number not in books.invoices[number].receipts:
            yield f"{name} is applied to {number}, which does not know it"


def _invoice(books: CfsBooks, invoice: BookedInvoice, journal: dict[str, Decimal]) -> Iterator[str]:
    name = f"invoice {invoice.invoice_number}"
    adjusted = sum((one.amount for one in invoice.adjustments), ZERO)
    applied = sum(
        (books.receipts[number].applied.get(invoice.invoice_number, ZERO) for number in invoice.receipts), ZERO
    )
    due = invoice.total + adjusted - sum(invoice.credits.values(), ZERO) - applied
    if due != invoice.amount_due:
        yield f"{name}: amount due is {invoice.amount_due}, its parts say {due}"
    if invoice.amount_due < 0:
        yield f"{name} has a negative amount due"
    if journal.get(f"invoice:{invoice.invoice_number}", ZERO) != invoice.amount_due:
        yield f"{name}: the journal does not agree with amount due {invoice.amount_due}"


def _memo(memo: BookedMemo, journal: dict[str, Decimal]) -> Iterator[str]:
    name = f"credit memo {memo.credit_memo_number}"
    if memo.total + sum(memo.applied.values(), ZERO) != memo.amount_due or memo.amount_due > 0:
        yield f"{name}: amount due is {memo.amount_due}, its parts say otherwise"
    if journal.get(f"memo:{memo.credit_memo_number}", ZERO) != memo.amount_due:
        yield f"{name}: the journal does not agree with amount due {memo.amount_due}"


def _totals(books: CfsBooks) -> dict[str, Decimal]:
    live = [receipt for receipt in books.receipts.values() if not receipt.is_reversed]
    return {
        "received": sum((one.receipt_amount for one in live), ZERO),
        "unapplied": sum((one.unapplied_amount for one in live), ZERO),
        "withheld": sum((one.withheld for one in live), ZERO),
        "applied": sum((amount for one in live for amount in one.applied.values()), ZERO),
        "adjusted": sum((part.amount for one in live for part in one.adjustments), ZERO),
        "owed": sum((one.amount_due for one in books.invoices.values()), ZERO),
        "open_credits": -sum((one.amount_due for one in books.memos.values()), ZERO),
    }
