"""The steps that change receipts: reverse, create, apply, unapply, adjust.

Source: docs/specs/routing-slips.md section 4, docs/specs/cfs-api.md section 4.
"""

from datetime import date
from decimal import Decimal

from connectors.cfs import (
    CfsReceipt,
    CfsSite,
    NewReceipt,
    PaymentMethod,
    ReceiptActivity,
    ReversalComment,
    ReversalReason,
)
from connectors.effects import Json, Observation, StateConflict
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.steps.base import CfsStep, as_json, receipt_words


def reverse_receipt(site: CfsSite, number: str, reason: ReversalReason, comment: ReversalComment) -> CfsStep:
    """Take a receipt back for good."""

    def seen(view: CfsView) -> Observation[str]:
        receipt = view.receipt(site, number)
        if receipt is None:
            raise StateConflict(
                theirs=f"there is no receipt {number} on site {site.site}",
                ours="it holds the deposit and is to be reversed",
                repair="find out under which number or site the deposit is, and correct the slip's version or CFS "
                "account to match",
            )
        return Observation(receipt.is_reversed, receipt_words(receipt))

    def send(view: CfsView) -> Json:
        view.cfs.reverse_receipt(site, number, reason=reason, comment=comment)
        view.keep_reversed(number)
        return {"status": "REV"}

    request: Json = {"reversal_reason": str(reason), "reversal_comment": str(comment)}
    return CfsStep("reverse receipt", number, seen, send, request, (number,))


def create_receipt(site: CfsSite, number: str, on: date, amount: Decimal) -> CfsStep:
    """Make the receipt of a deposit under a number that was never used."""

    def seen(view: CfsView) -> Observation[str]:
        receipt = view.receipt(site, number)
        if receipt is not None and (receipt.is_reversed or receipt.receipt_amount != amount):
            raise StateConflict(
                theirs=f"receipt {number} is {receipt_words(receipt)}",
                ours=f"it is to be made for {amount}, and its number can never be used again",
                repair=f"have CFS show receipt {number} open for {amount}, or correct the slip's total or "
                "version to what CFS has",
            )
        return Observation(receipt is not None, receipt_words(receipt))

    def send(view: CfsView) -> Json:
        made = view.cfs.create_receipt(site, NewReceipt(number, on, amount, PaymentMethod.CASH))
        view.keep_receipt(made)
        return as_json(made)

    request: Json = {"receipt_date": on.isoformat(), "receipt_amount": str(amount)}
    return CfsStep("create receipt", number, seen, send, request, (number,))


def apply_receipt(site: CfsSite, number: str, to: str) -> CfsStep:
    """Pay an invoice with what is left of a receipt; CFS applies the smaller of the two amounts."""

    def live(view: CfsView) -> CfsReceipt:
        return _live(view, site, number, "its money pays the slip's invoices")

    def seen(view: CfsView) -> Observation[str]:
        invoice = view.invoice(site, to)
        if invoice is None:
            raise StateConflict(
                theirs=f"there is no invoice {to} on site {site.site}",
                ours="it was paid from this slip",
                repair=f"have CFS find invoice {to}, or correct its reference or status in the pay database",
            )
        due = f"{to}: {invoice.amount_due:.2f} due"
        if not live(view).unapplied_amount:
            return Observation(made=True, found=f"{number}: nothing left; {due}")
        return Observation(not invoice.amount_due, due)

    def send(view: CfsView) -> Json:
        before, invoice = live(view), view.invoice(site, to)
        assert invoice is not None
        after = view.cfs.apply_receipt(site, number, to)
        view.keep_receipt(after)
        view.keep_paid(invoice, before.unapplied_amount - after.unapplied_amount)
        return as_json(after)

    return CfsStep("apply receipt", f"{number} to {to}", seen, send, {"invoice_number": to}, (number, to))


def unapply_receipt(site: CfsSite, number: str, paid: str) -> CfsStep:
    """Take back what a receipt paid of an invoice."""

    def seen(view: CfsView) -> Observation[str]:
        receipt = view.receipt(site, number)
        applied = receipt is not None and not receipt.is_reversed and receipt.applied_to(paid) > 0
        return Observation(not applied, receipt_words(receipt))

    def send(view: CfsView) -> Json:
        view.cfs.unapply_receipt(site, number, paid)
        view.keep_unapplied(number, paid)
        return {}

    return CfsStep("unapply receipt", f"{number} from {paid}", seen, send, {"invoice_number": paid}, (number, paid))


def adjust_receipt(
    site: CfsSite, number: str, amount: Decimal, *, before: Decimal, activity: ReceiptActivity
) -> CfsStep:
    """Take out what is left of a receipt, as refund or write-off; nothing brings it back.

    before  what had left the receipt when the plan was made
    """

    def seen(view: CfsView) -> Observation[str]:
        receipt = _live(view, site, number, f"{amount} of it are to leave it")
        adjusted = adjusted_amount(receipt)
        if adjusted == before + amount:
            return Observation(made=True, found=f"{receipt_words(receipt)}, {adjusted:.2f} adjusted")
        if adjusted != before or receipt.unapplied_amount != amount:
            raise StateConflict(
                theirs=f"receipt {number} is {receipt_words(receipt)}, and {adjusted:.2f} have left it",
                ours=f"{before} had left it, and {amount} are to leave it now",
                repair=f"find out what changed receipt {number}; an adjustment cannot be undone, so this step is "
                f"done when exactly {before + amount} have left it",
            )
        return Observation(made=False, found=receipt_words(receipt))

    def send(view: CfsView) -> Json:
        view.cfs.adjust_receipt(site, number, amount=amount, activity=activity)
        view.forget(number)
        return {}

    request: Json = {
        "activity_name": str(activity),
        "adjustment_amount": str(amount),
        "adjusted_before": str(before),
    }
    return CfsStep("adjust receipt", number, seen, send, request, (number,))


def adjusted_amount(receipt: CfsReceipt) -> Decimal:
    """Return what has left a receipt by adjustments: what is neither unapplied nor at an invoice."""
    return receipt.receipt_amount - receipt.unapplied_amount - receipt.applied_amount


def _live(view: CfsView, site: CfsSite, number: str, ours: str) -> CfsReceipt:
    receipt = view.receipt(site, number)
    if receipt is None or receipt.is_reversed:
        raise StateConflict(
            theirs=f"receipt {number} is {receipt_words(receipt)} on site {site.site}",
            ours=ours,
            repair=f"find out what became of receipt {number}, and correct the slip's version or status to match",
        )
    return receipt
