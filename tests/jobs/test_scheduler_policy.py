"""What is carried out now, and what follows from how a run ended."""

from datetime import UTC, datetime, timedelta

import pytest

from config.schedule import JobSchedule
from jobs.scheduler.policy import FollowUp, after_end, after_loss, due_now

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def job(missed: dict[str, str], **more: object) -> JobSchedule:
    usual = {
        "cron": "0 * * * *",
        "zone": "UTC",
        "deadline": "1h",
        "missed": missed,
        "retries": 1,
        "resources": {"cpu": "1", "memory": "1Gi"},
    }
    return JobSchedule.model_validate(usual | more)


SKIP, LATEST, ALL = {"run": "skip"}, {"run": "latest", "up_to": "3h"}, {"run": "all", "up_to": "3h"}


@pytest.mark.parametrize(
    ("missed", "minutes_late", "hours_back"),
    [
        (SKIP, 0, [0]), (SKIP, 5, []),
        (LATEST, 0, [0]), (LATEST, 5, [0]),
        (ALL, 0, [2, 1, 0]), (ALL, 5, [2, 1, 0]),
    ],
)  # fmt: skip
def test_after_an_outage_the_schedule_says_what_is_made_up_for(
    missed: dict[str, str], minutes_late: int, hours_back: list[int]
) -> None:
    now = NOON + timedelta(minutes=minutes_late)

    due = due_now(job(missed), NOON - 8 * HOUR, now)

    assert due == [NOON - back * HOUR for back in hours_back]


def test_what_is_settled_is_not_due() -> None:
    assert due_now(job(ALL), NOON, NOON + HOUR / 2) == []


def test_a_run_older_than_the_age_in_the_schedule_is_not_made_up_for() -> None:
    daily = job({"run": "latest", "up_to": "20h"}, cron="0 1 * * *")

    assert due_now(daily, NOON - 40 * HOUR, NOON) == [NOON - 11 * HOUR]
    assert due_now(daily, NOON - 40 * HOUR, NOON + 10 * HOUR) == []


@pytest.mark.parametrize(
    ("exit_code", "attempt", "missed", "follows"),
    [
        (0, 1, SKIP, FollowUp.DONE),
        (3, 1, SKIP, FollowUp.DONE),
        (1, 1, SKIP, FollowUp.RETRY),
        (1, 2, SKIP, FollowUp.FAILED),
        (2, 1, LATEST, FollowUp.FAILED),
        (75, 1, SKIP, FollowUp.GIVEN_UP),
        (75, 1, LATEST, FollowUp.WAIT),
        (-9, 1, LATEST, FollowUp.FAILED),
    ],
)
def test_only_exit_code_1_is_tried_again(
    exit_code: int, attempt: int, missed: dict[str, str], follows: FollowUp
) -> None:
    assert after_end(job(missed), exit_code, attempt, NOON, NOON + timedelta(minutes=2)) is follows


def test_waiting_for_the_lock_ends_with_the_age_in_the_schedule() -> None:
    assert after_end(job(LATEST), 75, 9, NOON, NOON + 4 * HOUR) is FollowUp.GIVEN_UP


@pytest.mark.parametrize(
    ("missed", "attempt", "after", "held_the_lock", "follows"),
    [
        (LATEST, 1, HOUR, True, FollowUp.RETRY),
        (LATEST, 2, HOUR, True, FollowUp.FAILED),
        (LATEST, 1, 4 * HOUR, True, FollowUp.FAILED),
        (SKIP, 1, 0 * HOUR, True, FollowUp.FAILED),
        (LATEST, 9, HOUR, False, FollowUp.RETRY),
        (LATEST, 9, 4 * HOUR, False, FollowUp.FAILED),
        (SKIP, 1, 0 * HOUR, False, FollowUp.FAILED),
    ],
)
def test_what_a_dead_scheduler_lost_is_made_up_for_once_if_it_had_the_lock_and_always_in_time(
    missed: dict[str, str], attempt: int, after: timedelta, held_the_lock: bool, follows: FollowUp
) -> None:
    assert after_loss(job(missed), attempt, NOON, NOON + after, held_the_lock=held_the_lock) is follows
