"""The run ledger, `pay_jobs.job_runs`: one row a run, written on the lock's autocommit connection.

The row is also a fence. Every transaction of a run's work holds it, and to mark a run lost waits for those: a run that
lost its lock and does not know it yet can commit nothing beside the run that takes its place.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from config.errors import AlreadyRunning
from config.masking import excerpt, mask, mask_text
from config.visible import all_visible, visible
from connectors.effects import ClaimLost
from database.sessions import Session
from database.sql import statements
from jobs.run.locks import living_runs
from jobs.run.outcome import Reject
from jobs.run.shard import Shard

sql = statements(__package__)

KEPT_REJECTS = 1000
KEPT_NOTES = 100
LONGEST_DETAIL = 4000
READ_RUNS = 100_000
CLOCK = ("cronjob", "scheduler")
KEEPS_LOG = ("failed", "attention", "interrupted")
STATUSES = ("done", "attention", "failed", "interrupted", "locked", "lost", "running")


@dataclass(frozen=True)
class Run:
    """One row of the ledger; a row that says it runs but whose process has gone shows as `lost`."""

    id: int
    job: str
    arguments: dict[str, Any]
    command: str
    shard_number: int
    shard_count: int
    status: str
    triggered_by: str
    reason: str | None
    pod: str
    version: str
    started_on: datetime
    finished_on: datetime | None
    exit_code: int | None
    counts: dict[str, int]
    progress: dict[str, Any]
    rejects: int
    artifacts: list[str]
    notes: list[str]
    is_news: bool
    error: str | None

    @property
    def is_by_clock(self) -> bool:
        """Whether the clock started it, and not a person."""
        return self.triggered_by in CLOCK

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return round((self.finished_on - self.started_on).total_seconds(), 1) if self.finished_on else None


@dataclass(frozen=True)
class LogLine:
    """One line of the log of a run: `facts` in words, `traceback` where a fault of the program was told."""

    at: datetime
    level: str
    event: str
    facts: str
    traceback: str


_COLUMNS = ", ".join(Run.__dataclass_fields__)
_UNFINISHED = "status IN ('starting', 'running')"
_WITH_VERDICT = "status IN ('done', 'attention')"


def start(
    connection: Connection,
    *,
    job: str,
    lock_name: str | None = None,
    arguments: dict[str, Any],
    command: str,
    shard: Shard,
    triggered_by: str,
    reason: str | None,
    pod: str,
    version: str,
) -> int:
    """Write the row of a run that is about to ask for its lock, and return its id."""
    started = sql.run(
        connection,
        "start_run",
        job=job,
        lock_name=lock_name or job,
        arguments=_as_json(mask(arguments)),
        command=_as_text(command),
        number=shard.number,
        count=shard.count,
        triggered_by=_as_text(triggered_by),
        reason=_as_text(reason) if reason else None,
        pod=_as_text(pod),
        version=version,
    )
    return int(started.scalar_one())


def mark_running(connection: Connection, run_id: int) -> None:
    """Note that the run holds its lock."""
    connection.execute(text("UPDATE pay_jobs.job_runs SET status = 'running' WHERE id = :id"), {"id": run_id})


def record_progress(connection: Connection, run_id: int, finished: dict[str, Any]) -> None:
    """Keep what a run has finished, for the case that its process vanishes."""
    connection.execute(
        text("UPDATE pay_jobs.job_runs SET progress = CAST(:finished AS jsonb) WHERE id = :id"),
        {"id": run_id, "finished": _as_json(mask(finished))},
    )


def finish(
    connection: Connection,
    run_id: int,
    *,
    status: str,
    exit_code: int,
    counts: dict[str, int],
    rejects: Sequence[Reject] = (),
    artifacts: Sequence[str] = (),
    notes: Sequence[str] = (),
    is_news: bool = True,
    error: str | None = None,
    log: Sequence[dict[str, Any]] = (),
) -> None:
    """Write how a run ended, with the first of its rejects and the last lines of its log."""
    connection.execute(
        sql["finish_run"],
        {
            "id": run_id,
            "status": status,
            "exit_code": exit_code,
            "counts": _as_json(counts),
            "rejects": len(rejects),
            "artifacts": _as_json(artifacts),
            "notes": _as_json(mask(list(notes[:KEPT_NOTES]))),
            "is_news": is_news,
            "error": _as_text(error) if error else None,
            "kept": _as_kept(rejects),
            "log": _as_json(log),
        },
    )


def forget(connection: Connection, run_id: int) -> bool:
    """Remove the row of a run whose command was mistyped; return False where it has done something, and stays."""
    removed = connection.execute(
        text("DELETE FROM pay_jobs.job_runs WHERE id = :id AND progress = '{}'"), {"id": run_id}
    )
    return removed.rowcount == 1


def rejects_of(connection: Connection, run_id: int) -> list[Reject]:
    """Return the rejects that were kept with a run."""
    rows = connection.execute(sql["list_rejects"], {"run_id": run_id})
    return [Reject(**row._mapping) for row in rows]


def log_of(connection: Connection, run_id: int) -> list[LogLine]:
    """Return the last lines of the log that were kept with a run, the oldest first; none of one that ended well."""
    kept = connection.scalar(text("SELECT log FROM pay_jobs.job_runs WHERE id = :id"), {"id": run_id})
    return [_log_line(**line) for line in kept or ()]


def _log_line(*, timestamp: str, level: str, event: str, exception: str, facts: list[tuple[str, Any]]) -> LogLine:
    said = "  ".join(f"{name}={value}" for name, value in facts)
    return LogLine(datetime.fromisoformat(timestamp), level, event, said, exception)


def keep_rejects(session: Session, rejects: Sequence[Reject], *, run_id: int) -> None:
    """Keep rejects of a run in the transaction that found them, for the case that its process vanishes."""
    if rejects:
        sql.run(session, "keep_rejects", run_id=run_id, most=KEPT_REJECTS, kept=_as_kept(rejects))


def _as_kept(rejects: Sequence[Reject]) -> str:
    kept = [
        {
            "number": number,
            "place": reject.where,
            "reason": reject.reason,
            "detail": excerpt(reject.detail, LONGEST_DETAIL),
            "command": reject.command,
            "amount": None if reject.amount is None else str(reject.amount),
        }
        for number, reject in enumerate(rejects[:KEPT_REJECTS], 1)
    ]
    return _as_json(mask(kept))


def hold(session: Session, run_id: int) -> None:
    """Keep a run from being marked lost until the transaction ends. Raises ClaimLost if it is already."""
    if sql.run(session, "hold_run", id=run_id).one_or_none() is None:
        raise ClaimLost(
            f"Run {run_id} was marked lost by a later run of its job, which may be at work. Nothing more was changed."
        )


def mark_lost(connection: Connection, lock_name: str) -> list[Run]:
    """Mark the runs under a lock whose processes vanished, and return them with what they had finished.

    Raises AlreadyRunning where such a run still has a transaction open that does not end within the lock timeout.
    """
    unfinished = _select(
        connection, f"coalesce(lock_name, job) = :lock_name AND {_UNFINISHED}", {"lock_name": lock_name}
    )
    alive = living_runs(connection, [run.id for run in unfinished])
    gone = [run for run in unfinished if run.id not in alive and _settled(connection, run)]
    return [run for run in gone if _mark_lost(connection, run)]


def _mark_lost(connection: Connection, run: Run) -> bool:
    """Mark one run, unless it has come to its end meanwhile."""
    try:
        return sql.run(connection, "mark_run_lost", id=run.id).rowcount == 1
    except DBAPIError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        raise AlreadyRunning(
            f"{run.job} run {run.id} in pod {run.pod} has lost its lock, but a transaction of it is still open."
        ) from error


def newest(
    connection: Connection,
    *,
    job: str | None = None,
    status: str | None = None,
    since: datetime | None = None,
    by_clock: bool | None = None,
    stored_something: bool = False,
    before: int | None = None,
    limit: int = 20,
) -> list[Run]:
    """Return the newest runs first, those of vanished processes shown as lost.

    by_clock  True: only what the clock started; False: only what people did
    before    only runs whose id is smaller: the page after the one that ended there
    """
    unfinished = status in {"running", "lost"}
    conditions = {
        "job = :job": job is not None,
        "started_on >= :since": since is not None,
        "(triggered_by = ANY (:clock)) = :by_clock": by_clock is not None,
        "artifacts <> '[]'": stored_something,
        "id < :before": before is not None,
        "status = :status": status is not None and not unfinished,
        f"(status = :status OR {_UNFINISHED})": unfinished,
    }
    condition = " AND ".join([one for one, asked in conditions.items() if asked] or ["true"])
    values: dict[str, Any] = {"job": job, "since": since, "clock": list(CLOCK), "by_clock": by_clock}
    values |= {"status": status, "before": before, "limit": limit}
    runs = _truthful(connection, _select(connection, condition, values, "LIMIT :limit"))
    return [run for run in runs if not unfinished or (run.status == "lost") == (status == "lost")]


def recent(connection: Connection, *, since: datetime) -> list[Run]:
    """Return the runs of all jobs that began since an instant or are unfinished, the newest first."""
    condition = f"started_on >= :since OR {_UNFINISHED}"
    return _truthful(connection, _select(connection, condition, {"since": since, "most": READ_RUNS}, "LIMIT :most"))


def newest_verdict(connection: Connection, job: str, *, with_count: str | None = None) -> Run | None:
    """Return the newest run of a job that came to a verdict, None where none did.

    with_count  only a run that counted this
    """
    counted = "" if with_count is None else " AND counts ->> :counted IS NOT NULL"
    condition = f"job = :job AND {_WITH_VERDICT}{counted}"
    found = _select(connection, condition, {"job": job, "counted": with_count}, "LIMIT 1")
    return found[0] if found else None


def jobs(connection: Connection) -> list[str]:
    """Return the names of the jobs that ever ran."""
    return list(connection.scalars(sql["list_jobs"]))


def find(connection: Connection, run_id: int) -> Run | None:
    """Return one run."""
    runs = _truthful(connection, _select(connection, "id = :id", {"id": run_id}))
    return runs[0] if runs else None


def _settled(connection: Connection, run: Run) -> bool:
    """A run holds its own key within moments of its row; a row younger than that is given the benefit."""
    age = connection.scalar(
        text("SELECT clock_timestamp() - started_on > interval '10 seconds' FROM pay_jobs.job_runs WHERE id = :id"),
        {"id": run.id},
    )
    return run.status == "running" or bool(age)


def _truthful(connection: Connection, runs: list[Run]) -> list[Run]:
    unfinished = [run for run in runs if run.status in {"starting", "running"}]
    alive = living_runs(connection, [run.id for run in unfinished])
    lost = {run.id for run in unfinished if run.id not in alive and _settled(connection, run)}
    return [Run(**{**run.__dict__, "status": "lost"}) if run.id in lost else run for run in runs]


def _select(connection: Connection, condition: str, values: dict[str, Any], tail: str = "") -> list[Run]:
    rows = connection.execute(
        text(f"SELECT {_COLUMNS} FROM pay_jobs.job_runs WHERE {condition} ORDER BY id DESC {tail}"), values
    )
    return [Run(*row) for row in rows.all()]


def _as_text(text: str) -> str:
    """Return a text as the ledger keeps it: masked, and without what no database takes or a terminal obeys."""
    return visible(mask_text(text))


def _as_json(value: Any) -> str:
    return json.dumps(all_visible(value), default=str)
