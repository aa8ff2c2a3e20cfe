"""When an invoice is old enough to be looked at."""

from datetime import UTC, date, datetime

from diagnosis.cutoffs import cutoffs_at


def test_the_moments_of_a_monday_morning() -> None:
    when = cutoffs_at(datetime(2026, 11, 23, 14, 0, tzinfo=UTC), days=20)

    assert (when.today, when.settled_day) == (date(2026, 11, 23), date(2026, 11, 19))
    assert when.two_days_before == datetime(2026, 11, 20, 7, 0)
    assert when.census_before == datetime(2026, 11, 3, 14, 0)
    assert when.journals_left == datetime(2026, 11, 23, 3, 1)
