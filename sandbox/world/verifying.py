"""What verify says of the tables as a night left them."""

from collections.abc import Iterator
from datetime import timedelta

from config.business_time import naive_utc
from database.sessions import Session
from sandbox.world.clock import VirtualClock
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE
from tools.verify.task import asked_values, findings

# Each night: the rows of the last weeks, and of the days that were recorded the last; once a week and at the end all.
_ROWS_OF_DAYS = 62
_RECORDED_DAYS = timedelta(days=2)
_SUNDAY = 7


def verify_finds(session: Session, clock: VirtualClock, *, is_last: bool) -> Iterator[str]:
    """Return what breaks an invariant, but for those about what waits for others outside."""
    looks_at_all = is_last or clock.today.isoweekday() == _SUNDAY
    asked = Arguments(days=None if looks_at_all else _ROWS_OF_DAYS)
    values = asked_values(session, asked, now=naive_utc(clock()), today=clock.today)
    if not looks_at_all:
        values["recorded_since"] = clock.today - _RECORDED_DAYS
    for invariant in CATALOGUE:
        if not invariant.code.startswith("OUT-"):
            for one in findings(session, invariant, values):
                yield f"{one.code}: {one.row}: expected {one.expected}, found {one.found}"
