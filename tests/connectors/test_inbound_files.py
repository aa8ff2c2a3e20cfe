"""The ledger of inbound files, and which names get that far."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from connectors.inbound.ledger import (
    FileToRecord,
    confirm_archived,
    find_by_name,
    find_content,
    find_file,
    list_files,
    list_same_as_of_another_day,
    list_unarchived,
    note_repeat,
    record,
    set_state,
)
from connectors.inbound.listing import WantedNames, choose, name_fault, printable
from connectors.sftp import RemoteFile
from database.engine import Database

NOW = datetime(2026, 11, 5, 17, 0, tzinfo=UTC)
SETTLEMENT = WantedNames(re.compile(r"BCR_PAYMENT_APPL_(?P<date>\d{8})\.csv"))


def new(name: str = "a.csv", content: str = "1", **changes: object) -> FileToRecord:
    values: dict[str, object] = {
        "source": "CAS",
        "name": name,
        "sha256": content * 64,
        "size_bytes": 10,
        "object_key": f"cas/{name}.{content}",
        "business_date": date(2026, 11, 5),
        "received_on": NOW,
        "remote_directory": "/upload",
        "archived_as": f"{name}.archived",
    }
    return FileToRecord(**(values | changes))  # type: ignore[arg-type]


def test_a_new_file_is_stored_and_received_once_it_is_archived(database: Database) -> None:
    with database.begin() as session:
        recorded = record(session, new())
        assert (recorded.file.state, recorded.seen_before) == ("stored", False)
        assert list_unarchived(session, "CAS", "/upload") == [recorded.file]
        received = confirm_archived(session, recorded.file, NOW)
        assert (received.state, received.archived_on) == ("received", NOW)
        assert list_unarchived(session, "CAS", "/upload") == []


def test_a_file_is_known_by_its_content_within_its_source(database: Database) -> None:
    with database.begin() as session:
        first = record(session, new())
        assert record(session, new()).file == first.file
        set_state(session, first.file.id, "applied")
        assert record(session, new("b.csv")).file.state == "known"
        assert record(session, new(content="2")).file.state == "held"
        assert record(session, new(source="CGI")).file.state == "stored"
        found = find_content(session, "CAS", "1" * 64)
        assert found is not None and found.id == first.file.id
        assert [file.sha256[0] for file in find_by_name(session, "CAS", "a.csv")] == ["1", "2"]


_WITH_ROWS = (
    "INSERT INTO pay_jobs.settlement_figures"
    " (file_id, on_weekday, rows, amount, frozen, bounced, repeated, misdated, rejected)"
    " VALUES (:id, true, :rows, 0, 0, 0, 0, 0, 0)"
)


def put(database: Database, file: FileToRecord, state: str, rows: int | None = None) -> None:
    """Record a file in a state; one that was applied with its number of rows."""
    with database.begin() as session:
        id = set_state(session, record(session, file).file.id, state).id
        if rows is not None:
            session.execute(text(_WITH_ROWS), {"id": id, "rows": rows})


def told_of_another_day(database: Database) -> list[tuple[str, str]]:
    with database.begin() as session:
        return [(row.name, row.same_as) for row in list_same_as_of_another_day(session, "CAS")]


EARLIER, DAY = date(2026, 11, 4), date(2026, 11, 5)


@pytest.mark.parametrize(
    ("earlier", "state", "rows", "is_told"),
    [
        (new("a.csv", business_date=EARLIER), "applied", 2, True),
        (new("a.csv", business_date=EARLIER), "applied", 0, False),
        (new("a.csv", business_date=EARLIER), "held", 2, False),
        (new("a.csv", business_date=EARLIER, source="CGI"), "applied", 2, False),
        (new("a.csv", "2", business_date=EARLIER), "applied", 2, False),
        (new("a.csv", business_date=date(2026, 11, 6)), "applied", 2, False),
    ],
)
def test_a_known_file_is_of_another_day_where_an_earlier_days_file_with_rows_has_its_content(
    earlier: FileToRecord, state: str, rows: int, is_told: bool, database: Database
) -> None:
    put(database, earlier, state, rows)
    put(database, new("unlike.csv", "3", business_date=date(2026, 11, 3)), "applied", 2)
    put(database, new("b.csv"), "known")

    assert told_of_another_day(database) == ([("b.csv", "a.csv")] if is_told else [])


@pytest.mark.parametrize(
    ("other", "state", "is_told"),
    [(new("c.csv", "2"), state, False) for state in ("stored", "received", "applied", "held", "failed")]
    + [(new("c.csv", "2"), "ignored", True), (new("c.csv", "2"), "known", True)]
    + [(new("c.csv", "2", source="CGI"), "applied", True), (new("c.csv", "2", business_date=EARLIER), "applied", True)],
)
def test_a_known_file_is_no_alarm_where_another_file_of_its_day_came(
    other: FileToRecord, state: str, is_told: bool, database: Database
) -> None:
    put(database, new("a.csv", business_date=EARLIER), "applied", 2)
    put(database, new("b.csv"), "known")
    put(database, other, state)

    assert told_of_another_day(database) == ([("b.csv", "a.csv")] if is_told else [])


def test_a_file_that_a_person_put_aside_is_not_told_again(database: Database) -> None:
    put(database, new("a.csv", business_date=EARLIER), "applied", 2)
    put(database, new("b.csv"), "ignored")

    assert told_of_another_day(database) == []


def test_a_known_file_of_another_source_is_not_listed(database: Database) -> None:
    put(database, new("a.csv", business_date=EARLIER, source="CGI"), "applied", 2)
    put(database, new("b.csv", source="CGI"), "known")
    put(database, new("c.csv"), "applied", 2)

    assert told_of_another_day(database) == []


def test_a_known_or_held_file_stays_so_when_it_is_archived(database: Database) -> None:
    with database.begin() as session:
        set_state(session, record(session, new()).file.id, "applied")
        for other in (new("b.csv"), new(content="2")):
            file = record(session, other).file
            assert confirm_archived(session, file, NOW).state == file.state


def test_the_first_confirmation_stays(database: Database) -> None:
    with database.begin() as session:
        file = record(session, new()).file
        confirm_archived(session, file, NOW)
        assert confirm_archived(session, file, NOW + timedelta(days=1)).archived_on == NOW


def test_repeats_are_noted_one_after_the_other(database: Database) -> None:
    with database.begin() as session:
        file = record(session, new()).file
        note_repeat(session, file, NOW, "a.csv.2")
        noted = note_repeat(session, file, NOW, "a.csv.3")
    assert [repeat["archived_as"] for repeat in noted.details["repeats"]] == ["a.csv.2", "a.csv.3"]


def test_a_state_is_set_with_its_reason_and_details_add_up(database: Database) -> None:
    with database.begin() as session:
        file = record(session, new()).file
        set_state(session, file.id, "failed", reason="totals", run_id=7, details={"rows": 3})
        applied = set_state(session, file.id, "applied", applied_on=NOW, details={"by": "replay"})
        assert find_file(session, file.id) == applied
        assert find_file(session, file.id + 1) is None
    assert (applied.state, applied.reason, applied.run_id, applied.applied_on) == ("applied", None, 7, NOW)
    assert applied.details == {"rows": 3, "by": "replay"}


def test_files_are_listed_by_state_in_the_order_they_are_applied(database: Database) -> None:
    with database.begin() as session:
        for name, content, day in (("c", "1", None), ("b", "2", date(2026, 11, 6)), ("a", "3", date(2026, 11, 7))):
            record(session, new(name, content, business_date=day))
        record(session, new("d", "1"))
        assert [file.name for file in list_files(session, "CAS", ["stored"])] == ["d", "b", "a", "c"]
        assert [file.name for file in list_files(session, "CAS", limit=1)] == ["d"]


def test_an_unknown_state_or_source_is_not_kept(database: Database) -> None:
    with database.begin() as session:
        file = record(session, new()).file
    with pytest.raises(IntegrityError), database.begin() as session:
        set_state(session, file.id, "lost")
    with pytest.raises(IntegrityError), database.begin() as session:
        record(session, new(source="MARS"))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "empty"),
        (".hidden", "dot"),
        ("..", "dot"),
        ("a/b", "path segment"),
        ("..\\b", "path segment"),
        ("a\nb", "control"),
        ("a\x00b", "control"),
        ("a\u202eb", "control"),
        ("\udcff", "UTF-8"),
        ("a" * 256, "longer"),
        ("é" * 128, "longer"),
    ],
)
def test_a_hostile_name_is_refused_with_its_reason(name: str, fault: str) -> None:
    assert fault in (name_fault(name) or "")


@given(st.text(max_size=300))
def test_a_name_without_a_fault_is_one_plain_segment_and_every_name_can_be_shown(name: str) -> None:
    if name_fault(name) is None:
        assert name.isprintable()
        assert 0 < len(name.encode()) <= 255
        assert not set(name) & set("/\\")
        assert not name.startswith(".")
    assert printable(name).isprintable()


@given(st.binary(max_size=40))
def test_a_name_of_any_bytes_is_refused_or_plain(raw: bytes) -> None:
    name = raw.decode("utf-8", "surrogateescape")
    if name_fault(name) is None:
        assert name.encode("utf-8") == raw
    printable(name).encode("utf-8")


@given(st.lists(st.tuples(st.sampled_from(["BCR_PAYMENT_APPL_20261105.csv", "x", ".x", "a/b", ""]), st.booleans())))
def test_every_entry_of_a_listing_is_taken_left_or_refused(entries: list[tuple[str, bool]]) -> None:
    listing = [RemoteFile(name, 1, 1, regular) for name, regular in entries]
    choice = choose(listing, SETTLEMENT)
    found = len(choice.complete) + len(choice.settling) + len(choice.refused) + len(choice.left)
    assert found == len(listing)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("BCR_PAYMENT_APPL_20261105.csv", date(2026, 11, 5)),
        ("BCR_PAYMENT_APPL_20240229.csv", date(2024, 2, 29)),
        ("BCR_PAYMENT_APPL_20261305.csv", None),
        ("other.csv", None),
    ],
)
def test_the_business_date_is_the_one_in_the_name(name: str, expected: date | None) -> None:
    assert SETTLEMENT.business_date(name) == expected
