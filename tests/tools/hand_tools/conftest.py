"""The hand tools run as jobs do, so they are tested through the runner, on a pay database emptied after each test."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import DatabaseServer
from tests.jobs.conftest import quiet, run_job, settings

__all__ = ["events_folder", "quiet", "run_job", "settings", "sql"]
Sql = Callable[..., list[tuple[Any, ...]]]


_EMPTIED = ("pay_jobs.job_runs", "pay_jobs.outbox", "invoice_references", "invoices")


@pytest.fixture(scope="session")
def hand_tools_database(server: DatabaseServer, template: str) -> Iterator[str]:
    name = f"hand_tools_{uuid.uuid4().hex[:8]}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def database_url(hand_tools_database: str) -> Iterator[str]:
    """The address of a pay database without invoices, runs and messages."""
    yield hand_tools_database
    connection = psycopg2.connect(hand_tools_database)
    with connection, connection.cursor() as cursor:
        for table in _EMPTIED:
            cursor.execute(f"DELETE FROM {table}")
        cursor.execute("DROP TABLE IF EXISTS public.thing")
        cursor.execute("DROP FUNCTION IF EXISTS bt_index_check")
    connection.close()


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
