"""verify, beside the world: the tables as a night left them are looked at while the next day passes."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from config.business_time import naive_utc
from database.engine import Database
from sandbox.world.clock import VirtualClock
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE
from tools.verify.task import asked_values, findings, snapshot

# Each night: the rows of the last weeks, and of the days that were recorded the last; once a week and at the end all.
_ROWS_OF_DAYS = 62
_RECORDED_DAYS = timedelta(days=2)
_SUNDAY = 7


class NightVerifier:
    """Looks at one night at a time, in a thread of its own."""

    def __init__(self, database: Database, clock: VirtualClock, threads: ThreadPoolExecutor) -> None:
        self._database = database
        self._clock = clock
        self._threads = threads
        self._looking: Future[list[str]] | None = None

    def begin(self, *, is_last: bool = False) -> None:
        """Begin to look at the tables as they are now; what is done to them from now on is not seen."""
        stack, today = ExitStack(), self._clock.today
        session = stack.enter_context(snapshot(self._database))
        looks_at_all = is_last or today.isoweekday() == _SUNDAY
        asked = Arguments(days=None if looks_at_all else _ROWS_OF_DAYS)
        values = asked_values(session, asked, now=naive_utc(self._clock()), today=today)
        if not looks_at_all:
            values["recorded_since"] = today - _RECORDED_DAYS
        self._looking = self._threads.submit(_look, stack, session, values)

    def found(self) -> list[str]:
        """Return what is broken of the night that was looked at last, once all of it was looked at."""
        looking, self._looking = self._looking, None
        return looking.result() if looking else []


@contextmanager
def night_verifier(database: Database, clock: VirtualClock) -> Iterator[NightVerifier]:
    """Return what looks at nights."""
    with ThreadPoolExecutor(1, thread_name_prefix="verify") as threads:
        verifier = NightVerifier(database, clock, threads)
        try:
            yield verifier
        finally:
            verifier.found()


def _look(stack: ExitStack, session: Connection, values: dict[str, Any]) -> list[str]:
    """Return what breaks an invariant, but for those about what waits for others outside."""
    with stack:
        return [
            f"{one.code}: {one.row}: expected {one.expected}, found {one.found}"
            for invariant in CATALOGUE
            if not invariant.code.startswith("OUT-")
            for one in findings(session, invariant, values)
        ]
