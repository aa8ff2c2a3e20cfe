"""The steps that change receipts: reverse, create, apply, unapply, adjust.

Source: docs/specs/routing-slips.md section 4, docs/specs/cfs-api.md section 4.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.cfs import (
    CfsSite,
    NewReceipt,
    PaymentMethod,
    Receipt,
    ReceiptActivity,
    ReversalComment,
    ReversalReason,
)
from tasks.routing_slip_recreate.look import Look
from tasks.routing_slip_recreate.steps.base import Json, Seen, Undecided, as_json, told


@dataclass(frozen=True)
class ReverseReceipt:
    """Take a receipt back for good."""

    site: CfsSite
    number: str
    reason: ReversalReason
    comment: ReversalComment
    kind: str = "reverse receipt"

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def request(self) -> Json:
        return {"reversal_reason": str(self.reason), "reversal_comment": str(self.comment)}

    def look(self, look: Look) -> Seen:
        receipt = look.receipt(self.site, self.number)
        if receipt is None:
            raise Undecided(
                cfs=f"there is no receipt {self.number} on site {self.site.site}",
                ours="it holds the deposit and is to be reversed",
                repair="find out under which number or site the deposit is, and correct the slip's version or CFS "
                "account to match",
            )
        return Seen(receipt.is_reversed, told(receipt))

    def send(self, look: Look) -> Json:
        look.cfs.reverse_receipt(self.site, self.number, reason=self.reason, comment=self.comment)
        look.keep_reversed(self.number)
        return {"status": "REV"}


@dataclass(frozen=True)
class CreateReceipt:
    """Make the receipt of a deposit under a number that was never used."""

    site: CfsSite
    number: str
    on: date
    amount: Decimal
    kind: str = "create receipt"

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def request(self) -> Json:
        return {"receipt_date": self.on.isoformat(), "receipt_amount": str(self.amount)}

    def look(self, look: Look) -> Seen:
        receipt = look.receipt(self.site, self.number)
        if receipt is not None and (receipt.is_reversed or receipt.receipt_amount != self.amount):
            raise Undecided(
                cfs=f"receipt {self.number} is {told(receipt)}",
                ours=f"it is to be made over {self.amount}, and its number can never be used again",
                repair=f"have CFS show receipt {self.number} open over {self.amount}, or correct the slip's total or "
                "version to what CFS has",
            )
        return Seen(receipt is not None, told(receipt))

    def send(self, look: Look) -> Json:
        made = look.cfs.create_receipt(self.site, NewReceipt(self.number, self.on, self.amount, PaymentMethod.CASH))
        look.keep_receipt(made)
        return as_json(made)


@dataclass(frozen=True)
class ApplyReceipt:
    """Pay an invoice with what is left of a receipt; CFS applies the smaller of the two amounts."""

    site: CfsSite
    number: str
    invoice: str
    kind: str = "apply receipt"

    @property
    def subject(self) -> str:
        return f"{self.number} to {self.invoice}"

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number, self.invoice)

    @property
    def request(self) -> Json:
        return {"invoice_number": self.invoice}

    def look(self, look: Look) -> Seen:
        invoice = look.invoice(self.site, self.invoice)
        if invoice is None:
            raise Undecided(
                cfs=f"there is no invoice {self.invoice} on site {self.site.site}",
                ours="it was paid from this slip",
                repair=f"have CFS find invoice {self.invoice}, or correct its reference or status in the pay database",
            )
        receipt = _live(look, self.site, self.number, "its money pays the slip's invoices")
        if not receipt.unapplied_amount:
            return Seen(true=True, found=f"{self.number}: nothing left; {self.invoice}: {invoice.amount_due} due")
        return Seen(not invoice.amount_due, f"{self.invoice}: {invoice.amount_due} due")

    def send(self, look: Look) -> Json:
        before = _live(look, self.site, self.number, "its money pays the slip's invoices")
        invoice = look.invoice(self.site, self.invoice)
        assert invoice is not None
        after = look.cfs.apply_receipt(self.site, self.number, self.invoice)
        look.keep_receipt(after)
        look.keep_paid(invoice, before.unapplied_amount - after.unapplied_amount)
        return as_json(after)


@dataclass(frozen=True)
class UnapplyReceipt:
    """Take back what a receipt paid of an invoice."""

    site: CfsSite
    number: str
    invoice: str
    kind: str = "unapply receipt"

    @property
    def subject(self) -> str:
        return f"{self.number} from {self.invoice}"

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number, self.invoice)

    @property
    def request(self) -> Json:
        return {"invoice_number": self.invoice}

    def look(self, look: Look) -> Seen:
        receipt = look.receipt(self.site, self.number)
        applied = receipt is not None and not receipt.is_reversed and receipt.applied_to(self.invoice) > 0
        return Seen(not applied, told(receipt))

    def send(self, look: Look) -> Json:
        look.cfs.unapply_receipt(self.site, self.number, self.invoice)
        look.keep_unapplied(self.number, self.invoice)
        return {}


@dataclass(frozen=True)
class AdjustReceipt:
    """Let what is left of a receipt leave it, as refund or write-off; nothing brings it back.

    before  what had left the receipt when the plan was made
    """

    site: CfsSite
    number: str
    amount: Decimal
    before: Decimal
    activity: ReceiptActivity
    kind: str = "adjust receipt"

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def request(self) -> Json:
        return {
            "activity_name": str(self.activity),
            "adjustment_amount": str(self.amount),
            "adjusted_before": str(self.before),
        }

    def look(self, look: Look) -> Seen:
        receipt = _live(look, self.site, self.number, f"{self.amount} of it are to leave it")
        adjusted = adjusted_amount(receipt)
        if adjusted == self.before + self.amount:
            return Seen(true=True, found=f"{told(receipt)}, {adjusted} adjusted")
        if adjusted != self.before or receipt.unapplied_amount != self.amount:
            raise Undecided(
                cfs=f"receipt {self.number} is {told(receipt)}, and {adjusted} have left it",
                ours=f"{self.before} had left it, and {self.amount} are to leave it now",
                repair=f"find out what changed receipt {self.number}; an adjustment cannot be undone, so this step is "
                f"done when exactly {self.before + self.amount} have left it",
            )
        return Seen(true=False, found=told(receipt))

    def send(self, look: Look) -> Json:
        look.cfs.adjust_receipt(self.site, self.number, amount=self.amount, activity=self.activity)
        look.forget(self.number)
        return {}


def adjusted_amount(receipt: Receipt) -> Decimal:
    """Give what has left a receipt by adjustments: what is neither unapplied nor at an invoice."""
    return receipt.receipt_amount - receipt.unapplied_amount - receipt.applied_amount


def _live(look: Look, site: CfsSite, number: str, ours: str) -> Receipt:
    receipt = look.receipt(site, number)
    if receipt is None or receipt.is_reversed:
        raise Undecided(
            cfs=f"receipt {number} is {told(receipt)} on site {site.site}",
            ours=ours,
            repair=f"find out what became of receipt {number}, and correct the slip's version or status to match",
        )
    return receipt
