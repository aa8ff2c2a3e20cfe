"""Plan the undo of one account: judge its bounces under lock, ask CFS, write the operation down."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from config.command_line import in_short, typed
from connectors.cfs import CfsSite
from connectors.effects import Json, Operation, PlannedOperation, drop_operation, find_open, open_operation
from connectors.outbox.operator_actions import drop
from connectors.payment_events import LOCK_ACCOUNT
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from tools.repair_wrong_freeze.cfs_steps import charges, owed_without_fees
from tools.repair_wrong_freeze.freeze import Bounce, FrozenAccount, judge, next_command
from tools.repair_wrong_freeze.seen_in_cfs import SeenInCfs

sql = statements(__package__)

KIND = "wrong freeze"


class UndoRefused(Exception):
    """An account is left as it is, and why; `command` is what to type first, "" where nothing helps."""

    def __init__(self, why: str, command: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.command = command


def open_plan(context: RunContext, seen: SeenInCfs, bounces: Sequence[Bounce], reason: str) -> Operation:
    """Return the open operation of an account, one that an earlier run has sent a step of as it stands.

    bounces  those of one account
    Raises UndoRefused where nothing of it may be taken back.
    """
    account_id, auth_account = bounces[0].account_id, bounces[0].auth_account
    places = [(one.file_id, one.line) for one in bounces]
    with context.database.begin() as session:
        known = find_open(session, f"account {auth_account}")
        if known is not None and known.was_sent:
            return known
        account = judge(session, account_id, auth_account, places)
        left = "; ".join(f"{one.number}: {one.why}" for one in account.left)
        why = f"nothing of it can be taken back: {left}"
        if known is not None and not account.taken_back:
            _give_up(context, session, known, why)
    if not account.taken_back:
        raise UndoRefused(why, next_command(auth_account, account.left))
    try:
        fees = _in_cfs(seen, account)
    except UndoRefused as refused:
        if known is not None:
            with context.database.begin() as session:
                _give_up(context, session, known, refused.why)
        raise
    with context.database.begin() as session:
        if known is not None:
            tell_after_all(session, known)  # what is not told is found afresh
        untold = _drop_undelivered(session, account, reason)
        planned = _planned(account, fees, reason, untold)
        open_operation(session, planned, context.run_id)
        opened = find_open(session, planned.subject)
    assert opened is not None
    return opened


def places_in(plan: Json) -> list[tuple[int, int]]:
    """Return the bounces of a plan."""
    bounces: Any = plan["bounces"]
    return [(file_id, line) for file_id, line in bounces]


def tell_after_all(session: Session, operation: Operation) -> None:
    """Bring the messages back that an undo dropped: what they tell stands after all."""
    sql.run(session, "bring_back_messages", messages=json.dumps(operation.plan.get("untold", {})))


def _give_up(context: RunContext, session: Session, known: Operation, why: str) -> None:
    """Give up an undo of which nothing was sent."""
    tell_after_all(session, known)
    drop_operation(session, known.id, why=why, run_id=context.run_id)


def _drop_undelivered(session: Session, account: FrozenAccount, reason: str) -> Sequence[Row[Any]]:
    """Drop what the bounces have not told, and return it.

    An account that stays frozen keeps its fee and its lock. Raises UndoRefused where something is on its way.
    """
    if account.standing:
        return ()
    keys = [f"nsf:{one.file_id}:{one.line}" for one in account.taken_back]
    messages = sql.run(session, "list_undelivered", keys=keys, profiles=list(account.profiles)).all()
    if any(message.is_on_its_way for message in messages):
        raise UndoRefused("what the bounce tells CFS and others is still on its way", typed("outbox list"))
    if messages:
        drop(session, [message.id for message in messages], f"the bounce is taken back: {reason}")
    return messages


def _in_cfs(seen: SeenInCfs, account: FrozenAccount) -> list[dict[str, object]]:
    """Return the fees with how often each stands in CFS.

    Raises UndoRefused where CFS says that an invoice is due, or has none: then nothing tells that its payment stands.
    """
    for bounce in account.taken_back:
        invoice, _ = seen.invoice(CfsSite(bounce.party, bounce.account, bounce.site), bounce.number)
        if invoice is None:
            raise UndoRefused(
                f"CFS does not have {bounce.number} on site {bounce.site}, so nothing tells that its payment did not "
                "come back. Ask CAS where it is; once CFS has it there as paid, run this again"
            )
        if (due := owed_without_fees(invoice)) > 0:
            raise UndoRefused(
                f"CFS has {bounce.number} as due, with {due:,.2f} CAD besides fees: its payment came back indeed. Ask "
                "CAS; once CFS has it as paid, run this again"
            )
    fees = []
    for fee in account.fees:
        invoice, _ = seen.invoice(fee.site, fee.number)
        site = (fee.site.party, fee.site.account, fee.site.site)
        standing = 0 if invoice is None else charges(invoice, fee.amount)
        fees.append({"site": site, "number": fee.number, "amount": str(fee.amount), "charges": standing})
    return fees


def _planned(
    account: FrozenAccount, fees: list[dict[str, object]], reason: str, untold: Sequence[Row[Any]]
) -> PlannedOperation:
    plan: Json = {
        "account_id": account.account_id,
        "bounces": [one.place for one in account.taken_back],
        "fees": fees,
        "is_lock_told": all(message.kind != LOCK_ACCOUNT for message in untold),
        "profiles": {str(id_): (site.party, site.account, site.site) for id_, site in account.profiles.items()},
        "untold": {str(message.id): message.state for message in untold},
    }
    return PlannedOperation(
        kind=KIND,
        subject=f"account {account.auth_account}",
        plan=plan,
        command=in_short("repair wrong-freeze --account", account.auth_account, reason=True),
        amount=sum((fee.amount for fee in account.fees), Decimal(0)),
        reason=reason,
    )
