"""Bring all that moved in some days together in one temporary table, closing_rows, and what is open at their end."""

import re
from datetime import date
from functools import lru_cache

from sqlalchemy import TextClause, text

from database.closing.figures import BALANCES
from database.closing.period import Period
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

# Each reads what those before it made.
_STEPS = (
    "create_rows",
    "create_retried",
    "create_booked",
    "create_lines",
    "create_gone",
    "create_feedback",
    "create_journals",
    "create_items",
    "create_receipts",
    "create_applied",
    "create_partly",
    "create_covered",
    "create_given_up",
    "create_answered",
    "create_families",
    "create_corrections",
    "create_slips",
    "create_paying",
    "create_overwritten",
    "create_payments",
    "add_created",
    "add_settled",
    "add_covered_again",
    "add_reopened",
    "add_given_up",
    "add_files",
    "add_money_in",
    "add_journals",
    "add_bounces",
    "add_credits",
    "add_slips",
    "add_payments",
    "add_cards",
)
_VIEW = "closing_booked"
_READ_OFTEN = {
    "create_retried",
    "create_lines",
    "create_gone",
    "create_feedback",
    "create_receipts",
    "create_given_up",
    "create_answered",
    "create_families",
    "create_paying",
    "create_overwritten",
}
_text = lru_cache(maxsize=64)(text)
# The tables grow for ever, some days do not: their rows are looked up in the indexes, which are in memory.
_BY_INDEX = text("SET LOCAL random_page_cost = 1.1")
# A date without a time is a business day; an instant falls on the day whose bounds it lies between.
_BUSINESS_DAY = (
    r"(CASE WHEN \1 = date_trunc('day', \1) THEN CAST(\1 AS date)"
    r" ELSE (CAST(:days AS date[]))[width_bucket(\1, CAST(:starts AS timestamp[]))] END)"
)


def gather(session: Session, period: Period) -> None:
    """Fill closing_rows with what moved on each of the days."""
    values = period.values()
    session.execute(_BY_INDEX)
    for name in _STEPS:
        session.execute(with_business_days(sql[name]), values)
        if name in _READ_OFTEN:
            session.execute(text(f"ANALYZE {name.replace('create_', 'closing_')}"))
    session.execute(text("DELETE FROM closing_rows WHERE day NOT BETWEEN :first AND :last"), values)
    session.execute(text("ANALYZE closing_rows"))


def add_undated(session: Session, period: Period) -> None:
    """Add to closing_rows what cannot be dated: what was overwritten before our jobs kept it."""
    session.execute(with_business_days(sql["add_undated"]), period.values())


def find_ends(session: Session, last: date) -> None:
    """Make closing_ends: what is open at the end of a day, from what is open now and what moved since."""
    effects = [(one.kind, figure, sign) for one in BALANCES for figure, sign in one.moves]
    kinds, figures, signs = (list(column) for column in zip(*effects, strict=True))
    sql.run(session, "create_ends", last=last, kinds=kinds, figures=figures, signs=signs)
    session.execute(text("ANALYZE closing_ends"))


def read_ends(session: Session, last: date) -> None:
    """Make closing_ends: what was open at the end of a recorded day."""
    sql.run(session, "read_ends", last=last)
    session.execute(text("ANALYZE closing_ends"))


def with_business_days(statement: TextClause) -> TextClause:
    """Return a statement in which the business day of a time, written as [[time]], is written out."""
    return _text(re.sub(r"\[\[(.+?)\]\]", _BUSINESS_DAY, statement.text))


def forget(session: Session) -> None:
    """Drop what gather made, for other days of the same transaction."""
    made = [name.replace("create_", "closing_") for name in _STEPS if name.startswith("create_")]
    made.remove(_VIEW)
    session.execute(text(f"DROP VIEW {_VIEW}; DROP TABLE {', '.join(made)}"))
