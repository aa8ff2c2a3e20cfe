"""While a file travels, however slowly, no session of ours stands in an open transaction."""

from pathlib import Path

import pytest
from sqlalchemy import text

from config.errors import PayJobsError
from connectors.inbound.content import open_content
from connectors.local_copy import local_copy
from connectors.object_store import PART_SIZE, ObjectStore
from database.engine import Database
from tests.poll_fixtures import NAME, Arrivals
from tests.storage_fixtures import SftpPlace

_OPEN = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'
"""

ADVISORY_LOCKS = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory'"


def open_transactions(database: Database) -> int:
    """Return how many sessions on the database have done something and not committed it."""
    with database.engine.connect() as connection:
        return int(connection.scalar(text(_OPEN)) or 0)


@pytest.fixture
def arrivals(sftp_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    return Arrivals(sftp_place, store, database)


def test_a_poll_holds_no_transaction_open_while_a_file_travels(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"a" * (2 * PART_SIZE))
    seen: list[int] = []

    report = arrivals.poll(stop_check=lambda: seen.append(open_transactions(arrivals.database)))

    assert [file.name for file in report.received] == [NAME]
    assert (len(seen) > 3, set(seen)) == (True, {0})


def test_a_poll_gives_its_claims_up(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"a")
    arrivals.poll()

    with arrivals.database.engine.connect() as connection:
        assert connection.scalar(text(f"{ADVISORY_LOCKS} AND datname = current_database()")) == 0


def test_content_is_here_before_it_is_worked_on(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"one\ntwo\n")
    (file,) = arrivals.poll().received

    with open_content(file, store=arrivals.store) as content:
        arrivals.store.remove(file.object_key or "")
        assert content.readlines() == [b"one\n", b"two\n"]


def test_a_temporary_folder_without_room_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr("tempfile.TemporaryFile", lambda **_options: full)
        with pytest.raises(PayJobsError, match="cannot be kept in the temporary folder") as told, local_copy([b"a"]):
            pass

    assert "(No space left on device). Nothing was changed. Make room there" in str(told.value)
