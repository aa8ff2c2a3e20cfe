"""The poller: what is taken, what is left, and what is reported."""

import re
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from config.errors import ConfigError, Interrupted, SourceUnavailable, UsageError
from connectors.effects import ClaimLost, checked_by
from connectors.inbound.content import open_content
from connectors.inbound.ledger import put_aside_if_known
from connectors.inbound.listing import WantedNames
from connectors.inbound.poll import PollReport
from connectors.inbound.take_in import register_local
from connectors.object_store import ObjectStore
from database.engine import Database
from tests.poll_fixtures import NAME, SETTLEMENT, Arrivals, contents, digest
from tests.storage_fixtures import SftpPlace, object_store_settings

TEXT = b"Record type,Source transaction type\r\nPADP,BCR-PAD Daily\r\n"
OTHER = TEXT.replace(b"PADP", b"PADR")
LATER = "BCR_PAYMENT_APPL_20261106.csv"


@pytest.fixture
def arrivals(sftp_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    """A poll from each kind of server."""
    return Arrivals(sftp_place, store, database)


@pytest.fixture
def faulty(faulty_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    """A poll from a server that can be told to fail."""
    return Arrivals(faulty_place, store, database)


def test_a_file_is_stored_recorded_and_moved(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    (file,) = arrivals.poll().received
    assert (file.name, file.state, file.size_bytes, file.sha256) == (NAME, "received", len(TEXT), digest(TEXT))
    assert str(file.business_date) == "2026-11-05"
    assert file.object_key == f"cas/2026/11/05/{NAME}.{digest(TEXT)[:12]}"
    with open_content(file, store=arrivals.store) as content:
        assert content.read() == TEXT
    assert arrivals.place.uploaded() == []
    assert [path.name for path in arrivals.place.backed_up()] == [file.archived_as]
    assert list(arrivals.store.list("incoming/")) == []


def test_a_poll_that_finds_nothing_does_nothing(arrivals: Arrivals) -> None:
    assert arrivals.poll() == PollReport()
    assert not arrivals.poll().attention


def test_files_come_in_the_order_of_their_dates(faulty: Arrivals) -> None:
    for name in (LATER, NAME, "BCR_PAYMENT_APPL_20251231.csv"):
        faulty.place.put(name, name)
    assert [file.name for file in faulty.poll().received] == ["BCR_PAYMENT_APPL_20251231.csv", NAME, LATER]
    assert [file.name for file in faulty.files()] == ["BCR_PAYMENT_APPL_20251231.csv", NAME, LATER]


def test_a_second_poll_takes_nothing_twice(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    arrivals.poll()
    before = arrivals.final_state()
    assert arrivals.poll() == PollReport()
    assert arrivals.final_state() == before


def test_a_poll_asks_the_database_as_often_however_many_files_were_taken_lately(faulty: Arrivals) -> None:
    def statements_of_a_poll() -> int:
        heard: list[str] = []

        def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            heard.append(statement)

        event.listen(faulty.database.engine, "before_cursor_execute", hear)
        try:
            assert faulty.poll() == PollReport()
        finally:
            event.remove(faulty.database.engine, "before_cursor_execute", hear)
        return len(heard)

    before = statements_of_a_poll()
    for name in (NAME, LATER):
        faulty.place.put(name, name)
    assert len(faulty.poll().received) == 2
    assert statements_of_a_poll() == before


def test_the_same_file_again_is_known_and_archived(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    arrivals.poll()
    arrivals.place.put(NAME, TEXT)
    report = arrivals.poll()
    assert ([file.name for file in report.known], report.received, report.attention) == ([NAME], (), False)
    assert len(report.known[0].details["repeats"]) == 1
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up()), len(arrivals.files())) == ([], 2, 1)


def test_the_same_content_under_another_name_is_known_and_archived(faulty: Arrivals) -> None:
    faulty.place.put(NAME, TEXT)
    (first,) = faulty.poll().received
    faulty.mark(first, "applied")
    faulty.place.put(LATER, TEXT)
    (known,) = faulty.poll().known
    assert (known.state, known.object_key) == ("known", first.object_key)
    assert f"was applied as {NAME}" in (known.reason or "")
    assert faulty.place.uploaded() == []


def test_of_two_names_with_one_content_the_second_is_known_once_the_first_was_applied(faulty: Arrivals) -> None:
    faulty.place.put(NAME, TEXT)
    faulty.place.put(LATER, TEXT)
    first, second = faulty.poll().received
    with faulty.database.begin() as session:
        assert put_aside_if_known(session, second, run_id=7) is None
    faulty.mark(first, "applied")
    with faulty.database.begin() as session:
        assert put_aside_if_known(session, second, run_id=7) == (
            f"the same content was applied as {NAME} (file {first.id})"
        )
    assert [file.state for file in faulty.files()] == ["applied", "known"]


def test_other_content_under_the_same_name_is_held(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    arrivals.poll()
    arrivals.place.put(NAME, TEXT + b"more")
    report = arrivals.poll()
    (held,) = report.held
    assert (held.state, report.attention, report.received) == ("held", True, ())
    assert "another file of this name, with other content" in (held.reason or "")
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up())) == ([], 2)
    with open_content(held, store=arrivals.store) as content:
        assert content.read() == TEXT + b"more"


def test_a_growing_file_is_left_for_the_next_poll(arrivals: Arrivals) -> None:
    path = arrivals.place.put(NAME, TEXT)
    slept: list[float] = []

    def grow(seconds: float) -> None:
        slept.append(seconds)
        path.write_bytes(TEXT * 2)

    (left,) = arrivals.poll(sleep=grow, settle_seconds=5).left
    assert (left.name, slept) == (NAME, [5])
    assert "still growing" in left.reason
    assert arrivals.files() == []
    (file,) = arrivals.poll(settle_seconds=5).received
    assert file.size_bytes == len(TEXT) * 2


def test_a_file_that_changes_while_it_is_read_is_left_and_nothing_is_recorded(arrivals: Arrivals) -> None:
    path = arrivals.place.put(NAME, TEXT)
    report = arrivals.poll(checkpoint=at("after fetch", lambda: path.write_bytes(TEXT + b"more")))
    assert "changed while it was read" in report.left[0].reason
    assert (arrivals.files(), list(arrivals.store.list(""))) == ([], [])


def test_a_file_that_is_replaced_before_it_is_moved_is_not_lost(arrivals: Arrivals) -> None:
    path = arrivals.place.put(NAME, TEXT)
    report = arrivals.poll(checkpoint=at("before move", lambda: path.write_bytes(TEXT + b"more")))
    assert "changed or moved after it was read" in report.left[0].reason
    assert [file.name for file in arrivals.poll().held] == [NAME]
    (file,) = arrivals.poll().received
    assert (file.sha256, "in neither directory" in (file.reason or "")) == (digest(TEXT), True)
    assert list(contents(arrivals.place.backup).values()) == [digest(TEXT + b"more")]


def test_another_file_that_a_poll_moved_before_it_died_is_put_back_and_taken(arrivals: Arrivals) -> None:
    replaced_after_it_was_read(arrivals)

    (held,) = arrivals.poll().held
    (file,) = arrivals.poll().received

    assert (held.sha256, file.sha256) == (digest(OTHER), digest(TEXT))
    assert list(contents(arrivals.place.backup).values()) == [digest(OTHER)]


def test_another_file_that_cannot_be_put_back_needs_attention_and_stays(faulty: Arrivals) -> None:
    replaced_after_it_was_read(faulty)
    faulty.place.put(NAME, b"a third")

    report = faulty.poll()

    assert "holds another file of this name, which was never read, and cannot be put back" in report.failed[0].reason
    assert ([file.sha256 for file in report.held], report.attention) == ([digest(b"a third")], True)
    assert digest(OTHER) in contents(faulty.place.backup).values()


def test_a_file_waits_for_its_trigger_which_is_archived_with_it(arrivals: Arrivals) -> None:
    wanted = WantedNames(SETTLEMENT.pattern, trigger_suffix=".TRG")
    arrivals.place.put(NAME, TEXT)
    assert "has not come yet" in arrivals.poll(wanted=wanted).left[0].reason
    arrivals.place.put(f"{NAME}.TRG", b"")
    report = arrivals.poll(wanted=wanted, settle_seconds=5, sleep=lambda _seconds: pytest.fail("it need not settle"))
    assert ([file.name for file in report.received], report.left) == ([NAME], ())
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up())) == ([], 2)


def test_a_trigger_without_its_file_is_left_and_named(faulty: Arrivals) -> None:
    wanted = WantedNames(SETTLEMENT.pattern, trigger_suffix=".TRG", trigger_required=False)
    faulty.place.put(f"{NAME}.TRG", b"")
    faulty.place.put(LATER, TEXT)
    report = faulty.poll(wanted=wanted)
    assert [file.name for file in report.received] == [LATER]
    assert [left.name for left in report.left] == [f"{NAME}.TRG"]


def test_a_run_that_lost_its_lock_moves_no_trigger(arrivals: Arrivals) -> None:
    wanted = WantedNames(SETTLEMENT.pattern, trigger_suffix=".TRG", trigger_required=False)
    arrivals.place.put(NAME, TEXT)
    arrivals.poll(wanted=wanted)
    arrivals.place.put(f"{NAME}.TRG", b"")

    def lost() -> None:
        raise ClaimLost("another run has begun")

    with checked_by(lost), pytest.raises(ClaimLost):
        arrivals.poll(wanted=wanted)
    assert arrivals.place.uploaded() == [f"{NAME}.TRG"]

    arrivals.poll(wanted=wanted)
    assert arrivals.place.uploaded() == []


def test_what_is_not_wanted_stays_where_it_is(arrivals: Arrivals) -> None:
    arrivals.place.put("readme.txt", b"x")
    (arrivals.place.upload / NAME).mkdir()
    (arrivals.place.upload / LATER).symlink_to("readme.txt")
    report = arrivals.poll()
    assert {left.name for left in report.left} == {"readme.txt", NAME, LATER}
    assert (report.received, report.attention) == ((), False)
    assert arrivals.place.uploaded() == sorted([NAME, LATER, "readme.txt"])


def test_hostile_names_are_refused_and_never_touched(arrivals: Arrivals) -> None:
    names = [".hidden", "a\\b", "a\x1b[2J", "line\nbreak", b"\xff.csv".decode("utf-8", "surrogateescape")]
    for name in names:
        arrivals.place.put(name, b"x")
    arrivals.place.put(NAME, TEXT)
    report = arrivals.poll(wanted=WantedNames(re.compile(r"(?s).*")))
    assert [file.name for file in report.received] == [NAME]
    assert len(report.refused) == len(names)
    assert report.attention
    assert all(refused.name.isprintable() for refused in report.refused)
    assert arrivals.place.uploaded() == sorted(names)


def test_a_dry_run_reports_what_it_would_take_and_changes_nothing(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    before = arrivals.final_state()
    dry = Database(arrivals.database.engine, dry_run=True)
    (file,) = arrivals.poll(database=dry, store=None).received
    with open_content(file, store=None, sftp=arrivals.place.settings()) as content:
        assert content.read() == TEXT
    dry._outer.close()  # type: ignore[union-attr]
    assert arrivals.final_state() == before


def test_two_polls_at_once_take_each_file_once(arrivals: Arrivals) -> None:
    names = [f"BCR_PAYMENT_APPL_202611{day:02}.csv" for day in range(1, 13)]
    for name in names:
        arrivals.place.put(name, name)
    reports: list[PollReport] = []
    threads = [threading.Thread(target=lambda: reports.append(arrivals.poll())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    received = [file.name for report in reports for file in report.received]
    assert sorted(received) == names
    assert all(not report.failed and not report.held and not report.known for report in reports)
    assert (arrivals.place.uploaded(), len(arrivals.place.backed_up())) == ([], len(names))


def test_a_dropped_connection_is_taken_up_again(faulty: Arrivals) -> None:
    content = bytes(range(256)) * 8000
    faulty.place.put(NAME, content)
    faulty.place.faults.set(drop_after_bytes=900_000, times=1)
    (file,) = faulty.poll().received
    assert file.sha256 == digest(content)


def test_a_connection_that_always_drops_leaves_everything_for_the_next_poll(faulty: Arrivals) -> None:
    faulty.place.put(NAME, bytes(2_000_000))
    faulty.place.faults.set(drop_after_bytes=900_000)
    with pytest.raises(SourceUnavailable):
        faulty.poll()
    assert (faulty.files(), faulty.place.uploaded(), list(faulty.store.list(""))) == ([], [NAME], [])
    faulty.place.faults.clear()
    assert len(faulty.poll().received) == 1


def test_a_refused_rename_is_reported_and_the_other_files_still_come(faulty: Arrivals) -> None:
    faulty.place.put(NAME, TEXT)
    faulty.place.put(LATER, b"other")
    faulty.place.faults.set(refuse_rename=True, times=1)
    report = faulty.poll()
    assert ([named.name for named in report.failed], report.attention) == ([NAME], True)
    assert [file.name for file in report.received] == [LATER]
    assert [file.state for file in faulty.files()] == ["stored", "received"]
    assert [file.name for file in faulty.poll().received] == [NAME]
    assert [file.state for file in faulty.files()] == ["received", "received"]


def test_a_missing_backup_directory_names_its_setting_and_loses_nothing(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, TEXT)
    with pytest.raises(ConfigError, match="CAS_SFTP_BACKUP_DIRECTORY"):
        arrivals.poll(backup_directory="/no/such/directory")
    assert arrivals.place.uploaded() == [NAME]
    assert len(arrivals.poll().received) == 1


def test_an_object_store_that_is_away_ends_the_poll_before_anything_is_touched(faulty: Arrivals) -> None:
    faulty.place.put(NAME, TEXT)
    away = ObjectStore(object_store_settings(endpoint="127.0.0.1:1"))
    with pytest.raises(SourceUnavailable, match="Looking for the bucket"):
        faulty.poll(store=away)
    away.close()
    assert (faulty.place.uploaded(), faulty.files()) == ([NAME], [])


def test_an_object_store_that_fails_halfway_leaves_the_file_for_the_next_poll(
    faulty: Arrivals, monkeypatch: pytest.MonkeyPatch
) -> None:
    faulty.place.put(NAME, TEXT)
    monkeypatch.setattr(faulty.store._client, "copy_object", fail_with(SourceUnavailable("no space left")))
    with pytest.raises(SourceUnavailable):
        faulty.poll()
    assert (faulty.files(), faulty.place.uploaded()) == ([], [NAME])
    monkeypatch.undo()
    assert len(faulty.poll().received) == 1


def test_a_poll_that_is_asked_to_stop_leaves_the_rest_for_the_next(faulty: Arrivals) -> None:
    faulty.place.put(NAME, TEXT)
    faulty.place.put(LATER, b"other")
    with pytest.raises(Interrupted):
        faulty.poll(stop_check=fail_after(5))
    assert len(faulty.poll().received) in {1, 2}
    assert {file.state for file in faulty.files()} == {"received"}


def test_a_local_file_follows_the_same_rules(faulty: Arrivals, tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(TEXT)
    first = register_local(path, faulty.intake())
    again = register_local(path, faulty.intake())
    assert (first.file.state, first.seen_before, again.seen_before) == ("received", False, True)
    assert again.file.id == first.file.id
    path.write_bytes(b"other")
    held = register_local(path, faulty.intake()).file
    assert held.state == "held"
    faulty.mark(held, "applied")
    shutil.copy(path, tmp_path / LATER)
    assert register_local(tmp_path / LATER, faulty.intake()).file.state == "known"


def test_a_file_that_came_locally_is_known_when_it_arrives(faulty: Arrivals, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(TEXT)
    register_local(tmp_path / NAME, faulty.intake())
    faulty.place.put(NAME, TEXT)
    report = faulty.poll()
    assert ([file.name for file in report.known], report.received) == ([NAME], ())
    assert faulty.place.uploaded() == []


def test_a_local_file_in_a_dry_run_is_read_where_it_lies(faulty: Arrivals, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(TEXT)
    dry = Database(faulty.database.engine, dry_run=True)
    recorded = register_local(tmp_path / NAME, faulty.intake(database=dry, store=None))
    with open_content(recorded.file, store=None) as content:
        assert content.read() == TEXT
    dry._outer.close()  # type: ignore[union-attr]
    assert faulty.files() == []


@pytest.mark.parametrize("name", ["none.csv", ".hidden"])
def test_a_local_file_that_is_missing_or_badly_named_is_a_usage_error(
    name: str, faulty: Arrivals, tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        register_local(tmp_path / name, faulty.intake())


def replaced_after_it_was_read(arrivals: Arrivals) -> None:
    """Leave what a poll leaves that recorded a file, moved another one of the same name and size, and died."""
    path = arrivals.place.put(NAME, TEXT)
    with pytest.raises(Interrupted):
        arrivals.poll(checkpoint=at("before move", fail_with(Interrupted("killed"))))
    (file,) = arrivals.files()
    path.unlink()
    arrivals.place.put(NAME, OTHER).rename(arrivals.place.backup / (file.archived_as or ""))


def at(wanted: str, action: Any) -> Any:
    """Return a checkpoint that does something once it is reached."""
    return lambda name: action() if name == wanted else None


def fail_with(error: Exception) -> Any:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise error

    return fail


def fail_after(count: int) -> Any:
    left = [count]

    def check() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Interrupted("asked to stop")

    return check
