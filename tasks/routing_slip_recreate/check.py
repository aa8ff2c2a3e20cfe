"""After the work: what CFS has applied equals our receipts, slip by slip."""

from decimal import Decimal

from tasks.routing_slip_recreate.family.model import Family
from tasks.routing_slip_recreate.look import Look

IN_FLIGHT = frozenset({"APPROVED"})


def differences(family: Family, look: Look) -> list[str]:
    """Compare every receipt that was looked at with our receipts of the family; one sentence per difference.

    An invoice that CREATE_INVOICES may be at work on just now is left out, as is one that is final.
    """
    invoices = {one.number: one for one in family.invoices}
    problems = []
    for receipt in look.receipts:
        there = {part.invoice_number: part.amount_applied for part in receipt.invoices}
        ours = {one.number: one.receipts.get(receipt.receipt_number, Decimal(0)) for one in family.invoices}
        for number in sorted(there.keys() | ours.keys()):
            if number in invoices and (invoices[number].status in IN_FLIGHT or invoices[number].is_final):
                continue
            applied, written = there.get(number, Decimal(0)), ours.get(number, Decimal(0))
            if applied != written:
                problems.append(
                    f"CFS applied {applied} of receipt {receipt.receipt_number} to {number}, our receipts say {written}"
                )
    return problems
