"""What the task works with: transactions that are fenced by the run's row and lock, progress, and the way to stop."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from connectors.effects import checked_by
from database.engine import Database, NoPayDatabase, make_engine
from jobs.lifecycle.attempt import RunAssignment, RunAttempt
from jobs.lifecycle.ledger_row import LedgerRow, session_name
from jobs.run import ledger
from jobs.run.context import RunContext
from jobs.run.progress import Progress
from jobs.run.stopping import watch_signals


@contextmanager
def task_context(attempt: RunAttempt, assignment: RunAssignment, row: LedgerRow) -> Iterator[RunContext]:
    """Open the context of the task; what a dry run changed is rolled back at the end."""
    with (
        closing(_open_database(attempt, assignment, row)) as database,
        checked_by(row.lock.still_held),
        _context_on(
            database,
            attempt,
            assignment,
            run_id=row.run_id,
            shard=assignment.shard,
            record_progress=row.record_progress,
            **_what_is_kept(row),
        ) as context,
    ):
        yield context


@contextmanager
def context_without_database(attempt: RunAttempt, assignment: RunAssignment) -> Iterator[RunContext]:
    """Open the context of a task that works on no pay database of ours: it has no row, no lock, no transactions."""
    attempt.log.info("run.started", dry_run=attempt.request.dry_run, command=attempt.request.command)
    with _context_on(NoPayDatabase(), attempt, assignment) as context:
        yield context


@contextmanager
def _context_on(
    database: Database, attempt: RunAttempt, assignment: RunAssignment, **of_the_row: Any
) -> Iterator[RunContext]:
    if attempt.watches_signals:
        watch_signals(attempt.stop, database.cancel)
    with Progress(attempt.log) as progress:
        yield RunContext(
            job=attempt.job.name,
            database=database,
            clock=attempt.clock,
            log=attempt.log,
            progress=progress,
            stop=attempt.stop,
            dry_run=attempt.request.dry_run,
            read_settings=assignment.settings,
            show=attempt.request.show or attempt.result.outcome.tables.append,
            **of_the_row,
        )


def _what_is_kept(row: LedgerRow) -> dict[str, Any]:
    return {} if row.run_id is None else {"keep_rejects": partial(ledger.keep_rejects, run_id=row.run_id)}


def _open_database(attempt: RunAttempt, assignment: RunAssignment, row: LedgerRow) -> Database:
    engine = make_engine(assignment.database, application_name=session_name(attempt, "work"))
    database = Database(engine, dry_run=attempt.request.dry_run)
    database.before_commit = row.lock.still_held
    if row.run_id is not None:
        database.after_begin = partial(ledger.hold, run_id=row.run_id)
    return database
