"""A night with far fewer statements than others of its kind ends well, and is told."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tasks.generate_statements.few import find_few, kind_of, limit_below
from tests.statement_factory import StatementBooks

NIGHT = datetime(2026, 11, 19, 9, 1, tzinfo=UTC)  # 01:01 in Vancouver, so of Wednesday the 18th
WEDNESDAY = date(2026, 11, 18)


_ENDED = """
INSERT INTO pay_jobs.job_runs (job, command, shard_count, status, triggered_by, pod, version, started_on,
                               finished_on, counts)
SELECT :job, :command, :shard_count, :status, 'cronjob', 'pod', '1', night.at, night.at,
       jsonb_build_object('statements_created', night.made)
  FROM unnest(CAST(:ats AS timestamptz[]), CAST(:made AS int[])) WITH ORDINALITY AS night (at, made, place)
 ORDER BY place
"""


def nights(pay: StatementBooks, made_by_age: Mapping[int, int], **columns: object) -> None:
    """Let nights have ended so many days ago, in this order, each with so many statements."""
    usual = {"job": "GENERATE_STATEMENTS", "command": "GENERATE_STATEMENTS", "shard_count": 1, "status": "done"}
    ats = [NIGHT - timedelta(days=age) for age in made_by_age]
    pay.change(_ENDED, ats=ats, made=list(made_by_age.values()), **usual | columns)


def few(pay: StatementBooks, made: int, *, day: date = WEDNESDAY, run_id: int | None = None) -> str | None:
    """Return what is told of a night with so many statements."""
    found = find_few(pay.context_of(lambda: NIGHT, run_id=run_id), day, made)
    return found.detail if found else None


@pytest.fixture
def known(pay: StatementBooks) -> StatementBooks:
    """Eight weeks of nights with some forty statements on business days."""
    pay.change("DELETE FROM pay_jobs.job_runs")
    nights(pay, {age: 40 + age % 5 for age in range(56, 0, -1)})
    return pay


def test_a_night_that_made_next_to_nothing_is_reported(known: StatementBooks) -> None:
    known.with_setting("DAILY")

    outcome = known.generate(now="2026-11-19 01:01")

    assert [(one.where, one.reason, one.detail, one.command) for one in outcome.rejects] == [
        (
            "statements of 2026-11-18",
            "far fewer than usual",
            "1 statement; 42 are usual, by the last 39 nights on which the same ones were due. Look whether the "
            "invoices and the settings of the accounts are there, then make them again today: made on another day, or "
            "with a date, they owe nobody a notice",
            "python3 invoke_jobs.py GENERATE_STATEMENTS",
        )
    ]
    assert outcome.exit_code == 3


@pytest.mark.parametrize(("made", "is_few"), [(9, True), (10, False)])
def test_fewer_than_a_quarter_of_the_usual_is_few(pay: StatementBooks, made: int, is_few: bool) -> None:
    nights(pay, dict.fromkeys((1, 2, 7), 40))

    assert (few(pay, made) is not None) is is_few


@pytest.mark.parametrize(
    "columns",
    [
        {"job": "STALE_INVOICE_REPORT"},
        {"command": "GENERATE_STATEMENTS 2026-11-18"},
        {"shard_count": 2},
        {"status": "failed"},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_what_is_usual_is_told_by_whole_nights_that_ended_well(known: StatementBooks, columns: dict[str, Any]) -> None:
    nights(known, dict.fromkeys(range(120, 0, -1), 1), **columns)

    assert few(known, 2) is not None


def test_a_night_is_not_held_against_itself(pay: StatementBooks) -> None:
    nights(pay, dict.fromkeys((7, 2, 0), 40))
    [newest] = pay.rows("SELECT max(id) FROM pay_jobs.job_runs")

    assert (few(pay, 1, run_id=newest[0]), few(pay, 1) is not None) == (None, True)


def test_what_is_usual_follows_the_newest_sixty_nights(pay: StatementBooks) -> None:
    nights(pay, {age: 4000 if age > 85 else 40 for age in range(800, 0, -1)})

    assert few(pay, 10) is None


def test_a_saturday_is_compared_with_saturdays(pay: StatementBooks) -> None:
    saturday = date(2026, 11, 14)
    nights(pay, {age: 40 if (NIGHT - timedelta(days=age)).weekday() == 6 else 4000 for age in range(36, 5, -1)})

    assert (few(pay, 9, day=saturday), few(pay, 10, day=saturday)) == (
        "9 statements; 40 are usual, by the last 3 nights on which the same ones were due. Look whether the invoices "
        "and the settings of the accounts are there, then make them again today: made on another day, or with a date, "
        "they owe nobody a notice",
        None,
    )


def test_a_usual_night_is_not_told(known: StatementBooks) -> None:
    for _ in range(40):
        known.with_setting("DAILY")

    assert known.generate(now="2026-11-19 01:01").exit_code == 0


def test_a_day_made_again_by_hand_is_never_called_few(known: StatementBooks) -> None:
    known.with_setting("DAILY")

    assert known.generate("2026-11-18", now="2026-11-19 01:01").exit_code == 0


def test_nights_are_comparable_by_what_is_due_and_by_weekends() -> None:
    friday, saturday, sunday = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)
    assert kind_of(WEDNESDAY) == kind_of(WEDNESDAY - timedelta(days=1)) == kind_of(friday)
    assert len({kind_of(WEDNESDAY), kind_of(saturday), kind_of(sunday), kind_of(date(2026, 11, 30))}) == 4


@pytest.mark.parametrize(
    ("before", "limit"),
    [([20, 20, 20], 20), ([20, 20], None), ([19] * 60, None), ([1, 25, 900], 25), ([100, 100], None), ([], None)],
)
def test_chance_alone_may_halve_a_few_statements_and_two_nights_tell_nothing(
    before: list[int], limit: int | None
) -> None:
    assert limit_below(before) == limit
