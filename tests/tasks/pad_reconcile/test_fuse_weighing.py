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


def test_each_figure_stands_beside_the_usual_one_and_its_limit_as_people_read_them() -> None:
    before = [FileFigures(1_000 + 10 * place, Decimal(99_000), place, place, 0, 0, 20, 5_000) for place in range(11)]
    here = FileFigures(1_234, Decimal("1234567.5"), 30, 30, 4, 5, 6, 0)

    verdict = weigh(here, before)

    assert [tuple(one) for one in verdict.figures] == [
        ("rows", "1,234", "1,050", "8,400", False),
        ("total in CAD", "1,234,567.50", "99,000.00", "792,000.00", True),
        ("accounts it would freeze", "30", "5", "25", True),
        ("their share of the payments of a week", "100.0 %", "0.1 %", "0.5 %", True),
        ("payments that come back", "30", "5", "50", False),
        ("their share of the payments of a week", "100.0 %", "0.1 %", "0.5 %", True),
        ("rows applied before", "4", "0", "10", False),
        ("their share of the rows", "0.3 %", "0.0 %", "10.0 %", False),
        ("rows of another day than the file's", "5", "0", "10", False),
        ("their share of the rows", "0.4 %", "0.0 %", "20.0 %", False),
        ("rows rejected", "6", "20", "60", False),
        ("their share of the rows", "0.5 %", "1.9 %", "20.0 %", False),
    ]
    assert verdict.reason == (
        "it is far outside the usual, weighed against the last 11 files of its kind:"
        " total in CAD 1,234,567.50 (usual 99,000.00, limit 792,000.00);"
        " accounts it would freeze 30 (usual 5, limit 25), their share of the payments of a week 100.0 %"
        " (usual 0.1 %, limit 0.5 %)"
    )


def test_a_figure_at_its_limit_is_not_beyond_it() -> None:
    at_limit = FileFigures(20_000, Decimal(5_000_000), 25, 50, 10, 10, 25, 0)
    assert weigh(at_limit, []).beyond == []
    shares = FileFigures(100, Decimal(0), 1_000, 1_000, 11, 40, 30, 10_000)
    assert weigh(shares._replace(repeated=10), []).beyond == []
    assert [one.split(" ", 2)[:2] for one in weigh(shares._replace(frozen=1_001), []).beyond] == [
        ["accounts", "it"],
        ["rows", "applied"],
    ]


def test_of_nothing_nothing_is_no_share_and_one_is_all() -> None:
    shares = [one for one in weigh(FileFigures(0, Decimal(0), 1, 0, 0, 0, 0, 0), []).figures if "share" in one.what]
    assert [(one.here, one.usual, one.limit, one.is_beyond) for one in shares[:3]] == [
        ("100.0 %", "-", "10.0 %", True),
        ("0.0 %", "-", "10.0 %", False),
        ("0.0 %", "-", "10.0 %", False),
    ]


@pytest.mark.parametrize(("known", "against"), [
    (ENOUGH, f"against the last {ENOUGH} files of its kind"),
    (ENOUGH - 1, f"against plain limits, as only {ENOUGH - 1} files of its kind are known"),
])  # fmt: skip
def test_what_a_file_was_weighed_against_is_said(known: int, against: str) -> None:
    usual = [FileFigures(100, Decimal(9_000), 0, 0, 0, 0, 0, 500)] * known
    verdict = weigh(FileFigures(100, Decimal(9_000), 0, 0, 0, 0, 60, 500), usual)
    assert verdict.reason.startswith(f"it is far outside the usual, weighed {against}: rows rejected 60")


def test_rows_applied_before_are_all_that_is_expected_of_such_a_file() -> None:
    again = FileFigures(100, Decimal(9_000), 0, 0, 60, 60, 0, 500)
    verdict = weigh(again, [], repeats_are_expected=True)
    assert [one.split(" 60")[0] for one in verdict.beyond] == ["rows of another day than the file's"]
    assert "rows applied before" not in {one.what for one in verdict.figures}
