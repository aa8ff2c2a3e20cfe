"""The life of a run: settings, ledger, lock, task, outcome.

One place catches everything a task may raise, turns it into an exit code and words for people, and writes it down.
"""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

import config.settings
from config.errors import ExitCode, Interrupted, PayJobsError, UsageError
from config.log_setup import configure_log, get_log
from config.settings import DatabaseSettings, PodSettings, Settings, read_settings
from config.version import VERSION
from connectors.effects import checked_by
from database.engine import Database, make_engine
from database.errors import explain
from jobs.job import Job
from jobs.run import ledger
from jobs.run.context import RunContext, system_clock
from jobs.run.locks import RunLock, name_session, open_lock_connection
from jobs.run.outcome import Outcome, Table
from jobs.run.progress import Progress
from jobs.run.result import STATUS, Result
from jobs.run.shard import Shard, indexed_shard, parse_shard
from jobs.run.stopping import Stop, watch_signals
from jobs.scheduler.claims import confirm
from jobs.watch.notice import tell_result
from jobs.watch.pings import Pings, pings_of


@dataclass(frozen=True)
class Request:
    """What was typed: parameter values, the common options, and the command line for the ledger."""

    values: dict[str, Any]
    command: str = ""
    dry_run: bool = False
    shard: str | None = None
    show: Callable[[Table], None] | None = None


def execute(
    job: Job, request: Request, *, clock: Callable[[], datetime] = system_clock, stop: Stop | None = None
) -> Result:
    """Run a job and give how it went; never raises for what goes wrong in a run."""
    began = time.monotonic()
    structlog.contextvars.clear_contextvars()
    configure_log()
    run = _Run(job, request, clock, stop)
    try:
        outcome = run.go()
        code, status, error = outcome.exit_code, STATUS[outcome.exit_code], None
    except Exception as caught:
        failure = _failure(caught, run.stop)
        outcome = run.outcome
        code, error = failure.exit_code, failure.full_text
        status = "interrupted" if isinstance(failure, Interrupted) else STATUS[code]
        if failure is caught or isinstance(caught, DBAPIError):
            run.log.error("run.failed", error=str(failure), exit_code=int(code))
        else:
            run.log.exception("run.failed", exit_code=int(code))
    result = Result(job.name, run.run_id, status, code, time.monotonic() - began, outcome, error, request.dry_run)
    run.close(result)
    return result


class _Run:
    """One attempt at a job, from its first connection to its last."""

    def __init__(self, job: Job, request: Request, clock: Callable[[], datetime], stop: Stop | None) -> None:
        self.job = job
        self.request = request
        self.clock = clock
        self.stop = stop or Stop()
        self.watches_signals = stop is None
        self.run_id: int | None = None
        self.outcome = Outcome()
        self.log = get_log(job=job.name)
        self._connection: Connection | None = None
        self._lock: RunLock | None = None
        self._database: Database | None = None
        self._claim = ""
        self._lock_name = job.lock_name
        self._pings: Pings | None = None

    def go(self) -> Outcome:
        arguments = self.job.load_arguments(self.request.values)
        wanted = {"PodSettings", "DatabaseSettings", *getattr(arguments, "needs", self.job.needs)}
        settings = read_settings(*(getattr(config.settings, name) for name in sorted(wanted)))
        pod = settings[PodSettings]
        assert isinstance(pod, PodSettings)
        configure_log(level=pod.log_level)
        shard = self._shard(pod)
        self._connect(settings)
        self._lock_name = getattr(arguments, "lock", self.job.lock_name)
        self._start(pod, shard)
        self._take_lock(shard)
        return self._work(arguments, settings, shard)

    def close(self, result: Result) -> None:
        """Write the outcome and let everything go; a database that is away must not hide the outcome."""
        try:
            if self._connection is not None:
                self._write_down(result, self._connection)
        except (SQLAlchemyError, PayJobsError) as error:
            self.log.error("run.not_recorded", error=str(explain(error) if isinstance(error, DBAPIError) else error))
        finally:
            if self._database is not None:
                self._database.close()
            if self._connection is not None:
                self._connection.close()
                self._connection.engine.dispose()
        self.log.info(
            "run.finished",
            status=result.status,
            exit_code=int(result.exit_code),
            seconds=round(result.seconds, 2),
            rejects=len(result.outcome.rejects),
            **result.outcome.counts,
        )
        if self._pings is not None:
            self._pings.ended(result)

    def _write_down(self, result: Result, connection: Connection) -> None:
        """Write the outcome; where the lock's connection is lost, through a new one, for the lock is gone with it."""
        assert self._lock is not None
        try:
            self._finish(result, connection)
        except SQLAlchemyError:
            with connection.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as another:
                self._finish(result, another)
                tell_result(another, result, log=self.log)
            return
        if result.exit_code != ExitCode.LOCKED:
            self._lock.release()
        tell_result(connection, result, log=self.log)

    def _finish(self, result: Result, connection: Connection) -> None:
        if self.run_id is None:
            return
        ledger.finish(
            connection,
            self.run_id,
            status=result.status,
            exit_code=result.exit_code,
            counts=dict(result.outcome.counts),
            rejects=len(result.outcome.rejects),
            artifacts=result.outcome.artifacts,
            error=result.error,
        )

    def _shard(self, pod: PodSettings) -> Shard:
        if self.request.shard is None:
            shard = indexed_shard(pod.completion_index, pod.completion_count)
        else:
            shard = parse_shard(self.request.shard)
        if not shard.whole and not self.job.shardable:
            raise UsageError(f"{self.job.name} cannot be split into shards; leave --shard away.")
        return shard

    def _connect(self, settings: dict[type[Settings], Settings]) -> None:
        chosen = settings[DatabaseSettings]
        assert isinstance(chosen, DatabaseSettings)
        engine = make_engine(chosen, application_name=f"pay-jobs {self.job.name}", pooled=False)
        self._connection = open_lock_connection(engine)
        self._lock = RunLock(self._connection)

    def _start(self, pod: PodSettings, shard: Shard) -> None:
        assert self._connection is not None and self._lock is not None
        if not self.request.dry_run:
            self._claim = pod.claim
            by = f"{pod.trigger}:{pod.operator}" if pod.operator and pod.trigger == "hand" else pod.trigger
            self.run_id = ledger.start(
                self._connection,
                job=self.job.name,
                lock_name=self._lock_name,
                arguments={
                    name: value for name, value in self.request.values.items() if value not in (None, False, ())
                },
                command=self.request.command,
                shard=shard,
                triggered_by=by,
                reason=self.request.values.get("reason"),
                pod=pod.hostname or socket.gethostname(),
                version=f"{VERSION}+{pod.build}" if pod.build else VERSION,
            )
            self._lock.mark_alive(self.run_id)
            name_session(self._connection, self._session_name("lock"))
        structlog.contextvars.bind_contextvars(run_id=self.run_id)
        self.log.info("run.started", dry_run=self.request.dry_run, shard=str(shard), command=self.request.command)

    def _take_lock(self, shard: Shard) -> None:
        assert self._connection is not None and self._lock is not None
        if self.job.exclusive:
            self._lock.take(self._lock_name, shard)
        if self.run_id is None:
            return
        if self._claim:
            confirm(self._connection, self._claim, self.run_id)
        for lost in ledger.mark_lost(self._connection, self._lock_name):
            self.log.warning("run.lost", lost_run=lost.id, command=lost.command, finished=lost.progress)
            self.outcome.notes.append(
                f"An earlier run of this job was lost: run {lost.id} ({lost.command}); "
                f"it had finished {lost.progress or 'nothing'}."
            )
        ledger.mark_running(self._connection, self.run_id)
        self._pings = pings_of(self.job.name, log=self.log)
        self._pings.start()

    def _work(self, arguments: Any, settings: dict[type[Settings], Settings], shard: Shard) -> Outcome:
        assert self._connection is not None and self._lock is not None
        chosen = settings[DatabaseSettings]
        assert isinstance(chosen, DatabaseSettings)
        engine = make_engine(chosen, application_name=self._session_name("work"))
        self._database = database = Database(engine, dry_run=self.request.dry_run)
        database.before_commit = self._lock.still_held
        if self.run_id is not None:
            database.after_begin = partial(ledger.hold, run_id=self.run_id)
        if self.watches_signals:
            watch_signals(self.stop, database.cancel)
        with checked_by(self._lock.still_held), Progress(self.log) as progress:
            context = RunContext(
                job=self.job.name,
                database=database,
                clock=self.clock,
                log=self.log,
                progress=progress,
                stop=self.stop,
                run_id=self.run_id,
                dry_run=self.request.dry_run,
                shard=shard,
                read_settings=settings,
                show=self.request.show or self.outcome.tables.append,
                record_progress=self._record_progress,
            )
            if self.job.delivers:
                from jobs.run.delivery import deliver_earlier

                self.outcome += deliver_earlier(context)
            self.outcome += self.job.load_task()(context, arguments)
            if self.job.delivers:
                from jobs.run.delivery import deliver_own

                self.outcome += deliver_own(context)
        return self.outcome

    def _record_progress(self, finished: dict[str, Any]) -> None:
        if self._connection is not None and self.run_id is not None:
            ledger.record_progress(self._connection, self.run_id, finished)

    def _session_name(self, purpose: str) -> str:
        return f"pay-jobs run {self.run_id or 0} of {self.job.name} ({purpose})"


def _failure(caught: Exception, stop: Stop) -> PayJobsError:
    """Give the error of our tree that stands for what was caught."""
    if isinstance(caught, PayJobsError):
        return caught
    if isinstance(caught, DBAPIError):
        if stop.requested:
            return Interrupted("The run was asked to stop; the transaction that was open was rolled back.")
        return explain(caught)
    return PayJobsError(
        f"{type(caught).__name__}: {caught}. This is a fault of the program: report it with the log above."
    )
