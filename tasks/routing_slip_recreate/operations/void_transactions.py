"""Void with transactions: each is cancelled, or kept as owed, before the receipts are taken back.

Source: docs/specs/routing-slips.md section 7. Unapplying comes before reversing, so that a run that died still shows
which invoices were touched; children come first, because the parent's receipt is the anchor of every look.
"""

from decimal import Decimal
from typing import Any

from connectors.cfs import ReversalComment, ReversalReason
from connectors.effects import StateConflict
from database.pay.numbers import receipt_number
from database.sessions import Session
from tasks.routing_slip_recreate.family.due import linked_since_void_began
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily, SlipInvoice
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import DepositReceipt, OperationKind, OperationPlan, live_receipts
from tasks.routing_slip_recreate.pay_tables.invoices import cancel_invoice, fail_invoice_payment, reopen_invoice
from tasks.routing_slip_recreate.pay_tables.receipts import drop_receipts
from tasks.routing_slip_recreate.pay_tables.slips import (
    fail_deposits,
    lock_family,
    note_movement,
    require,
    set_account,
    set_slip,
)
from tasks.routing_slip_recreate.steps.base import receipt_words
from tasks.routing_slip_recreate.steps.checks import check_free, check_owed, check_reversed
from tasks.routing_slip_recreate.steps.invoices import credit_invoice
from tasks.routing_slip_recreate.steps.receipts import reverse_receipt, unapply_receipt

CANCEL, KEEP = "CANCEL", "KEEP"
PAID_OUT = frozenset({"UPLOADED", "ACKNOWLEDGED", "COMPLETED"})


def plan(inputs: OperationInputs) -> OperationPlan:
    """Unapply, check, credit what is cancelled, reverse, check."""
    assert inputs.earlier is not None
    decisions: dict[str, str] = inputs.earlier.plan["decisions"]
    invoices = tuple(one for one in inputs.family.invoices if str(one.id) in decisions)
    since = linked_since_void_began(inputs.family)
    held = live_receipts(inputs, tuple(one for one in inputs.family.members if one not in since))
    _refuse_new_members(
        inputs, since, "; ".join(f"receipt {one.number} is {receipt_words(one.receipt)}" for one in held)
    )
    if inputs.earlier.sent:
        applications: list[list[Any]] = inputs.earlier.plan["applications"]
    else:
        _compare(inputs.family, held)
        applications = [
            [one.number, part.invoice_number, str(part.amount_applied)] for one in held for part in one.receipt.invoices
        ]
    site = inputs.slip.site
    numbers = [one.number for one in reversed(held)]
    cancelled = [one for one in invoices if decisions[str(one.id)] == CANCEL]
    reason, comment = ReversalReason.PAYMENT_REVERSAL, ReversalComment.CREATED_IN_ERROR
    return OperationPlan(
        steps=(
            *(unapply_receipt(site, number, invoice) for number, invoice, _ in applications),
            *(check_free(site, number) for number in numbers),
            *(check_owed(site, one.number, may_be_credited=one in cancelled) for one in invoices),
            *(credit_invoice(site, one.number, may_be_missing=one.reference_id is None) for one in cancelled),
            *(reverse_receipt(site, number, reason, comment) for number in numbers),
            *(check_reversed(site, number) for number in numbers),
        ),
        facts={**inputs.earlier.plan, "decisions": decisions, "applications": applications},
    )


def close(session: Session, inputs: OperationInputs, plan: OperationPlan) -> list[str]:
    """The slip is VOID; what is kept is owed, and paid by the next slip that is linked to it."""
    fresh = lock_family(session, inputs)
    slip = fresh.root
    require(slip, status="HOLD")
    decisions = plan.facts["decisions"]
    assert isinstance(decisions, dict)
    _refuse_new_members(inputs, linked_since_void_began(fresh), "the receipts of the slip are reversed")
    _refuse_new_invoices(fresh, decisions)
    decided = [one for one in fresh.invoices if str(one.id) in decisions]
    drop_receipts(session, inputs, [one.id for one in decided])
    notes, kept = [], False
    for invoice in decided:
        fail_invoice_payment(session, invoice.number)
        if decisions[str(invoice.id)] == CANCEL:
            cancel_invoice(session, invoice.id, now=inputs.now)
            if invoice.disbursement in PAID_OUT:
                notes.append(
                    f"{invoice.number} is cancelled and was disbursed to the partner ({invoice.disbursement}): "
                    "a reversal has to be arranged"
                )
            continue
        kept = True
        # One whose refund was asked for meanwhile stays so: CREATE_INVOICES cancels it.
        if invoice.status in {"PAID", "CREATED"}:
            reopen_invoice(session, invoice.id, now=inputs.now, paid=Decimal(0))
    fail_deposits(session, [one.number for one in fresh.members])
    assert slip.account is not None
    set_account(session, slip.account.id, "FREEZE" if kept else "INACTIVE", now=inputs.now)
    for member in fresh.members:
        change = -slip.remaining if member is slip else Decimal(0)
        status = "VOID" if member is slip else None
        set_slip(
            session, member.number, now=inputs.now, status=status, version=member.version + 1, remaining_change=change
        )
    note_movement(session, slip.number, "voided", -slip.remaining, now=inputs.now)
    return notes


def decidable(family: SlipFamily) -> tuple[SlipInvoice, ...]:
    """Return the invoices that a plan has to decide about."""
    return tuple(one for one in family.invoices if not one.is_final)


def _compare(family: SlipFamily, held: list[DepositReceipt]) -> None:
    """Hold what CFS applied to each invoice against our receipts (section 7, step 3)."""
    numbers = {part.invoice_number for one in held for part in one.receipt.invoices}
    ours = {one.number: one.applied for one in family.invoices if not one.is_final}
    for number in sorted(numbers | set(ours)):
        there = sum((one.receipt.applied_to(number) for one in held), Decimal(0))
        if there != ours.get(number, Decimal(0)):
            raise StateConflict(
                theirs=f"{there:.2f} are applied to invoice {number}: "
                + "; ".join(f"receipt {one.number} is {receipt_words(one.receipt)}" for one in held),
                ours=f"our receipts of {number} add up to {ours.get(number, 'nothing, it is not open on this slip')}",
                repair="correct the receipts of that invoice in the pay database, or its applications in CFS",
            )


def _refuse_new_invoices(fresh: SlipFamily, decisions: dict[str, str]) -> None:
    new = [one.number for one in decidable(fresh) if str(one.id) not in decisions]
    if new:
        raise StateConflict(
            theirs="the receipts of the slip are reversed",
            ours=f"the plan says nothing about {', '.join(new)}, made since",
            repair=f"detach or cancel {', '.join(new)} in the pay database",
        )


def _refuse_new_members(inputs: OperationInputs, since: tuple[RoutingSlip, ...], theirs: str) -> None:
    """The money of a slip that was linked since is no part of what was decided. Raises StateConflict."""
    if not since:
        return
    assert inputs.earlier is not None
    root = inputs.slip.number
    ways = [f"undo the link of {' and '.join(_undone(one, root) for one in since)}"]
    if not inputs.earlier.sent:
        ways.append(f"set slip {root} to ACTIVE, which gives this void up")
    raise StateConflict(
        theirs=theirs,
        ours=f"its void was decided before {' and '.join(f'slip {one.number} was linked to it' for one in since)}",
        repair="; or ".join(ways),
    )


def _undone(child: RoutingSlip, root: str) -> str:
    """Return how a link is undone."""
    books = (
        f"slip {child.number} in the pay database: no parent_number, status ACTIVE, and {child.total} off the balance "
        f"of slip {root} and on its own"
    )
    if child.account is None or child.account.status != "INACTIVE":
        return books
    moved = receipt_number(child.number, linked=True, version=child.version)
    return (
        f"{books}, its CFS account ACTIVE and its version one higher; and in CFS: reverse receipt {moved}, and make "
        "the deposit anew on its own site under its next number"
    )


VOID_TRANSACTIONS = OperationKind("void_transactions", "slips_voided", plan, close)
