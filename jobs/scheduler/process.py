"""`schedule run`: put the scheduler together, serve its health, and stop it on SIGTERM."""

import signal
import socket
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from config.errors import ConfigError, SourceUnavailable
from config.log_setup import configure_log, get_log
from config.schedule import Schedule
from config.settings import DatabaseSettings, PodSettings, read
from database.engine import make_engine
from database.errors import explain
from jobs.scheduler.child import ChildProcesses
from jobs.scheduler.claims import Claims
from jobs.scheduler.http import Metrics, serve
from jobs.scheduler.scheduler import BEAT_SECONDS, Scheduler
from jobs.scheduler.trigger import MachineClock, ScheduleClock


def run_scheduler(
    schedule: Schedule,
    known: Sequence[str],
    entrypoint: Path,
    *,
    address: tuple[str, int],
    clock: Callable[[], datetime],
    timeline: ScheduleClock | None = None,
    beat_seconds: float = BEAT_SECONDS,
) -> int:
    """Run the jobs of a schedule that this installation has until SIGTERM or Ctrl-C; returns the exit code."""
    pod = read(PodSettings)
    configure_log(level=pod.log_level or "INFO")
    log = get_log()
    jobs = schedule.enabled_jobs(known)
    if not jobs:
        raise ConfigError("No job is scheduled that this installation has.")
    if schedule.check is not None and schedule.check.enabled:
        jobs["check"] = schedule.check
    for stranger in schedule.strangers(known):
        log.warning("scheduler.stranger", said=stranger)
    engine = make_engine(read(DatabaseSettings), application_name="pay-jobs scheduler", pooled=False)
    _refuse_unfit(engine)
    metrics = Metrics()
    scheduler = Scheduler(
        jobs,
        Claims(engine, pod.hostname or socket.gethostname()),
        ChildProcesses([sys.executable, str(entrypoint)]),
        timeline=timeline or MachineClock(clock),
        metrics=metrics,
        log=log,
        tell=_teller(log),
        beat_seconds=beat_seconds,
    )
    try:
        server = serve(address, metrics, scheduler.healthy, scheduler.ready)
    except OSError as error:
        raise ConfigError(f"Port {address[1]} cannot be served on: {error.strerror}. Name another: --port.") from error
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: scheduler.stop())
    log.info("scheduler.started", jobs=sorted(jobs), port=server.server_address[1])
    scheduler.run(schedule.cluster.scheduler.drain.total_seconds())
    server.shutdown()
    log.info("scheduler.stopped")
    return 0


def _refuse_unfit(engine: Engine) -> None:
    """Refuse a database that no waiting makes better; one that is away is asked again and again. Raises ConfigError."""
    try:
        engine.connect().close()
    except SourceUnavailable:
        return
    except DBAPIError as error:
        explained = explain(error)
        if isinstance(explained, ConfigError):
            raise explained from error


def _teller(log: object) -> Callable[[str, str], None]:
    def tell(job: str, said: str) -> None:
        from jobs.watch.notice import tell_failure

        tell_failure(job, said, log=log)

    return tell
