"""The fuse as a function of figures: generated years of ordinary nights, and files that are wrong in themselves.

SOAK_SEEDS is how many seeds of each are taken; `make soak` takes a thousand.
"""

import os
import random
from collections.abc import Callable
from decimal import Decimal
from statistics import median

import pytest

from config.business_days import is_business_day
from config.usual import ENOUGH, KNOWN
from tasks.pad_reconcile.fuse import FileFigures, weigh
from tests.tasks.pad_reconcile.settlement_nights import Province

SEEDS = int(os.environ.get("SOAK_SEEDS", "60"))
YEARS = max(1, SEEDS // 100)


def _usual(before: list[FileFigures], value: Callable[[FileFigures], int | Decimal]) -> Decimal:
    return median(Decimal(value(one)) for one in before)


def _all_bounce(of: FileFigures, before: list[FileFigures]) -> FileFigures:
    return of._replace(amount=Decimal(0), frozen=round(of.rows * 0.9), bounced=of.rows)


def _five_times_the_bounces(of: FileFigures, before: list[FileFigures]) -> FileFigures:
    frozen = max(5 * of.frozen, int(5 * _usual(before, lambda one: one.frozen)))
    return of._replace(frozen=frozen, bounced=max(frozen, of.bounced))


def _ten_times_the_total(of: FileFigures, before: list[FileFigures]) -> FileFigures:
    return of._replace(amount=max(10 * of.amount, 10 * _usual(before, lambda one: one.amount)))


def _doubled_rows(of: FileFigures, before: list[FileFigures]) -> FileFigures:
    return of._replace(rows=of.rows * 2, repeated=of.repeated + of.rows)


def _another_days_rows(of: FileFigures, before: list[FileFigures]) -> FileFigures:
    return of._replace(misdated=of.rows)


HARMS = (_all_bounce, _five_times_the_bounces, _ten_times_the_total, _doubled_rows, _another_days_rows)


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_does_harm_is_always_far_outside(
    harm: Callable[[FileFigures, list[FileFigures]], FileFigures],
) -> None:
    for seed in range(SEEDS):
        province = Province(random.Random(f"{harm.__name__} {seed}"))
        nights = [of for day, of in province.nights(KNOWN * 7 // 5) if is_business_day(day)]
        wrong = harm(nights[-1], nights[:-1])
        assert weigh(wrong, nights[-KNOWN - 1 : -1]).beyond, (seed, wrong, nights[-2])


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_does_harm_is_beyond_the_plain_limits_or_bears_the_usual_ones_names(
    harm: Callable[[FileFigures, list[FileFigures]], FileFigures],
) -> None:
    of = FileFigures(400, Decimal(60_000), 8, 8, 0, 0, 0)
    wrong = harm(of, [of])
    told = weigh(wrong, [of] * (ENOUGH - 1)).beyond
    # Five times eight bounces and ten times sixty thousand can be right where nothing is known.
    assert bool(told) == (harm not in {_five_times_the_bounces, _ten_times_the_total})


@pytest.mark.parametrize("year", range(YEARS))
def test_no_ordinary_night_of_a_year_is_far_outside(year: int) -> None:
    for place in range(1 if SEEDS >= 1000 else 3):
        province = Province(random.Random(f"ordinary {year} {place}"))
        known: dict[bool, list[FileFigures]] = {True: [], False: []}
        for day, of in province.nights(3653 if SEEDS >= 1000 else 366):
            before = known[day.weekday() < 5]
            assert not weigh(of, before[-KNOWN:]).beyond, (place, day, of)
            before.append(of)


def test_a_night_of_nothing_but_one_bounce_is_ordinary() -> None:
    assert not weigh(
        FileFigures(1, Decimal(0), 1, 1, 0, 0, 0), [FileFigures(50, Decimal(900), 0, 0, 0, 0, 0)] * KNOWN
    ).beyond


def test_without_any_spread_the_floor_lets_an_ordinary_bad_day_pass() -> None:
    calm = [FileFigures(500, Decimal(40_000), 0, 0, 0, 0, 0)] * KNOWN
    assert not weigh(FileFigures(500, Decimal(40_000), 25, 25, 0, 0, 0), calm).beyond
    assert weigh(FileFigures(500, Decimal(40_000), 26, 26, 0, 0, 0), calm).beyond == [
        "accounts it would freeze 26 (usual 0, limit 25), their share of the rows 5.2 % (usual 0.0 %, limit 1.0 %)"
    ]


def test_repeated_rows_are_expected_in_a_file_that_continues_another() -> None:
    again = FileFigures(100, Decimal(9_000), 0, 0, 60, 0, 0)
    assert weigh(again, []).beyond
    assert not weigh(again, [], repeats_are_expected=True).beyond
