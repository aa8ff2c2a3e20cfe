"""Business days of British Columbia, 2020 to 2030, held against rules typed from the law and not from the package."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.business_days import (
    age_in_business_days,
    business_days_before,
    business_days_since,
    is_business_day,
    next_business_day,
)

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
def test_holidays_of_a_date_or_else_the_monday_after_are_no_business_days(year: int) -> None:
    fixed = [date(year, 1, 1), date(year, 7, 1), date(year, 11, 11), *([date(year, 9, 30)] if year >= 2021 else [])]
    observed = [day if day.weekday() < SATURDAY else day + timedelta(days=7 - day.weekday()) for day in fixed]

    assert [day for day in observed if is_business_day(day)] == []


@pytest.mark.parametrize("year", YEARS)
def test_christmas_and_boxing_day_take_two_weekdays_whatever_days_they_fall_on(year: int) -> None:
    week = [date(year, 12, day) for day in range(24, 32)]

    closed = [day for day in week if day.weekday() < SATURDAY and not is_business_day(day)]

    first = next(day for day in week[1:] if day.weekday() < SATURDAY)
    second = next(day for day in week if day > max(first, date(year, 12, 25)) and day.weekday() < SATURDAY)
    assert closed == [first, second]


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
    ("day", "today", "count"),
    [
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-10", "2026-11-12", 1),
        ("2026-12-24", "2026-12-29", 1),
        ("2026-04-02", "2026-04-07", 1),
        ("2026-11-19", "2026-11-19", 0),
    ],
)
def test_weekends_and_holidays_do_not_count(day: str, today: str, count: int) -> None:
    assert business_days_since(date.fromisoformat(day), date.fromisoformat(today)) == count


def test_going_back_and_counting_agree() -> None:
    for number in range(400):
        today = date(2026, 1, 1) + timedelta(days=number)
        assert business_days_since(business_days_before(today, 2), today) == 2


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
