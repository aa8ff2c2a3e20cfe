"""STALE_INVOICE_REPORT as an operator types it, and killed in the middle of a comparison."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.e2e.conftest import Operator
from tests.e2e.entrypoint import Entrypoint
from tests.json_output import rows_of
from tests.stale_factory import StaleBooks
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def stale(database: Database) -> StaleBooks:
    return StaleBooks(database)


@pytest.fixture
def clerk(entrypoint: Entrypoint, database_url: str) -> Operator:
    return Operator(entrypoint, DATABASE_URL=database_url)


def test_a_report_in_words_and_in_files(clerk: Operator, stale: StaleBooks, tmp_path: Path) -> None:
    stale.invoice(stale.account(profile="FREEZE"))
    names = {kind: str(tmp_path / f"stuck.{kind}") for kind in ("csv", "xlsx", "html")}

    said = clerk.run("STALE_INVOICE_REPORT", "--no-cfs", *(w for k, v in names.items() for w in (f"--{k}", v)))

    assert said.code == 3
    assert "In APPROVED for more than 20 days" in said.out
    assert "1 invoice totalling 100.00 CAD is stuck" in said.out
    assert all(Path(name).stat().st_size > 100 for name in names.values())


def test_json_has_every_invoice_whole(clerk: Operator, stale: StaleBooks) -> None:
    made = stale.invoice(stale.account(profile="FREEZE"))

    said = clerk.run("STALE_INVOICE_REPORT", "--no-cfs", "--json")

    [row] = rows_of(said.json, "invoices")
    assert (row["invoice_id"], row["code"], row["total"], row["turn"]) == (made, "P1", "100.00", "customer pays")


def test_nothing_stuck_is_0_and_a_wrong_method_is_2(clerk: Operator, stale: StaleBooks) -> None:
    assert clerk.run("STALE_INVOICE_REPORT", "--no-cfs").code == 0
    assert clerk.run("STALE_INVOICE_REPORT", "--method", "CHEQUE").code == 2


def test_a_comparison_that_was_killed_continues(clerk: Operator, stale: StaleBooks, cfs: RunningCfs) -> None:
    account = stale.account()
    for _ in range(260):
        stale.in_cfs(account, stale.reference(stale.invoice(account, "PAID"), "COMPLETED"), "99.00", paid="99.00")
    stale.books.plant(cfs.admin)
    settings = cfs.environment() | {"CFS_MAX_PER_SECOND": "100"}
    words = ("compare", "cfs", "--since", "2026-10-01")

    process = clerk.start(*words, **settings)
    compared = "SELECT coalesce(max(compared), 0) FROM pay_jobs.cfs_comparisons"
    wait_until(lambda: stale.one(compared), "some are compared")
    process.send_signal(signal.SIGKILL)
    assert process.end().code == -signal.SIGKILL
    said = clerk.run(*words, "--json", **settings)

    assert said.code == 3
    assert said.json["counts"]["compared"] == 260
    assert said.json["counts"]["total_ours"] == 260
    assert stale.one("SELECT count(*) FROM pay_jobs.cfs_comparisons") == 1
