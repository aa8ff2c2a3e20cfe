"""What is due for a family, in which order, and what it still has to wait for. Decides only; reads nothing.

Source: docs/specs/routing-slips.md sections 3 and 5; which NSF slip is at rest, section 4.3.
"""

from dataclasses import dataclass, replace
from decimal import Decimal

from config.plurals import counted
from connectors.effects import EffectState
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily

OPEN_SPENDING = frozenset({"APPROVED", "CREATED", "PAID"})
IN_CREATE_INVOICES = frozenset({"APPROVED", "REFUND_REQUESTED"})
AUTHORIZED = {"REFUND_AUTHORIZED": "refund", "WRITE_OFF_AUTHORIZED": "write_off"}
KINDS = ("link", "void", "nsf", "correction", "refund", "write_off", "void_transactions")
_MISMATCH = "its balance and CFS disagreed: bring the two together to the cent, and clear cas_mismatch of the slip"
_UNTOLD = (
    "slips are linked to it that CFS does not know yet, and the balance {} with {} spent or refunded does not tell "
    "which of them came after the bounce to pay for it: {}"
)


@dataclass(frozen=True)
class DueOperation:
    """Work that is due for a slip.

    waits_for  what has to happen first, elsewhere; the slip is left as it is
    refused    what has to be done by hand, because no run ever can
    """

    kind: str
    slip: RoutingSlip
    waits_for: str = ""
    refused: str = ""


def due_for(family: SlipFamily, named: str | None = None) -> list[DueOperation]:
    """Return what is due for a family, in order.

    named  a slip that was asked for by name: a link that was left half done by another job is looked at again
    """
    links = [one for child in family.children if (one := _link(family, child, named))]
    own = _own(family)
    if own is None:
        return links
    since = linked_since_bounce(family) if own.kind == "nsf" else linked_since_void_began(family)
    if since is None:
        untold = _UNTOLD.format(family.root.remaining, taken_off(family), _how_to_tell(family))
        return [replace(own, refused=untold), *links]
    later = {one.number for one in since}
    return [
        *(one for one in links if one.slip.number not in later),
        own,
        *(one for one in links if one.slip.number in later),
    ]


def linked_since_bounce(family: SlipFamily) -> tuple[RoutingSlip, ...] | None:
    """Return the children that were linked to pay for the parent's bounced deposit, rather than being part of it.

    When a slip bounces, the API takes the totals of all its members off the balance; a child that is linked later adds
    its own. No job freezes an account before all children of then are linked, so under one that another job froze all
    came later, unless one that was linked may have bounced again. None where the balance does not tell which of the
    children not yet worked did.
    """
    if family.is_frozen_by_bounce and not (family.linked and may_have_bounced_again(family)):
        return _unlinked(family)
    if not _unlinked(family):
        return ()
    fitting = _fitting(_choices_by_sum(family), _left(family), _lost_before(family))
    return fitting[0] if len(fitting) == 1 else None


def _choices_by_sum(family: SlipFamily) -> dict[Decimal, list[tuple[RoutingSlip, ...]]]:
    """Return the choices of the children not yet worked, by what they come to; two at most that come to the same."""
    found: dict[Decimal, list[tuple[RoutingSlip, ...]]] = {Decimal(0): [()]}
    for child in _unlinked(family):
        larger = {total + child.total: [(*one, child) for one in choices] for total, choices in found.items()}
        found = {total: [*found.get(total, ()), *larger.get(total, ())][:2] for total in {**found, **larger}}
    return found


def _fitting(
    choices: dict[Decimal, list[tuple[RoutingSlip, ...]]], left: Decimal, lost: Decimal
) -> list[tuple[RoutingSlip, ...]]:
    """Return what may have come after the bounce, by what the balance holds of it.

    The API takes what a bounce before took off once more, until staff put it back.
    """
    return [chosen for total in {left, left + lost} for chosen in choices.get(total, ())]


def _how_to_tell(family: SlipFamily) -> str:
    """Return which balance would tell, for each of the answers that the one it has leaves open; three at most."""
    choices, left, lost = _choices_by_sum(family), _left(family), _lost_before(family)
    answers = sorted({left, left + lost} & choices.keys() or choices)
    ways = []
    for total in answers:
        tells = next((one for one in (total, total - lost) if len(_fitting(choices, one, lost)) == 1), None)
        if tells is not None:
            names = " and ".join(one.number for one in choices[total][0]) or "none"
            ways.append(f"to {tells - taken_off(family)} if {names} did")
    if len(ways) == len(answers) <= 3:
        return f"set the balance {'; or '.join(ways)}"
    told = f"set the balance {'; or '.join(ways[:3])}; else" if ways else "no balance tells:"
    return f"{told} link those that came before it by hand, in CFS and in the pay database"


def _left(family: SlipFamily) -> Decimal:
    """Return what the balance holds of what came after the bounce."""
    return family.root.remaining + taken_off(family)


def _lost_before(family: SlipFamily) -> Decimal:
    """Return the deposits that an earlier bounce or a void took."""
    return _sum(tuple(one for one in family.members if one.is_lost)) if family.root.is_frozen else Decimal(0)


def _sum(slips: tuple[RoutingSlip, ...]) -> Decimal:
    return sum((one.total for one in slips), Decimal(0))


def linked_since_void_began(family: SlipFamily) -> tuple[RoutingSlip, ...]:
    """Return the children that came after the void in progress was decided about.

    It began when every link was done. A plan that an earlier release wrote does not name the members.
    """
    void = family.root.begun("void_transactions")
    if void is None:
        return ()
    if "members" in void.plan:
        return tuple(one for one in family.children if one.number not in void.plan["members"])
    return tuple(
        child
        for child in family.children
        if child.account is None
        or child.account.status != "INACTIVE"
        or any(one.kind == "link" and one.id > void.id for one in child.operations)
    )


def _unlinked(family: SlipFamily) -> tuple[RoutingSlip, ...]:
    return tuple(one for one in family.children if one.account is not None and one.account.is_open)


def _linked_later(family: SlipFamily) -> Decimal:
    """Return what was linked since the bounce of a frozen slip was worked, and has not reached its site yet."""
    return _sum(_unlinked(family))


def taken_off(family: SlipFamily) -> Decimal:
    """Return what the balance is lowered by: transactions, NSF fees, refunds and write-offs."""
    return sum((one.total for one in family.root.invoices if one.status in OPEN_SPENDING), family.taken_out)


def spent(family: SlipFamily) -> Decimal:
    """Return what the balance is lowered by while no NSF fee is charged."""
    return taken_off(family) - sum(
        one.total for one in family.root.invoices if one.status in OPEN_SPENDING and one.is_nsf_fee
    )


def _link(family: SlipFamily, child: RoutingSlip, named: str | None) -> DueOperation | None:
    if child.status != "LINKED" or child.account is None:
        return None
    begun = child.begun("link")
    if (
        child.account.status == "INACTIVE"
        and child.number != named
        and (begun is None or begun.state == EffectState.REFUSED)
    ):
        return None
    refused = ""
    if family.root.account is not None and family.root.account.status == "INACTIVE":
        refused = f"the CFS account of its parent {family.root.number} is INACTIVE: no receipt can be made there"
    waits_for = _profile(child) or _profile(family.root)
    if child in linked_since_void_began(family):
        waits_for = f"the void of slip {family.root.number}, which was decided without it"
    return DueOperation("link", child, waits_for, refused)


def _own(family: SlipFamily) -> DueOperation | None:
    """Return what is due for the parent itself."""
    slip = family.root
    if slip.begun("void_transactions"):
        return DueOperation("void_transactions", slip) if slip.status == "HOLD" else None
    if slip.account is None:
        return None
    if slip.status == "VOID":
        return _void(family)
    if slip.status == "NSF":
        return DueOperation("nsf", slip, waits_for=_profile(slip)) if nsf_is_due(family) else None
    if slip.status == "CORRECTION":
        return _correction(slip)
    if slip.status in AUTHORIZED:
        return _adjustment(family, AUTHORIZED[slip.status])
    return None


def _void(family: SlipFamily) -> DueOperation | None:
    slip = family.root
    assert slip.account is not None
    if slip.account.status == "INACTIVE" or slip.was_done("void", "void_transactions"):
        return None
    refused = why_not_voidable(family)
    if transactions := len(slip.invoices) + slip.free:
        refused = (
            f"the slip is VOID and has {counted(transactions, 'transaction')}, so its receipt stays as it is. "
            f"Decide about each of them: slips void {slip.number} --dry-run writes the plan to edit"
        )
    return DueOperation("void", slip, waits_for=_profile(slip), refused=refused)


def why_not_voidable(family: SlipFamily) -> str:
    """Return why no void can take the receipts back: what was taken out of them cannot be put back."""
    if not family.taken_out:
        return ""
    standing = " or ".join(one.number for one in family.members if not one.is_lost)
    slip = family.root
    marked = f"mark slip {slip.number} as NSF"
    if slip.status == "VOID":  # which the API gives no other status, nor a balance
        marked = f"set slip {slip.number} to NSF, its balance to {-taken_off(family)}"
    bounced = f"If the deposit of slip {standing} bounced, {marked}, which makes what was refunded owed; else ask"
    return (
        f"{family.taken_out} of it were refunded or written off, and cannot be put back into its receipts. "
        f"{bounced if standing else 'Ask'} for the refund of its transactions one by one"
    )


def nsf_is_due(family: SlipFamily) -> bool:
    """Whether an NSF slip still has to be worked, also one that another job left half done (section 4.3)."""
    slip = family.root
    if slip.status != "NSF" or slip.account is None or slip.account.status == "INACTIVE":
        return False
    if not slip.is_frozen or slip.begun("nsf") or family.has_recovered:
        return True
    if any(one.status == "PAID" for one in slip.invoices):
        return True  # CREATE_INVOICES took it for paid, with nothing left on any receipt (section 4.6)
    return not was_worked_to_the_end(family) or may_have_bounced_again(family)


def was_worked_to_the_end(family: SlipFamily) -> bool:
    """Whether the last bounce was worked with its fee, be it waived since: by us, or by another job."""
    slip = family.root
    if not family.is_frozen_by_bounce:
        return False
    if fee := family.half_made_fee:
        return fee.reference_id is not None and slip.remaining != _linked_later(family) - spent(family)
    return slip.was_done("nsf") or any(one.is_nsf_fee for one in slip.invoices)


def has_fee_in_cfs(family: SlipFamily) -> bool:
    """Whether a bounce was worked as far as the fee in CFS, be it waived since."""
    return any(one.is_nsf_fee and (one.reference_id or one.is_final) for one in family.root.invoices)


def may_have_bounced_again(family: SlipFamily) -> bool:
    """Whether more is off the balance than is owed, of a slip whose bounce another job worked: CFS tells why."""
    was_worked = was_worked_to_the_end(family) and not family.root.was_done("nsf")
    return was_worked and family.root.remaining < _linked_later(family) - taken_off(family)


def _correction(slip: RoutingSlip) -> DueOperation | None:
    assert slip.account is not None
    if slip.account.status == "INACTIVE":
        return None
    waits_for, refused = _profile(slip), ""
    begun = slip.was_sent("correction")
    approved = [one.number for one in slip.invoices if one.status == "APPROVED"]
    if approved and not begun:
        waits_for = f"CREATE_INVOICES (19:00): {', '.join(approved)} is APPROVED and not in CFS yet"
    if slip.total <= 0 and not begun:
        refused = f"the corrected total is {slip.total}, and CFS takes no receipt over that: void the slip instead"
    return DueOperation("correction", slip, waits_for, refused)


def _adjustment(family: SlipFamily, kind: str) -> DueOperation | None:
    slip = family.root
    begun = slip.was_sent(kind)
    if slip.remaining <= 0 and not begun:
        return None
    if slip.cas_mismatch:
        work = slip.begun(kind)
        return DueOperation(kind, slip, refused=(work and work.why) or _MISMATCH)
    waits_for, reasons = _profile(slip), []
    pending = [f"{one.number} is {one.status}" for one in family.invoices if one.status in IN_CREATE_INVOICES]
    if pending and not begun:
        waits_for = f"CREATE_INVOICES (19:00): {', '.join(pending)}"
    if not begun:
        reasons += untold_to_cfs(family) + void_refund(slip)
    if kind == "refund" and slip.old_refund and not slip.void_refund and not begun:
        reasons.append(
            f"{slip.old_refund} stand in refund_amount from before, and AP pays them when it runs at 19:01: if it has "
            "paid them already, or they were written off, set refund_status to PROCESSED before that, and run "
            f"ROUTING_SLIP_RECREATE --slip {slip.number}; else let AP pay slip {slip.number} first, and ask for this "
            "refund again"
        )
    owed = [one.number for one in family.invoices if one.status == "CREATED" and one not in family.unknown_to_cfs]
    if owed and not begun:
        reasons.append(
            f"{', '.join(owed)} is CREATED, so it is owed, and no job takes it while the slip is {slip.status}: set "
            "the slip ACTIVE and link one that pays it, or cancel it in the pay database"
        )
    return DueOperation(kind, slip, waits_for, "; ".join(reasons))


def void_refund(slip: RoutingSlip) -> list[str]:
    """Return what to do about a refund that AP is not to pay any more, if there is one."""
    if not slip.void_refund:
        return []
    return [
        f"{slip.void_refund} of a deposit that bounced stand in refund_amount, and nobody was paid them: set "
        f"refund_amount of slip {slip.number} to 0 before AP runs at 19:01, or it pays them once a refund is authorized"
    ]


def untold_to_cfs(family: SlipFamily) -> list[str]:
    """Return what to do about each invoice that is owed and that no job will send to CFS; one sentence each."""
    return [
        f"{one.number} for {one.total} is owed and has no reference in force, so no job will settle it, nor any "
        "receipt pay it. Either give it a reference: make it in CFS under that number, if it is not there, and add the "
        f"number to invoice_references, ACTIVE, for invoice {one.id}. Or cancel it: set the invoice to CANCELLED, and "
        f"add {one.total} to the balance of the slip if it was taken off. Then run ROUTING_SLIP_RECREATE --slip "
        f"{family.root.number}"
        for one in family.unknown_to_cfs
    ]


def _profile(slip: RoutingSlip) -> str:
    if slip.account is None or slip.account.status == "PENDING" or slip.account.site is None:
        return f"CREATE_CFS_ACCOUNTS: slip {slip.number} has no complete profile in CFS yet"
    return ""
