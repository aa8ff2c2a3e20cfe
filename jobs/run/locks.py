"""Postgres decides who runs: session-level advisory locks on a connection of their own.

A lock dies with the process that holds it. A run holds three:

    its own run id           tells the living from the lost, whatever their rows say
    its job                  exclusive for a whole run, shared for a shard
    its job and shard        exclusive

Shards of different counts overlap (1/2 and 3/4 hold the same accounts), so a shard also looks for living runs of
another count and gives way. Two that meet may both give way; neither ever runs beside the other.
"""

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from config.errors import AlreadyRunning, ConfigError, SourceUnavailable
from connectors.effects import ClaimLost
from database.sql import statements
from jobs.run.shard import Shard

sql = statements(__package__)


@dataclass(frozen=True)
class LockHolder:
    """Who holds a lock."""

    pid: int
    application: str
    address: str
    since: datetime
    run_id: int | None
    pod: str | None

    def __str__(self) -> str:
        who = f"run {self.run_id} in pod {self.pod}" if self.run_id else f"{self.application} (a dry run)"
        return f"{who}, database process {self.pid} from {self.address}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


def lock_key(*parts: object) -> int:
    """Return the 63-bit advisory lock key of a name made of parts."""
    digest = hashlib.sha256("/".join(map(str, ("pay_jobs", *parts))).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def run_key(run_id: int) -> int:
    """Return the key that is held as long as a run lives."""
    return lock_key("run", run_id)


class RunLock:
    """The advisory locks of one run, on one connection, which must live as long as the run."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: list[tuple[str, int]] = []
        self._one_at_a_time = threading.Lock()

    def mark_alive(self, run_id: int) -> None:
        """Hold the run's own key."""
        if not self._try("pg_try_advisory_lock", run_key(run_id)):
            raise ConfigError(f"Run {run_id} is marked alive by another session already.")

    def take(self, job: str, shard: Shard) -> None:
        """Take the job's lock, or raise AlreadyRunning saying who holds it and since when."""
        job_key, shard_key = lock_key(job), lock_key(job, shard)
        function = "pg_try_advisory_lock" if shard.whole else "pg_try_advisory_lock_shared"
        if not self._try(function, job_key):
            raise self._taken(job, shard, job_key)
        if not shard.whole:
            if not self._try("pg_try_advisory_lock", shard_key):
                raise self._taken(job, shard, shard_key)
            self._refuse_other_counts(job, shard)

    def still_held(self) -> None:
        """Make sure that the session holds its locks; asked before every commit and every change outside."""
        try:
            with self._one_at_a_time:  # the threads of a run commit by themselves, and share this connection
                held = self._connection.scalar(_COUNT_OWN)
        except SQLAlchemyError as error:
            raise ClaimLost(
                "The connection that holds the job's lock was lost, so another run may have begun. The open "
                f"transaction was rolled back ({str(getattr(error, 'orig', error)).strip().splitlines()[0]})."
            ) from error
        if held < len(self._held):
            raise ClaimLost(
                f"The session of the job's lock holds {held} of its {len(self._held)} advisory locks, so another run "
                "may have begun. The open transaction was rolled back."
            )

    def release(self) -> None:
        """Release the locks, and make sure that they were still held."""
        for function, key in reversed(self._held):
            unlock = "pg_advisory_unlock_shared" if function.endswith("_shared") else "pg_advisory_unlock"
            if not self._connection.scalar(text(f"SELECT {unlock}(:key)"), {"key": key}):
                raise SourceUnavailable(
                    "The job's lock was not held any more at the end of the run: was its session reset?"
                )
        self._held.clear()

    def _try(self, function: str, key: int) -> bool:
        taken = bool(self._connection.scalar(text(f"SELECT {function}(:key)"), {"key": key}))
        if taken:
            self._held.append((function, key))
        return taken

    def _refuse_other_counts(self, job: str, shard: Shard) -> None:
        for other_id, other_shard in living_shards(self._connection, job):
            if other_shard.count != shard.count:
                raise AlreadyRunning(
                    f"{job} shard {shard} cannot run beside shard {other_shard} of run {other_id}: shards of "
                    "different counts hold the same accounts. Use one count, or wait."
                )

    def _taken(self, job: str, shard: Shard, key: int) -> AlreadyRunning:
        holder = find_holder(self._connection, key)
        name = job if shard.whole else f"{job} shard {shard}"
        return AlreadyRunning(f"{name} is running already: {holder or 'its holder has just gone; try again'}.")


_COUNT_OWN = text("SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND granted")


def find_holder(connection: Connection, key: int) -> LockHolder | None:
    """Return who holds an advisory lock, if anybody does."""
    row = sql.run(connection, "find_holder", key=key).one_or_none()
    return LockHolder(*tuple(row)) if row else None


def held_keys(connection: Connection) -> set[int]:
    """Return the advisory keys that anybody holds."""
    return set(sql.run(connection, "list_held_keys").scalars())


def living_runs(connection: Connection, run_ids: list[int]) -> set[int]:
    """Return those of the runs whose processes live: somebody holds their key."""
    held = held_keys(connection)
    return {run_id for run_id in run_ids if run_key(run_id) in held}


def living_shards(connection: Connection, job: str) -> list[tuple[int, Shard]]:
    """Return the runs of a job that are alive now, with their shards."""
    rows = sql.run(connection, "list_unfinished_shards", job=job).all()
    alive = living_runs(connection, [row.id for row in rows])
    return [(row.id, Shard(row.shard_number, row.shard_count)) for row in rows if row.id in alive]


def open_lock_connection(engine: Engine) -> Connection:
    """Open the connection for locks and ledger: autocommit."""
    return engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def name_session(connection: Connection, name: str) -> None:
    """Name the session in pg_stat_activity."""
    connection.execute(text("SELECT set_config('application_name', :name, false)"), {"name": name})
