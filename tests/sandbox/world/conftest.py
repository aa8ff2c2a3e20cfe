"""The parts that a world stands on: a fresh pay database, and the servers that all tests of this process share."""

from pathlib import Path

import pytest

from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.world import WorldParts
from tests.jobs.conftest import quiet  # noqa: F401
from tests.storage_fixtures import object_store_part, sftp_part


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> WorldParts:
    return WorldParts(database_url, sftp_part(), object_store_part(), cfs_of_this_process(), tmp_path)
