"""Lock a family, make sure that it still is what was worked on, and change its slips and accounts."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from connectors.effects import StateConflict
from database.pay.history import keep_versions
from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily
from tasks.routing_slip_recreate.family.reading import read_family
from tasks.routing_slip_recreate.inputs import OperationInputs

sql = statements(__package__)


def naive(instant: datetime) -> datetime:
    """Return an instant as the pay tables hold it: UTC without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)


def hold_rows(session: Session, root: str) -> None:
    """Hold a slip and its children, their CFS accounts and transactions until the transaction ends."""
    for statement in ("lock_slips", "lock_accounts", "lock_invoices"):
        sql.run(session, statement, root=root)


def lock_family(session: Session, inputs: OperationInputs) -> SlipFamily:
    """Hold the family's rows until the transaction ends, and return them as they are now."""
    root = inputs.family.root.number
    hold_rows(session, root)
    fresh = read_family(session, root, prefix=inputs.prefix)
    assert fresh is not None
    if {one.number for one in inputs.family.members} - {one.number for one in fresh.members}:
        raise _changed("its family is another one now")
    for number in {root, inputs.slip.number}:
        was, now = inputs.family.slip(number).account, fresh.slip(number).account
        if now is None or was is None or (now.id, now.status) != (was.id, was.status):
            found, before = (f"{one.status} ({one.id})" if one else "gone" for one in (now, was))
            raise _changed(f"the CFS account of {number} is {found} now, and was {before}")
    return fresh


def require(slip: RoutingSlip, *, status: str, total: Decimal | None = None, without_invoices: bool = False) -> None:
    """Make sure that nobody changed under us what the steps were about. Raises StateConflict."""
    if slip.status != status:
        raise _changed(f"its status is {slip.status} now, and was {status}")
    if total is not None and slip.total != total:
        raise _changed(f"its total is {slip.total} now, and was {total}")
    if without_invoices and slip.invoices:
        raise _changed(f"it has transactions now: {', '.join(one.number for one in slip.invoices)}")


def set_slip(
    session: Session,
    number: str,
    *,
    now: datetime,
    status: str | None = None,
    version: int | None = None,
    remaining_change: Decimal = Decimal(0),
    cas_mismatch: bool | None = None,
) -> None:
    """Change a slip; its balance by an amount, never to one."""
    sql.run(
        session,
        "set_slip",
        number=number,
        now=naive(now),
        status=status,
        version=version,
        remaining_change=remaining_change,
        cas_mismatch=cas_mismatch,
    )


def hand_over(session: Session, number: str, kind: str, amount: Decimal, *, now: datetime) -> None:
    """Take what left CFS off the balance of a slip, for AP to pay out, and keep that it moved.

    kind  refunded or written_off
    What AP had paid, or was written off, and this takes the place of is kept with the movement as `before`.
    """
    sql.run(session, "hand_over", slip=number, kind=kind, amount=amount, now=naive(now))


def note_movement(
    session: Session, slip: str, kind: str, amount: Decimal, *, now: datetime, before: Decimal | None = None
) -> None:
    """Keep what moved the balance of a slip, for the closing of the day.

    kind    as pay_jobs.slip_movements has it
    amount  CAD, positive where more is left
    before  the deposit as it was, where it was made anew
    """
    sql.run(session, "note_movement", slip=slip, kind=kind, before=before, amount=amount, now=naive(now))


def set_account(session: Session, account_id: int, status: str, *, now: datetime) -> None:
    """Set the status of a slip's CFS account."""
    if sql.run(session, "find_other_status", id=account_id, status=status).first() is None:
        return
    keep_versions(session, "cfs_accounts", [account_id], naive(now))
    sql.run(session, "set_account", id=account_id, status=status)


def fail_deposits(session: Session, numbers: Sequence[str]) -> None:
    """Fail the deposits of these slips."""
    sql.run(session, "fail_deposits", numbers=list(numbers))


def _changed(how: str) -> StateConflict:
    return StateConflict(
        theirs="all steps are done",
        ours=f"while they ran the slip was changed: {how}",
        repair="set the slip back to what it was, so that what CFS has can be written down",
    )
