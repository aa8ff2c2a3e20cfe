"""What is not complete: it waits, it is reported after its time, and what its sender writes on is found."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from config.errors import UsageError
from connectors.inbound.content import open_content
from connectors.inbound.listing import WantedNames
from connectors.inbound.poll import PollReport
from connectors.inbound.take_in import register_local
from connectors.object_store import ObjectStore
from database.engine import Database
from tests.poll_fixtures import NAME, NOW, SETTLEMENT, Arrivals, digest
from tests.storage_fixtures import SftpPlace

HEAD = b"Record type,Source transaction type\r\n"
FIRST = HEAD + b"PADP,1\r\n"
REST = b"PADP,2\r\nPADP,3\r\n"
LATER = "BCR_PAYMENT_APPL_20261106.csv"
WHOLE_LINES = WantedNames(SETTLEMENT.pattern, ends_in_line_end=True)


@pytest.fixture
def arrivals(faulty_place: SftpPlace, store: ObjectStore, database: Database) -> Arrivals:
    return Arrivals(faulty_place, store, database)


def at(minutes: int) -> Callable[[], datetime]:
    return lambda: NOW + timedelta(minutes=minutes)


def write_on(arrivals: Arrivals, rest: bytes, *, modified: int = 2_000_000_000) -> None:
    """Write on in the file that was archived, as a sender does whose handle is open."""
    (path,) = arrivals.place.backed_up()
    with path.open("ab") as file:
        file.write(rest)
    set_time(path, modified)


def set_time(path: Path, modified: int) -> None:
    os.utime(path, (modified, modified))


def states(arrivals: Arrivals) -> list[str]:
    return [file.state for file in sorted(arrivals.files(), key=lambda file: file.id)]


def test_what_the_sender_writes_after_the_file_was_taken_is_held_whole_with_the_difference(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    (part,) = arrivals.poll().received
    arrivals.mark(part, "applied")
    write_on(arrivals, REST)

    report = arrivals.poll()

    (held,) = report.held
    assert (held.sha256, held.state, report.attention) == (digest(FIRST + REST), "held", True)
    assert f"begins with file {part.id} (applied) and holds 16 bytes more, 2 line ends among them" in (
        held.reason or ""
    )
    with open_content(held, store=arrivals.store) as content:
        assert content.read() == FIRST + REST
    assert states(arrivals) == ["applied", "held"]
    assert arrivals.poll() == PollReport()


def test_a_part_that_was_not_applied_yet_never_is_once_its_whole_came(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    (part,) = arrivals.poll().received
    write_on(arrivals, REST)
    (whole,) = arrivals.poll().held
    ignored = next(file for file in arrivals.files() if file.id == part.id)
    assert (ignored.state, f"file {whole.id} holds all of it, and more" in (ignored.reason or "")) == ("ignored", True)


def test_a_file_that_is_written_on_twice_leaves_the_last_whole_to_judge(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    write_on(arrivals, REST)
    arrivals.poll()
    write_on(arrivals, REST, modified=2_000_000_060)
    (held,) = arrivals.poll().held
    assert held.size_bytes == len(FIRST + 2 * REST)
    assert states(arrivals) == ["ignored", "ignored", "held"]


def test_a_file_that_is_changed_in_place_after_it_was_taken_is_held(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    (path,) = arrivals.place.backed_up()
    path.write_bytes(FIRST.replace(b"PADP", b"PADR"))
    set_time(path, 2_000_000_000)
    (held,) = arrivals.poll().held
    assert "does not begin with that" in (held.reason or "")
    assert states(arrivals) == ["held", "held"]


def test_a_new_time_on_the_same_content_changes_nothing(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    set_time(arrivals.place.backed_up()[0], 2_000_000_000)
    assert arrivals.poll() == PollReport()
    (file,) = arrivals.files()
    assert file.details["looked"] == {file.archived_as: 2_000_000_000}


def test_a_copy_that_came_again_is_watched_too(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    arrivals.place.backed_up()[0].unlink()
    arrivals.place.put(NAME, FIRST)
    assert len(arrivals.poll().known) == 1
    write_on(arrivals, REST)
    assert [file.size_bytes for file in arrivals.poll().held] == [len(FIRST + REST)]


def test_a_backup_directory_that_was_tidied_and_files_of_long_ago_are_not_looked_for(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    write_on(arrivals, REST)
    assert arrivals.poll(clock=lambda: NOW + timedelta(days=4)) == PollReport()
    arrivals.place.backed_up()[0].unlink()
    assert arrivals.poll() == PollReport()


@given(parts=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_a_sender_pauses_every_byte_is_in_a_file_that_is_received_or_held(
    parts: list[bytes], arrivals: Arrivals
) -> None:
    name = f"BCR_PAYMENT_APPL_{20270101 + len(arrivals.files())}.csv"
    for path in arrivals.place.backed_up():
        path.unlink()
    arrivals.place.put(name, parts[0])
    arrivals.poll()
    for number, part in enumerate(parts[1:]):
        write_on(arrivals, part, modified=2_000_000_000 + number)
        arrivals.poll()
    sent = b"".join(parts)
    (judged,) = [one for one in arrivals.files() if one.name == name and one.state in {"received", "held"}]
    assert judged.sha256 == digest(sent)


def test_an_empty_file_is_left_as_not_complete_and_reported_once_its_time_is_over(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"")
    assert "it is empty" in arrivals.poll(clock=at(0)).left[0].reason
    assert "it is empty" in arrivals.poll(clock=at(9)).left[0].reason
    report = arrivals.poll(clock=at(10))
    assert ("Ask the sender" in report.failed[0].reason, report.attention) == (True, True)
    assert (arrivals.place.uploaded(), arrivals.files()) == ([NAME], [])

    arrivals.place.put(NAME, FIRST)
    assert [file.sha256 for file in arrivals.poll(clock=at(15)).received] == [digest(FIRST)]
    assert waiting(arrivals) == 0


def test_two_empty_files_of_two_days_are_both_reported(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"")
    arrivals.place.put(LATER, b"")
    for minute in (0, 5):
        arrivals.poll(clock=at(minute))
    assert [named.name for named in arrivals.poll(clock=at(30)).failed] == [NAME, LATER]


def test_the_real_file_after_an_empty_one_that_was_once_taken_is_received(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, b"")
    (empty,) = arrivals.poll(wanted=WantedNames(SETTLEMENT.pattern, may_be_empty=SETTLEMENT.pattern)).received
    arrivals.mark(empty, "failed")
    arrivals.place.put(NAME, FIRST)
    assert [file.sha256 for file in arrivals.poll().received] == [digest(FIRST)]


def test_content_that_failed_is_received_again_under_its_own_name_and_under_a_new_one(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    (failed,) = arrivals.poll().received
    arrivals.mark(failed, "failed")
    arrivals.place.put(LATER, FIRST)
    assert [(file.name, file.state) for file in arrivals.poll().received] == [(LATER, "received")]
    arrivals.place.put(NAME, FIRST)
    assert [(file.id, file.state) for file in arrivals.poll().received] == [(failed.id, "received")]


def test_content_that_is_held_and_comes_again_is_reported_again(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    (file,) = arrivals.poll().received
    arrivals.mark(file, "held")
    arrivals.place.put(NAME, FIRST)
    report = arrivals.poll()
    assert ([held.id for held in report.held], report.attention) == ([file.id], True)


def test_content_that_somebody_ignored_is_held_under_a_new_name(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    (file,) = arrivals.poll().received
    arrivals.mark(file, "ignored")
    arrivals.place.put(LATER, FIRST)
    assert "which is ignored: said by the test" in (arrivals.poll().held[0].reason or "")


def test_a_last_line_without_an_end_waits_and_is_then_held_and_its_rest_is_found(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST + b"PADP,2")
    for minute in (0, 5):
        report = arrivals.poll(clock=at(minute), wanted=WHOLE_LINES)
        assert ("its last line has no end" in report.left[0].reason, report.attention) == (True, False)
    (held,) = arrivals.poll(clock=at(10), wanted=WHOLE_LINES).held
    assert (held.details["cut_off"], "ask the sender for the whole file" in (held.reason or "")) == (True, True)

    write_on(arrivals, b"\r\n")
    (whole,) = arrivals.poll(clock=at(15), wanted=WHOLE_LINES).held
    assert (whole.details.get("cut_off"), states(arrivals)) == (None, ["ignored", "held"])


def test_a_file_whose_last_line_gets_its_end_in_time_is_received(arrivals: Arrivals) -> None:
    path = arrivals.place.put(NAME, FIRST + b"PADP,2")
    arrivals.poll(clock=at(0), wanted=WHOLE_LINES)
    path.write_bytes(FIRST + b"PADP,2\r\n\x1a")
    assert len(arrivals.poll(clock=at(5), wanted=WHOLE_LINES).received) == 1


def test_a_file_that_keeps_changing_starts_its_waiting_time_again(arrivals: Arrivals) -> None:
    path = arrivals.place.put(NAME, FIRST + b"P")
    arrivals.poll(clock=at(0), wanted=WHOLE_LINES)
    path.write_bytes(FIRST + b"PADP")
    for minute in (11, 16):
        assert len(arrivals.poll(clock=at(minute), wanted=WHOLE_LINES).left) == 1
    assert len(arrivals.poll(clock=at(21), wanted=WHOLE_LINES).held) == 1


def test_a_local_file_that_is_empty_is_refused_and_one_that_is_cut_off_is_held(
    arrivals: Arrivals, tmp_path: Path
) -> None:
    (tmp_path / NAME).write_bytes(b"")
    with pytest.raises(UsageError, match="is empty"):
        register_local(tmp_path / NAME, arrivals.intake(wanted=WHOLE_LINES))
    (tmp_path / NAME).write_bytes(FIRST[:-1])
    assert register_local(tmp_path / NAME, arrivals.intake(wanted=WHOLE_LINES)).file.state == "held"


def test_a_size_that_the_listing_leaves_out_is_asked_for(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.place.faults.set(unsaid_sizes="listing")
    assert [file.size_bytes for file in arrivals.poll(settle_seconds=5).received] == [len(FIRST)]


def test_a_file_of_unknown_size_is_left_and_reported(arrivals: Arrivals) -> None:
    arrivals.place.put(NAME, FIRST)
    arrivals.place.faults.set(unsaid_sizes="always")
    report = arrivals.poll()
    assert ("does not say how large it is" in report.failed[0].reason, report.attention) == (True, True)
    assert (arrivals.place.uploaded(), arrivals.files()) == ([NAME], [])


def test_what_a_dead_bucket_kept_on_its_way_is_swept(arrivals: Arrivals) -> None:
    arrivals.store.put("incoming/cas/OLD.csv", [FIRST])
    arrivals.store.put("incoming/cgi/OTHER", [FIRST])
    arrivals.place.put(NAME, FIRST)
    arrivals.poll()
    assert list(arrivals.store.list("incoming/")) == ["incoming/cgi/OTHER"]


def waiting(arrivals: Arrivals) -> int:
    with arrivals.database.begin() as session:
        return session.scalar(text("SELECT count(*) FROM pay_jobs.unfinished_files")) or 0
