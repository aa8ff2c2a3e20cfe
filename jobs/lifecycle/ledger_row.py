"""The row of a run in the ledger: written before the lock is asked for, and completed with the outcome.

It is written on the connection that also holds the run's locks, so that both end together.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from config.errors import ExitCode, PayJobsError
from config.log_setup import bind_log
from database.engine import make_engine
from database.errors import explain
from jobs.lifecycle.attempt import RunAssignment, RunAttempt
from jobs.lifecycle.failures import note_failure
from jobs.run import ledger
from jobs.run.locks import RunLock, name_session, open_lock_connection
from jobs.run.result import RunResult
from jobs.watch.notice import tell_result


@dataclass(frozen=True)
class LedgerRow:
    """The row of a run, with the locks of its connection.

    It has no run id where no trace is left: in a dry run, and where a person only asks.
    """

    connection: Connection
    lock: RunLock
    run_id: int | None

    def record_progress(self, finished: dict[str, Any]) -> None:
        """Keep what the run has finished."""
        if self.run_id is not None:
            ledger.record_progress(self.connection, self.run_id, finished)


@contextmanager
def ledger_row(attempt: RunAttempt, assignment: RunAssignment) -> Iterator[LedgerRow]:
    """Start the row of a run; at the end write the outcome, release the locks and close the connection."""
    with _lock_connection(attempt, assignment) as connection:
        lock = RunLock(connection)
        try:
            yield _start(attempt, assignment, connection, lock)
        except Exception as caught:
            note_failure(attempt, caught)
            _end(attempt, assignment, connection, lock)
            raise
        _end(attempt, assignment, connection, lock)


@contextmanager
def _lock_connection(attempt: RunAttempt, assignment: RunAssignment) -> Iterator[Connection]:
    engine = make_engine(assignment.database, application_name=f"pay-jobs {attempt.job.name}", pooled=False)
    try:
        with closing(open_lock_connection(engine)) as connection:
            yield connection
    finally:
        engine.dispose()


def session_name(attempt: RunAttempt, purpose: str) -> str:
    """Return the name of a session of the run in pg_stat_activity."""
    return f"pay-jobs run {attempt.result.run_id or 0} of {attempt.job.name} ({purpose})"


def _start(attempt: RunAttempt, assignment: RunAssignment, connection: Connection, lock: RunLock) -> LedgerRow:
    request = attempt.request
    if not request.dry_run and not (assignment.reads_only and assignment.pod.is_by_hand):
        attempt.result.run_id = _insert(attempt, assignment, connection)
        lock.mark_alive(attempt.result.run_id)
        name_session(connection, session_name(attempt, "lock"))
    bind_log(run_id=attempt.result.run_id)
    attempt.log.info("run.started", dry_run=request.dry_run, shard=str(assignment.shard), command=request.command)
    return LedgerRow(connection, lock, attempt.result.run_id)


def _insert(attempt: RunAttempt, assignment: RunAssignment, connection: Connection) -> int:
    pod, request = assignment.pod, attempt.request
    return ledger.start(
        connection,
        job=attempt.job.name,
        lock_name=assignment.lock_name,
        arguments={name: value for name, value in request.values.items() if value not in (None, False, ())},
        command=request.command,
        shard=assignment.shard,
        triggered_by=pod.triggered_by,
        reason=request.values.get("reason"),
        pod=pod.hostname or socket.gethostname(),
        version=pod.version,
    )


def _end(attempt: RunAttempt, assignment: RunAssignment, connection: Connection, lock: RunLock) -> None:
    """Write the outcome, then release the locks; a database that is away must not hide the outcome."""
    try:
        if assignment.pod.is_by_hand and attempt.result.is_mistyped:
            _forget(connection, attempt.result)
        _write_outcome(attempt, connection, lock)
    except (SQLAlchemyError, PayJobsError) as error:
        why = explain(error) if isinstance(error, DBAPIError) else error
        attempt.log.error("run.not_recorded", error=str(why))


def _forget(connection: Connection, result: RunResult) -> None:
    """Remove the row of a run that a person mistyped: nothing was done, and nobody is to be told.

    Where it cannot be removed it stays, with its outcome.
    """
    with suppress(SQLAlchemyError):
        if result.run_id is not None and ledger.forget(connection, result.run_id):
            result.run_id = None


def _write_outcome(attempt: RunAttempt, connection: Connection, lock: RunLock) -> None:
    """Write the outcome; where that fails, on a new connection and without the log. The locks are gone then."""
    result = attempt.result
    lines = attempt.tail.lines() if result.status in ledger.KEEPS_LOG else ()
    try:
        _finish(result, connection, lines)
    except SQLAlchemyError:
        with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as another:
            _finish(result, another, ())
            tell_result(another, result, log=attempt.log)
        return
    if result.exit_code != ExitCode.LOCKED:
        lock.release()
    tell_result(connection, result, log=attempt.log)


def _finish(result: RunResult, connection: Connection, log: Sequence[dict[str, Any]]) -> None:
    outcome = result.outcome
    if result.run_id is None:
        return
    ledger.finish(
        connection,
        result.run_id,
        status=result.status,
        exit_code=result.exit_code,
        counts=dict(outcome.counts),
        rejects=outcome.rejects,
        artifacts=outcome.artifacts,
        notes=[outcome.answer, *outcome.notes] if outcome.answer else outcome.notes,
        is_news=result.is_news,
        error=result.error,
        log=log,
    )
