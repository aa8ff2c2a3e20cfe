"""Absence is an alarm: hold the runs that should have happened against those that did. Decided without any I/O.

Each scheduled instant must be followed by a run of the same command that ended well. Instants in a row that were
not make a hole; a hole longer than the job's tolerance is told.
"""

import shlex
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, groupby
from zoneinfo import ZoneInfo

from config.command_line import typed
from config.errors import ExitCode
from config.plurals import counted
from config.schedule import JobSchedule
from jobs.run.figures import as_words
from jobs.run.ledger import Run

NOT_JUDGED_YET = timedelta(minutes=5)
LATE_AFTER = timedelta(minutes=5)
CLOCKS_DIFFER_BY = timedelta(seconds=5)
_WELL = {"done", "attention"}
_AT_WORK = {"starting", "running"}


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be; `kind` is like missing, late, held or longer."""

    kind: str
    what: str
    detail: str
    do: str = ""


def judge_runs(
    name: str, command: str, job: JobSchedule, runs: Sequence[Run], served: "ServedInstants", *, now: datetime
) -> list[Finding]:
    """Return what is wrong with the runs of one job, held against its instants."""
    findings = [
        _hole(name, job, part, served.runs, is_over=is_over)
        for hole in served.holes
        for is_over, part in _parts(job, hole, now)
    ]
    findings += [
        Finding("late", name, f"the run of {_utc(instant)} began {counted(minutes, 'minute')} late")
        for instant, (_, minutes) in served.late.items()
    ]
    findings += [
        Finding("late", name, f"run {run.id} is at work since {_utc(run.started_on)}", f"deadline: {job.deadline}")
        for run in served.ours
        if run.status in _AT_WORK and now - run.started_on > job.deadline
    ]
    return findings + list(_looked_for(name, command, runs))


@dataclass(frozen=True)
class ServedInstants:
    """The runs of the schedule beside its instants.

    ours   the runs that stand for all accounts, in the order of time
    runs   those that began after each instant and before the next
    holes  the instants in a row that no run served well, of each hole that is longer than the job's tolerance
    late   the run of each instant that began too late, and how many minutes that was
    """

    ours: list[Run]
    runs: dict[datetime, list[Run]]
    holes: list[list[datetime]]
    late: dict[datetime, tuple[Run, int]]


def serve_instants(
    command: str, job: JobSchedule, runs: Sequence[Run], *, begin: datetime, now: datetime
) -> ServedInstants:
    """Return which runs served the instants of a job since `begin`."""
    instants = job.times.between(begin, now)
    ours = sorted((run for run in runs if _stands_for_all(run, command)), key=lambda run: run.started_on)
    served = _served(instants, ours)
    judged = [instant for instant in instants if instant <= now - NOT_JUDGED_YET]
    return ServedInstants(ours, served, list(_holes(job, ours, served, judged, now)), _late(job, served, judged))


def _stands_for_all(run: Run, command: str) -> bool:
    """Whether a run is one of the schedule: the same command, for all accounts and not for a shard of them."""
    return run.command == command and run.shard_count == 1


def _served(instants: Sequence[datetime], ours: Sequence[Run]) -> dict[datetime, list[Run]]:
    """Return the runs that began after each instant and before the next."""
    served: dict[datetime, list[Run]] = {instant: [] for instant in instants}
    for run in ours:
        place = bisect_right(instants, run.started_on + CLOCKS_DIFFER_BY) - 1
        if place >= 0:
            served[instants[place]].append(run)
    return served


def _holes(
    job: JobSchedule,
    ours: Sequence[Run],
    served: dict[datetime, list[Run]],
    judged: Sequence[datetime],
    now: datetime,
) -> Iterator[list[datetime]]:
    at_work = _AtWork(ours, now)
    hole: list[datetime] = []
    for instant in judged:
        good = next((run for run in served[instant] if run.status in _WELL | _AT_WORK), None)
        if good is None and not at_work.at(instant):
            hole.append(instant)
            continue
        if hole and (good.started_on if good else instant) - hole[0] > job.tolerance:
            yield hole
        hole = []
    if hole and now - hole[0] > job.tolerance:
        yield hole


class _AtWork:
    """When any of some runs, in the order of time, was at work and has ended well since, if it has ended."""

    def __init__(self, runs: Sequence[Run], now: datetime) -> None:
        known = [run for run in runs if run.status in _WELL | _AT_WORK]
        self._begins = [run.started_on for run in known]
        self._ends = list(accumulate((run.finished_on or now for run in known), max))

    def at(self, instant: datetime) -> bool:
        """Return whether one was at work at an instant: of those that had begun, the last to end had not ended."""
        begun = bisect_right(self._begins, instant)
        return begun > 0 and self._ends[begun - 1] >= instant


def _parts(job: JobSchedule, hole: Sequence[datetime], now: datetime) -> Iterator[tuple[bool, list[datetime]]]:
    """Return a hole as it is to be made up: what was due today apart from what was due on days that are over."""
    if not job.make_up:
        yield False, list(hole)
        return
    zone = ZoneInfo(job.zone)
    today = now.astimezone(zone).date()
    for is_over, part in groupby(hole, key=lambda instant: instant.astimezone(zone).date() < today):
        yield is_over, list(part)


def _hole(
    name: str, job: JobSchedule, hole: Sequence[datetime], served: dict[datetime, list[Run]], *, is_over: bool
) -> Finding:
    again = typed(shlex.join((*job.command(name), *(job.make_up if is_over else ()))))
    tried = [run for instant in hole for run in served[instant] if run.status != "locked"]
    begun = f"{_utc(hole[0])}" if len(hole) == 1 else f"{_utc(hole[0])} to {_utc(hole[-1])}, {len(hole)} times"
    if not tried:
        return Finding("missing", name, f"no run at {begun}", again)
    last = tried[-1]
    kind = "lost" if last.status == "lost" else "failed"
    said = "was lost" if kind == "lost" else f"{last.status}, exit {last.exit_code}"
    return Finding(
        kind,
        name,
        f"{begun}: run {last.id} {said}: {last.error or 'no reason is known'}",
        again if is_over else typed("show", last.id),
    )


def _late(
    job: JobSchedule, served: dict[datetime, list[Run]], judged: Sequence[datetime]
) -> dict[datetime, tuple[Run, int]]:
    allowed = max(LATE_AFTER, job.tolerance)
    first = {instant: served[instant][0] for instant in judged if served[instant]}
    behind = {instant: run.started_on - instant for instant, run in first.items()}
    return {
        instant: (first[instant], int(length.total_seconds() // 60))
        for instant, length in behind.items()
        if length > allowed
    }


def _looked_for(name: str, command: str, runs: Sequence[Run]) -> Iterator[Finding]:
    """Return what asks for a person, of each command only the newest run that does.

    That is a run of the clock that found something new, and one by hand or of a shard that failed or vanished, and
    stayed so. What a person asked for has been seen by that person.
    """
    told: set[tuple[str, str, int]] = set()
    for run in sorted(runs, key=lambda run: run.id, reverse=True):
        finding = _finding(name, command, run, runs)
        if finding is not None and (same := (finding.kind, run.command, run.shard_number)) not in told:
            told.add(same)
            yield finding


def _finding(name: str, command: str, run: Run, runs: Sequence[Run]) -> Finding | None:
    show = typed("show", run.id)
    if run.status == "attention" and run.is_by_clock and run.is_news:
        number = f": {counted(run.rejects, 'thing')}" if run.rejects else ""
        return Finding("attention", name, f"run {run.id} needs attention{number}", show)
    if run.status == "lost" and not _is_repeated(run, runs):
        finished = f"; it had finished {as_words(run.progress)}" if run.progress else ""
        return Finding("lost", name, f"run {run.id} ({_said(run)}) vanished{finished}", show)
    if run.exit_code == ExitCode.FAILED and not _stands_for_all(run, command) and not _is_repeated(run, runs):
        return Finding("failed", name, f"run {run.id} ({_said(run)}), exit 1: {run.error}", show)
    return None


def _is_repeated(run: Run, runs: Sequence[Run]) -> bool:
    same = (run.command, run.shard_number, run.shard_count)
    return any(
        one.id > run.id and one.status in _WELL and (one.command, one.shard_number, one.shard_count) == same
        for one in runs
    )


def _said(run: Run) -> str:
    return run.command if run.shard_count == 1 else f"{run.command}, shard {run.shard_number}/{run.shard_count}"


def _utc(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
