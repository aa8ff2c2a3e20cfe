"""NSF: the cheque bounced. The receipts are taken back, the transactions are owed again, and a fee is charged.

Source: docs/specs/routing-slips.md sections 3.4 and 4.3, hazard 7. The payments of children fail with the parent's,
by their plain numbers, which is what payments hold. The id of the fee invoice is taken when the plan is made, so that
a run that dies finds its CFS invoice again; a fee that another job left half made is taken over. What was
begun keeps its amount, whatever the fee in force is by now. Of a second bounce only what is open in CFS is lost.
"""

from dataclasses import replace
from decimal import Decimal

from connectors.cfs import ReversalComment, ReversalReason
from connectors.effects import StateConflict
from database.pay.numbers import invoice_number
from database.sessions import Session
from tasks.routing_slip_recreate.family.due import (
    has_fee_in_cfs,
    linked_since_bounce,
    may_have_bounced_again,
    spent,
    taken_off,
    void_refund,
    was_worked_to_the_end,
)
from tasks.routing_slip_recreate.family.model import RoutingSlip
from tasks.routing_slip_recreate.family.reading import read_family
from tasks.routing_slip_recreate.inputs import OperationInputs, SlipNsfFee
from tasks.routing_slip_recreate.operations.base import OperationKind, OperationPlan, live_receipts, reversals
from tasks.routing_slip_recreate.pay_tables.fee import write_fee
from tasks.routing_slip_recreate.pay_tables.invoices import reopen_invoice
from tasks.routing_slip_recreate.pay_tables.receipts import drop_receipts
from tasks.routing_slip_recreate.pay_tables.slips import (
    fail_deposits,
    lock_family,
    note_movement,
    require,
    set_account,
    set_slip,
)
from tasks.routing_slip_recreate.steps.invoices import create_invoice


def plan(inputs: OperationInputs) -> OperationPlan:
    """Reverse what each member has open, and make the fee in CFS; where that was done for this bounce, only look."""
    slip, family, earlier = inputs.slip, inputs.family, inputs.earlier.plan if inputs.earlier else {}
    known = earlier.get("fee_invoice")
    members = _bounced(inputs)
    held = live_receipts(inputs, members)
    standing = [one.slip.number for one in held if not one.receipt.is_reversed]
    if inputs.earlier and inputs.earlier.sent and "lost" not in earlier:  # the plan of an earlier release
        standing = [one.number for one in members if not one.is_lost]
    was_worked = was_worked_to_the_end(family)
    is_first = not slip.is_frozen or not (family.has_recovered or has_fee_in_cfs(family))
    if was_worked and not known and not (standing and may_have_bounced_again(family)):
        return OperationPlan(steps=(), facts={"members": []}, receipts=tuple(one.number for one in held))
    fee = inputs.nsf_fee()
    taken = reversals(inputs, members, ReversalReason.NSF, ReversalComment.NON_SUFFICIENT_FUND)
    begun = family.half_made_fee
    if begun and (was_worked if known is None else known != begun.id):
        begun = None  # the fee of the bounce before
    if begun or known:
        fee = replace(fee, amount=begun.total if begun else Decimal(str(earlier.get("charge", 0))) or fee.amount)
    fee_invoice = begun.id if begun else int(str(known or inputs.new_invoice()))
    number = begun.number if begun else invoice_number(inputs.prefix, fee_invoice)
    return OperationPlan(
        steps=(*taken, create_invoice(slip.site, number, fee.lines, at=inputs.now)),
        facts={
            "fee_invoice": fee_invoice,
            "fee_number": number,
            "charge": str(fee.amount if begun is None else _still_to_charge(inputs, fee)),
            "members": [one.number for one in members],
            "lost": earlier.get("lost", [one.number for one in members] if is_first else standing),
        },
    )


def close(session: Session, inputs: OperationInputs, plan: OperationPlan) -> list[str]:
    """The account is frozen, what was paid is owed again, and the fee is owed as well."""
    family = lock_family(session, inputs)
    fresh = family.root
    require(fresh, status="NSF")
    assert fresh.account is not None
    set_account(session, fresh.account.id, "FREEZE", now=inputs.now)
    members = plan.facts["members"]
    assert isinstance(members, list)
    fail_deposits(session, members)
    # Also those whose refund was requested: CFS has nothing applied to them any more, so nothing is to be unapplied.
    drop_receipts(session, inputs, [one.id for one in fresh.invoices if not one.is_final])
    for invoice in fresh.invoices:
        if invoice.status in {"PAID", "CREATED"}:
            reopen_invoice(session, invoice.id, now=inputs.now, paid=Decimal(0))
    since = linked_since_bounce(family) or ()
    if not members:
        return _balance_notes(session, inputs, since)
    fee, number = inputs.nsf_fee(), str(plan.facts["fee_number"])
    made = inputs.view.invoice(fresh.site, number)
    assert made is not None
    fee_invoice = int(str(plan.facts["fee_invoice"]))
    write_fee(session, inputs, fee, invoice_id=fee_invoice, made=made)
    charge = Decimal(str(plan.facts["charge"]))
    set_slip(session, fresh.number, now=inputs.now, remaining_change=-charge)
    lost = plan.facts["lost"]
    assert isinstance(lost, list)
    bounced = sum((one.total for one in family.members if one.number in lost), Decimal(0))
    note_movement(session, fresh.number, "bounced", -bounced, now=inputs.now)
    return _balance_notes(session, inputs, since)


def _bounced(inputs: OperationInputs) -> tuple[RoutingSlip, ...]:
    """Return the members whose money is gone: not those that were linked since to pay for it."""
    since = linked_since_bounce(inputs.family) or ()
    return tuple(one for one in inputs.family.members if one not in since)


def _balance_notes(session: Session, inputs: OperationInputs, since: tuple[RoutingSlip, ...]) -> list[str]:
    """Compare the balance with what is owed: after a second bounce the API has taken the first deposit off twice.

    since  what was linked to pay for it
    """
    family = read_family(session, inputs.family.root.number, prefix=inputs.prefix)
    assert family is not None
    slip = family.root
    expected = sum((one.total for one in since), Decimal(0)) - taken_off(family)
    if slip.remaining == expected:
        return void_refund(slip)
    refunded = f" and the {family.taken_out} that were refunded before" if family.taken_out else ""
    return [
        f"its balance is {slip.remaining} now, and its transactions and the fee{refunded} say {expected}: correct the "
        "balance",
        *void_refund(slip),
    ]


def _still_to_charge(inputs: OperationInputs, fee: SlipNsfFee) -> Decimal:
    """Return whether, by the balance, the job that died took the fee off (section 4.3)."""
    slip = inputs.slip
    since = linked_since_bounce(inputs.family) or ()
    untaken = sum((one.total for one in since), Decimal(0)) - spent(inputs.family)
    if slip.remaining == untaken:
        return fee.amount
    if slip.remaining == untaken - fee.amount:
        return Decimal(0)
    raise StateConflict(
        theirs=f"the deposit of slip {slip.number} is reversed",
        ours=f"a fee invoice was begun, and the balance {slip.remaining} is neither {untaken}, by what is owed and "
        f"was linked since, nor {untaken - fee.amount}, so it cannot tell whether the fee of {fee.amount} is in it",
        repair="set the slip's remaining amount to one of the two",
    )


NSF = OperationKind("nsf", "slips_nsf", plan, close, takes=True)
