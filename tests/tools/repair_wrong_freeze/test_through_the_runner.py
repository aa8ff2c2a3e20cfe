"""The tool as the command line runs it: the outbox is delivered around its task."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.errors import ExitCode
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.jobs.conftest import RunJob, quiet, run_job, settings
from tests.settlement_factory import SettlementBooks
from tests.tools.repair_wrong_freeze.histories import WRONG
from tests.tools.repair_wrong_freeze.test_undo import _in_cfs, freeze
from tools.repair_wrong_freeze import JOB

__all__ = ["quiet", "run_job", "settings"]


@pytest.fixture
def cfs(settings: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[RunningCfs]:
    for running in fresh_cfs():
        for name, value in (running.environment() | {"PUBSUB_PUBLISH_URL": tmp_path.as_uri()}).items():
            settings.setenv(name, value)
        yield running


@pytest.fixture
def untold(database: Database, cfs: RunningCfs) -> SettlementBooks:
    """One account, frozen by a wrong file; nobody was told."""
    books = SettlementBooks(database)
    freeze(books, cfs)
    return books


def _told(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*.json")]


def test_what_waits_in_the_outbox_is_not_told_before_it_is_taken_back(
    untold: SettlementBooks, cfs: RunningCfs, run_job: RunJob, tmp_path: Path
) -> None:
    result = run_job(JOB, file=WRONG, reason="ticket 4711")

    assert (result.exit_code, result.error) == (ExitCode.DONE, None)
    assert untold.rows("SELECT DISTINCT state FROM pay_jobs.outbox") == [("dropped",)]
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [])
    assert _told(tmp_path) == []


def test_what_was_begun_is_told_to_its_end_and_taken_back(
    untold: SettlementBooks, cfs: RunningCfs, run_job: RunJob, tmp_path: Path
) -> None:
    untold.change("UPDATE pay_jobs.outbox SET begun_on = created_on, attempts = 1 WHERE kind = 'stop_pad'")

    result = run_job(JOB, file=WRONG, reason="ticket 4711")

    assert (result.exit_code, result.error) == (ExitCode.DONE, None)
    assert untold.rows("SELECT kind, state FROM pay_jobs.outbox WHERE state <> 'dropped'") == [
        ("stop_pad", "delivered")
    ]
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [])
    assert _told(tmp_path) == []
