"""A night with far fewer statements than others of its kind ends well, and is told."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from tasks.generate_statements.few import kind_of, limit_below
from tests.statement_factory import StatementBooks

NIGHT = datetime(2026, 11, 19, 9, 1, tzinfo=UTC)  # 01:01 in Vancouver, so of Wednesday the 18th


@pytest.fixture
def known(pay: StatementBooks) -> StatementBooks:
    """Eight weeks of nights with some forty statements on business days."""
    with pay.database.begin() as session:
        session.execute(text("DELETE FROM pay_jobs.job_runs"))
        for age in range(1, 57):
            session.execute(
                text(
                    "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, started_on,"
                    " finished_on, counts) VALUES ('GENERATE_STATEMENTS', 'GENERATE_STATEMENTS', 'done', 'cronjob',"
                    " 'pod', '1', :at, :at, CAST(:counts AS jsonb))"
                ),
                {"at": NIGHT - timedelta(days=age), "counts": f'{{"statements_created": {40 + age % 5}}}'},
            )
    return pay


def test_a_night_that_made_next_to_nothing_is_reported(known: StatementBooks) -> None:
    known.with_setting("DAILY")

    outcome = known.generate(now="2026-11-19 01:01")

    assert [(one.where, one.reason) for one in outcome.rejects] == [
        ("statements of 2026-11-18", "far fewer than usual")
    ]
    assert outcome.rejects[0].detail.startswith("1 statements; 42 are usual, by the last ")
    assert outcome.exit_code == 3


def test_a_usual_night_is_not_told(known: StatementBooks) -> None:
    for _ in range(40):
        known.with_setting("DAILY")

    assert known.generate(now="2026-11-19 01:01").exit_code == 0


def test_a_day_made_again_by_hand_is_never_called_few(known: StatementBooks) -> None:
    known.with_setting("DAILY")

    assert known.generate("2026-11-18", now="2026-11-19 01:01").exit_code == 0


def test_nights_are_comparable_by_what_is_due_and_by_weekends() -> None:
    wednesday, saturday, sunday = date(2026, 11, 18), date(2026, 11, 21), date(2026, 11, 22)
    assert kind_of(wednesday) == kind_of(wednesday - timedelta(days=1))
    assert len({kind_of(wednesday), kind_of(saturday), kind_of(sunday), kind_of(date(2026, 11, 30))}) == 4


def test_chance_alone_may_halve_a_few_statements() -> None:
    assert limit_below([19] * 60) is None
