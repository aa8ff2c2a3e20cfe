"""The hand tools run as jobs do: tested through the runner, on a pay database that is put back before each test."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.jobs.conftest import quiet, run_job, settings

__all__ = ["events_folder", "quiet", "run_job", "settings", "sql"]
Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def sql(database_url: str) -> Iterator[Sql]:
    """Run one statement on the pay database and return its rows."""
    connection = psycopg2.connect(database_url)
    connection.autocommit = True

    def run(statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    yield run
    connection.close()


@pytest.fixture
def events_folder(settings: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that stands for the event publisher."""
    folder = tmp_path / "events"
    settings.setenv("PUBSUB_PUBLISH_URL", folder.as_uri())
    return folder
