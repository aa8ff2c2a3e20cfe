"""`close`, told from top to bottom."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path

from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted
from connectors.effects import checkpoint
from database.closing.figures import FIGURES
from database.closing.period import Period
from database.sessions import Session
from jobs.files_for_people import write_whole, written
from jobs.run.context import RunContext
from jobs.run.mails import send_mails
from jobs.run.outcome import Outcome, Table
from tools.close.arguments import Arguments
from tools.close.closed_days import last_recorded
from tools.close.closing import Closing
from tools.close.compute import compute
from tools.close.keep import queue_verdict, store_copies, write_copies
from tools.close.record import hold_records, record
from tools.close.rows import rows_of
from tools.close.tables import SHOWN_REMAINDERS, for_programs, page, remainder_table, verdict


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Close the days that were asked for; recording without a day takes each since the last recorded one."""
    if not arguments.record:
        return _show(context, arguments)
    outcome, verdicts = Outcome(), []
    days = _to_record(context, arguments)
    if context.dry_run and len(days) > 1:
        outcome.notes.append(f"{counted(len(days) - 1, 'more day')} would be recorded after it, to {days[-1]}.")
        days = days[:1]  # the next one begins where this one, which is not kept, ends
    for day in days:
        context.stop.check()
        recorded = _record(context, arguments, day)
        verdicts.append(recorded.answer)
        outcome += recorded
    if arguments.mail:
        outcome += send_mails(context)
    outcome.answer = " ".join(verdicts) or "Nothing to record: every day that is over is recorded."
    return outcome


def _show(context: RunContext, arguments: Arguments) -> Outcome:
    """Return the closing of a day or a month, or the rows of one of its figures."""
    period = arguments.period(context.today())
    with context.database.begin_snapshot() as session:
        closing = compute(session, period, today=context.today())
        if arguments.open_figure is not None:
            return _opened(session, closing, arguments.open_figure)
        outcome = _outcome(closing)
        outcome.notes += [written(path) for path in _write_files(arguments, session, closing)]
    return outcome


def _to_record(context: RunContext, arguments: Arguments) -> list[date]:
    """Return the day that was named, else each since the last recorded one; the first time yesterday alone."""
    period = arguments.period(context.today())
    if arguments.day:
        return [period.last]
    with context.database.read() as session:
        last = last_recorded(session)
    return Period(last + timedelta(days=1), period.last).days if last else [period.last]


def _record(context: RunContext, arguments: Arguments, day: date) -> Outcome:
    """Keep the report of a day, and record the day with the mail of its verdict."""
    period = Period(day, day)
    with tempfile.TemporaryDirectory(prefix="closing-") as place, context.database.begin_snapshot() as session:
        hold_records(session)
        _refuse_gap(session, period)
        closing = compute(session, period, today=context.today(), is_to_be_recorded=True)
        now = context.clock()
        record(session, closing, reason=arguments.reason or "", run_id=context.run_id, now=now)
        closing = replace(closing, recorded_on=None if context.dry_run else now)
        outcome = _outcome(closing)
        outcome.notes += [written(path) for path in _write_files(arguments, session, closing)]
        if not context.dry_run:
            outcome += store_copies(context, closing, lambda: write_copies(Path(place), session, closing))
            checkpoint("stored")
            if arguments.mail:
                queue_verdict(context, session, closing, outcome.artifacts)
    checkpoint("recorded")
    outcome.notes.append(f"{closing.title} is {'not recorded: a dry run' if context.dry_run else 'recorded'}.")
    return outcome


def _refuse_gap(session: Session, period: Period) -> None:
    """Raise UsageError where the day is recorded already, or the day before it is not."""
    last = last_recorded(session)
    if last is None:
        return
    if period.last <= last:
        raise UsageError(
            f"{period.last} is not recorded: days are recorded once, one after the other, and the last recorded day is "
            f"{last}. What it came to: {typed('close', period.last)}"
        )
    if period.before != last:
        following = last + timedelta(days=1)
        raise UsageError(
            f"The day before {period.last} is not recorded: the last recorded day is {last}. Days are recorded one "
            f"after the other: {typed('close', following, '--record', reason=True)}"
        )


def _outcome(closing: Closing) -> Outcome:
    outcome = Outcome(answer=verdict(closing), attention=not closing.is_balanced)
    if closing.remainders:
        outcome.tables.append(remainder_table(closing.remainders[:SHOWN_REMAINDERS]))
    outcome.tables += [page(closing), *for_programs(closing)]
    hidden = len(closing.remainders) - SHOWN_REMAINDERS
    if hidden > 0:
        outcome.notes.append(f"{counted(hidden, 'more row')}: {typed(closing.command, '--json')}")
    outcome.notes += map(str, closing.changed[:SHOWN_REMAINDERS] or closing.undated)
    return outcome


def _write_files(arguments: Arguments, session: Session, closing: Closing) -> Iterator[Path]:
    """Write the files that were asked for, each whole or not at all, and return them."""
    if arguments.xlsx_file:
        from tools.close.workbook import write_workbook

        write_whole(arguments.xlsx_file, lambda path: write_workbook(path, session, closing))
        yield arguments.xlsx_file
    if arguments.html_file:
        from tools.close.page import write_page

        write_whole(arguments.html_file, lambda path: write_page(path, session, closing))
        yield arguments.html_file


def _opened(session: Session, closing: Closing, figure: str) -> Outcome:
    """Return the rows that a figure adds up. Raises UsageError where there is no such figure."""
    here = [one.name for one in closing.figures]
    known = [*here, *(one.name for one in FIGURES if one.name not in here)]
    if figure not in known:
        near = get_close_matches(figure, known, n=1)
        raise UsageError(
            f"There is no figure {figure!r}.{f' Did you mean {near[0]}?' if near else ''} {closing.title} has: "
            f"{', '.join(here) or 'none'}. What each means: docs/closing.md."
        )
    rows = [row[:5] for row in rows_of(session, closing, figure)]
    total = closing.figure(figure)
    return Outcome(
        answer=f"{figure} of {closing.title}: {counted(total.rows, 'row')}, {total.amount:,.2f} CAD.",
        tables=[Table(figure, ("day", "method", "row", "amount", "from"), rows, "rows")],
    )
