"""The parts of a world, and `close` at a time of one's choice."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.world import WorldParts
from tests.jobs.conftest import quiet, run_job, settings
from tests.storage_fixtures import object_store_part, sftp_part
from tools.close import JOB

__all__ = ["quiet", "run_job", "settings"]

Close = Callable[..., RunResult]
Sql = Callable[[str], None]


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> WorldParts:
    return WorldParts(database_url, sftp_part(), object_store_part(), cfs_of_this_process(), tmp_path)


@pytest.fixture
def close(settings: pytest.MonkeyPatch) -> Close:
    """Closes at noon of a day in Vancouver, the 7th of November 2026 where no other is named."""

    def run(
        *, at: datetime = datetime(2026, 11, 7, 19, 0, tzinfo=UTC), dry_run: bool = False, **values: Any
    ) -> RunResult:
        return execute(JOB, RunRequest(values, "close", dry_run), clock=lambda: at, stop=StopRequest())

    return run


@pytest.fixture
def sql(database_url: str) -> Sql:
    """Run statements on the pay database."""

    def run(statement: str) -> None:
        with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()

    return run
