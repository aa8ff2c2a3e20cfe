"""A poll killed at any point: the next one comes to the same end as an undisturbed one. And flat memory."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connectors.intake import STEPS
from connectors.object_store import ObjectStore
from connectors.poller import PollReport
from database.engine import Database
from tests.poll_fixtures import NAME, Arrivals
from tests.storage_fixtures import SftpPlace, asyncssh_place, object_store_settings

ROOT = Path(__file__).resolve().parents[2]
CHECKPOINTS = [f"{when} {step}" for step in STEPS for when in ("before", "after")]
TEXT = b"Record type\r\nPADP\r\n"
MEGABYTE = 1024 * 1024

pytestmark = pytest.mark.slow


@pytest.fixture
def arrivals(sftp_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    return Arrivals(sftp_place, store, database)


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_killed_poll_is_finished_by_the_next(checkpoint: str, arrivals: Arrivals, database_url: str) -> None:
    arrivals.place.put(NAME, TEXT)
    assert run_poll(arrivals.place, database_url, kill_at=checkpoint).returncode == -signal.SIGKILL
    report = arrivals.poll()
    assert received_once(report, after_the_end=checkpoint == "after confirm")
    disturbed = arrivals.final_state()
    assert disturbed == undisturbed(arrivals)


@pytest.mark.parametrize("checkpoint", ["before record", "before move", "after move", "after confirm"])
def test_a_poll_killed_at_a_file_to_be_held_still_holds_it(
    checkpoint: str, arrivals: Arrivals, database_url: str
) -> None:
    arrivals.place.put(NAME, TEXT)
    arrivals.poll()
    arrivals.place.put(NAME, TEXT + b"more")
    assert run_poll(arrivals.place, database_url, kill_at=checkpoint).returncode == -signal.SIGKILL
    report = arrivals.poll()
    assert (len(report.held), report.received) == (0 if checkpoint == "after confirm" else 1, ())
    assert [file.state for file in arrivals.files()] == ["received", "held"]
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up())) == ([], 2)


def test_a_file_that_comes_again_after_a_kill_does_not_collide_in_the_backup(
    arrivals: Arrivals, database_url: str
) -> None:
    arrivals.place.put(NAME, TEXT)
    run_poll(arrivals.place, database_url, kill_at="after move")
    arrivals.place.put(NAME, TEXT)
    report = arrivals.poll()
    assert ([file.name for file in report.received], [file.name for file in report.known]) == ([NAME], [NAME])
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up())) == ([], 2)


def test_a_large_file_passes_through_in_flat_memory(
    faulty_place: SftpPlace, store: ObjectStore, database: Database, database_url: str
) -> None:
    used = []
    for number, megabytes in enumerate((1, 200)):
        with (faulty_place.upload / f"BCR_PAYMENT_APPL_2026110{number + 1}.csv").open("wb") as file:
            file.truncate(megabytes * MEGABYTE)
        answer = run_poll(faulty_place, database_url)
        assert answer.returncode == 0, answer.stderr
        used.append(json.loads(answer.stdout)["kilobytes"])
    assert used[1] - used[0] < 60 * 1024


def received_once(report: PollReport, *, after_the_end: bool) -> bool:
    found = [file.name for file in report.received]
    return found == ([] if after_the_end else [NAME]) and not (report.known or report.held or report.failed)


def undisturbed(arrivals: Arrivals) -> dict[str, Any]:
    """Poll the same file from the beginning, with nobody killed."""
    with arrivals.database.begin() as session:
        session.connection().exec_driver_sql("TRUNCATE pay_jobs.inbound_files RESTART IDENTITY")
    for key in list(arrivals.store.list("")):
        arrivals.store.remove(key)
    arrivals.place.emptied().put(NAME, TEXT)
    arrivals.poll()
    return arrivals.final_state()


def run_poll(place: SftpPlace, database_url: str, *, kill_at: str = "") -> subprocess.CompletedProcess[str]:
    """Poll in another process, which may kill itself."""
    store = object_store_settings()
    password = place.values.get("password")
    sftp = place.settings().model_dump(mode="json") | (
        {"password": password.get_secret_value()} if password is not None else {}
    )
    wanted = {
        "sftp": sftp,
        "store": {
            "endpoint": store.endpoint,
            "access_key": store.access_key.get_secret_value(),
            "secret_key": store.secret_key.get_secret_value(),
            "bucket": store.bucket,
            "secure": store.secure,
        },
        "database": database_url,
        "kill_at": kill_at,
    }
    command = [sys.executable, "-m", "tests.poll_process", json.dumps(wanted)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
