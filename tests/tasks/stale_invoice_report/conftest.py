"""What tests of the report share: the pay database, and a simulated CFS."""

from collections.abc import Iterator

import pytest

from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.pay_database import PayDatabase
from tests.stale_factory import StaleBooks


@pytest.fixture
def stale(database: PayDatabase) -> StaleBooks:
    """A pay database without accounts, and the report to run on it."""
    return StaleBooks(database)


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()
