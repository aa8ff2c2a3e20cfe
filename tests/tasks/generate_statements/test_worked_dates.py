"""Every row of the table of worked dates, docs/specs/statements.md section 12.

The reference skips the gap statement of a single Sunday; ours makes it (section 8).
"""

from datetime import date, datetime, timedelta

import pytest

from config.business_time import day_bounds
from tests.statement_factory import StatementBooks

OCTOBER_31 = {
    ("daily", "DAILY", "2026-10-31", "2026-10-31"),
    ("weekly", "WEEKLY", "2026-10-25", "2026-10-31"),
    ("monthly", "MONTHLY", "2026-10-01", "2026-10-31"),
}
SEPTEMBER_30 = {
    ("daily", "DAILY", "2026-09-30", "2026-09-30"),
    ("ends_30_sep", "WEEKLY", "2026-09-27", "2026-09-30"),
    ("monthly", "MONTHLY", "2026-09-01", "2026-09-30"),
}
NOVEMBER_1 = {
    ("daily", "DAILY", "2026-11-01", "2026-11-01"),
    ("ends_1_nov", "WEEKLY", "2026-11-01", "2026-11-01"),
}


@pytest.fixture
def pay_with_every_frequency(pay: StatementBooks) -> StatementBooks:
    pay.with_setting("DAILY", auth="daily")
    pay.with_setting("WEEKLY", auth="weekly")
    pay.with_setting("MONTHLY", auth="monthly")
    pay.with_setting("WEEKLY", auth="ends_30_sep", last="2026-09-30")
    pay.with_setting("WEEKLY", auth="ends_1_nov", first="2026-11-01", last="2026-11-01")
    return pay


@pytest.mark.parametrize(
    ("now", "argument", "expected"),
    [
        pytest.param("2026-11-02 01:01", None, NOVEMBER_1, id="the night to a Monday"),
        pytest.param("2026-11-01 01:01", None, OCTOBER_31, id="the night to a Sunday that is a 1st"),
        pytest.param("2026-10-01 01:01", None, SEPTEMBER_30, id="the night to a Thursday that is a 1st"),
        pytest.param("2026-11-22 14:00", "2026-10-31", OCTOBER_31, id="2026-10-31 at any time"),
        pytest.param("2026-11-22 14:00", "2026-09-30", SEPTEMBER_30, id="2026-09-30 at any time"),
    ],
)
def test_a_run_makes_what_the_worked_dates_say(
    pay_with_every_frequency: StatementBooks, now: str, argument: str | None, expected: set[tuple[str, ...]]
) -> None:
    pay_with_every_frequency.generate(argument, now=now)

    assert set(pay_with_every_frequency.keys()) == expected


UTC_WINDOWS = [
    pytest.param(date(2025, 11, 2), datetime(2025, 11, 2, 7), datetime(2025, 11, 3, 8), 25, id="clocks go back"),
    pytest.param(date(2025, 3, 9), datetime(2025, 3, 9, 8), datetime(2025, 3, 10, 7), 23, id="clocks go forward"),
    pytest.param(date(2026, 11, 1), datetime(2026, 11, 1, 7), datetime(2026, 11, 2, 7), 24, id="no change any more"),
]


@pytest.mark.parametrize(("on", "starts", "ends", "hours"), UTC_WINDOWS)
def test_the_utc_window_of_a_day_is_as_the_worked_dates_say(
    on: date, starts: datetime, ends: datetime, hours: int
) -> None:
    assert day_bounds(on) == (starts, ends)
    assert ends - starts == timedelta(hours=hours)


@pytest.mark.parametrize(("on", "starts", "ends", "hours"), UTC_WINDOWS)
def test_a_daily_statement_lists_exactly_the_invoices_of_its_utc_window(
    pay: StatementBooks, on: date, starts: datetime, ends: datetime, hours: int
) -> None:
    moment = timedelta(microseconds=1)
    account = pay.with_setting("DAILY")
    pay.invoice(account, starts - moment)
    inside = (pay.invoice(account, starts), pay.invoice(account, ends - moment))
    pay.invoice(account, ends)

    pay.generate(on)

    [statement] = pay.statements()
    assert statement.invoices == inside
