"""repair wrong-freeze, told from top to bottom: find the bounces, and for each account plan, CFS, our books."""

import contextvars
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import groupby

from config.command_line import typed
from config.errors import Interrupted, SourceUnavailable, UsageError
from config.plurals import counted
from config.settings import CfsSettings
from connectors.cfs import CfsClient
from connectors.effects import Operation, OperationJournal, StateConflict, run_operation
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tools.repair_wrong_freeze.arguments import Arguments
from tools.repair_wrong_freeze.cfs_steps import steps_of
from tools.repair_wrong_freeze.freeze import (
    Bounce,
    FrozenAccount,
    JudgedBounce,
    cannot_be_taken_back,
    judge,
    judge_bounces,
    list_bounces,
    next_command,
)
from tools.repair_wrong_freeze.give_back import give_back, stop_pad_again
from tools.repair_wrong_freeze.plan import UndoRefused, open_plan, places_in, tell_after_all
from tools.repair_wrong_freeze.seen_in_cfs import SeenInCfs

sql = statements(__package__)

AT_ONCE = 8  # accounts; the client keeps to the rate that CFS allows
_NOT_BEGUN = "not yet taken back, because this undo began without it"
_COLUMNS = ("account", "numbers given back", "fees taken back", "account is", "left")


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Take back what bounces did, one operation an account, several at once."""
    accounts = _accounts(context, arguments)
    settings = context.settings(CfsSettings)
    context.progress.begin(len(accounts))
    with CfsClient(settings, dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        outcome = _work_all(context, cfs, accounts, arguments.reason)
    number, rows = outcome.counts["accounts_unlocked"], outcome.counts["numbers_given_back"]
    would = "Would be" if context.dry_run else "Were"
    outcome.answer = f"{would} taken back: {counted(rows, 'bounce')}; active again: {counted(number, 'account')}."
    return outcome


def _accounts(context: RunContext, arguments: Arguments) -> list[list[Bounce]]:
    """Return the bounces of each account. Raises UsageError where there are none that can be looked at."""
    with context.database.read() as session:
        bounces = list_bounces(session, file=arguments.file, account=arguments.account)
        unkept = sql.run(session, "count_unkept", file=arguments.file, account=arguments.account).scalar_one()
    if bounces:
        return [list(of_one) for _, of_one in groupby(bounces, key=lambda one: one.account_id)]
    of = f"File {arguments.file}" if arguments.file else f"Account {arguments.account}"
    if unkept:
        raise UsageError(
            f"{of} has {counted(unkept, 'bounce')} from before bounces kept what they change and delete: these cannot "
            "be taken back by this command. Nothing was changed."
        )
    raise UsageError(f"{of} has no bounce that stands: nothing is to be taken back.")


def _work_all(context: RunContext, cfs: CfsClient, accounts: Sequence[list[Bounce]], reason: str) -> Outcome:
    """Work the accounts; the failure of one is raised only after the others are done."""
    threads = 1 if context.dry_run else AT_ONCE  # the one connection of a dry run serves one thread
    with ThreadPoolExecutor(threads, thread_name_prefix="undo") as pool:
        futures = [
            pool.submit(contextvars.copy_context().run, _work, context, cfs, bounces, reason) for bounces in accounts
        ]
    failures = [error for one in futures if (error := one.exception())]
    serious = [error for error in failures if not isinstance(error, SourceUnavailable)]
    if serious:
        raise next((error for error in serious if not isinstance(error, Interrupted)), serious[0])
    outcome = Outcome()
    for one in futures:
        if one.exception() is None:
            outcome += one.result()
    if failures:
        raise SourceUnavailable(
            f"{counted(len(accounts) - len(failures), 'account')} done, {len(failures)} left: {failures[0]} The same "
            "command continues."
        )
    outcome.tables = [
        Table("What is taken back", _COLUMNS, [row for table in outcome.tables for row in table.rows], "changed")
    ]
    return outcome


def _work(context: RunContext, cfs: CfsClient, bounces: list[Bounce], reason: str) -> Outcome:
    context.stop.check()
    context.progress.step(bounces[0].auth_account)
    try:
        outcome = _undo(context, cfs, bounces, reason)
    except UndoRefused as left:
        outcome = Outcome(
            rejects=[Reject(f"account {bounces[0].auth_account}", "left as it is", left.why, left.command)]
        )
    except StateConflict as conflict:
        detail = f"CFS says: {conflict.theirs}. We say: {conflict.ours}. To continue: {conflict.repair}"
        command = typed("repair wrong-freeze --account", bounces[0].auth_account, reason=True)
        outcome = Outcome(rejects=[Reject(f"account {bounces[0].auth_account}", "CFS differs", detail, command)])
    context.progress.advance()
    return outcome


def _undo(context: RunContext, cfs: CfsClient, bounces: list[Bounce], reason: str) -> Outcome:
    """Take back the bounces of one account: in CFS step by step, then in our books at once."""
    seen = SeenInCfs(cfs)
    operation = open_plan(context, seen, bounces, reason)
    account_id, auth_account = bounces[0].account_id, bounces[0].auth_account
    planned = places_in(operation.plan)
    unplanned = [place for one in bounces if (place := (one.file_id, one.line)) not in planned]
    if context.dry_run:
        with context.database.begin() as session:
            account = judge(session, account_id, auth_account, planned)
            return _told(account, judge_bounces(session, account_id, unplanned))

    def changed(session: Session) -> str:
        left = cannot_be_taken_back(session, account_id, planned)
        return "" if not left else f"account {auth_account}: {left[0].number}: {left[0].why}"

    journal = OperationJournal(
        context.database.begin, operation, run_id=context.run_id, changed=changed, is_begun=operation.was_sent
    )
    closed: list[Outcome] = []

    def close(session: Session) -> list[str]:
        account = judge(session, account_id, auth_account, planned)
        give_back(context, session, account, operation)
        if account.standing or not account.taken_back:
            tell_after_all(session, operation)
        if account.standing and operation.plan["profiles"]:
            stop_pad_again(context, session, account, operation)
        closed.append(_told(account, judge_bounces(session, account_id, unplanned)))
        return _differing(account, operation)

    _, notes = run_operation(context.database.begin, journal, list(steps_of(seen, operation.plan)), close)
    context.log.info("freeze.undone", account=auth_account, operation=operation.id)
    outcome = closed[-1]
    command = typed("explain account", auth_account)
    outcome.rejects += [Reject(f"account {auth_account}", "changed meanwhile", note, command) for note in notes]
    return outcome


def _differing(account: FrozenAccount, operation: Operation) -> list[str]:
    """Return what was changed in CFS and is not to be changed here, for somebody wrote the rows meanwhile."""
    fees, sites = operation.plan["fees"], len(operation.plan["profiles"])
    charged = sum(fee["charges"] > 0 for fee in fees)
    if (len(fees), sites) == (len(account.fees), len(account.profiles)) or (account.standing and not charged):
        return []  # what was opened for an account that stays frozen is stopped again
    return [
        f"in CFS it took {counted(charged, 'fee')} back and opened PAD on {counted(sites, 'site')}; here it is "
        f"{counted(len(account.fees), 'fee')} and {counted(len(account.profiles), 'profile')}. Bring CFS in line"
    ]


def _told(account: FrozenAccount, unplanned: Sequence[JudgedBounce]) -> Outcome:
    """Return what is taken back of an account, and what is left of it.

    unplanned  the bounces that were asked for and are not in the plan
    """
    outcome = Outcome()
    outcome.counts["numbers_given_back"] = len(account.taken_back)
    outcome.counts["accounts_unlocked"] = int(account.is_unlocked)
    outcome.counts["fees_taken_back"] = len(account.fees)
    left = [f"{one.number}: {one.why or _NOT_BEGUN}" for one in (*account.left, *unplanned)]
    state = "active" if account.is_unlocked else "frozen" if account.standing else "as it was"
    numbers = ", ".join(one.number for one in account.taken_back)
    row = (account.auth_account, numbers, sum(fee.amount for fee in account.fees), state, "; ".join(left))
    outcome.tables.append(Table("", _COLUMNS, [row], "changed"))
    where = f"account {account.auth_account}"
    if account.unbooked:
        rows, amount = "; ".join(map(str, account.unbooked)), sum((row.amount for row in account.unbooked), Decimal(0))
        command = typed("repair pad-rejects", reason=True)
        outcome.rejects.append(Reject(where, "not booked yet", rows, command, amount))
    if account.standing:
        why = f"{', '.join(account.standing)} came back as well and is owed: the account stays frozen, with its fee"
        outcome.rejects.append(Reject(where, "still frozen", why, typed("explain account", account.auth_account)))
    if left:
        command = next_command(account.auth_account, (*account.left, *unplanned))
        outcome.rejects.append(Reject(where, "taken back in part", "; ".join(left), command))
    return outcome
