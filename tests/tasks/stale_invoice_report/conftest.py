"""One pay database for all tests of the report, emptied after each, and a simulated CFS."""

from collections.abc import Iterator

import pytest

from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import MakePayDatabase
from tests.stale_factory import StaleBooks


@pytest.fixture(scope="session")
def stale_database(make_pay_database: MakePayDatabase) -> Database:
    return make_pay_database("stale")


@pytest.fixture
def stale(stale_database: Database) -> Iterator[StaleBooks]:
    """A pay database without accounts, and the report to run on it."""
    made = StaleBooks(stale_database)
    yield made
    made.empty()


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()
