"""Check that a slip with transactions can be voided, and write the plan of what happens to each of them.

Source: docs/specs/routing-slips.md section 7, steps 0 and 1. From then on the slip is on HOLD, so that nothing is spent
from it, and the operation is worked like any other: the next plain run finishes it if this one dies.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from config.command_line import typed
from config.errors import InputRefused, UsageError
from config.plurals import counted
from connectors.effects import open_operation
from database.sessions import Session
from jobs.files_for_people import place_for, why_not_writable, written
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.routing_slip_recreate.family.due import due_for, why_not_voidable
from tasks.routing_slip_recreate.family.model import SlipFamily
from tasks.routing_slip_recreate.family.reading import choose_families, read_family
from tasks.routing_slip_recreate.journal import planned_operation
from tasks.routing_slip_recreate.operations.void_transactions import CANCEL, KEEP, decidable
from tasks.routing_slip_recreate.pay_tables.slips import hold_rows, set_slip
from tools.slips.arguments import VoidArguments
from tools.slips.void_plan import read_plan, write_plan

VOIDABLE = frozenset({"ACTIVE", "COMPLETE", "HOLD"})


@dataclass
class VoidStart:
    """What came of it; `has_operation` says whether there is one to work now."""

    outcome: Outcome = field(default_factory=Outcome)
    has_operation: bool = False


def begin_void(context: RunContext, arguments: VoidArguments, *, prefix: str) -> VoidStart:
    """Plan the void of one slip, or in a dry run without decisions write the plan to edit."""
    with context.database.begin() as session:
        hold_rows(session, arguments.slip)
        family = _family(session, arguments.slip, prefix)
        if family.root.open_operation is not None and family.root.open_operation.kind == "void_transactions":
            raise UsageError(f"The void of slip {arguments.slip} is in progress already: the next run continues it.")
        _refuse(family)
        if context.dry_run and not _can_be_read(arguments):
            return VoidStart(_write(family, arguments))
        if not arguments.decided:
            raise UsageError(
                f"slips void {arguments.slip} needs --plan FILE, --cancel-all or --keep-all; "
                f"slips void {arguments.slip} --dry-run writes a plan to decide in."
            )
        decisions = _decisions(family, arguments)
        open_operation(
            session,
            planned_operation(
                family.root,
                "void_transactions",
                {
                    "decisions": decisions,
                    "was": family.root.status,
                    "members": [one.number for one in family.members],
                },
                reason=arguments.reason,
            ),
            context.run_id,
        )
        set_slip(session, arguments.slip, now=context.clock(), status="HOLD")
    return VoidStart(has_operation=True)


def _family(session: Session, number: str, prefix: str) -> SlipFamily:
    roots = choose_families(session, number)
    if roots[0] != number:
        raise UsageError(f"Slip {number} is linked to {roots[0]}: void that one, which takes its children along.")
    family = read_family(session, number, prefix=prefix)
    assert family is not None
    return family


def _refuse(family: SlipFamily) -> None:
    """Refuse what cannot be voided now; names all reasons. Raises InputRefused (section 7, step 1)."""
    slip, reasons, due = family.root, [], due_for(family)
    # Staff asked for the void already, and the job sent them here.
    asked = next((one for one in due if one.kind == "void" and one.refused), None)
    if asked is None and slip.status not in VOIDABLE:
        reasons.append(f"its status is {slip.status} (expected one of {', '.join(sorted(VOIDABLE))})")
    if slip.account is None or not slip.account.is_open:
        reasons.append(f"its CFS account is {slip.account.status if slip.account else 'missing'}")
    undone = [(one.kind, one.slip.number) for one in due if one is not asked]
    undone += [(one.open_operation.kind, one.number) for one in family.members if one.open_operation is not None]
    reasons += [f"the {kind} of slip {number} is not done" for kind, number in dict.fromkeys(undone)]
    reasons += [
        f"{one.number} is REFUND_REQUESTED: CREATE_INVOICES (19:00) has to cancel it first"
        for one in family.invoices
        if one.status == "REFUND_REQUESTED"
    ]
    if why := why_not_voidable(family):
        reasons.append(why)
    if slip.cas_mismatch:
        reasons.append("its balance did not agree with CFS (cas_mismatch)")
    if reasons:
        raise InputRefused(f"Slip {slip.number} cannot be voided now: {'; '.join(reasons)}.")


def _can_be_read(arguments: VoidArguments) -> bool:
    return arguments.cancel_all or arguments.keep_all or (arguments.plan is not None and Path(arguments.plan).exists())


def _write(family: SlipFamily, arguments: VoidArguments) -> Outcome:
    name = f"void-{family.root.number}.json"
    path = Path(arguments.plan) if arguments.plan else place_for(name)
    if path.exists():
        raise UsageError(f"{path} exists already: name it with --plan to check it, or remove it.")
    if (problem := why_not_writable(path)) is not None:
        raise UsageError(problem)
    write_plan(path, family)
    rows = [(one.number, one.status, one.total, one.applied) for one in decidable(family)]
    spent = sum((applied for *_, applied in rows), Decimal("0.00"))
    paid = f"Slip {family.root.number} paid {counted(len(rows), 'invoice')}, {spent:,.2f} CAD"
    return Outcome(
        answer=f"{paid}: decide each in {path}.",
        tables=[
            Table(
                f"Transactions of slip {family.root.number}",
                ("invoice", "status", "total", "paid"),
                rows,
                "transactions",
            )
        ],
        notes=[
            written(path),
            f"Decide CANCEL or KEEP for each invoice in {path}, then: "
            + typed("slips void", family.root.number, "--plan", path, reason=True),
        ],
    )


def _decisions(family: SlipFamily, arguments: VoidArguments) -> dict[str, str]:
    """Return what to do with each invoice, by its id."""
    if arguments.plan is not None:
        decisions = read_plan(Path(arguments.plan), family)
    else:
        decisions = {str(one.id): CANCEL if arguments.cancel_all else KEEP for one in decidable(family)}
    waiting = [one.number for one in decidable(family) if one.status == "APPROVED" and decisions[str(one.id)] == KEEP]
    if waiting:
        raise InputRefused(
            f"{', '.join(waiting)} is APPROVED and not in CFS yet: only CREATE_INVOICES (19:00) makes it owed there. "
            "Cancel it, or void the slip after that."
        )
    return decisions
