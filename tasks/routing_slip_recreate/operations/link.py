"""Link: the child's deposit moves to the parent's site, under the number with the L.

Source: docs/specs/routing-slips.md sections 3.2 and 4.1, hazards 1 and 2. Of a child that was corrected, the receipt
that is really open is reversed, not the plain number. The parent's balance is left to the API, which has counted the
child in already; only a voided parent's is lowered by what its kept transactions take.
"""

from decimal import Decimal

from connectors.cfs import CfsReceipt, ReversalComment, ReversalReason
from connectors.effects import StateConflict
from database.pay.numbers import receipt_number
from database.sessions import Session
from tasks.routing_slip_recreate.cfs_view import versions
from tasks.routing_slip_recreate.family.due import nsf_is_due
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily, SlipInvoice
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import OperationKind, OperationPlan, the_receipt
from tasks.routing_slip_recreate.pay_tables.invoices import settle_invoices
from tasks.routing_slip_recreate.pay_tables.receipts import sync_receipts
from tasks.routing_slip_recreate.pay_tables.slips import lock_family, note_movement, require, set_account, set_slip
from tasks.routing_slip_recreate.steps.base import receipt_words
from tasks.routing_slip_recreate.steps.receipts import apply_receipt, create_receipt, reverse_receipt


def plan(inputs: OperationInputs) -> OperationPlan:
    """Move the child's receipt under the parent, and pay with it what a bounced or voided parent still owes."""
    child, parent = inputs.slip, inputs.family.root
    there = versions(inputs.view, child.site, child.number, linked=False, version=child.version)
    old, held = the_receipt(there, child.site, child, linked=False)
    _refuse_other_money(child, held)
    new = receipt_number(child.number, linked=True, version=there.holding)
    owed = owed_invoices(inputs.family)
    return OperationPlan(
        steps=(
            reverse_receipt(child.site, old, ReversalReason.PAYMENT_REVERSAL, ReversalComment.LINKING_ROUTING_SLIP),
            create_receipt(parent.site, new, child.slip_date, child.total),
            *(apply_receipt(parent.site, new, invoice.number) for invoice in owed),
        ),
        facts={"version": there.holding, "receipt": new, "to_frozen": parent.is_frozen},
        receipts=(new,) if owed else (),
        payable=owed,
    )


def _refuse_other_money(child: RoutingSlip, held: CfsReceipt) -> None:
    """Make sure that what is made anew is what was there. Raises StateConflict."""
    if held.receipt_amount != child.total or not (held.is_reversed or held.unapplied_amount == child.total):
        raise StateConflict(
            theirs=f"receipt {held.receipt_number} is {receipt_words(held)}, for {held.receipt_amount}",
            ours=f"slip {child.number} is a deposit of {child.total}, and nothing of it is spent",
            repair="correct whichever of the two is wrong: linking makes the whole deposit anew under the parent",
        )


def owed_invoices(family: SlipFamily) -> tuple[SlipInvoice, ...]:
    """Return what the parent owes since its deposit bounced or was voided; nothing while that is not worked yet."""
    if nsf_is_due(family):
        return ()
    return tuple(one for one in family.root.invoices if one.status == "CREATED" and one.reference_id is not None)


def close(session: Session, inputs: OperationInputs, plan: OperationPlan) -> list[str]:
    """The child's account is closed; what was paid is paid, and a bounced parent can be spent from again."""
    child, parent = inputs.slip, inputs.family.root
    fresh = lock_family(session, inputs)
    now_child, now_parent = fresh.slip(child.number), fresh.root
    require(now_child, status="LINKED", total=child.total)
    assert now_child.account is not None
    set_account(session, now_child.account.id, "INACTIVE", now=inputs.now)
    version = plan.facts["version"]
    assert isinstance(version, int)
    set_slip(session, child.number, now=inputs.now, version=version)
    note_movement(session, child.number, "linked", -child.total, now=inputs.now)
    note_movement(session, parent.number, "linked", child.total, now=inputs.now)
    if parent.status == now_parent.status == "NSF" and not nsf_is_due(inputs.family):
        set_slip(session, parent.number, now=inputs.now, status="ACTIVE")
    applied = sync_receipts(session, inputs, fresh, plan.receipts) if plan.receipts else {}
    if parent.status == now_parent.status == "VOID" and parent.was_done("void_transactions"):
        paid = sum(applied.values(), Decimal(0))
        left = now_parent.remaining - paid - _not_linked_yet(fresh, child)
        status = "ACTIVE" if left > 0 else None
        set_slip(session, parent.number, now=inputs.now, status=status, remaining_change=-paid)
        note_movement(session, parent.number, "voided", -paid, now=inputs.now)
    return settle_invoices(session, inputs, fresh, plan.payable)


def _not_linked_yet(family: SlipFamily, child: RoutingSlip) -> Decimal:
    """Return what the balance holds of the other children, and is not at the parent's site yet."""
    others = [one for one in family.children if one.number != child.number]
    return sum((one.total for one in others if not (one.account and one.account.status == "INACTIVE")), Decimal(0))


LINK = OperationKind("link", "slips_linked", plan, close)
