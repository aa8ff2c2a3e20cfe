"""Postgres decides which scheduler carries out which instant: `pay_jobs.scheduled_runs`, one row an instant.

    claimed    the row of (job, instant) is inserted; a second scheduler finds it taken
    confirmed  the run itself writes its id into the row once it holds the job's lock, and only if the attempt it was
               started for still stands; a process started by a scheduler that has since been given up gives way
    finished   the scheduler writes how it ended

A scheduler is alive as long as it holds the advisory lock of its own key. What a dead one had begun is taken over.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from config.errors import AlreadyRunning, UsageError
from database.sql import statements
from jobs.run.locks import held_keys, living_runs, lock_key, open_lock_connection

sql = statements(__package__)


@dataclass(frozen=True)
class Claim:
    """One instant that a scheduler carries out, and which attempt at it this is."""

    id: int
    job: str
    scheduled_for: datetime
    attempt: int
    run_id: int | None = None

    @property
    def token(self) -> str:
        """What the run is told, to confirm it."""
        return f"{self.id}:{self.attempt}"


class Claims:
    """The claims of one scheduler, for its threads; `hold` first."""

    def __init__(self, engine: Engine, host: str) -> None:
        self._engine = engine
        self._host = host
        self._held: Connection | None = None
        self.owner = ""
        self._key = 0

    def hold(self) -> None:
        """Be alive to other schedulers; after a broken connection call it again, and be alive under a new name."""
        if self._held is not None:
            try:
                self._held.execute(text("SELECT 1"))
            except SQLAlchemyError:
                self._held.invalidate()
                self._held.close()
                self._held = None
            else:
                return
        connection = open_lock_connection(self._engine)
        self.owner = f"{self._host} {uuid.uuid4().hex[:12]}"
        self._key = lock_key("scheduler", self.owner)
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": self._key})
        self._held = connection

    def close(self) -> None:
        """Be gone."""
        if self._held is not None:
            self._held.close()
        self._engine.dispose()

    def since(self, entry: str, job: str, command: str, *, every: bool = False) -> datetime | None:
        """Return until when an entry's instants are settled: by a claim, or by a run of the same command.

        A run by a CronJob or by hand settles the instants before it as well as one of ours.

        job    what the entry runs
        every  each instant counts by itself, so a run of ours settles none but its own
        """
        with self._transaction() as connection:
            settled = sql.run(connection, "settled_until", entry=entry, job=job, command=command, every=every)
            found: datetime | None = settled.scalar_one()
        return found

    def is_served(self, claim: Claim, job: str, command: str, *, every: bool = False) -> bool:
        """Return whether somebody else's run of the same command has begun since the instant and ended well."""
        values = {"job": job, "command": command, "every": every, "instant": claim.scheduled_for}
        with self._transaction() as connection:
            served = sql.run(connection, "is_served", **values)
            return bool(served.scalar_one())

    def claim(self, job: str, scheduled_for: datetime) -> Claim | None:
        """Take an instant, unless somebody has."""
        with self._transaction() as connection:
            claimed = sql.run(
                connection, "claim_instant", job=job, instant=scheduled_for, owner=self.owner, key=self._key
            )
            row = claimed.one_or_none()
        return Claim(**row._mapping) if row else None

    def again(self, claim: Claim, *, waited: bool = False) -> Claim | None:
        """Take an instant for another attempt, unless somebody else has.

        waited  the last one found the lock taken: where it never held it, it does not count
        """
        with self._transaction() as connection:
            seen = {"id": claim.id, "attempt": claim.attempt, "run_id": claim.run_id}
            row = sql.run(
                connection, "claim_again", **seen, waited=waited, owner=self.owner, key=self._key
            ).one_or_none()
        return Claim(**row._mapping) if row else None

    def finish(self, claim: Claim, state: str, exit_code: int | None) -> None:
        """Write how an attempt ended, if it still stands."""
        with self._transaction() as connection:
            sql.run(connection, "finish_claim", id=claim.id, attempt=claim.attempt, state=state, exit_code=exit_code)

    def current(self, claim: Claim) -> Claim:
        """Return a claim as it stands now, with the id of its run."""
        with self._transaction() as connection:
            run_id = connection.scalar(
                text("SELECT run_id FROM pay_jobs.scheduled_runs WHERE id = :id AND attempt = :attempt"),
                {"id": claim.id, "attempt": claim.attempt},
            )
        return replace(claim, run_id=run_id)

    def left_behind(self) -> list[tuple[Claim, int | None]]:
        """Return what dead schedulers had begun and nobody carries on, with the exit code where the run has one."""
        with self._transaction() as connection:
            alive = held_keys(connection)
            orphans = [row for row in sql.run(connection, "list_begun") if row.owner_key not in alive]
            running = living_runs(connection, [row.run_id for row in orphans if row.run_id is not None])
        return [
            (
                Claim(row.id, row.job, row.scheduled_for, row.attempt, row.run_id),
                row.exit_code if row.status not in {"interrupted", "lost"} else None,
            )
            for row in orphans
            if row.run_id not in running
        ]

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection


def confirm(connection: Connection, token: str, run_id: int) -> None:
    """Tie a run to the claim it was started for; called by the run itself, holding the job's lock.

    Raises AlreadyRunning if the attempt no longer stands: another scheduler has taken the instant over.
    """
    claim_id, _, attempt = token.partition(":")
    if not (claim_id.isdigit() and attempt.isdigit()):
        raise UsageError(f"PAY_JOBS_CLAIM is {token!r}, expected like 17:1; only the scheduler sets it.")
    confirmed = sql.run(connection, "confirm_claim", id=int(claim_id), attempt=int(attempt), run_id=run_id)
    if confirmed.one_or_none() is None:
        raise AlreadyRunning("This scheduled run was taken over by another scheduler.")
