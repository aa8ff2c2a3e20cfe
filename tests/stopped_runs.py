"""Runs through the runner that can be told to stand still at a point (tests/forked_runs.py), with ended sessions.

An order is {"job": "...", "values": {...}, "settings": {...}, "minutes": 0, "stop_at": ["after POST", 2] or null}. The
points are before and after each call of CFS, each upload and each commit that wrote something, and before and after the
last check; a point is its name and how often it was passed, from 1: a slow run looks again at CFS where a fast one need
not, and its points have other places. What comes after the last check is the one gap that nothing can close.
"""

import os
import re
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg2
from sqlalchemy import Connection, Engine, event

import connectors.cfs.transport
import connectors.sftp
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from sandbox.commits import listen_to_commits
from tasks.channels import CHANNELS
from tasks.routing_slip_recreate import JOB as _SLIPS
from tests.forked_runs import ForkedRun, ForkedRuns, HeardPoints, stand_still
from tools.ejv import RESUBMIT as _RESUBMIT
from tools.repair_partial_credit import JOB as _PARTIAL_CREDIT

NOW = datetime(2026, 11, 23, 18, 30, 15, tzinfo=UTC)
OUTBOX = Job("DELIVER", "Deliver the outbox.", "tests.stopped_runs:do_nothing", "tests.stopped_runs:NoArguments",
             needs=("CfsSettings",), delivers=CHANNELS)  # fmt: skip
CHECKED = "after the last check"
Point = tuple[str, int]
# How many points of each story are tried; a soak tries more, or all there are.
STOPS = int(os.environ.get("SOAK_STOPS", "2"))
_RUNS = ForkedRuns("tests.stopped_runs")
_JOBS = {one.name: one for one in (_RESUBMIT, _SLIPS, _PARTIAL_CREDIT, OUTBOX)}
_WRITES = re.compile(r"(?:--[^\n]*\n|\s)*(?:WITH\b.*\b)?(INSERT|UPDATE|DELETE)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class NoArguments:
    """The arguments of a job that only delivers."""


def do_nothing(_context: Any, _arguments: Any) -> Any:
    """The task of a job that only delivers."""
    from jobs.run.outcome import Outcome

    return Outcome()


@dataclass
class StoppableRuns:
    """Runs on one database, which may stand still and have their sessions ended."""

    database_url: str
    settings: dict[str, str]

    def run(self, job: Job, *, stop_at: Point | None = None, minutes: int = 0, **values: Any) -> ForkedRun:
        """Run a job to its end, or to the point where it stands still."""
        settings = self.settings | {"DATABASE_URL": self.database_url}
        return _RUNS.order(job=job.name, values=values, settings=settings, stop_at=stop_at, minutes=minutes)

    def wake(self, stopped: ForkedRun) -> ForkedRun:
        """Let a run go on that stands still, and return how it ended."""
        return _RUNS.wake(stopped)

    def end_sessions(self) -> None:
        """End the database sessions of every run, as a failover does."""
        connection = psycopg2.connect(self.database_url)
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name LIKE 'pay-jobs run%'"
            )
        connection.close()

    def told(self) -> str:
        """Return what the newest run but the last said as its error; the woken run is the older one of two."""
        connection = psycopg2.connect(self.database_url)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(error, '') FROM pay_jobs.job_runs ORDER BY id DESC LIMIT 1 OFFSET 1")
            (error,) = cursor.fetchone() or ("",)
        connection.close()
        return str(error)


def point_at(points: list[str], at: int) -> Point:
    """Return a point by its place."""
    return points[at], points[: at % len(points) + 1].count(points[at])


def before_last_check(points: list[str]) -> list[int]:
    """Return the places of the points where a run may stand still and must send nothing when it wakes."""
    gaps = {at for at, name in enumerate(points) if name == CHECKED}
    gaps |= {at for at, name in enumerate(points) if name.startswith("before ") and at - 1 in gaps}
    return [at for at in range(len(points)) if at not in gaps]


@dataclass
class _Listener:
    """Hears of the points of a run, and stops it at one of them."""

    stop_at: Point | None
    points: HeardPoints
    passed: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self) -> None:
        send = httpx.HTTPTransport.handle_request

        def heard_send(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            name = f"{request.method} {request.url.path.rstrip('/').rpartition('/')[2]}"
            self._reach(f"before {name}")
            answer = send(transport, request)
            self._reach(f"after {name}")
            return answer

        httpx.HTTPTransport.handle_request = heard_send  # type: ignore[method-assign, assignment]
        for module in (connectors.cfs.transport, connectors.sftp):
            module.last_checks = self._heard_check(module.last_checks)  # type: ignore[attr-defined]
        session = connectors.sftp.SftpSession
        session.rename = self._heard("rename", session.rename)  # type: ignore[method-assign]
        event.listen(Engine, "before_cursor_execute", self._statement)
        listen_to_commits(self._commit)

    def _heard_check(self, check: Callable[[], None]) -> Callable[[], None]:
        def heard() -> None:
            self._reach("before the last check")
            check()
            self._reach(CHECKED)

        return heard

    def _heard(self, name: str, action: Callable[..., Any]) -> Callable[..., Any]:
        def heard(*values: Any) -> Any:
            self._reach(f"before {name}")
            answer = action(*values)
            self._reach(f"after {name}")
            return answer

        return heard

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _WRITES.match(statement):
            connection.info["wrote"] = True

    def _commit(self, connection: Connection, when: str) -> None:
        if connection.info.get("wrote") if when == "before" else connection.info.pop("wrote", False):
            self._reach(f"{when} a commit")

    def _reach(self, name: str) -> None:
        with self.lock:
            self.passed[name] += 1
            point = (name, self.passed[name])
            self.points.note(name)
        if point == self.stop_at:
            stand_still()


def carry_out(order: dict[str, Any], points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""
    os.environ.update(order["settings"])
    _Listener(order["stop_at"] and tuple(order["stop_at"]), points).listen()
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in order["values"].items()}
    now = NOW + timedelta(minutes=order["minutes"])
    return int(execute(_JOBS[order["job"]], RunRequest(values), clock=lambda: now).exit_code)
