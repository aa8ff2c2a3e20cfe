"""Refund and write-off: what is left of the receipts leaves them.

Source: docs/specs/routing-slips.md sections 3.6 and 4.5. The amounts are checked once, before the first step, and kept
with the plan: an adjustment cannot be undone, and after it the amounts no longer tell what was there.
"""

from decimal import Decimal
from typing import Any

from connectors.cfs import ReceiptActivity
from connectors.effects import StateConflict
from database.sessions import Session
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import DepositReceipt, OperationKind, OperationPlan, live_receipts
from tasks.routing_slip_recreate.pay_tables.slips import hand_over, lock_family, require
from tasks.routing_slip_recreate.steps.base import receipt_words
from tasks.routing_slip_recreate.steps.receipts import adjust_receipt, adjusted_amount

ACTIVITIES = {"REFUND_AUTHORIZED": ReceiptActivity.REFUND, "WRITE_OFF_AUTHORIZED": ReceiptActivity.WRITE_OFF}


class BalanceMismatch(StateConflict):
    """Our balance and the receipts in CFS disagree; the slip is flagged and left alone until the flag is cleared."""


def plan(inputs: OperationInputs) -> OperationPlan:
    """Take from each receipt what is left of it: as an earlier run planned it, else as CFS has it now."""
    if inputs.earlier is not None and inputs.earlier.sent:
        planned: dict[str, dict[str, Any]] = inputs.earlier.plan["adjustments"]
    else:
        receipts = [one for one in live_receipts(inputs, inputs.family.members) if not one.receipt.is_reversed]
        _compare(inputs, receipts)
        planned = {
            one.number: {"amount": str(one.receipt.unapplied_amount), "before": str(adjusted_amount(one.receipt))}
            for one in receipts
            if one.receipt.unapplied_amount
        }
    site, activity = inputs.slip.site, ACTIVITIES[inputs.slip.status]
    steps = tuple(
        adjust_receipt(site, number, Decimal(one["amount"]), before=Decimal(one["before"]), activity=activity)
        for number, one in planned.items()
    )
    return OperationPlan(steps, facts={"adjustments": planned}, receipts=tuple(planned))


def close(session: Session, inputs: OperationInputs, plan: OperationPlan) -> list[str]:
    """What left CFS is handed over, and no longer ours to spend."""
    fresh = lock_family(session, inputs).root
    require(fresh, status=inputs.slip.status)
    for number in plan.receipts:
        receipt = inputs.view.receipt(fresh.site, number)
        if receipt is None or receipt.unapplied_amount:
            raise StateConflict(
                theirs=f"receipt {number} is {receipt_words(receipt)}",
                ours="all that was left of it has left it",
                repair=f"find out what put money back into receipt {number}, and take it out again",
            )
    planned = plan.facts["adjustments"]
    assert isinstance(planned, dict)
    adjusted = sum((Decimal(one["amount"]) for one in planned.values()), Decimal(0))
    kind = "refunded" if fresh.status == "REFUND_AUTHORIZED" else "written_off"
    hand_over(session, fresh.number, kind, adjusted, now=inputs.now)
    if fresh.remaining != adjusted:
        return [f"its balance was changed to {fresh.remaining} meanwhile; {adjusted:.2f} left CFS, and the rest stays"]
    return []


def _compare(inputs: OperationInputs, held: list[DepositReceipt]) -> None:
    """Hold our balance against CFS, to the cent. Raises BalanceMismatch (section 3.6, steps 3 and 4).

    A deposit that bounced or was voided counts on neither side. What refunds took out is gone on both: CFS has it
    neither as unapplied nor at an invoice, and our slips hold it as refunded. What was refunded of a deposit that
    bounced later is paid back by the next one, and is taken out of that by hand before a refund leaves it.
    """
    family = inputs.family
    applied = sum((one.net_paid for one in family.invoices if one.status == "PAID"), Decimal(0))
    deposited = sum((one.slip.total for one in held), Decimal(0))
    unapplied = sum((one.receipt.unapplied_amount for one in held), Decimal(0))
    left_cfs = sum((adjusted_amount(one.receipt) for one in held), Decimal(0))
    listed = any(one.receipt.invoices for one in held)
    taken_out = family.taken_out
    left = deposited - applied - taken_out
    if listed == (applied > 0) and left == unapplied == family.root.remaining and taken_out == left_cfs:
        return
    raise BalanceMismatch(
        theirs="; ".join(
            f"receipt {one.number} is {receipt_words(one.receipt)}, {adjusted_amount(one.receipt):.2f} have left it"
            for one in held
        )
        or "no receipt is open",
        ours=f"{deposited} were deposited, {applied} paid for transactions, {taken_out} refunded or written off, and "
        f"{family.root.remaining} are left",
        repair="bring the two together to the cent (what was refunded of a deposit that bounced later is to be taken "
        "out of the next one in CFS), and clear cas_mismatch of the slip",
    )


REFUND = OperationKind("refund", "slips_refunded", plan, close)
WRITE_OFF = OperationKind("write_off", "slips_written_off", plan, close)
