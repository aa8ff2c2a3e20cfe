"""The fuse as a function of figures: generated years of ordinary nights, and files that are wrong in themselves.

SOAK_SEEDS is how many seeds of each are taken, SOAK_FIRST the first; `make soak` takes a thousand.
"""

import os
import random
from collections.abc import Callable
from decimal import Decimal
from statistics import median

import pytest

from config.business_days import is_business_day
from config.usual import ENOUGH, FROZEN, KNOWN, REPEATED, TOTAL
from tasks.pad_reconcile.fuse import FileFigures, weigh
from tests.tasks.pad_reconcile.settlement_nights import Province

SEEDS = int(os.environ.get("SOAK_SEEDS", "30"))
FIRST = int(os.environ.get("SOAK_FIRST", "0"))
YEARS = max(1, SEEDS // 100)
_NEW_ACCOUNTS = 0.95  # of the payments that come back; the others are of an account that bounced already
Harm = Callable[[FileFigures, list[FileFigures], float], FileFigures]


def _usual(before: list[FileFigures], value: Callable[[FileFigures], int | Decimal]) -> Decimal:
    return median(Decimal(value(one)) for one in before)


def _all_bounce(of: FileFigures, before: list[FileFigures], bounces: float) -> FileFigures:
    return of._replace(amount=Decimal(0), frozen=round(of.rows * _NEW_ACCOUNTS), bounced=of.rows)


def _five_times_the_bounces(of: FileFigures, before: list[FileFigures], bounces: float) -> FileFigures:
    """Five times what such a night has usually, or what nights have usually where that is more."""
    frozen = round(5 * max(bounces * _NEW_ACCOUNTS, float(_usual(before, lambda one: one.frozen))))
    return of._replace(frozen=frozen, bounced=max(frozen, of.bounced), rows=of.rows + max(0, frozen - of.frozen))


def _ten_times_the_total(of: FileFigures, before: list[FileFigures], bounces: float) -> FileFigures:
    return of._replace(amount=max(10 * of.amount, 10 * _usual(before, lambda one: one.amount)))


def _doubled_rows(of: FileFigures, before: list[FileFigures], bounces: float) -> FileFigures:
    return of._replace(rows=of.rows * 2, repeated=of.repeated + of.rows)


def _another_days_rows(of: FileFigures, before: list[FileFigures], bounces: float) -> FileFigures:
    """Rows of a day long before; those of a day just before were applied with that day's file."""
    return of._replace(misdated=of.rows) if of.rows % 3 else of._replace(repeated=of.rows)


# Each with what its harm is, and what may go however calm the nights are: an ordinary bad day, or next to nothing.
HARMS: dict[Harm, tuple[Callable[[FileFigures], int | Decimal], Decimal]] = {
    _all_bounce: (lambda of: of.frozen, FROZEN.floor),
    _five_times_the_bounces: (lambda of: of.frozen, FROZEN.floor),
    _ten_times_the_total: (lambda of: of.amount, TOTAL.floor),
    _doubled_rows: (lambda of: of.repeated, REPEATED.floor),
    _another_days_rows: (lambda of: of.repeated + of.misdated, REPEATED.floor),
}


def _nights_and_harm(harm: Harm, draw: random.Random) -> tuple[list[FileFigures], FileFigures] | None:
    """Return the files of some weekdays and a wrong one after them; None where its harm is below the floors."""
    province = Province(draw)
    *nights, (day, last) = province.nights(draw.randrange(100, 200))
    before = [of for earlier, of in nights if earlier.weekday() < 5][-KNOWN:]
    wrong = harm(last, before, province.usual_bounces)
    value, floor = HARMS[harm]
    return (before, wrong) if is_business_day(day) and value(wrong) > floor else None


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_does_harm_is_always_far_outside(harm: Harm) -> None:
    seed, found = FIRST, 0
    while found < SEEDS:
        made = _nights_and_harm(harm, random.Random(f"{harm.__name__} {seed}"))
        if made is not None:
            found += 1
            assert weigh(made[1], made[0]).beyond, (seed, made[1], made[0][-1])
        seed += 1


@pytest.mark.parametrize("harm", HARMS)
def test_a_file_that_does_harm_is_beyond_the_plain_limits_or_bears_the_usual_ones_names(harm: Harm) -> None:
    of = FileFigures(400, Decimal(60_000), 8, 8, 0, 0, 0, 2_000)
    wrong = harm(of, [of], 8.0)
    told = weigh(wrong, [of] * (ENOUGH - 1)).beyond
    # Five times eight bounces and ten times sixty thousand can be right where nothing is known.
    assert bool(told) == (harm not in {_five_times_the_bounces, _ten_times_the_total})


@pytest.mark.parametrize("year", range(YEARS))
def test_no_ordinary_night_of_a_year_is_far_outside(year: int) -> None:
    for place in range(2):
        province = Province(random.Random(f"ordinary {FIRST + year} {place}"))
        known: dict[bool, list[FileFigures]] = {True: [], False: []}
        for day, of in province.nights(366):
            before = known[day.weekday() < 5]
            assert not weigh(of, before[-KNOWN:]).beyond, (place, day, of)
            before.append(of)


def test_a_night_of_nothing_but_one_bounce_is_ordinary() -> None:
    known = [FileFigures(50, Decimal(900), 0, 0, 0, 0, 0, 250)] * KNOWN
    assert not weigh(FileFigures(1, Decimal(0), 1, 1, 0, 0, 0, 250), known).beyond


def test_without_any_spread_the_floor_lets_an_ordinary_bad_day_pass() -> None:
    calm = [FileFigures(500, Decimal(40_000), 0, 0, 0, 0, 0, 2_500)] * KNOWN
    assert not weigh(FileFigures(500, Decimal(40_000), 25, 25, 0, 0, 0, 2_500), calm).beyond
    assert weigh(FileFigures(500, Decimal(40_000), 26, 26, 0, 0, 0, 2_500), calm).beyond == [
        "accounts it would freeze 26 (usual 0, limit 25), their share of the payments of a week 1.0 %"
        " (usual 0.0 %, limit 0.0 %)"
    ]


def test_rows_that_make_a_wrong_file_larger_do_not_hide_its_bounces() -> None:
    usual = [FileFigures(4_000, Decimal(400_000), 6, 6, 0, 0, 0, 20_000)] * KNOWN
    assert weigh(FileFigures(20_000, Decimal(2_000_000), 30, 30, 0, 0, 0, 20_000), usual).beyond


def test_rows_that_were_applied_before_are_expected_of_a_file_that_goes_on_where_one_ended() -> None:
    again = FileFigures(100, Decimal(9_000), 0, 0, 60, 0, 0, 500)
    assert weigh(again, []).beyond
    assert not weigh(again, [], repeats_are_expected=True).beyond
