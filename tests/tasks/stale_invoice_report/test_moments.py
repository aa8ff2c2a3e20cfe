"""When an invoice is old enough to be looked at."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.business_days import business_days_before, business_days_since, is_business_day
from tasks.ejv_feedback_check import business_days as of_journals
from tasks.stale_invoice_report.moments import moments


def test_the_business_days_are_those_of_the_journal_vouchers_from_2020_to_2030() -> None:
    days = [date(2020, 1, 1) + timedelta(days=number) for number in range(11 * 365 + 3)]

    assert [day for day in days if is_business_day(day) != of_journals.is_business_day(day)] == []


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


def test_the_moments_of_a_monday_morning() -> None:
    when = moments(datetime(2026, 11, 23, 14, 0, tzinfo=UTC), days=20)

    assert (when.today, when.settled_day) == (date(2026, 11, 23), date(2026, 11, 19))
    assert when.two_days_before == datetime(2026, 11, 20, 7, 0)
    assert when.census_before == datetime(2026, 11, 3, 14, 0)
    assert when.journals_left == datetime(2026, 11, 23, 3, 1)
