"""The entries of the schedule, each with its runs since an instant."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.schedule import JobSchedule, Schedule
from jobs.run import ledger
from jobs.run.ledger import Run


@dataclass(frozen=True)
class Entry:
    """What the clock runs, and what ran of it; a run whose command is that of no entry counts for its job.

    command  what the clock runs, as the ledger has it
    runs     the newest first
    """

    name: str
    command: str
    job: JobSchedule
    runs: list[Run]

    @property
    def job_name(self) -> str:
        """The job that it runs."""
        return self.job.job or self.name


def read_runs(connection: Connection, schedule: Schedule, jobs: Sequence[str], *, begin: datetime) -> list[Run]:
    """Return the runs of all commands that may have been at work since `begin`, the newest first.

    jobs  the names of the jobs this installation has
    """
    reach = max((job.deadline for job in schedule.enabled_jobs(jobs).values()), default=timedelta(0))
    return ledger.recent(connection, since=begin - reach)


def entries_of(runs: Sequence[Run], schedule: Schedule, jobs: Sequence[str], *, begin: datetime) -> list[Entry]:
    """Return the entries that run by the schedule, with those of the runs that began since `begin` or are unfinished.

    jobs  the names of the jobs this installation has
    """
    enabled = schedule.enabled_jobs(jobs)
    commands = {name: shlex.join(job.command(name)) for name, job in enabled.items()}
    by_job: dict[str, list[Run]] = {}
    for run in runs:
        by_job.setdefault(run.job, []).append(run)
    return [
        Entry(
            name,
            commands[name],
            job,
            [run for run in by_job.get(job.job or name, ()) if _counts(run, name, job, commands, begin)],
        )
        for name, job in enabled.items()
    ]


def _counts(run: Run, name: str, job: JobSchedule, commands: dict[str, str], begin: datetime) -> bool:
    is_recent = run.started_on >= begin - job.deadline or run.finished_on is None
    return is_recent and (run.command == commands[name] or (job.job is None and run.command not in commands.values()))
