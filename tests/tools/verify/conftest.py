"""A pay database that the jobs worked on, for all tests of a module that only read it; and the job runner."""

from collections.abc import Iterator

import pytest

from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.jobs.conftest import quiet, run_job, settings
from tests.pay_database import DatabaseServer
from tests.tools.verify.worked import WorkedDatabases, make_worked

__all__ = ["quiet", "run_job", "settings"]


@pytest.fixture(scope="package")
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture(scope="package")
def worked(server: DatabaseServer, template: str, cfs: RunningCfs) -> WorkedDatabases:
    """A pay database before and after the jobs worked on it; nobody changes either for good."""
    return make_worked(server, template, cfs)
