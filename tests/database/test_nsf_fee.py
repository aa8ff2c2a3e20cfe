"""When a fee invoice is overdue: docs/specs/cas-settlement-csv.md section 8 step 8."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.business_time import BUSINESS_ZONE
from database.pay.nsf_fee import fee_overdue_date


@pytest.mark.parametrize(
    ("created", "due"),
    [
        (datetime(2026, 12, 2, 16, 40), datetime(2027, 2, 15, 7)),
        (datetime(2026, 1, 31, 23, 59), datetime(2026, 3, 15, 7)),  # clocks are at UTC-7 from March on
        (datetime(2025, 11, 30, 12), datetime(2026, 1, 15, 8)),
        (datetime(2026, 5, 1, 3), datetime(2026, 7, 15, 7)),  # still 30 April in Vancouver: the day of UTC counts
    ],
)
def test_a_fee_is_overdue_from_the_fifteenth_of_the_second_month_after(created: datetime, due: datetime) -> None:
    assert fee_overdue_date(created) == due


@given(st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)))
def test_it_is_always_a_midnight_of_a_fifteenth_one_and_a_half_to_two_and_a_half_months_on(created: datetime) -> None:
    due = fee_overdue_date(created)
    local = due.replace(tzinfo=UTC).astimezone(BUSINESS_ZONE)

    assert (local.day, local.hour, local.minute) == (15, 0, 0)
    assert timedelta(days=42) < due - created < timedelta(days=78)
