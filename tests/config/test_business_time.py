"""Business days are days of Vancouver by the pinned rules, never by the machine's zone files."""

import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.business_time import business_date, day_bounds, day_start, naive_utc, tzdata_version

ROOT = Path(__file__).resolve().parents[2]
# The local days of the clock changes after 2007, when the rule of March to November began.
DAYS = st.dates(date(2008, 1, 1), date(2060, 12, 30))
INSTANTS = st.datetimes(datetime(2008, 1, 2), datetime(2060, 12, 30), timezones=st.just(UTC))


@given(INSTANTS)
def test_any_instant_is_within_exactly_one_business_day(instant: datetime) -> None:
    stored, day = naive_utc(instant), business_date(instant)
    nearby = [day + timedelta(days=n) for n in range(-2, 3)]

    def holds(one: date) -> bool:
        starts, ends = day_bounds(one)
        return starts <= stored < ends

    assert [one for one in nearby if holds(one)] == [day]


@given(DAYS)
def test_a_day_ends_where_the_next_one_begins(day: date) -> None:
    assert day_bounds(day)[1] == day_bounds(day + timedelta(days=1))[0]


@given(DAYS, st.integers(0, 40))
def test_the_bounds_of_a_period_are_those_of_its_first_and_last_day(day: date, more: int) -> None:
    last = day + timedelta(days=more)

    assert day_bounds(day, last) == (day_bounds(day)[0], day_bounds(last)[1])


@given(DAYS)
def test_a_day_has_24_hours_save_where_the_clocks_change(day: date) -> None:
    starts, ends = day_bounds(day)

    expected = {24} if day > date(2026, 3, 8) else {23, 24, 25}
    assert (ends - starts) / timedelta(hours=1) in expected


@pytest.mark.parametrize(
    ("day", "starts", "hours"),
    [
        ("2022-06-25", "2022-06-25 07:00", 24),
        ("2022-01-15", "2022-01-15 08:00", 24),
        ("2025-03-09", "2025-03-09 08:00", 23),
        ("2025-11-02", "2025-11-02 07:00", 25),
        ("2026-03-08", "2026-03-08 08:00", 23),
        ("2026-11-01", "2026-11-01 07:00", 24),
        ("2026-11-02", "2026-11-02 07:00", 24),
        ("2027-01-15", "2027-01-15 07:00", 24),
        ("2027-03-14", "2027-03-14 07:00", 24),
        ("2027-11-07", "2027-11-07 07:00", 24),
    ],
)
def test_the_bounds_of_a_known_day(day: str, starts: str, hours: int) -> None:
    first = datetime.fromisoformat(starts)

    assert day_bounds(date.fromisoformat(day)) == (first, first + timedelta(hours=hours))


def test_an_evening_in_vancouver_is_still_that_day_though_utc_is_a_day_on() -> None:
    assert business_date(datetime(2022, 6, 26, 6, 59, 59, tzinfo=UTC)) == date(2022, 6, 25)
    assert business_date(datetime(2022, 6, 26, 7, 0, tzinfo=UTC)) == date(2022, 6, 26)


@pytest.mark.parametrize("function", [business_date, naive_utc])
def test_a_time_without_a_zone_is_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(ValueError, match="has no time zone"):
        function(datetime(2022, 6, 25))


def test_the_version_of_the_rules_is_that_of_the_package() -> None:
    assert tzdata_version() == version("tzdata")


def test_zone_files_of_the_machine_are_ignored(tmp_path: Path) -> None:
    wrong = tmp_path / "America" / "Vancouver"
    wrong.parent.mkdir()
    wrong.write_bytes(_zone_file("Asia/Tokyo"))
    program = (
        "from zoneinfo import ZoneInfo; from datetime import datetime, date;"
        "before = datetime(2026, 12, 1, tzinfo=ZoneInfo.no_cache('America/Vancouver')).utcoffset();"
        "from config.business_time import day_start;"
        "print(before, day_start(date(2026, 12, 1)))"
    )

    said = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONTZPATH": str(tmp_path)}, cwd=ROOT, text=True, capture_output=True,
        check=True,
    )  # fmt: skip

    assert said.stdout == "9:00:00 2026-12-01 07:00:00\n"  # the machine's file was there to be believed


def test_nothing_is_left_of_the_search_path() -> None:
    assert day_start(date(2026, 12, 1)) == datetime(2026, 12, 1, 7)
    assert zoneinfo.TZPATH == ()


def _zone_file(name: str) -> bytes:
    from importlib.resources import files

    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
