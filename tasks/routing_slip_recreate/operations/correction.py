"""Correction: the receipt is taken back and made anew over the new total, under the next number, and applied again.

Source: docs/specs/routing-slips.md sections 3.5 and 4.4, hazards 5, 9 and 10. The version in our row may lag
behind CFS or be one ahead of it; what CFS has decides. Invoices that a half-done correction or a bounced deposit left
CREATED are paid again with the others. If the total was changed again meanwhile, what was done is written, and the
slip stays in CORRECTION for the next run.
"""

from decimal import Decimal

from connectors.cfs import CfsReceipt, ReversalComment, ReversalReason
from connectors.effects import StateConflict
from database.pay.numbers import receipt_number
from database.sessions import Session
from tasks.routing_slip_recreate.cfs_view import ReceiptVersions, versions
from tasks.routing_slip_recreate.family.model import SlipInvoice
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import (
    OperationKind,
    OperationPlan,
    live_receipts,
    the_receipt,
)
from tasks.routing_slip_recreate.pay_tables.invoices import settle_invoices
from tasks.routing_slip_recreate.pay_tables.receipts import sync_receipts
from tasks.routing_slip_recreate.pay_tables.slips import lock_family, note_movement, require, set_slip
from tasks.routing_slip_recreate.steps.base import receipt_words
from tasks.routing_slip_recreate.steps.receipts import (
    adjusted_amount,
    apply_receipt,
    create_receipt,
    reverse_receipt,
)


def plan(inputs: OperationInputs) -> OperationPlan:
    """Reverse, create, and apply the slip's receipt and its children's to each invoice in turn."""
    slip = inputs.slip
    there = versions(inputs.view, slip.site, slip.number, linked=False, version=slip.version, ahead=True)
    old, new = _versions(inputs, there)
    receipt, taken_back = (receipt_number(slip.number, linked=False, version=one) for one in (new, old))
    before = there.found.get(slip.version, there.found[old])
    children = [one.number for one in live_receipts(inputs, inputs.family.linked) if not one.receipt.is_reversed]
    payable = tuple(one for one in slip.invoices if _is_payable(one))
    return OperationPlan(
        steps=(
            reverse_receipt(
                slip.site, taken_back, ReversalReason.PAYMENT_REVERSAL, ReversalComment.CORRECTED_IN_REVISION
            ),
            create_receipt(slip.site, receipt, slip.slip_date, slip.total),
            *(
                apply_receipt(slip.site, number, invoice.number)
                for invoice in payable
                for number in (receipt, *children)
            ),
        ),
        facts={"version": new, "total": str(slip.total), "before": str(before.receipt_amount)},
        receipts=(receipt, *children) if payable else (),
        payable=payable,
    )


def _is_payable(invoice: SlipInvoice) -> bool:
    return invoice.status == "PAID" or (invoice.status == "CREATED" and invoice.reference_id is not None)


def _versions(inputs: OperationInputs, there: ReceiptVersions) -> tuple[int, int]:
    """Return the version to take back and the one to make: the latter may be there from a run that died."""
    slip = inputs.slip
    _, receipt = the_receipt(there, slip.site, slip, linked=False, may_lead=True)
    if there.open:
        _refuse_refunded(inputs, receipt)
    else:
        _refuse_lost_deposit(inputs, receipt)
    made = there.open == [there.highest] and there.highest > slip.version and receipt.receipt_amount == slip.total
    if made:
        return there.highest - 1, there.highest
    return there.holding, there.highest + 1


def _refuse_lost_deposit(inputs: OperationInputs, receipt: CfsReceipt) -> None:
    """Refuse to make the deposit of a frozen account anew: it bounced or was voided. Raises StateConflict."""
    slip = inputs.slip
    begun = inputs.earlier is not None and inputs.earlier.sent
    if slip.is_frozen and not begun:
        raise StateConflict(
            theirs=f"receipt {receipt.receipt_number} is {receipt_words(receipt)}, as are those before it",
            ours=f"the deposit of slip {slip.number} bounced or was voided (its CFS account is FREEZE), and is now "
            f"corrected to {slip.total}",
            repair=f"if the {slip.total} were really paid in, make their receipt in CFS under the next number",
        )


def _refuse_refunded(inputs: OperationInputs, receipt: CfsReceipt) -> None:
    """A receipt that a refund took money out of is not made anew over the whole total. Raises StateConflict."""
    gone = adjusted_amount(receipt)
    if gone:
        raise StateConflict(
            theirs=f"receipt {receipt.receipt_number} is {receipt_words(receipt)}, and {gone:.2f} have left it",
            ours=f"slip {inputs.slip.number} is corrected to {inputs.slip.total}, which would bring that money back",
            repair="correct the slip in CFS by hand: its receipt cannot be made anew without what was refunded",
        )


def close(session: Session, inputs: OperationInputs, plan: OperationPlan) -> list[str]:
    """The new version is ours too, and what CFS applied is what our receipts say."""
    fresh = lock_family(session, inputs)
    slip = fresh.root
    require(slip, status="CORRECTION")
    version = plan.facts["version"]
    assert isinstance(version, int)
    gone = [receipt_number(slip.number, linked=False, version=one) for one in range(1, version)]
    sync_receipts(session, inputs, fresh, plan.receipts, gone=gone)
    notes = settle_invoices(session, inputs, fresh, plan.payable)
    total, before = (Decimal(str(plan.facts[name])) for name in ("total", "before"))
    note_movement(session, slip.number, "corrected", total - before, now=inputs.now, before=before)
    if slip.total != total:
        set_slip(session, slip.number, now=inputs.now, version=version)
        return [*notes, f"its total was changed again to {slip.total} meanwhile: the next run corrects it once more"]
    status = "COMPLETE" if slip.remaining == 0 else "ACTIVE"
    set_slip(session, slip.number, now=inputs.now, version=version, status=status)
    return notes


CORRECTION = OperationKind("correction", "slips_corrected", plan, close)
