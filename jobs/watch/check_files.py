"""Absence is an alarm: hold the files that should have come against `pay_jobs.inbound_files`."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, text

from config.business_days import age_in_business_days
from config.command_line import typed
from config.plurals import counted
from config.schedule import ExpectedAnswer, ExpectedFile, Schedule
from connectors.inbound.ledger import list_same_as_of_another_day
from connectors.inbound.unfinished import PATIENCE, POLLS
from database.sql import statements
from jobs.watch.check import Finding

sql = statements(__package__)

SHOWN = 50
AnswerProbe = Callable[[Connection], Iterable[tuple[str, datetime]]]  # what is still without its answer, and since when


@dataclass(frozen=True)
class DueFile:
    """A file that was due; `come` is the row of the one that came for its day with rows of it, else None."""

    instant: datetime
    day: date
    come: Row[Any] | None


@dataclass(frozen=True)
class ExpectedFiles:
    """The files of one kind: those that were due, and the rows of all that came since the day of the first."""

    expected: ExpectedFile
    due: list[DueFile]
    come: list[Row[Any]]


def judge_all_files(connection: Connection, expected: Sequence[ExpectedFiles], *, now: datetime) -> list[Finding]:
    """Return what is wrong with the files that were due, and with those that wait, however long."""
    due = [finding for one in expected for finding in judge_files(one, now=now)]
    return [*due, *judge_unsettled(connection), *judge_unfinished(connection)]


def expected_files(
    connection: Connection, schedule: Schedule, *, begin: datetime, now: datetime
) -> list[ExpectedFiles]:
    """Return the files that were due since `begin`, by kind."""
    return [_expected_files(connection, one, begin, now) for one in schedule.awaited_files]


def _expected_files(connection: Connection, expected: ExpectedFile, begin: datetime, now: datetime) -> ExpectedFiles:
    zone, pattern = ZoneInfo(expected.zone), re.compile(expected.name, re.IGNORECASE)
    due = sorted(instant for cron in expected.times for instant in cron.between(begin, now))
    if not due:
        return ExpectedFiles(expected, [], [])
    first = due[0].astimezone(zone).date()
    since = datetime.combine(first, datetime.min.time(), zone)
    rows = sql.run(connection, "list_files_since", source=expected.source, first=first, since=since)
    come = [row for row in rows if pattern.fullmatch(row.name)]
    of_another_day = {row.id for row in list_same_as_of_another_day(connection, expected.source)}
    counted_in = [row for row in come if row.state != "ignored" and row.id not in of_another_day]
    days = [(instant, instant.astimezone(zone).date()) for instant in due]
    found = [
        DueFile(
            instant,
            day,
            next((row for row in counted_in if day in _days(row.business_date, row.received_on, zone)), None),
        )
        for instant, day in days
    ]
    return ExpectedFiles(expected, found, come)


def judge_files(files: ExpectedFiles, *, now: datetime) -> Iterator[Finding]:
    """Return what is wrong with the files of one kind."""
    expected = files.expected
    for one in files.due:
        if one.come is None:
            yield Finding(
                "missing", expected.what, f"none for {one.day}", f"Ask {expected.source}; look into its directory."
            )
        elif one.come.received_on > one.instant:
            minutes = int((one.come.received_on - one.instant).total_seconds() // 60)
            yield Finding("late", expected.what, f"{one.come.name} came {counted(minutes, 'minute')} late")
    for row in files.come:
        if row.state in {"stored", "received"} and now - row.received_on > expected.applied_within:
            yield Finding("late", expected.what, f"{row.name} came {row.received_on:%Y-%m-%d %H:%M} UTC, {row.state}")


def count_files(connection: Connection) -> list[Row[Any]]:
    """Return how many files wait, are held or failed: source, state, number."""
    return list(sql.run(connection, "count_files"))


def judge_unsettled(connection: Connection) -> Iterator[Finding]:
    """Return the files that wait for a person, however long."""
    rows = sql.run(connection, "list_unsettled_files", limit=SHOWN).all()
    for row in rows:
        do = typed("explain file", row.name)
        yield Finding(row.state, f"file {row.id} of {row.source}", f"{row.name}: {row.reason}", do)
    if rows and rows[0].number > SHOWN:
        yield Finding("held", "files", f"and {rows[0].number - SHOWN} more")


def judge_unfinished(connection: Connection) -> Iterator[Finding]:
    """Return the files that their senders left empty or cut off, and that still lie where they were put."""
    rows = sql.run(connection, "list_unfinished_files", polls=POLLS, patience=PATIENCE, limit=SHOWN)
    for row in rows:
        size = "of no known size" if row.size_bytes is None else counted(row.size_bytes, "byte")
        said = f"{row.name}: {row.reason}, since {row.first_seen:%Y-%m-%d %H:%M} UTC ({size})"
        yield Finding("unfinished", f"a file of {row.source}", said, f"Ask {row.source} for the whole file.")


def judge_answers(
    connection: Connection, awaited: Sequence[ExpectedAnswer], probes: Mapping[str, AnswerProbe], *, now: datetime
) -> Iterator[Finding]:
    """Return what was sent and is still without its answer."""
    for expected in awaited:
        if expected.what not in probes:
            found = f"nothing here can look for it; this installation knows {', '.join(probes)}"
            yield Finding("missing", expected.what, found, "Correct `answers` in the schedule.")
            continue
        for name, since in probes[expected.what](connection):
            waited = age_in_business_days(since, now)
            if waited >= expected.within_business_days:
                yield Finding(
                    "missing", expected.what, f"{name} waits for {counted(waited, 'business day')}", expected.do
                )


def _days(named: date | None, received: datetime, zone: ZoneInfo) -> set[date]:
    """A file counts for the day in its name; without one, for the day it came."""
    return {named} if named is not None else {received.astimezone(zone).date()}


def earliest(connection: Connection, begin: datetime, now: datetime) -> datetime:
    """Return from when on things are expected: not before anything ever ran here."""
    first = connection.scalar(text("SELECT min(started_on) FROM pay_jobs.job_runs"))
    return max(begin, first - timedelta(minutes=1)) if first is not None and first < now else begin
