"""Runs jobs in this process, on a fresh pay database, the log kept out of the way."""

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Engine

from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.locks import open_lock_connection
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest

Open = Callable[[], Connection]
RunJob = Callable[..., RunResult]
NOW = datetime(2022, 6, 26, 8, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Put the log back as it was: a run sets it up anew."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> pytest.MonkeyPatch:
    """The environment of a run by hand on a fresh pay database; give more with setenv."""
    for name in ("JOB_COMPLETION_INDEX", "JOB_COMPLETION_COUNT", "PAY_JOBS_TRIGGER", "PAY_JOBS_BUILD", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("HOSTNAME", "pod-7")
    monkeypatch.setenv("PAY_JOBS_OPERATOR", "olive")
    return monkeypatch


@pytest.fixture
def run_job(settings: pytest.MonkeyPatch) -> RunJob:
    """Runs a job as the command line would; `stop` keeps this process's signals out of it."""

    def run(
        job: Job, dry_run: bool = False, shard: str | None = None, stop: StopRequest | None = None, **values: Any
    ) -> RunResult:
        command = f"{job.name} {' '.join(map(str, values.values()))}".strip()
        return execute(job, RunRequest(values, command, dry_run, shard), clock=lambda: NOW, stop=stop or StopRequest())

    return run


@pytest.fixture
def open_session(engine: Engine) -> Iterator[Open]:
    """Opens sessions as runs have them, for locks and ledger."""
    opened: list[Connection] = []

    def open_one() -> Connection:
        opened.append(open_lock_connection(engine))
        return opened[-1]

    yield open_one
    for connection in opened:
        connection.close()


def job_that(does: Callable[..., Any], **declared: Any) -> Job:
    """Return a job whose task is a function of a test."""
    module = ModuleType("tests.jobs.task_at_hand")
    module.__doc__ = "What a test does."
    vars(module).update(run=does, Arguments=dict)
    sys.modules[module.__name__] = module
    standard: dict[str, Any] = {"name": "A_JOB", "summary": "Do what the test says.", "shardable": True}
    return Job(**(standard | declared), run=f"{module.__name__}:run", arguments=f"{module.__name__}:Arguments")
