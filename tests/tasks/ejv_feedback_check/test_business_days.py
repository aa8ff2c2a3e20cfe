"""Business days of British Columbia, 2020 to 2030, held against rules typed from the law and not from the package."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tasks.ejv_feedback_check.business_days import age_in_business_days, is_business_day, next_business_day

MONDAY, SATURDAY = 0, 5
YEARS = range(2020, 2031)
EASTER = {
    2020: (4, 12), 2021: (4, 4), 2022: (4, 17), 2023: (4, 9), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28),
    2028: (4, 16), 2029: (4, 1), 2030: (4, 21),
}  # fmt: skip
VANCOUVER = ZoneInfo("America/Vancouver")


def nth_monday(year: int, month: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(MONDAY - first.weekday()) % 7 + 7 * (n - 1))


@pytest.mark.parametrize("year", YEARS)
def test_holidays_that_move_are_no_business_days(year: int) -> None:
    easter = date(year, *EASTER[year])
    victoria = date(year, 5, 24) - timedelta(days=date(year, 5, 24).weekday())
    expected = {
        "Family Day": nth_monday(year, 2, 3),
        "Good Friday": easter - timedelta(days=2),
        "Easter Monday": easter + timedelta(days=1),
        "Victoria Day": victoria,
        "BC Day": nth_monday(year, 8, 1),
        "Labour Day": nth_monday(year, 9, 1),
        "Thanksgiving": nth_monday(year, 10, 2),
    }
    assert [name for name, day in expected.items() if is_business_day(day)] == []


@pytest.mark.parametrize("year", YEARS)
def test_holidays_of_a_date_and_their_observed_days_are_no_business_days(year: int) -> None:
    fixed = [date(year, 1, 1), date(year, 7, 1), date(year, 11, 11), date(year, 12, 25), date(year, 12, 26)]
    assert [day for day in fixed if is_business_day(day)] == []
    new_year = date(year, 1, 1)
    if new_year.weekday() >= SATURDAY:
        assert not is_business_day(new_year + timedelta(days=7 - new_year.weekday()))
    christmas = date(year, 12, 25)
    closed = [
        day for day in (date(year, 12, n) for n in range(24, 32)) if day.weekday() < 5 and not is_business_day(day)
    ]
    assert len(closed) == 2, "two working days are lost to Christmas and Boxing Day every year"
    assert not is_business_day(christmas)


@pytest.mark.parametrize("year", YEARS)
def test_most_weekdays_are_business_days(year: int) -> None:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366))
    lost = [day for day in days if day.year == year and day.weekday() < 5 and not is_business_day(day)]
    assert 11 <= len(lost) <= 14


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-11-21", "2026-11-23"),
        ("2026-12-25", "2026-12-29"),
        ("2027-12-25", "2027-12-29"),
        ("2026-04-03", "2026-04-07"),
        ("2026-11-24", "2026-11-24"),
        ("2022-12-31", "2023-01-03"),
    ],
)
def test_the_next_business_day_jumps_weekends_and_holidays(day: str, following: str) -> None:
    assert next_business_day(date.fromisoformat(day)) == date.fromisoformat(following)


@pytest.mark.parametrize(
    ("sent", "now", "age"),
    [
        ("2026-11-17 20:01", "2026-11-17 23:00", 0),
        ("2026-11-17 20:01", "2026-11-18 08:00", 0),
        ("2026-11-17 20:01", "2026-11-18 20:01", 1),
        ("2026-11-17 20:01", "2026-11-19 20:02", 2),
        ("2026-11-20 20:01", "2026-11-23 20:00", 0),
        ("2026-11-20 20:01", "2026-11-23 20:01", 1),
        ("2026-11-21 10:00", "2026-11-23 09:00", 0),
        ("2026-11-21 10:00", "2026-11-24 09:00", 1),
        ("2026-12-24 20:01", "2026-12-29 08:00", 0),
        ("2026-12-24 20:01", "2026-12-30 08:00", 1),
    ],
)
def test_the_age_counts_whole_business_days_by_the_local_clock(sent: str, now: str, age: int) -> None:
    begun, ended = (datetime.fromisoformat(text).replace(tzinfo=VANCOUVER).astimezone(UTC) for text in (sent, now))
    assert age_in_business_days(begun, ended) == age
