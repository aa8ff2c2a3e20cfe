"""Void: the receipts of a slip without transactions are taken back.

Source: docs/specs/routing-slips.md sections 3.3 and 4.2. Only what is not reversed yet is reversed.
"""

from connectors.cfs import ReversalComment, ReversalReason
from database.sessions import Session
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import OperationKind, OperationPlan, reversals
from tasks.routing_slip_recreate.pay_tables.slips import lock_family, note_movement, require, set_account, set_slip


def plan(inputs: OperationInputs) -> OperationPlan:
    """Reverse what each member has open."""
    return OperationPlan(
        reversals(inputs, inputs.family.members, ReversalReason.PAYMENT_REVERSAL, ReversalComment.CREATED_IN_ERROR)
    )


def close(session: Session, inputs: OperationInputs, _plan: OperationPlan) -> list[str]:
    """Nothing is left of the slip, and its number in CFS is used up; children stay LINKED."""
    fresh = lock_family(session, inputs).root
    require(fresh, status="VOID", without_invoices=True)
    assert fresh.account is not None
    set_account(session, fresh.account.id, "INACTIVE", now=inputs.now)
    set_slip(session, fresh.number, now=inputs.now, version=fresh.version + 1, remaining_change=-fresh.remaining)
    note_movement(session, fresh.number, "voided", -fresh.remaining, now=inputs.now)
    return []


VOID = OperationKind("void", "slips_voided", plan, close)
