"""Record a day: its figures with their rows, and what is open at its end."""

import json
from datetime import datetime

from sqlalchemy import text

from database.closing.figures import BALANCES
from database.closing.period import Period
from database.sessions import Session
from database.sql import statements
from tools.close.closing import Closing, Remainder

sql = statements(__package__)

MOST_KEPT = 1000
# What stood open before may just have been written, many rows of which no statistics know: they are compared as sets.
_AS_SETS, _AS_YOU_LIKE = (text(f"SET LOCAL enable_nestloop = {one}") for one in ("off", "on"))
_NO_OTHER = text("LOCK TABLE pay_jobs.closed_days IN SHARE ROW EXCLUSIVE MODE")


def hold_records(session: Session) -> None:
    """Keep everybody else from recording a day until the transaction ends."""
    session.execute(_NO_OTHER)


def record(session: Session, closing: Closing, *, reason: str, run_id: int | None, now: datetime) -> None:
    """Keep a day whose movements are gathered; it must follow the last recorded one."""
    remainders = [_kept(one) for one in closing.remainders[:MOST_KEPT]]
    sql.run(
        session,
        "keep_day",
        day=closing.last,
        is_first=bool(closing.undated),
        kinds=[one.kind for one in BALANCES],
        rows=len(closing.remainders),
        amount=closing.unexplained,
        remainders=json.dumps(remainders),
        reason=reason,
        run_id=run_id,
        now=now,
    )
    sql.run(session, "keep_figures", day=closing.last)
    session.execute(_AS_SETS)
    sql.run(session, "end_open", day=closing.last)
    sql.run(session, "begin_open", day=closing.last)
    sql.run(session, "note_deposits", **Period(closing.last, closing.last).values())
    session.execute(_AS_YOU_LIKE)


def _kept(one: Remainder) -> dict[str, str]:
    return {
        "equation": one.equation,
        "row": one.row,
        "expected": str(one.expected),
        "found": str(one.found),
        "cause": one.cause,
        "next": one.next,
    }
