"""Which scheduled instants are carried out now, and what follows from how a run ended; decided without any I/O."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from config.errors import ExitCode
from config.schedule import ON_TIME, JobSchedule


class FollowUp(StrEnum):
    """What follows from how a run ended."""

    DONE = "done"
    FAILED = "failed"
    RETRY = "retry"
    WAIT = "wait"
    GIVEN_UP = "given_up"


def due_now(job: JobSchedule, since: datetime, now: datetime) -> list[datetime]:
    """Return the instants after `since` that are to be carried out now, in order.

    skip    the latest, if it is not over a minute ago
    latest  the latest, up to the age in the schedule
    all     every one, up to that age
    """
    floor = max(since, now - max_age(job))
    instants = job.times.between(floor, now)
    return instants if job.missed.run == "all" else instants[-1:]


def max_age(job: JobSchedule) -> timedelta:
    """Return how late a run may begin."""
    return ON_TIME if job.missed.run == "skip" else job.missed.up_to


def after_end(job: JobSchedule, exit_code: int, attempt: int, scheduled_for: datetime, now: datetime) -> FollowUp:
    """Return what follows: another attempt after 1, a later one where the lock was held, else nothing more.

    A killed run (a negative code) is not tried again: what killed it, as a rule too little memory, would do so again.
    """
    in_time = now - scheduled_for <= max_age(job)
    if exit_code in {ExitCode.DONE, ExitCode.ATTENTION}:
        return FollowUp.DONE
    if exit_code == ExitCode.LOCKED:
        return FollowUp.WAIT if in_time and job.missed.run != "skip" else FollowUp.GIVEN_UP
    if exit_code == ExitCode.FAILED and attempt <= job.retries:
        return FollowUp.RETRY
    return FollowUp.FAILED


def after_loss(
    job: JobSchedule, attempt: int, scheduled_for: datetime, now: datetime, *, held_the_lock: bool
) -> FollowUp:
    """Return what follows where the scheduler that had begun a run is gone, and the run with it.

    A run that never held the lock has done nothing yet: it is begun again as long as it is in time.
    """
    in_time = now - scheduled_for <= max_age(job) and job.missed.run != "skip"
    again = not held_the_lock or attempt <= max(1, job.retries)
    return FollowUp.RETRY if in_time and again else FollowUp.FAILED


def passed_over(instants: Sequence[datetime], taken: Sequence[datetime]) -> int:
    """Return how many instants are left out."""
    return len(set(instants) - set(taken))
