"""A run that took far longer or far shorter than usual, by the longest run of each day. Told, and stops nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection

from config.command_line import typed
from config.usual import ENOUGH, KNOWN, LONGER, MADS, SHORT_RUN, SHORTER_THAN
from database.sql import statements
from jobs.run.ledger import Run
from jobs.usual import ceiling, usual
from jobs.watch.check import Finding

sql = statements(__package__)


class LongestRun(NamedTuple):
    """The longest run of a day."""

    day: date
    run: int
    seconds: Decimal


def judge_lengths(
    connection: Connection, name: str, job: str, command: str, *, begin: datetime, now: datetime
) -> Iterator[Finding]:
    """Return the days since `begin` whose longest run is far outside the usual."""
    since = begin - timedelta(days=2 * KNOWN)
    rows = sql.run(connection, "list_longest_runs", job=job, command=command, since=since)
    yield from find_odd_lengths(name, [LongestRun(*tuple(row)) for row in rows], first=begin.date(), today=now.date())


def usual_longest(connection: Connection, run: Run) -> Decimal | None:
    """Return how many seconds the longest run of a day of the same command usually takes, by the days before a run.

    None where too few days are known.
    """
    since = run.started_on - timedelta(days=2 * KNOWN)
    rows = sql.run(connection, "list_longest_runs", job=run.job, command=run.command, since=since)
    before = [row.seconds for row in rows if row.day < run.started_on.astimezone(UTC).date()][-KNOWN:]
    return usual(before)[0] if len(before) >= ENOUGH else None


def find_odd_lengths(name: str, longest: Sequence[LongestRun], *, first: date, today: date) -> Iterator[Finding]:
    """Return what is odd about the days from the first on.

    longest  one a day, the oldest first
    today    is not over: its longest run may be still to come, so it is never far too short
    """
    for place, one in enumerate(longest):
        before = [earlier.seconds for earlier in longest[max(0, place - KNOWN) : place]]
        if one.day < first or len(before) < ENOUGH:
            continue
        middle, spread = usual(before)
        beside = f"run {one.run} took {_as_time(one.seconds)}; {_as_time(middle)} is usual for the longest of a day"
        do = typed("show", one.run)
        if one.seconds > ceiling(LONGER, before):
            yield Finding("longer", name, beside, do)
        low = min(SHORTER_THAN * middle, middle - MADS * spread)
        if one.day < today and middle >= SHORT_RUN.total_seconds() and one.seconds < low:
            yield Finding("shorter", name, beside, do)


def _as_time(seconds: Decimal) -> str:
    """Return a length of time for people.

    >>> _as_time(Decimal("12.4")), _as_time(Decimal(754))
    ('12 s', '12 min 34 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
