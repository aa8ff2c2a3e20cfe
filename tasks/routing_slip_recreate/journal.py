"""An operation on a slip as the journal keeps it (connectors/effects): `slip correction` of `slip 206000010`."""

from collections.abc import Callable

from config.command_line import in_short
from connectors.effects import Json, PlannedOperation
from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.family.model import RoutingSlip

sql = statements(__package__)


def planned_operation(
    slip: RoutingSlip, kind: str, plan: Json, *, why: str | None = None, reason: str | None = None
) -> PlannedOperation:
    """Return an operation on a slip; its amount is what a refund or write-off takes out of it, else the deposit."""
    return PlannedOperation(
        kind=f"slip {kind}",
        subject=f"slip {slip.number}",
        plan=plan,
        amount=slip.remaining if kind in {"refund", "write_off"} else slip.total,
        command=in_short("ROUTING_SLIP_RECREATE --slip", slip.number),
        why=why,
        reason=reason,
    )


def what_changed(slip: RoutingSlip) -> Callable[[Session], str]:
    """Return what tells whether a slip is still as it was judged."""

    def changed(session: Session) -> str:
        is_same = sql.run(
            session, "is_as_judged", number=slip.number, status=slip.status, total=slip.total
        ).scalar_one()
        return "" if is_same else f"it is no longer {slip.status} for {slip.total}"

    return changed
