"""ROUTING_SLIP_RECREATE as a person and the cluster run it: the entrypoint, its exit codes and its signals."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest

from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.e2e.conftest import Operator
from tests.e2e.entrypoint import Entrypoint
from tests.json_output import rows_of
from tests.routing_slip_factory import Slips
from tests.waiting import wait_until

NUMBER = "206000010"

pytestmark = pytest.mark.slow


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture
def slips(database: Database, cfs: RunningCfs) -> Iterator[Slips]:
    made = Slips.fresh(database, cfs)
    made.deposit(NUMBER, "100.00", paid=["30.00"])
    made.correct(NUMBER, "120.00")
    yield made
    made.client.close()


@pytest.fixture
def clerk(entrypoint: Entrypoint, cfs: RunningCfs, database_url: str) -> Operator:
    return Operator(entrypoint, **cfs.environment(), DATABASE_URL=database_url, CFS_MAX_PER_SECOND="1000")


def invoke(clerk: Operator, *words: str) -> tuple[int, dict[str, Any]]:
    return type_command(clerk, "ROUTING_SLIP_RECREATE", *words)


def type_command(clerk: Operator, *words: str) -> tuple[int, dict[str, Any]]:
    ended = clerk.run(*words, "--json")
    return ended.code, ended.json


def test_a_correction_is_listed_shown_done_and_then_nothing_is_left(slips: Slips, clerk: Operator) -> None:
    code, listed = type_command(clerk, "slips", "list")
    assert (code, [row["slip"] for row in rows_of(listed, "slips")]) == (0, [NUMBER])
    code, tried = invoke(clerk, "--dry-run")
    assert (code, [row["call"] for row in rows_of(tried, "calls")]) == (
        0,
        ["reverse receipt", "create receipt", "apply receipt"],
    )
    code, done = invoke(clerk)
    assert (code, done["counts"]["slips_corrected"]) == (0, 1)
    assert done["answer"] == "1 slip worked; what CFS has applied equals our receipts for all."
    assert invoke(clerk)[1]["notes"] == ["No slips are in progress."]


def test_a_parked_slip_ends_with_3_a_wrong_command_with_2_and_cfs_away_with_1(slips: Slips, clerk: Operator) -> None:
    assert invoke(clerk, "--slip", "1")[0] == 2
    assert invoke(clerk, "--reason", "x")[0] == 2
    site = slips.site(NUMBER).site
    slips.cfs.admin.seed(receipts=[{"site_number": site, "receipt_number": f"{NUMBER}R2", "receipt_amount": 7}])
    code, parked = invoke(clerk)
    assert (code, parked["rejects"][0]["reason"]) == (3, "correction parked")
    slips.cfs.admin.set_options(availability="cfs_down")
    code, away = invoke(clerk)
    assert (code, "left for the next run" in away["error"]) == (1, True)


def test_a_second_job_finds_the_first_at_work_and_ends_with_75(slips: Slips, clerk: Operator) -> None:
    slips.cfs.admin.order_faults({"kind": "slow", "seconds": 4, "path": "reverse"})
    first = clerk.start("ROUTING_SLIP_RECREATE")
    wait_for_a_step(slips)
    assert invoke(clerk)[0] == 75
    assert first.end().code == 0


def test_sigterm_stops_between_two_steps_and_the_next_run_continues(slips: Slips, clerk: Operator) -> None:
    slips.cfs.admin.order_faults({"kind": "slow", "seconds": 2, "path": "reverse"})
    run = clerk.start("ROUTING_SLIP_RECREATE")
    wait_for_a_step(slips)
    run.send_signal(signal.SIGTERM)
    assert run.end().code == 1
    assert slips.record("SELECT status FROM pay_jobs.job_runs ORDER BY id DESC LIMIT 1")["status"] == "interrupted"
    assert invoke(clerk)[1]["counts"]["slips_corrected"] == 1


def wait_for_a_step(slips: Slips) -> None:
    sent = "SELECT state FROM pay_jobs.operation_steps WHERE state = 'sent'"
    wait_until(lambda: slips.rows(sent), "a step is begun")
