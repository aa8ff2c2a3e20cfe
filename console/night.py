"""The night: the last 24 hours and the next 24 on one screen, and what there is to look at."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from config.plurals import counted
from console.money import state_of
from console.page import Page, PageContext
from console.states import Tone, state
from console.timeline import Event, Mark, Window, coming, events_by_hand, events_of, in_words, marks, ticks
from jobs.run import ledger
from jobs.run.ledger import Run
from jobs.watch.check import Finding, ServedInstants, judge_runs, serve_instants
from jobs.watch.check_files import DueFile, ExpectedFiles, count_files, earliest, expected_files, judge_all_files
from jobs.watch.entries import Entry, entries_of, read_runs
from tasks.generate_statements.gaps import DuePeriod, due_periods
from tasks.stale_invoice_report.metrics import ALL
from tasks.stale_invoice_report.report_store import EarlierFigures, trend
from tools.close.by_method import MethodMoney, in_all, money_by_method
from tools.close.closed_days import ClosedDay, closed_days, last_recorded
from tools.pending.task import pending_effects

REACH = timedelta(hours=24)
SHOWN = 4
MOST_METHODS = 6
ALARM = "check"
LENGTHS = ("longer", "shorter")
_URGENT = ("failed", "lost", "missing", "held", "unfinished", "attention", "late", *LENGTHS)


@dataclass(frozen=True)
class Line:
    """One line of the time line: a job, what happened, its last run and its next."""

    name: str
    href: str
    marks: list[Mark]
    said: str
    last: Run | None
    next: datetime | None


@dataclass(frozen=True)
class Tile:
    """One figure at the top, with the page that tells more; `state` is the name of one in console/states.py."""

    name: str
    value: str
    note: str
    state: str
    href: str


@dataclass(frozen=True)
class FileDue:
    """A file that was due or will be, and what came."""

    what: str
    instant: datetime
    state: str
    name: str
    received_on: datetime | None


@dataclass(frozen=True)
class ScheduledEntry:
    """An entry of the schedule, its runs held against its instants."""

    entry: Entry
    served: ServedInstants


def page(context: PageContext) -> Page:
    """Return the page of the night."""
    window = Window(context.now - REACH, context.now, context.now + REACH)
    begin = earliest(context.session, window.begin, context.now)
    runs = read_runs(context.session, context.schedule, context.jobs, begin=begin)
    scheduled = _scheduled(context, runs, begin)
    files = expected_files(context.session, context.schedule, begin=begin, now=context.now)
    alarm = ledger.newest_verdict(context.session, ALARM)
    findings = _findings(context, scheduled, files, alarm)
    closed = _last_closed(context)
    yesterday = context.today - timedelta(days=1)
    periods = due_periods(context.session, yesterday, yesterday)
    tiles = [
        _verified(ledger.newest_verdict(context.session, "verify", with_count="invariants"), context.now),
        _closed(closed),
        _stuck(trend(context.session, ALL), context.now),
        _outside(context),
        _files_tile(context.session),
        _statements_tile(periods),
        _checked(findings, alarm),
    ]
    values = {
        "window": window,
        "ticks": ticks(window),
        "lines": _lines(context, runs, scheduled, Window(begin, context.now, window.end), window),
        "findings": findings[:SHOWN],
        "more": len(findings) - SHOWN,
        "found": len(findings),
        "tiles": tiles,
        "raised": [one.name for one in tiles if state(one.state).tone in {Tone.BAD, Tone.CARE}],
        "closed": closed,
        "money": _money(closed),
        "files": _files(context, files, window.end),
        "periods": periods,
        "day": yesterday,
    }
    return Page("night.html", "The night", values)


def _money(closed: ClosedDay | None) -> list[MethodMoney]:
    """Return the methods of a closed day, of many the largest and the others together, and the sum of all."""
    methods = money_by_method(closed.figures) if closed else []
    shown, others = methods[:MOST_METHODS], methods[MOST_METHODS:]
    together = [replace(in_all(others), method="others")] if others else []
    return [*shown, *together, in_all(methods)] if methods else []


def _scheduled(context: PageContext, runs: Sequence[Run], begin: datetime) -> list[ScheduledEntry]:
    return [
        ScheduledEntry(one, serve_instants(one.command, one.job, one.runs, begin=begin, now=context.now))
        for one in entries_of(runs, context.schedule, context.jobs, begin=begin)
    ]


def _findings(
    context: PageContext, scheduled: Sequence[ScheduledEntry], files: Sequence[ExpectedFiles], alarm: Run | None
) -> list[Finding]:
    """Return what is not as it should be, the most urgent first: what `check` finds.

    Runs and files are judged as they are now; lengths of runs and answers that are awaited as the alarm last saw them.
    """
    found = [
        finding
        for one in scheduled
        for finding in judge_runs(
            one.entry.name, one.entry.command, one.entry.job, one.entry.runs, one.served, now=context.now
        )
    ]
    found += judge_all_files(context.session, files, now=context.now)
    found += _told_by(alarm, context)
    return sorted(found, key=lambda one: _URGENT.index(one.kind) if one.kind in _URGENT else len(_URGENT))


def _told_by(alarm: Run | None, context: PageContext) -> Iterator[Finding]:
    """Return what the alarm found last that costs more than a page may."""
    if alarm is None or not alarm.rejects or alarm.started_on < context.now - REACH:
        return
    answers = {one.what for one in context.schedule.answers}
    for one in ledger.rejects_of(context.session, alarm.id):
        if one.reason in LENGTHS or (one.reason == "missing" and one.where in answers):
            yield Finding(one.reason, one.where, one.detail, one.command)


def _lines(
    context: PageContext, runs: Sequence[Run], scheduled: Sequence[ScheduledEntry], lived: Window, window: Window
) -> list[Line]:
    """Return the lines of the jobs by the schedule, of the alarm, and of all else that ran.

    lived  the part of the window in which anything could have run here
    """
    lines = [_line(one, lived, window) for one in scheduled]
    ours = {run.id for one in scheduled for run in one.entry.runs}
    others = [run for run in runs if run.id not in ours and (run.started_on >= window.begin or run.finished_on is None)]
    check = context.schedule.check
    if check is not None:
        checks = [run for run in others if run.job == ALARM]
        events = [*events_by_hand(checks, window), *(coming(check, window) if check.enabled else ())]
        lines.append(_drawn("check", "/runs?job=check", events, checks, window))
    by_hand = [run for run in others if run.job != ALARM]
    if by_hand:
        lines.append(
            _drawn("by hand, other commands", "/runs?by=hand", events_by_hand(by_hand, window), by_hand, window)
        )
    return lines


def _line(one: ScheduledEntry, lived: Window, window: Window) -> Line:
    entry = one.entry
    return _drawn(entry.name, f"/runs?job={entry.job_name}", events_of(entry, one.served, lived), entry.runs, window)


def _drawn(name: str, href: str, events: list[Event], runs: Sequence[Run], window: Window) -> Line:
    to_come = [event.begin for event in events if event.state == "coming"]
    last = max((run for run in runs if run.status != "locked"), key=lambda run: run.started_on, default=None)
    return Line(name, href, marks(events, window), in_words(events), last, min(to_come, default=None))


def _verified(verdict: Run | None, now: datetime) -> Tile:
    if verdict is None:
        return Tile("Money verified", "not yet", "verify has no verdict yet", "unknown", "/runs?job=verify")
    rows = verdict.counts.get("findings", 0)
    when = f"{counted(int((now - verdict.started_on).total_seconds() // 3600), 'hour')} ago"
    value = counted(rows, "finding") if rows else "in order"
    invariants = counted(verdict.counts.get("invariants", 0), "invariant")
    return Tile("Money verified", value, f"{invariants}, {when}", verdict.status, f"/runs/{verdict.id}")


def _last_closed(context: PageContext) -> ClosedDay | None:
    newest = last_recorded(context.session)
    return closed_days(context.session, newest, newest)[0] if newest else None


def _closed(closed: ClosedDay | None) -> Tile:
    if closed is None:
        return Tile("Day closed", "not yet", "no day is recorded yet", "unknown", "/money")
    value = "balanced" if closed.is_balanced else f"{closed.unexplained:,.2f} CAD off"
    rows = f", {counted(closed.unexplained_rows, 'row')} not explained" if not closed.is_balanced else ", to the cent"
    return Tile("Day closed", value, f"{closed.day:%a} {closed.day}{rows}", state_of(closed), f"/money/{closed.day}")


def _stuck(reports: Sequence[EarlierFigures], now: datetime) -> Tile:
    if not reports:
        return Tile("Stuck", "not known", "no report of all invoices yet", "unknown", "/stuck")
    newest = reports[-1]
    days = (now - newest.on).days
    age = "today's report" if days == 0 else f"the report is {counted(days, 'day')} old"
    note = f"{counted(newest.stuck, 'invoice')}, {age}"
    return Tile("Stuck", f"{newest.amount:,.2f} CAD", note, "attention" if newest.stuck else "done", "/stuck")


def _outside(context: PageContext) -> Tile:
    effects = pending_effects(context.session)
    if not effects:
        return Tile("Half done outside", "nothing", "all told, all answered", "done", "/outside")
    states = Counter(one.state.value for one in effects)
    worst = next(name for name in ("refused", "lost", "answered", "sent", "planned") if states[name])
    known = sum((one.amount for one in effects if one.amount is not None), Decimal(0))
    note = ", ".join(f"{number:,} {name}" for name, number in states.most_common())
    return Tile("Half done outside", counted(len(effects), "effect"), f"{note}; {known:,.2f} CAD", worst, "/outside")


def _files_tile(connection: Connection) -> Tile:
    waiting = Counter[str]()
    for row in count_files(connection):
        waiting[row.state] += row.number
    asked = {name: waiting[name] for name in ("held", "failed") if waiting[name]}
    if not asked:
        return Tile("Files that wait", "none", "nothing is held or failed", "done", "/files")
    said = ", ".join(f"{number:,} {name}" for name, number in asked.items())
    worst = next(iter(asked))
    return Tile("Files that wait", counted(sum(asked.values()), "file"), said, worst, f"/files?state={worst}")


def _statements_tile(periods: Sequence[DuePeriod]) -> Tile:
    due, missing = sum(one.due for one in periods), sum(one.missing for one in periods)
    if not due:
        return Tile("Statements of yesterday", "none due", "no account has a statement due", "none", "/statements")
    name = "missing" if missing == due else "partly" if missing else "complete"
    note = f"{counted(missing, 'statement')} missing" if missing else "all that were due"
    return Tile("Statements of yesterday", f"{due - missing:,} of {due:,}", note, name, "/statements")


def _checked(findings: Sequence[Finding], alarm: Run | None) -> Tile:
    told = f"alarm last looked in run {alarm.id}" if alarm else "the alarm has not looked yet"
    href = f"/runs/{alarm.id}" if alarm else "/runs?job=check"
    if not findings:
        return Tile("Runs and files", "in order", told, "done", href)
    return Tile("Runs and files", f"{len(findings):,} to look at", told, "attention", href)


def _files(context: PageContext, files: Sequence[ExpectedFiles], end: datetime) -> list[FileDue]:
    """Return the files that were due in the last day and will be in the next."""
    rows: list[FileDue] = []
    for one in files:
        rows += [_due(one.expected.what, due) for due in one.due]
        to_come = (instant for cron in one.expected.times for instant in cron.between(context.now, end))
        rows += [FileDue(one.expected.what, instant, "coming", "", None) for instant in to_come]
    return sorted(rows, key=lambda one: one.instant)


def _due(what: str, due: DueFile) -> FileDue:
    if due.come is None:
        return FileDue(what, due.instant, "missing", f"none for {due.day}", None)
    return FileDue(what, due.instant, due.come.state, due.come.name, due.come.received_on)
