"""What slip tests share: the pay database, and a CFS whose books must balance after each test."""

from collections.abc import Iterator

import pytest

from config.log_setup import configure_log
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.pay_database import PayDatabase
from tests.routing_slip_factory import Slips


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def slips(database: PayDatabase, cfs: RunningCfs) -> Iterator[Slips]:
    """A world without slips, and the job to run on it."""
    configure_log(level="WARNING")
    made = Slips.fresh(database, cfs)
    yield made
    made.client.close()
