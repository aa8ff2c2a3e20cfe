"""After the work: what CFS has applied equals our receipts, and its invoices are over what ours are, slip by slip.

What is owed without a reference is no agreement either: CFS does not know it, so no deposit that is linked pays it.
"""

from decimal import Decimal

from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.family.due import untold_to_cfs
from tasks.routing_slip_recreate.family.model import SlipFamily

IN_FLIGHT = frozenset({"APPROVED"})


def differences(family: SlipFamily, view: CfsView) -> list[str]:
    """Compare the receipts and invoices that were looked at with ours of the family; one sentence per difference."""
    invoices = {one.number: one for one in family.invoices}
    problems = receipt_differences(family, view)
    for seen in view.invoices:
        known = invoices.get(seen.invoice_number)
        if known is not None and known.total != seen.total:
            problems.append(f"invoice {known.number} is for {seen.total:.2f} in CFS, and for {known.total} here")
    return problems + untold_to_cfs(family)


def receipt_differences(family: SlipFamily, view: CfsView) -> list[str]:
    """Compare the receipts that were looked at with ours of the family; one sentence per difference.

    What was applied to an invoice that CREATE_INVOICES may be at work on just now is left out, or to one that is final.
    """
    invoices = {one.number: one for one in family.invoices}
    problems = []
    for receipt in view.receipts:
        there = {part.invoice_number: part.amount_applied for part in receipt.invoices}
        ours = {one.number: one.receipts.get(receipt.receipt_number, Decimal(0)) for one in family.invoices}
        for number in sorted(there.keys() | ours.keys()):
            if number in invoices and (invoices[number].status in IN_FLIGHT or invoices[number].is_final):
                continue
            applied, written = there.get(number, Decimal(0)), ours.get(number, Decimal(0))
            if applied != written:
                problems.append(
                    f"CFS applied {applied:.2f} of receipt {receipt.receipt_number} to {number}, "
                    f"our receipts say {written:.2f}"
                )
    return problems
