"""What the operations share: what they plan, and where the receipts of a family are."""

from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.cfs import CfsReceipt, CfsSite, ReversalComment, ReversalReason
from connectors.effects import Json, StateConflict
from database.pay.numbers import receipt_number
from database.sessions import Session
from tasks.routing_slip_recreate.cfs_view import ReceiptVersions, versions
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipInvoice
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.steps.base import CfsStep
from tasks.routing_slip_recreate.steps.receipts import reverse_receipt


@dataclass(frozen=True)
class OperationPlan:
    """The steps of an operation, and what its last local write needs to know.

    facts     kept with the plan in the journal
    receipts  looked at once more when all steps are true: what they paid is written as our receipts
    payable   the invoices that the steps pay
    """

    steps: tuple[CfsStep, ...]
    facts: Json = field(default_factory=dict)
    receipts: tuple[str, ...] = ()
    payable: tuple[SlipInvoice, ...] = ()

    @property
    def as_json(self) -> Json:
        """The plan as the journal keeps it."""
        steps = [{"kind": one.kind, "subject": one.subject, "request": one.request} for one in self.steps]
        return {**self.facts, "steps": steps}


@dataclass(frozen=True)
class OperationKind:
    """One kind of operation.

    plan    decides the steps from what is known; reads CFS through the work's look, changes nothing
    close   the last local write, inside the transaction that closes the journal; returns what needs attention
    takes   whether the plan takes something that nobody will use again; it is committed before anything else
    """

    name: str
    counted_as: str
    plan: Callable[[OperationInputs], OperationPlan]
    close: Callable[[Session, OperationInputs, OperationPlan], list[str]]
    takes: bool = False


@dataclass(frozen=True)
class DepositReceipt:
    """The receipt on the parent's site that holds, or held, a member's deposit."""

    slip: RoutingSlip
    number: str
    receipt: CfsReceipt


def live_receipts(inputs: OperationInputs, members: tuple[RoutingSlip, ...]) -> list[DepositReceipt]:
    """Return the receipt of each member on the parent's site; a reversed one where none is open.

    Raises StateConflict where a deposit is there twice, or not at all: a linked slip without a receipt under its parent
    was left by another job between two calls, and is never taken for one without money.
    """
    root, found = inputs.family.root, []
    was_voided = root.was_done("void_transactions")
    for slip in members:
        linked = slip.parent is not None
        there = versions(inputs.view, root.site, slip.number, linked=linked, version=slip.version)
        found.append(DepositReceipt(slip, *the_receipt(there, root.site, slip, linked=linked, may_lead=was_voided)))
    return found


def the_receipt(
    there: ReceiptVersions, site: CfsSite, slip: RoutingSlip, *, linked: bool, may_lead: bool = False
) -> tuple[str, CfsReceipt]:
    """Return the receipt that holds a slip's deposit, or its last one where all are reversed.

    may_lead  whether our version may be ahead of CFS with nothing open, as a void that kept transactions leaves it,
              or a correction that died
    """
    expected = receipt_number(slip.number, linked=linked, version=slip.version)
    if not there.found or (not there.open and there.highest < slip.version and not may_lead):
        raise StateConflict(
            theirs=f"there is no receipt {expected} on site {site.site}, and none of an earlier version is open",
            ours=f"it holds the deposit of {slip.total} of slip {slip.number}",
            repair="find out under which number or site the deposit is, and correct the slip's version or CFS account"
            + (f"; or, if it is nowhere, run ROUTING_SLIP_RECREATE --slip {slip.number} --only link" if linked else ""),
        )
    if len(there.open) > 1:
        names = [receipt_number(slip.number, linked=linked, version=one) for one in there.open]
        raise StateConflict(
            theirs=f"receipts {' and '.join(names)} are both open",
            ours=f"slip {slip.number} is one deposit of {slip.total}",
            repair="reverse in CFS the one that is wrong",
        )
    return receipt_number(slip.number, linked=linked, version=there.holding), there.found[there.holding]


def reversals(
    inputs: OperationInputs, members: tuple[RoutingSlip, ...], reason: ReversalReason, comment: ReversalComment
) -> tuple[CfsStep, ...]:
    """Plan to reverse the receipts of some members, the parent's last: it is the anchor of every look."""
    receipts = live_receipts(inputs, members)
    site = inputs.family.root.site
    return tuple(reverse_receipt(site, one.number, reason, comment) for one in reversed(receipts))
