"""The work after a file is committed: report its rejects, synchronise its credits. The next run does what is left."""

from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import count

from config.business_days import is_business_day
from config.command_line import typed
from config.errors import PayJobsError, SourceUnavailable
from config.plurals import counted
from config.settings import CfsSettings
from connectors.effects import close_operation
from connectors.inbound.ledger import list_files, list_same_as_of_another_day, set_state
from connectors.local_copy import local_copy
from connectors.object_store import CHUNK_SIZE, ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.pad_reconcile.credits_found import CreditSyncResult, OpenCredit
from tasks.pad_reconcile.file_queue import SOURCE, newest_applied
from tasks.pad_reconcile.follow_ups import CREDIT_SYNC, REJECT_REPORT, files_to_follow_up
from tasks.pad_reconcile.rejects import SHOWN, as_csv, as_reject, read_rejects

sql = statements(__package__)

SWEEP = 20_000
# A sweep that was ended by something else asks for at most so many credits again.
NOTED_EVERY = 100
_MOST_NAMED = 10
# Where no file came for longer, none is waited for.
_FILES_COME = timedelta(days=7)


def report_rejects(context: RunContext, store: ObjectStore) -> Outcome:
    """Report the rejected rows of each applied file whose report is open, and write them as CSV to the object store.

    Where the object store is away, a note says so and the next run stores them. Rejects that cannot
    be stored for another reason are reported, and stop neither the other files nor the work after them.
    """
    outcome = Outcome()
    for operation, file in files_to_follow_up(context, REJECT_REPORT):
        with context.database.read() as session:
            rejects = [as_reject(file.name, row) for row in read_rejects(session, file.id, limit=SHOWN)]
        outcome.rejects += rejects
        if context.dry_run:
            continue
        key = f"rejects/{context.today():%Y/%m/%d}/{file.name}.{file.id}.csv"
        try:
            with ExitStack() as kept:
                with context.database.read() as session:
                    written = kept.enter_context(local_copy(as_csv(read_rejects(session, file.id))))
                store.put_verified(key, iter(partial(written.read, CHUNK_SIZE), b""))
            with context.database.begin() as session:
                set_state(session, file.id, file.state, reason=file.reason, details={"rejects": key})
                close_operation(session, operation, run_id=context.run_id)
                context.keep_rejects(session, rejects)
        except SourceUnavailable as error:
            outcome.notes.append(
                f"The rejects of {file.name} are not stored yet: {error}. The next run will store them."
            )
        except PayJobsError as error:
            why = f"{error} The next run tries again; the rows are in pay_jobs.settlement_rows, file {file.id}."
            outcome.rejects.append(Reject(file.name, "its rejects are not stored", why, typed("PAD_RECONCILE")))
        else:
            outcome.artifacts.append(key)
    return outcome


def sync_touched_credits(context: RunContext) -> Outcome:
    """Bring the credits of the accounts that applied files touched in line with CFS.

    Where CFS is away, a note says so and the next run does it. One that CFS gives no answer for is told and left to the
    sweep over all credits.
    """
    pending = files_to_follow_up(context, CREDIT_SYNC)
    if context.dry_run or not pending:
        return Outcome()
    outcome, _last, result = _sync(context, [file.id for _, file in pending])
    if result.was_prevented:
        outcome.notes.append(
            f"Some credits could not be looked up: {result.unavailable}. The next run will look them up."
        )
        return outcome
    outcome.rejects += result.unanswered[:SHOWN]
    with context.database.begin() as session:
        for operation, _ in pending:
            close_operation(session, operation, run_id=context.run_id)
    return outcome


def sync_all_credits(context: RunContext, *, allow_late: bool) -> Outcome:
    """Bring the open credits of all accounts in line with CFS, at most SWEEP of them a run.

    A sweep that ends before the last credit is continued by the next one. One that CFS gives no answer for is told and
    passed: those behind it must not wait. Where a file waits, is held, or is late today
    nothing is asked, unless `allow_late`: CFS has used credits already that only the file tells of.
    Raises SourceUnavailable where CFS is away; it names what was passed.
    """
    missing = None if allow_late else _unapplied_file(context)
    if missing is not None:
        return Outcome(
            notes=[
                f"No credit was looked up: {missing} has not been applied yet, and CFS may have "
                "used credits that it tells of. The next sweep after it will look them up; "
                f"{typed('PAD_RECONCILE --sync-all-credits --allow-late')} does it now."
            ]
        )
    after = _swept_until(context)
    outcome, last, result = _sync(context, None, after=after, at_most=SWEEP)
    looked_at = outcome.counts["credits_looked_up"]
    is_over = looked_at + len(result.unanswered) < SWEEP and not result.is_away
    context.record_progress({"last_credit": 0 if is_over else last})
    if result.was_prevented:
        passed = [one.where for one in result.unanswered]
        more = f" and {len(passed) - _MOST_NAMED} more" if len(passed) > _MOST_NAMED else ""
        raise SourceUnavailable(
            f"CFS became unavailable after {counted(looked_at, 'credit')} had been looked up: {result.unavailable}. It "
            f"gave no answer for {', '.join(passed[:_MOST_NAMED])}{more}; the sweep will look again when it comes "
            "round to them."
        )
    outcome.rejects += result.unanswered[:SHOWN]
    if not is_over:
        outcome.notes.append(f"{SWEEP:,} credits were looked up; the next sweep will continue after credit {last}.")
    return outcome


def _unapplied_file(context: RunContext) -> str | None:
    """Return the settlement file that came and is not applied, or that of today where it is late; None without one."""
    today = context.today()
    with context.database.read() as session:
        came = next(iter(list_files(session, SOURCE, ["stored", "received", "held", "failed"], limit=1)), None)
        newest = newest_applied(session, today)
        not_of_their_day = {row.id for row in list_same_as_of_another_day(session, SOURCE)}
        known = [one.business_date for one in list_files(session, SOURCE, ["known"]) if one.id not in not_of_their_day]
    if came is not None:
        return came.name
    if newest is None or not today - _FILES_COME <= newest < today or today in known:
        return None
    return f"the settlement file of {today}" if is_business_day(today) else None


def _swept_until(context: RunContext) -> int:
    """Return the id of the credit that the last sweep ended with, 0 where it came to the end."""
    with context.database.read() as session:
        return sql.run(session, "find_swept_credit", job=context.job).scalar() or 0


def _sync(
    context: RunContext, file_ids: list[int] | None, *, after: int = 0, at_most: int | None = None
) -> tuple[Outcome, int, CreditSyncResult]:
    """Sync credits; return the outcome, the last credit that was asked for, and what became of them."""
    outcome = Outcome(counts=Counter(credits_looked_up=0, credits_changed=0))
    with context.database.read() as session:
        if not sql.run(session, "list_open_credits", file_ids=file_ids, after=after, page=1).all():
            return outcome, after, CreditSyncResult()
    from connectors.cfs import CfsClient
    from tasks.pad_reconcile.credit_sync import open_credits, sync_credits

    last, dealt_with = after, count(1)

    def done(credit: OpenCredit) -> None:
        nonlocal last
        last = credit.id
        context.progress.advance()
        if file_ids is None and next(dealt_with) % NOTED_EVERY == 0:
            context.record_progress({"last_credit": last})

    context.progress.begin(0, "credits")
    with CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        result = sync_credits(
            context.database,
            cfs,
            open_credits(context.database, file_ids, after=after, at_most=at_most),
            clock=context.clock,
            stop_check=context.stop.check,
            done=done,
        )
    outcome.counts.update(credits_looked_up=result.looked_at, credits_changed=result.changed)
    outcome.rejects += result.rejects
    if result.rejected > len(result.rejects):
        outcome.notes.append(f"{result.rejected:,} credits were not found or not readable; the first are shown.")
    return outcome, last, result
