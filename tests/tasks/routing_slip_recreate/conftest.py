"""One pay database and one CFS for all slip tests, emptied for each; the books of CFS must balance after it."""

import uuid
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from config.log_setup import configure_log
from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import DatabaseServer
from tests.routing_slip_factory import Slips


@pytest.fixture(scope="session")
def slip_database(server: DatabaseServer, template: str) -> Iterator[tuple[str, Database]]:
    name = f"slips_{uuid.uuid4().hex[:8]}"
    url = server.create(name, template)
    # What a killed process leaves is tested here, not what a killed server leaves.
    server.run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    configure_log(level="WARNING")
    database = Database(make_engine(DatabaseSettings(url=SecretStr(url)), application_name="tests"))
    yield url, database
    database.close()
    server.drop(name)


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def slips(slip_database: tuple[str, Database], cfs: RunningCfs) -> Iterator[Slips]:
    """A world without slips, and the job to run on it."""
    made = Slips.fresh(slip_database[1], cfs)
    yield made
    made.client.close()
