"""The steps that change invoices: make one, and bring one to zero.

Source: docs/specs/routing-slips.md sections 3.4 and 7, docs/specs/cfs-api.md section 5.
"""

from datetime import datetime
from decimal import Decimal

from connectors.cfs import CfsSite, InvoiceLine
from connectors.effects import Json, Observation, StateConflict
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.steps.base import CfsStep


def create_invoice(site: CfsSite, number: str, lines: tuple[InvoiceLine, ...], *, at: datetime) -> CfsStep:
    """Make the invoice over a fee."""
    total = sum((line.amount for line in lines), Decimal(0))

    def seen(view: CfsView) -> Observation[str]:
        invoice = view.invoice(site, number)
        if invoice is None:
            return Observation(made=False, found="404")
        if invoice.total != total:
            raise StateConflict(
                theirs=f"invoice {number} is for {invoice.total:.2f}",
                ours=f"it is to be for {total:.2f}",
                repair=f"find out which total of invoice {number} is right, and correct the other side",
            )
        return Observation(made=True, found=f"for {invoice.total:.2f}, {invoice.amount_due:.2f} due")

    def send(view: CfsView) -> Json:
        made = view.cfs.create_invoice(site, number, lines, at=at)
        view.keep_invoice(made)
        return {
            "reference_number": made.reference_number,
            "total": str(made.total),
            "amount_due": str(made.amount_due),
        }

    return CfsStep("create invoice", number, seen, send, {"total": str(total)}, (number,))


def credit_invoice(site: CfsSite, number: str, *, may_be_missing: bool) -> CfsStep:
    """Bring an invoice to zero by a credit memo; its receipts are unapplied before.

    may_be_missing  whether it may not have reached CFS yet
    """

    def seen(view: CfsView) -> Observation[str]:
        invoice = view.invoice(site, number)
        if invoice is None and may_be_missing:
            return Observation(made=True, found="404: never reached CFS")
        if invoice is None or invoice.receipt_numbers:
            found = "404" if invoice is None else f"paid by receipt {', '.join(invoice.receipt_numbers)}"
            raise StateConflict(
                theirs=f"invoice {number} is {found}",
                ours="it is there, and nothing pays it any more",
                repair=f"unapply what still pays invoice {number}, or correct its reference in the pay database",
            )
        return Observation(not invoice.amount_due, f"{invoice.amount_due:.2f} due")

    def send(view: CfsView) -> Json:
        memo = view.cfs.credit_balance(number)
        view.forget(number)
        return {"credit_memo": memo}

    return CfsStep("credit invoice", number, seen, send, touches=(number,))
