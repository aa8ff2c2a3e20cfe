"""What follows an applied file outside its transaction, and is made up for by the next run if this one dies."""

from contextlib import ExitStack
from functools import partial

from sqlalchemy import text

from config.errors import SourceUnavailable
from config.settings import CfsSettings
from connectors.inbound.ledger import InboundFile, find_file, set_state
from connectors.local_copy import local_copy
from connectors.object_store import CHUNK_SIZE, ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.pad_reconcile.rejects import SHOWN, as_csv, as_reject, read_rejects


def report_rejects(context: RunContext, store: ObjectStore) -> Outcome:
    """Tell the rejected rows of each applied file that still owes it, and write them as CSV to the object store.

    The object store being away makes a note: the files keep their mark, and the next run tells and writes them.
    """
    outcome = Outcome()
    for file in _pending(context, "rejects"):
        with context.database.begin() as session:
            outcome.rejects += [as_reject(file.name, row) for row in read_rejects(session, file.id, limit=SHOWN)]
        if context.dry_run:
            continue
        key = f"rejects/{context.today():%Y/%m/%d}/{file.name}.{file.id}.csv"
        try:
            with ExitStack() as kept:
                with context.database.begin() as session:
                    written = kept.enter_context(local_copy(as_csv(read_rejects(session, file.id))))
                store.put_verified(key, iter(partial(written.read, CHUNK_SIZE), b""))
            with context.database.begin() as session:
                set_state(session, file.id, file.state, reason=file.reason, details={"rejects": key})
        except SourceUnavailable as error:
            outcome.notes.append(f"The rejects of {file.name} are not stored yet ({error}); the next run does it.")
        else:
            outcome.artifacts.append(key)
    return outcome


def sync_touched_credits(context: RunContext) -> Outcome:
    """Bring the credits of the accounts that applied files touched in line with CFS.

    CFS being away makes a note: the files keep their mark, and the next run makes up for it.
    """
    pending = _pending(context, "credit_sync")
    if context.dry_run or not pending:
        return Outcome()
    outcome, unavailable = _sync(context, [file.id for file in pending])
    if unavailable is not None:
        outcome.notes.append(f"Some credits could not be looked up ({unavailable}); the next run does it.")
        return outcome
    with context.database.begin() as session:
        for file in pending:
            set_state(session, file.id, file.state, reason=file.reason, details={"credit_sync": "done"})
    return outcome


def sync_all_credits(context: RunContext) -> Outcome:
    """Bring every open credit in line with CFS. Raises SourceUnavailable where CFS is away."""
    outcome, unavailable = _sync(context, None)
    if unavailable is not None:
        looked_at = outcome.counts["credits_looked_up"]
        raise SourceUnavailable(f"CFS went away after {looked_at} credits, which are in line now: {unavailable}")
    return outcome


def _sync(context: RunContext, file_ids: list[int] | None) -> tuple[Outcome, str | None]:
    from connectors.cfs import CfsClient
    from tasks.pad_reconcile.credit_sync import open_credits, sync_credits

    credits_ = open_credits(context.database, file_ids)
    outcome = Outcome()
    context.progress.begin(len(credits_), "credits")
    with CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        report = sync_credits(
            context.database,
            cfs,
            credits_,
            clock=context.clock,
            stop_check=context.stop.check,
            advance=context.progress.advance,
        )
    outcome.counts.update(credits_looked_up=report.looked_at, credits_changed=report.changed)
    outcome.rejects += report.rejects
    return outcome, report.unavailable


def _pending(context: RunContext, step: str) -> list[InboundFile]:
    """Give the applied files that still owe a step."""
    with context.database.begin() as session:
        ids = session.scalars(
            text(
                "SELECT id FROM pay_jobs.inbound_files WHERE state = 'applied' AND details ->> :step = 'pending'"
                " ORDER BY id"
            ),
            {"step": step},
        )
        return [file for one in ids.all() if (file := find_file(session, one)) is not None]
