"""Close some days: gather what moved, add it up, and hold each equation row by row."""

from datetime import date

from sqlalchemy import text

from database.closing.figures import BALANCES, MEETINGS, Balance, Meeting
from database.closing.movements import add_undated, find_ends, gather, read_ends
from database.closing.period import Period
from database.closing.recheck import changes_of
from database.sessions import Session
from database.sql import statements
from tools.close.archived import refuse_archived
from tools.close.causes import UNKNOWN, KnownCause, RowApart, about_items, about_rows
from tools.close.closing import Closing, Equation, FigureTotal, Remainder
from tools.close.months import months_of
from tools.close.totals import figure_totals

sql = statements(__package__)

MOST_SHOWN = 1000
_RECORDED_ON = text("SELECT recorded_on FROM pay_jobs.closed_days WHERE day = :day")
_KINDS = text("SELECT kinds FROM pay_jobs.closed_days WHERE day = :day")
_UNDATED = (
    "No day before is recorded: what was open then is not known, so these are movements, and no balance is held.",
    "What was overwritten before our jobs kept it has no date left. Where a trace of it is left, it is a row of "
    "undated.bounced, undated.paid, undated.slips or undated.credits (--open); an invoice that was reopened and has "
    "been paid again leaves none.",
)


def compute(session: Session, period: Period, *, today: date, is_to_be_recorded: bool = False) -> Closing:
    """Return the closing of some days; the temporary tables with its rows stay until the transaction ends.

    today              the business day now: what is open at the end is what is open now, less what moved since
    is_to_be_recorded  the end is needed though no day before is recorded
    Raises UsageError where rows of these days are archived.
    """
    recorded_on = session.scalar(_RECORDED_ON, {"day": period.last})
    started = session.scalar(_KINDS, {"day": period.before})
    ended = session.scalar(_KINDS, {"day": period.last}) or [one.kind for one in BALANCES]
    has_start = started is not None
    has_end = recorded_on is not None or has_start or is_to_be_recorded
    counted = Period(period.first, period.last if recorded_on is not None or not has_end else today)
    refuse_archived(session, counted)
    gather(session, counted)
    if not has_start:
        add_undated(session, period)
    if recorded_on is not None or not has_end:
        read_ends(session, period.last)
    else:
        find_ends(session, period.last)
    held = {one for one in started or () if one in ended}
    balances = [_balance(session, one, period, is_held=one.kind in held) for one in BALANCES]
    return Closing(
        period.first,
        period.last,
        _figures(session, period),
        (*balances, *(_meeting(session, one, period) for one in MEETINGS)),
        undated=() if has_start else _UNDATED,
        recorded_on=recorded_on,
        changed=tuple(changes_of(session, period, MOST_SHOWN)),
        months=months_of(session, period) if period.first.month != period.last.month else (),
    )


def _figures(session: Session, period: Period) -> tuple[FigureTotal, ...]:
    """Return what was open before and after, and each figure that has rows."""
    opened = sql.run(session, "sum_open", before=period.before).all()
    moved = sql.run(session, "sum_figures", first=period.first, last=period.last).all()
    return figure_totals(tuple(row) for row in (*opened, *moved))


def _balance(session: Session, balance: Balance, period: Period, *, is_held: bool) -> Equation:
    if not is_held:
        return Equation(balance.name, balance.title, None, None, ())
    figures, signs = (list(column) for column in zip(*balance.moves, strict=True))
    rows = sql.run(
        session,
        "find_unbalanced",
        kind=balance.kind,
        figures=figures,
        signs=signs,
        before=period.before,
        first=period.first,
        last=period.last,
    ).all()
    known = about_items(session, balance.kind, [row.item for row in rows])
    remainders = []
    for row in rows:
        about = known.get(row.item) or KnownCause(f"{balance.kind} {row.item}", UNKNOWN, "verify")
        expected = row.start_amount + row.moved
        remainders.append(Remainder(balance.name, about.row, expected, row.end_amount, about.cause, about.next))
    sums = sql.run(
        session, "sum_balance", kind=balance.kind, figures=figures, signs=signs, before=period.before,
        first=period.first, last=period.last,
    ).one()  # fmt: skip
    left = sums.start_amount + sums.moved
    return Equation(balance.name, balance.title, left, sums.end_amount, tuple(remainders))


def _meeting(session: Session, meeting: Meeting, period: Period) -> Equation:
    sides = {
        "left_side": list(meeting.left),
        "right_side": list(meeting.right),
        "first": period.first,
        "last": period.last,
    }
    rows = sql.run(session, "find_apart", **sides).all()
    apart = [RowApart(row.pair or "", row.row, row.origin) for row in rows]
    remainders = tuple(
        Remainder(meeting.name, about.row, row.left_amount, row.right_amount, about.cause, about.next)
        for row, about in zip(rows, about_rows(session, meeting.name, apart), strict=True)
    )
    sums = sql.run(session, "sum_sides", **sides).one()
    return Equation(meeting.name, meeting.title, sums.left_amount, sums.right_amount, remainders)
