"""ROUTING_SLIP_RECREATE as a person and the cluster run it: the entrypoint, its exit codes and its signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.json_output import rows_of
from tests.routing_slip_factory import Slips

ROOT = Path(__file__).resolve().parents[2]
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
def environment(cfs: RunningCfs, database_url: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, **cfs.environment(), "DATABASE_URL": database_url, "CFS_MAX_PER_SECOND": "1000"}


def command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "invoke_jobs.py"), *words]


def invoke(environment: dict[str, str], *words: str) -> tuple[int, dict[str, Any]]:
    return type_command(environment, "ROUTING_SLIP_RECREATE", *words)


def type_command(environment: dict[str, str], *words: str) -> tuple[int, dict[str, Any]]:
    ended = subprocess.run(command(*words, "--json"), env=environment, cwd=ROOT, capture_output=True, text=True,
                           timeout=120, check=False)  # fmt: skip
    return ended.returncode, json.loads(ended.stdout)


def test_a_correction_is_listed_shown_done_and_then_nothing_is_left(slips: Slips, environment: dict[str, str]) -> None:
    code, listed = type_command(environment, "slips", "list")
    assert (code, [row["slip"] for row in rows_of(listed, "slips")]) == (0, [NUMBER])
    code, tried = invoke(environment, "--dry-run")
    assert (code, [row["call"] for row in rows_of(tried, "calls")]) == (
        0,
        ["reverse receipt", "create receipt", "apply receipt"],
    )
    code, done = invoke(environment)
    assert (code, done["counts"]["slips_corrected"]) == (0, 1)
    assert done["answer"] == "1 slip worked; what CFS has applied equals our receipts for all."
    assert invoke(environment)[1]["notes"] == ["No slips are in progress."]


def test_a_parked_slip_ends_with_3_a_wrong_command_with_2_and_cfs_away_with_1(
    slips: Slips, environment: dict[str, str]
) -> None:
    assert invoke(environment, "--slip", "1")[0] == 2
    assert invoke(environment, "--reason", "x")[0] == 2
    site = slips.site(NUMBER).site
    slips.cfs.admin.seed(receipts=[{"site_number": site, "receipt_number": f"{NUMBER}R2", "receipt_amount": 7}])
    code, parked = invoke(environment)
    assert (code, parked["rejects"][0]["reason"]) == (3, "correction parked")
    slips.cfs.admin.set_options(availability="cfs_down")
    code, away = invoke(environment)
    assert (code, "left for the next run" in away["error"]) == (1, True)


def test_a_second_job_finds_the_first_at_work_and_ends_with_75(slips: Slips, environment: dict[str, str]) -> None:
    slips.cfs.admin.order_faults({"kind": "slow", "seconds": 4, "path": "reverse"})
    first = subprocess.Popen(
        command("ROUTING_SLIP_RECREATE"),
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_a_step(slips)
    assert invoke(environment)[0] == 75
    assert first.wait(60) == 0


def test_sigterm_stops_between_two_steps_and_the_next_run_continues(slips: Slips, environment: dict[str, str]) -> None:
    slips.cfs.admin.order_faults({"kind": "slow", "seconds": 2, "path": "reverse"})
    run = subprocess.Popen(
        command("ROUTING_SLIP_RECREATE"),
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_for_a_step(slips)
    run.send_signal(signal.SIGTERM)
    assert run.wait(60) == 1
    assert slips.record("SELECT status FROM pay_jobs.job_runs ORDER BY id DESC LIMIT 1")["status"] == "interrupted"
    assert invoke(environment)[1]["counts"]["slips_corrected"] == 1


def wait_for_a_step(slips: Slips) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with slips.database.begin() as session:
            if session.scalar(text("SELECT count(*) FROM pay_jobs.operation_steps WHERE state = 'sent'")):
                return
        time.sleep(0.05)
    raise AssertionError("no step was begun")
