"""Which statements are due for a day, for any day."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.generate_statements.periods import StatementKind, StatementPeriod, periods_ending, sunday_of

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 1))
ONE_DAY = timedelta(days=1)


def due(day: date, kind: StatementKind) -> list[StatementPeriod]:
    return [period for period in periods_ending(day) if period.kind is kind]


@given(DAYS)
def test_a_daily_statement_is_due_for_every_day(day: date) -> None:
    assert due(day, StatementKind.DAILY) == [StatementPeriod(StatementKind.DAILY, day, day)]


@given(DAYS)
def test_a_week_is_due_on_its_saturday_and_the_rest_of_a_week_on_every_other_day(day: date) -> None:
    is_saturday = day.strftime("%a") == "Sat"

    assert bool(due(day, StatementKind.WEEKLY)) is is_saturday
    assert bool(due(day, StatementKind.GAP)) is not is_saturday


@given(DAYS)
def test_the_weeks_of_seven_days_running_hold_each_day_once(day: date) -> None:
    [week] = [period for n in range(7) for period in due(day + n * ONE_DAY, StatementKind.WEEKLY)]

    assert day in week.days()
    assert (week.first.strftime("%a"), week.last.strftime("%a"), len(list(week.days()))) == ("Sun", "Sat", 7)


@given(DAYS)
def test_the_months_of_a_whole_month_hold_each_day_once(day: date) -> None:
    [month] = [
        period for n in range(31) for period in due(day + n * ONE_DAY, StatementKind.MONTHLY) if day in period.days()
    ]

    assert {(each.year, each.month) for each in month.days()} == {(day.year, day.month)}
    assert ((month.first - ONE_DAY).month, (month.last + ONE_DAY).month) != (day.month, day.month)
    assert month.first.day == 1


@given(DAYS)
def test_every_period_ends_on_the_day_itself(day: date) -> None:
    assert {period.last for period in periods_ending(day)} == {day}


@given(DAYS)
def test_the_rest_of_a_week_begins_on_its_sunday(day: date) -> None:
    for period in due(day, StatementKind.GAP):
        assert period.first == sunday_of(day)
        assert 1 <= len(list(period.days())) <= 6


@pytest.mark.parametrize(("last", "days"), [("2024-02-29", 29), ("2023-02-28", 28), ("2000-02-29", 29)])
def test_monthly_statement_of_a_february_includes_its_last_day(last: str, days: int) -> None:
    [month] = due(date.fromisoformat(last), StatementKind.MONTHLY)

    assert len(list(month.days())) == days


def test_the_statement_of_the_rest_of_a_week_is_a_weekly_one() -> None:
    assert StatementKind.GAP.frequency == "WEEKLY"
