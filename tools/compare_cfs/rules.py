"""What must be equal on both sides, as pure functions: our side and theirs in, differences out.

Source: docs/specs/invoice-lifecycle.md section 6. `ours` says that we have more, or something CFS lacks; `theirs` that
CFS has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from connectors.cfs import CfsInvoice, CfsSite

Direction = Literal["ours", "theirs"]


@dataclass(frozen=True)
class CfsDifference:
    """Something that is not the same on both sides."""

    kind: str
    number: str
    direction: Direction
    ours: Decimal | None
    theirs: Decimal | None
    detail: str


@dataclass(frozen=True)
class OurInvoice:
    """Our side of a CFS invoice number, all invoices behind it together."""

    number: str
    total: Decimal
    is_paid: bool
    is_open: bool
    receipts: frozenset[str]
    site: CfsSite | None


@dataclass(frozen=True)
class OurUnsentInvoice:
    """An invoice that was cancelled before it was sent, with the number and the site it would have in CFS."""

    number: str
    total: Decimal
    site: CfsSite | None


@dataclass(frozen=True)
class OurCredit:
    """Our side of a credit memo."""

    number: str
    amount: Decimal
    remaining: Decimal
    sites: tuple[CfsSite, ...]


@dataclass(frozen=True)
class OurSlip:
    """Our side of a routing slip with its children."""

    number: str
    remaining: Decimal
    approved: Decimal
    refunds: Decimal
    site: CfsSite | None
    receipts: tuple[str, ...]


def of_invoice(ours: OurInvoice, theirs: CfsInvoice | None) -> Iterator[CfsDifference]:
    """Compare total, what is due against our status, and receipts."""
    if theirs is None:
        yield CfsDifference("invoice", ours.number, "ours", ours.total, None, "CFS lacks this number on its site")
        return
    if theirs.total != ours.total:
        yield _amounts("total", ours.number, ours.total, theirs.total, "the totals differ")
    if ours.is_paid and theirs.amount_due > 0:
        yield CfsDifference("due", ours.number, "ours", Decimal(0), theirs.amount_due, "paid here, still due in CFS")
    if ours.is_open and theirs.amount_due == 0:
        detail = "CFS says paid, we wait: settlement file not processed, row not applied, or paid by a memo"
        yield CfsDifference("due", ours.number, "theirs", ours.total, Decimal(0), detail)
    if ours.is_paid:
        yield from _receipts(ours, theirs)


def of_unsent(ours: OurUnsentInvoice, theirs: CfsInvoice | None) -> Iterator[CfsDifference]:
    """Compare an invoice that was cancelled before it was sent: CFS must not have it."""
    if theirs is not None:
        detail = "we cancelled it before it was sent, CFS has it"
        yield CfsDifference("cancelled", ours.number, "theirs", ours.total, theirs.amount_due, detail)


def of_credit(ours: OurCredit, left: Decimal | None) -> Iterator[CfsDifference]:
    """Compare what is left of a credit memo; None: CFS does not have it."""
    if left is None:
        yield CfsDifference("credit", ours.number, "ours", ours.remaining, None, "CFS does not have this credit memo")
    elif left > ours.amount:
        yield CfsDifference("credit", ours.number, "theirs", ours.amount, left, "CFS has more left than the credit was")
    elif left != ours.remaining:
        yield _amounts("credit", ours.number, ours.remaining, left, "what is left of the credit differs")


def of_slip(ours: OurSlip, unapplied: Decimal) -> Iterator[CfsDifference]:
    """Compare what a slip has left with what its receipts have, less what is still to be taken from them."""
    expected = unapplied - ours.approved + ours.refunds
    if expected != ours.remaining:
        detail = f"receipts have {unapplied} unapplied, {ours.approved} is to be applied, {ours.refunds} to come back"
        yield _amounts("slip", ours.number, ours.remaining, expected, detail)


def _receipts(ours: OurInvoice, theirs: CfsInvoice) -> Iterator[CfsDifference]:
    known = frozenset(theirs.receipt_numbers)
    for number in sorted(known - ours.receipts):
        yield CfsDifference("receipt", ours.number, "theirs", None, None, f"CFS applied receipt {number}, we lack it")
    for number in sorted(ours.receipts - known):
        yield CfsDifference("receipt", ours.number, "ours", None, None, f"receipt {number} was not applied in CFS")


def _amounts(kind: str, number: str, ours: Decimal, theirs: Decimal, detail: str) -> CfsDifference:
    return CfsDifference(kind, number, "ours" if ours > theirs else "theirs", ours, theirs, detail)
