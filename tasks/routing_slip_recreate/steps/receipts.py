"""The steps that change receipts: reverse, create, apply, unapply, adjust.

Source: docs/specs/routing-slips.md section 4, docs/specs/cfs-api.md section 4.
"""

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
from tasks.routing_slip_recreate.cfs_view import Look
from tasks.routing_slip_recreate.steps.base import Json, Seen, Step, Undecided, as_json, told


def reverse_receipt(site: CfsSite, number: str, reason: ReversalReason, comment: ReversalComment) -> Step:
    """Take a receipt back for good."""

    def seen(look: Look) -> Seen:
        receipt = look.receipt(site, number)
        if receipt is None:
            raise Undecided(
                cfs=f"there is no receipt {number} on site {site.site}",
                ours="it holds the deposit and is to be reversed",
                repair="find out under which number or site the deposit is, and correct the slip's version or CFS "
                "account to match",
            )
        return Seen(receipt.is_reversed, told(receipt))

    def send(look: Look) -> Json:
        look.cfs.reverse_receipt(site, number, reason=reason, comment=comment)
        look.keep_reversed(number)
        return {"status": "REV"}

    request: Json = {"reversal_reason": str(reason), "reversal_comment": str(comment)}
    return Step("reverse receipt", number, seen, send, request, (number,))


def create_receipt(site: CfsSite, number: str, on: date, amount: Decimal) -> Step:
    """Make the receipt of a deposit under a number that was never used."""

    def seen(look: Look) -> Seen:
        receipt = look.receipt(site, number)
        if receipt is not None and (receipt.is_reversed or receipt.receipt_amount != amount):
            raise Undecided(
                cfs=f"receipt {number} is {told(receipt)}",
                ours=f"it is to be made over {amount}, and its number can never be used again",
                repair=f"have CFS show receipt {number} open over {amount}, or correct the slip's total or "
                "version to what CFS has",
            )
        return Seen(receipt is not None, told(receipt))

    def send(look: Look) -> Json:
        made = look.cfs.create_receipt(site, NewReceipt(number, on, amount, PaymentMethod.CASH))
        look.keep_receipt(made)
        return as_json(made)

    request: Json = {"receipt_date": on.isoformat(), "receipt_amount": str(amount)}
    return Step("create receipt", number, seen, send, request, (number,))


def apply_receipt(site: CfsSite, number: str, to: str) -> Step:
    """Pay an invoice with what is left of a receipt; CFS applies the smaller of the two amounts."""

    def live(look: Look) -> Receipt:
        return _live(look, site, number, "its money pays the slip's invoices")

    def seen(look: Look) -> Seen:
        invoice = look.invoice(site, to)
        if invoice is None:
            raise Undecided(
                cfs=f"there is no invoice {to} on site {site.site}",
                ours="it was paid from this slip",
                repair=f"have CFS find invoice {to}, or correct its reference or status in the pay database",
            )
        due = f"{to}: {invoice.amount_due:.2f} due"
        if not live(look).unapplied_amount:
            return Seen(true=True, found=f"{number}: nothing left; {due}")
        return Seen(not invoice.amount_due, due)

    def send(look: Look) -> Json:
        before, invoice = live(look), look.invoice(site, to)
        assert invoice is not None
        after = look.cfs.apply_receipt(site, number, to)
        look.keep_receipt(after)
        look.keep_paid(invoice, before.unapplied_amount - after.unapplied_amount)
        return as_json(after)

    return Step("apply receipt", f"{number} to {to}", seen, send, {"invoice_number": to}, (number, to))


def unapply_receipt(site: CfsSite, number: str, paid: str) -> Step:
    """Take back what a receipt paid of an invoice."""

    def seen(look: Look) -> Seen:
        receipt = look.receipt(site, number)
        applied = receipt is not None and not receipt.is_reversed and receipt.applied_to(paid) > 0
        return Seen(not applied, told(receipt))

    def send(look: Look) -> Json:
        look.cfs.unapply_receipt(site, number, paid)
        look.keep_unapplied(number, paid)
        return {}

    return Step("unapply receipt", f"{number} from {paid}", seen, send, {"invoice_number": paid}, (number, paid))


def adjust_receipt(site: CfsSite, number: str, amount: Decimal, *, before: Decimal, activity: ReceiptActivity) -> Step:
    """Let what is left of a receipt leave it, as refund or write-off; nothing brings it back.

    before  what had left the receipt when the plan was made
    """

    def seen(look: Look) -> Seen:
        receipt = _live(look, site, number, f"{amount} of it are to leave it")
        adjusted = adjusted_amount(receipt)
        if adjusted == before + amount:
            return Seen(true=True, found=f"{told(receipt)}, {adjusted:.2f} adjusted")
        if adjusted != before or receipt.unapplied_amount != amount:
            raise Undecided(
                cfs=f"receipt {number} is {told(receipt)}, and {adjusted:.2f} have left it",
                ours=f"{before} had left it, and {amount} are to leave it now",
                repair=f"find out what changed receipt {number}; an adjustment cannot be undone, so this step is "
                f"done when exactly {before + amount} have left it",
            )
        return Seen(true=False, found=told(receipt))

    def send(look: Look) -> Json:
        look.cfs.adjust_receipt(site, number, amount=amount, activity=activity)
        look.forget(number)
        return {}

    request: Json = {
        "activity_name": str(activity),
        "adjustment_amount": str(amount),
        "adjusted_before": str(before),
    }
    return Step("adjust receipt", number, seen, send, request, (number,))


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
