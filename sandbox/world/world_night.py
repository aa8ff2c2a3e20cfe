"""A day with its night, and the jobs and commands that are run in it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import tasks
from config.errors import ExitCode
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest
from jobs.run.result import RunResult
from sandbox.world.world import World
from tools import close, database_prune, ejv, files, repair_pad_invoice, repair_wrong_freeze, verify

_COMMANDS = (
    *files.TOOLS, *ejv.TOOLS, close.JOB, verify.JOB, repair_pad_invoice.JOB, repair_wrong_freeze.JOB,
    database_prune.PRUNE,
)  # fmt: skip
# 2: a run that was killed had done it already.
DONE = (0, 2)
JOBS: dict[str, Job] = {job.name: job for job in (*tasks.JOBS, *_COMMANDS)}


@dataclass
class WorldNight:
    """A day with its night, and the runs of it."""

    world: World
    day: date
    runs: list[RunResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def run(self, job: str, *, exits: Collection[int] = (0,), **values: Any) -> RunResult:
        """Run a job as the command line does, at the time of the world; it must end with one of some exit codes."""
        result = self.world.faults.run(JOBS[job], RunRequest(values, job))
        self.runs.append(result)
        if result.exit_code not in exits and not (result.exit_code == ExitCode.ATTENTION and self.held_by_the_fuse()):
            told = (*result.outcome.rejects, *(row for table in result.outcome.tables for row in table.rows))
            words = [*result.outcome.notes, *map(str, told), result.error or ""]
            self.problems.append(f"{job} ended with {int(result.exit_code)}: {' | '.join(filter(None, words))}")
        return result

    def held_by_the_fuse(self) -> list[str]:
        """Return the names of the files that the fuse holds."""
        query = (
            "SELECT name FROM pay_jobs.inbound_files WHERE state IN ('held', 'failed') AND details ->> 'hold' = 'fuse'"
            " ORDER BY id"
        )
        return [row.name for row in self.world.tables.rows(query)]

    def stands_still(self, job: str, *kinds: str, **values: Any) -> bool:
        """Whether one of some parts stays away all evening, so that a job cannot do its work."""
        result = self.world.faults.away_this_evening(JOBS[job], RunRequest(values, job), *kinds)
        if result is not None:
            self.runs.append(result)
        return result is not None
