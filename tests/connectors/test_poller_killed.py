"""A poll killed at any point: the next one comes to the same end as an undisturbed one. And flat memory."""

import pytest

from connectors.object_store import ObjectStore
from database.engine import Database
from tests.forked_runs import ForkedRun, ForkedRuns
from tests.poll_fixtures import NAME, Arrivals, digest
from tests.storage_fixtures import KINDS, SftpPlace, object_store_settings

CHECKPOINTS = [
    f"{when} {step}" for step in ("fetch", "copy", "record", "move", "confirm") for when in ("before", "after")
]
TEXT = b"Record type\r\nPADP\r\n"
MEGABYTE = 1024 * 1024
KEY = f"cas/2026/11/05/{NAME}.{digest(TEXT)[:12]}"
THE_END = {
    "ledger": [(NAME, digest(TEXT), len(TEXT), "received", KEY, True)],
    "bucket": {KEY: digest(TEXT)},
    "upload": {},
    "backup": [digest(TEXT)],
}

POLLS = ForkedRuns("tests.poll_process")
pytestmark = pytest.mark.slow


@pytest.fixture
def arrivals(sftp_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    return Arrivals(sftp_place, store, database)


@pytest.fixture
def sandbox_arrivals(faulty_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    return Arrivals(faulty_place, store, database)


def test_an_undisturbed_poll_comes_to_this_end(arrivals: Arrivals, database_url: str) -> None:
    arrivals.place.put(NAME, TEXT)
    assert run_poll(arrivals.place, database_url).returncode == 0
    assert arrivals.final_state() == THE_END


@pytest.mark.parametrize("checkpoint", CHECKPOINTS)
def test_a_killed_poll_is_finished_by_the_next(checkpoint: str, sandbox_arrivals: Arrivals, database_url: str) -> None:
    kill_and_poll_again(checkpoint, sandbox_arrivals, database_url)


@pytest.mark.parametrize("checkpoint", ["before move", "after move", "before confirm"])
@pytest.mark.parametrize("sftp_place", KINDS[1:], indirect=True)
def test_a_poll_killed_around_the_move_is_finished_by_the_next_on_openssh(
    checkpoint: str, arrivals: Arrivals, database_url: str
) -> None:
    kill_and_poll_again(checkpoint, arrivals, database_url)


@pytest.mark.parametrize("checkpoint", ["before record", "before move", "after move", "after confirm"])
def test_a_poll_killed_at_a_file_to_be_held_still_holds_it(
    checkpoint: str, sandbox_arrivals: Arrivals, database_url: str
) -> None:
    arrivals = sandbox_arrivals
    arrivals.place.put(NAME, TEXT)
    arrivals.poll()
    arrivals.place.put(NAME, TEXT + b"more")
    assert run_poll(arrivals.place, database_url, kill_at=checkpoint).was_killed
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
    for number, megabytes in enumerate((1, 120)):
        with (faulty_place.upload / f"BCR_PAYMENT_APPL_2026110{number + 1}.csv").open("wb") as file:
            file.truncate(megabytes * MEGABYTE)
        ended = run_poll(faulty_place, database_url)
        assert ended.returncode == 0
        used.append(int(ended.points[0]))
    assert used[1] - used[0] < 60 * 1024


def kill_and_poll_again(checkpoint: str, arrivals: Arrivals, database_url: str) -> None:
    arrivals.place.put(NAME, TEXT)
    assert run_poll(arrivals.place, database_url, kill_at=checkpoint).was_killed
    report = arrivals.poll()
    assert [file.name for file in report.received] == ([] if checkpoint == "after confirm" else [NAME])
    assert not (report.known or report.held or report.failed)
    assert arrivals.final_state() == THE_END


def run_poll(place: SftpPlace, database_url: str, *, kill_at: str = "") -> ForkedRun:
    """Poll in another process, which may kill itself."""
    store = object_store_settings()
    password = place.values.get("password")
    sftp = place.settings().model_dump(mode="json") | (
        {"password": password.get_secret_value()} if password is not None else {}
    )
    bucket = {
        "endpoint": store.endpoint,
        "access_key": store.access_key.get_secret_value(),
        "secret_key": store.secret_key.get_secret_value(),
        "bucket": store.bucket,
        "secure": store.secure,
    }
    return POLLS.order(sftp=sftp, store=bucket, database=database_url, kill_at=kill_at)
