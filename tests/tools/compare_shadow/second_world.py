"""The same world once more, as a copy of it would be worked elsewhere: what a job makes has other ids and other times.

What the actors write is the same in both: it was in the copies, or came to both.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from jobs.job import Job
from jobs.lifecycle.runner import RunRequest
from jobs.run.result import RunResult
from sandbox.world.actors.accounts import settle_in
from sandbox.world.faults import WorldFaults
from sandbox.world.night import pass_night
from sandbox.world.pay_tables import PayTables
from sandbox.world.world import World, WorldParts, open_world
from tools.compare_shadow.tables import LEFT_OUT

FURTHER = 1_000_000
_LATER_SECONDS = 137
_MADE_BY_JOBS = sorted(table for table, column in LEFT_OUT if column == "id")


@dataclass
class RunsElsewhere:
    """The runs of a world: a few minutes later, and with ids from further on in each sequence that a job draws from."""

    runs: WorldFaults
    tables: PayTables

    def run(self, job: Job, request: RunRequest) -> RunResult:
        """Run a job, and let those that come after it draw where they would have drawn."""
        self.runs.clock.let_pass(_LATER_SECONDS)
        self._move(FURTHER)
        result = self.runs.run(job, request)
        self._move(-FURTHER)
        return result

    def away_this_evening(self, *_values: Any) -> None:
        """Everything is there."""

    def _move(self, by: int) -> None:
        for table in _MADE_BY_JOBS:
            (found,) = self.tables.rows("SELECT pg_get_serial_sequence(:table, 'id') AS sequence", table=table)
            self.tables.run(f"SELECT setval(:sequence, last_value + :by, is_called) FROM {found.sequence}",
                            sequence=found.sequence, by=by)  # fmt: skip


def play(parts: WorldParts, *, seed: int, first: date, nights: int, elsewhere: bool) -> None:
    """Let nights of a world pass; of the second no model says at which minute a job worked."""
    with open_world(parts, seed=seed, first=first) as world:
        settle_in(world)
        if elsewhere:
            _move_runs(world)
        for _ in range(nights):
            night = pass_night(world, [] if elsewhere else None)
            assert night.problems == []
        assert world.meanwhile.found() == []


def _move_runs(world: World) -> None:
    world.faults = RunsElsewhere(world.faults, world.tables)  # type: ignore[assignment]
