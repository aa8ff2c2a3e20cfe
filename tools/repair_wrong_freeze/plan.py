"""Plan the undo of one account: judge its bounces under lock, ask CFS, write the operation down."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from config.command_line import typed
from connectors.cfs import CfsSite
from connectors.effects import Json, Operation, PlannedOperation, drop_operation, find_open, open_operation
from connectors.outbox.operator_actions import drop
from connectors.payment_events import LOCK_ACCOUNT
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from tools.repair_wrong_freeze.cfs_steps import charges, owed_without_fees
from tools.repair_wrong_freeze.freeze import Bounce, FrozenAccount, judge
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
            drop_operation(session, known.id, why=why, run_id=context.run_id)
    if not account.taken_back:
        raise UndoRefused(why, typed("explain account", auth_account))
    fees = _in_cfs(seen, account)
    with context.database.begin() as session:
        is_lock_told = _drop_undelivered(session, account, reason)
        if known is not None:  # what a run that died dropped is not found a second time
            is_lock_told = is_lock_told and bool(known.plan["is_lock_told"])
        planned = _planned(account, fees, reason, is_lock_told=is_lock_told)
        open_operation(session, planned, context.run_id)
        opened = find_open(session, planned.subject)
    assert opened is not None
    return opened


def places_in(plan: Json) -> list[tuple[int, int]]:
    """Return the bounces of a plan."""
    bounces: Any = plan["bounces"]
    return [(file_id, line) for file_id, line in bounces]


def _drop_undelivered(session: Session, account: FrozenAccount, reason: str) -> bool:
    """Drop what the bounces have not told, and return whether that the account is locked was told, or will be.

    An account that stays frozen keeps its fee and its lock. Raises UndoRefused where something is on its way.
    """
    if account.standing:
        return True
    keys = [f"nsf:{one.file_id}:{one.line}" for one in account.taken_back]
    messages = sql.run(session, "list_undelivered", keys=keys, profiles=list(account.profiles)).all()
    if any(message.is_on_its_way for message in messages):
        raise UndoRefused("what the bounce tells CFS and others is still on its way", typed("outbox list"))
    if messages:
        drop(session, [message.id for message in messages], f"the bounce is taken back: {reason}")
    return all(message.kind != LOCK_ACCOUNT for message in messages)


def _in_cfs(seen: SeenInCfs, account: FrozenAccount) -> list[dict[str, object]]:
    """Return the fees with how often each stands in CFS. Raises UndoRefused where CFS says that an invoice is due."""
    for bounce in account.taken_back:
        invoice, _ = seen.invoice(CfsSite(bounce.party, bounce.account, bounce.site), bounce.number)
        if invoice is not None and (due := owed_without_fees(invoice)) > 0:
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
    account: FrozenAccount, fees: list[dict[str, object]], reason: str, *, is_lock_told: bool
) -> PlannedOperation:
    plan: Json = {
        "account_id": account.account_id,
        "bounces": [one.place for one in account.taken_back],
        "fees": fees,
        "is_lock_told": is_lock_told,
        "profiles": {str(id_): (site.party, site.account, site.site) for id_, site in account.profiles.items()},
    }
    return PlannedOperation(
        kind=KIND,
        subject=f"account {account.auth_account}",
        plan=plan,
        command=typed("repair wrong-freeze --account", account.auth_account, reason=True),
        amount=sum((fee.amount for fee in account.fees), Decimal(0)),
        reason=reason,
    )
