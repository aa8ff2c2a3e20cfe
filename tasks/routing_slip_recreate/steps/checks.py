"""The steps that only look: what must be true before an operation goes on (docs/specs/routing-slips.md section 7)."""

from connectors.cfs import CfsSite
from connectors.effects import Observation, StateConflict
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.steps.base import CfsStep, receipt_words


def check_free(site: CfsSite, number: str) -> CfsStep:
    """All money of a receipt is unapplied, unless the receipt is reversed already."""

    def seen(view: CfsView) -> Observation[str]:
        view.forget(number)
        receipt = view.receipt(site, number)
        if receipt is None or not (receipt.is_reversed or receipt.unapplied_amount == receipt.receipt_amount):
            raise StateConflict(
                theirs=f"receipt {number} is {receipt_words(receipt)}",
                ours="everything it paid was unapplied",
                repair=f"find out what else receipt {number} pays or lost, and take that back in CFS",
            )
        return Observation(made=True, found=receipt_words(receipt))

    return CfsStep("check receipt is free", number, seen)


def check_owed(site: CfsSite, number: str, *, may_be_credited: bool) -> CfsStep:
    """Nothing of an invoice is paid.

    may_be_credited  whether its credit may have been given already, by a run that died after it
    """

    def seen(view: CfsView) -> Observation[str]:
        view.forget(number)
        invoice = view.invoice(site, number)
        if invoice is None:
            return Observation(made=True, found="404: never reached CFS")
        due = f"{invoice.amount_due:.2f} of {invoice.total:.2f} due"
        is_credited = may_be_credited and not invoice.amount_due
        if invoice.receipt_numbers or not (invoice.amount_due == invoice.total or is_credited):
            paid = f", paid by receipt {', '.join(invoice.receipt_numbers)}" if invoice.receipt_numbers else ""
            raise StateConflict(
                theirs=f"invoice {number} has {due}{paid}",
                ours="nothing of it is paid any more",
                repair=f"find out what else paid or credited invoice {number}, and take that back in CFS",
            )
        return Observation(made=True, found=due)

    return CfsStep("check invoice is owed", number, seen)


def check_reversed(site: CfsSite, number: str) -> CfsStep:
    """A receipt is reversed."""

    def seen(view: CfsView) -> Observation[str]:
        view.forget(number)
        receipt = view.receipt(site, number)
        if receipt is None or not receipt.is_reversed:
            raise StateConflict(
                theirs=f"receipt {number} is {receipt_words(receipt)}",
                ours="it was reversed",
                repair=f"reverse receipt {number} in CFS",
            )
        return Observation(made=True, found=receipt_words(receipt))

    return CfsStep("check receipt is reversed", number, seen)
