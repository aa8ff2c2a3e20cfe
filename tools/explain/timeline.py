"""What happened to a subject, in order: each moment as people here read it, and as the pay tables hold it."""

from datetime import UTC, datetime, time
from typing import Any, NamedTuple

from config.business_time import BUSINESS_ZONE
from database.sessions import Session
from database.sql import statements
from jobs.run.outcome import Table

sql = statements(__package__)

COLUMNS = ("Vancouver", "UTC", "what", "detail")


class TimelineEvent(NamedTuple):
    """Something that happened; `at` is naive UTC, midnight where only the day is known, None where no date is."""

    at: datetime | None
    what: str
    detail: str

    @property
    def is_a_day(self) -> bool:
        """Whether only its day is known."""
        return self.at is not None and self.at.time() == time.min

    @property
    def local(self) -> str | None:
        """Its time in the business zone; a day stays the day it is."""
        if self.at is None:
            return None
        if self.is_a_day:
            return f"{self.at:%Y-%m-%d}"
        return f"{self.at.replace(tzinfo=UTC).astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"

    @property
    def utc(self) -> str | None:
        """Its time in UTC, None for a day."""
        return None if self.at is None or self.is_a_day else f"{self.at:%Y-%m-%d %H:%M:%S}"


def life(session: Session, title: str, events: str, **values: Any) -> Table:
    """Return the events of a subject as a table, those of no known date last."""
    found = [TimelineEvent(*tuple(row)) for row in sql.run(session, events, **values)]
    found.sort(key=lambda one: (one.local is None, one.local or ""))
    return Table(title, COLUMNS, [(one.local, one.utc, one.what, one.detail) for one in found], "events")
