"""The one clock of a world: everything that asks for the time asks it, and it only moves when it is told to."""

from datetime import UTC, date, datetime, time, timedelta

from config.business_time import BUSINESS_ZONE


class VirtualClock:
    """The time in a world; calling it returns the instant, which is what a run takes as its clock."""

    def __init__(self, first: date) -> None:
        self._now = datetime.combine(first, time.min, tzinfo=BUSINESS_ZONE).astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    @property
    def today(self) -> date:
        """The business day."""
        return self._now.astimezone(BUSINESS_ZONE).date()

    @property
    def stored(self) -> datetime:
        """The instant as the pay tables hold it: naive UTC."""
        return self._now.replace(tzinfo=None)

    def move_to(self, day: date, at: str) -> None:
        """Let it be a local time like `19:01`; where it is later already, a second later than it is."""
        then = datetime.combine(day, time.fromisoformat(at), tzinfo=BUSINESS_ZONE).astimezone(UTC)
        self.wait_until(then)

    def wait_until(self, then: datetime) -> None:
        """Let it be an instant, unless it is later already."""
        self._now = max(then, self._now + timedelta(seconds=1))

    def let_pass(self, seconds: int) -> None:
        """Let some seconds pass."""
        self._now += timedelta(seconds=seconds)
