"""Bring the pay tables back as they were before the bounces, in the transaction that closes the operation."""

from datetime import datetime

from config.business_time import naive_utc
from connectors.cfs import CfsSite
from connectors.cfs_delivery import new_stop_pad
from connectors.effects import Operation
from connectors.outbox import enqueue
from connectors.payment_events import unlock_event
from database.pay.history import keep_versions
from database.pay.nsf_fee import UNDONE
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from tools.repair_wrong_freeze.freeze import FrozenAccount, places_of

sql = statements(__package__)


def give_back(context: RunContext, session: Session, account: FrozenAccount, operation: Operation) -> None:
    """Write the rows of the bounces as they were, and unlock the account where nothing keeps it frozen."""
    at = context.clock()
    now, places = naive_utc(at), account.places()
    sql.run(session, "give_back_payments", **places)
    sql.run(session, "give_back_receipts", **places)
    sql.run(session, "give_back_references", **places)
    sql.run(session, "give_back_invoices", **places, now=now)
    if account.taken_back and not account.standing:
        _unlock(session, account, now, at)
    sql.run(session, "note_undone_bounces", **places, now=at)
    skipped = [(row.file_id, row.line) for row in account.unbooked if row.is_skipped]
    sql.run(session, "reject_unbooked", **places_of(skipped), now=at)
    if account.is_unlocked and operation.plan["is_lock_told"]:
        event = unlock_event(account.auth_account, f"account:{account.account_id}", f"undo:{operation.id}:unlock")
        enqueue(session, [event], run_id=context.run_id, created_on=at)


def stop_pad_again(context: RunContext, session: Session, account: FrozenAccount, operation: Operation) -> None:
    """Stop PAD on sites that were opened for an account that came back to stay frozen meanwhile."""
    key = f"account:{account.account_id}"
    messages = [
        new_stop_pad(CfsSite(*site), ordering_key=key, idempotency_key=f"undo:{operation.id}:{site[2]}:stop")
        for site in operation.plan["profiles"].values()
    ]
    enqueue(session, messages, run_id=context.run_id, created_on=context.clock())


def _unlock(session: Session, account: FrozenAccount, now: datetime, at: datetime) -> None:
    fees = [fee.invoice_id for fee in account.fees]
    sql.run(session, "cancel_fees", ids=fees, now=now, mark=UNDONE)
    profiles = list(account.profiles)
    keep_versions(session, "cfs_accounts", profiles, now)
    sql.run(session, "release_profiles", ids=profiles)
    if account.owes:
        keep_versions(session, "payment_accounts", [account.account_id], now)
        sql.run(session, "clear_owing", id=account.account_id)
    sql.run(session, "note_undone_freeze", account_id=account.account_id, fees=fees, now=at)
