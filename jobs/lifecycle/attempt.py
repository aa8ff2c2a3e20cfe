"""What a run is of: the job, what was typed, and how it goes; and the first step, which checks what was typed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import config.settings
from config.errors import UsageError
from config.log_setup import configure_log
from config.log_tail import LogTail
from config.settings import DatabaseSettings, PodSettings, Settings, read_settings
from jobs.job import Job
from jobs.run.context import one_setting
from jobs.run.outcome import Table
from jobs.run.result import RunResult
from jobs.run.shard import Shard, indexed_shard, parse_shard
from jobs.run.stopping import StopRequest


@dataclass(frozen=True)
class RunRequest:
    """What was typed: parameter values, the common options, and the command line for the ledger."""

    values: dict[str, Any]
    command: str = ""
    dry_run: bool = False
    shard: str | None = None
    show: Callable[[Table], None] | None = None


@dataclass(frozen=True)
class RunAttempt:
    """One attempt at a job; `result` is filled as the run goes on.

    tail             the last lines of the log, for the ledger if it ends badly
    watches_signals  whether SIGTERM and SIGINT stop the run, because nobody else holds its `stop`
    at_end           what is called when the outcome is written and every connection is closed
    """

    job: Job
    request: RunRequest
    clock: Callable[[], datetime]
    log: Any
    result: RunResult
    stop: StopRequest
    tail: LogTail
    watches_signals: bool
    at_end: list[Callable[[RunResult], None]] = field(default_factory=list)


@dataclass(frozen=True)
class RunAssignment:
    """What the run has to do, once its arguments and settings are checked."""

    arguments: Any
    settings: dict[type[Settings], Settings]
    shard: Shard
    lock_name: str
    reads_only: bool

    @property
    def pod(self) -> PodSettings:
        """Return where and for whom the run is made."""
        return one_setting(self.settings, PodSettings)

    @property
    def database(self) -> DatabaseSettings:
        """Return where the pay database is."""
        return one_setting(self.settings, DatabaseSettings)


def check_arguments(attempt: RunAttempt) -> RunAssignment:
    """Return what the run has to do. Raises UsageError or ConfigError for what it cannot do."""
    job = attempt.job
    arguments = job.load_arguments(attempt.request.values)
    needed = {"PodSettings", *getattr(arguments, "needs", job.needs)}
    if job.on_pay_database:
        needed.add("DatabaseSettings")
    settings = read_settings(*(getattr(config.settings, name) for name in sorted(needed)))
    pod = one_setting(settings, PodSettings)
    configure_log(level=pod.log_level or ("INFO" if job.is_by_clock else "WARNING"), tail=attempt.tail)
    return RunAssignment(
        arguments,
        settings,
        _shard(attempt, pod),
        lock_name=getattr(arguments, "lock", job.lock_name),
        reads_only=getattr(arguments, "reads_only", job.reads_only),
    )


def _shard(attempt: RunAttempt, pod: PodSettings) -> Shard:
    if attempt.request.shard is None:
        shard = indexed_shard(pod.completion_index, pod.completion_count)
    else:
        shard = parse_shard(attempt.request.shard)
    if not shard.whole and not attempt.job.shardable:
        raise UsageError(f"{attempt.job.name} cannot be split into shards; remove --shard.")
    return shard
