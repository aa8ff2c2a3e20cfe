"""One pay database for all tests of the report, emptied after each, and a simulated CFS."""

import uuid
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import Server
from tests.stale_factory import StaleDatabase


@pytest.fixture(scope="session")
def stale_database(server: Server, template: str) -> Iterator[Database]:
    name = f"stale_{uuid.uuid4().hex[:8]}"
    settings = DatabaseSettings(url=SecretStr(server.create(name, template)))
    database = Database(make_engine(settings, application_name="tests"))
    yield database
    database.close()
    server.drop(name)


@pytest.fixture
def stale(stale_database: Database) -> Iterator[StaleDatabase]:
    """A pay database without accounts, and the report to run on it."""
    made = StaleDatabase(stale_database)
    yield made
    made.empty()


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()
