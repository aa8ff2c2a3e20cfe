"""A run far longer or shorter than the longest runs of the days before is told."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from jobs.watch.check_lengths import LongestRun, find_odd_lengths

FIRST = date(2026, 9, 1)


def _odd(*seconds: float, days: int = 1, today: date | None = None) -> list[str]:
    """Return what is told of the last days, of days of these lengths."""
    longest = [
        LongestRun(FIRST + timedelta(days=place), place + 1, Decimal(str(one))) for place, one in enumerate(seconds)
    ]
    end = longest[-1].day
    found = find_odd_lengths("A JOB", longest, first=end - timedelta(days=days - 1), today=today or end)
    return [f"{one.kind}: {one.detail}" for one in found]


@pytest.mark.parametrize("usual", [[1.0] * 40, [200.0, 260.0, 230.0] * 12])
def test_days_like_those_before_are_not_told(usual: list[float]) -> None:
    assert _odd(*usual, usual[0], days=20) == []


def test_a_run_far_longer_than_usual_is_reported() -> None:
    assert _odd(*[200.0, 260.0, 230.0] * 10, 1500.0) == [
        "longer: run 31 took 25 min 0 s; 3 min 50 s is usual for the longest of a day"
    ]


def test_below_five_minutes_no_run_is_too_long() -> None:
    assert _odd(*[1.0] * 30, 290.0) == []


def test_a_day_far_shorter_than_usual_is_told_once_it_is_over() -> None:
    lengths = [*[200.0, 260.0, 230.0] * 10, 2.0]
    assert _odd(*lengths) == []
    assert _odd(*lengths, today=FIRST + timedelta(days=99)) == [
        "shorter: run 31 took 2 s; 3 min 50 s is usual for the longest of a day"
    ]


def test_with_few_known_days_nothing_is_reported() -> None:
    assert _odd(*[200.0] * 9, 5000.0) == []
