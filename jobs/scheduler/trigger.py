"""When APScheduler wakes us: at the instants of our own cron dialect, never at those of its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.triggers.base import BaseTrigger

from config.cron import CronTimes


class ScheduleClock(Protocol):
    """How the time of the schedule runs beside the clock of this machine; in tests it may run faster."""

    def now(self) -> datetime:
        """Return the schedule's current instant."""
        ...

    def machine_time(self, instant: datetime) -> datetime:
        """Return when the machine's clock shows an instant of the schedule."""
        ...

    def machine_seconds(self, length: timedelta) -> float:
        """Return how long the machine has to wait for a length of schedule time to pass."""
        ...


class MachineClock:
    """The schedule's time is the machine's."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.now = clock

    def machine_time(self, instant: datetime) -> datetime:
        return instant

    def machine_seconds(self, length: timedelta) -> float:
        return length.total_seconds()


class CronInstants(BaseTrigger):  # type: ignore[misc]
    """Fires at the instants of a job, in UTC, each once."""

    def __init__(self, times: CronTimes, timeline: ScheduleClock) -> None:
        self._times = times
        self._timeline = timeline
        self._last = datetime.min.replace(tzinfo=UTC)

    def get_next_fire_time(self, _previous: datetime | None, _now: datetime) -> datetime:
        """Return when to wake next, on the machine's clock; APScheduler's own arithmetic plays no part."""
        self._last = self._times.next_after(max(self._last, self._timeline.now()))
        return self._timeline.machine_time(self._last)

    def __str__(self) -> str:
        return str(self._times)
