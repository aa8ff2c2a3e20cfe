"""Make the statements of one period, as sets, in one transaction."""

from datetime import date
from typing import Any

from sqlalchemy import text

from config.business_time import day_bounds
from database.engine import work_in_memory
from database.sessions import Session
from database.sql import statements
from jobs.run.shard import Shard
from tasks.generate_statements.periods import StatementKind, StatementPeriod

sql = statements(__package__)

_TABLES = {
    "choose_statements": "period_statements",
    "choose_covered_days": "covered_days",
    "choose_invoices": "period_invoices",
}
# The tables grow for ever, a period does not: its rows are looked up in the indexes, which are in memory.
_BY_INDEX = text("SET LOCAL random_page_cost = 1.1")


def generate_period(
    session: Session,
    period: StatementPeriod,
    *,
    today: date,
    notify: bool,
    only_missing: bool,
    auth_account: str | None = None,
    shard: Shard,
) -> dict[str, int]:
    """Make the statements of one period right, and return what was done.

    notify        a new statement owes a notification where the account wants one; False makes it SKIP
    only_missing  leave the statements that exist alone
    """
    span = {"frequency": period.kind.frequency, "first": period.first, "last": period.last}
    starts, ends = day_bounds(period.first, period.last)
    session.execute(_BY_INDEX)
    work_in_memory(session)
    whose = {"auth_account": auth_account, **shard_values(shard)}
    sql.run(session, "lock_accounts", frequency=period.kind.frequency, last=period.last, **whose)
    chosen = _choose(session, "choose_statements", is_gap=period.kind is StatementKind.GAP, only_missing=only_missing,
                     **whose, **span)  # fmt: skip
    if not chosen:
        session.execute(text("DROP TABLE period_statements"))
        return {"statements_created": 0, "invoices_linked": 0}
    _choose(session, "choose_covered_days", first=period.first, last=period.last, **_days(period))
    _choose(session, "choose_invoices", starts=starts, ends=ends)

    done = {
        "statements_created": sql.run(
            session, "create_statements", today=today, notify=notify, ends=ends, **span
        ).rowcount,
        "invoices_linked": sql.run(session, "link_invoices").rowcount,
    }
    reused, duplicated, without_notice = tuple(sql.run(session, "count_reused").one())
    if reused:
        removed, added, corrected = tuple(sql.run(session, "correct_statements", today=today).one())
        done["invoices_linked"] += added
        done |= {
            "links_removed": removed,
            "statements_corrected": corrected,
            "statements_kept": reused - corrected,
        }
    if notify and without_notice:
        done["statements_without_notice"] = without_notice
    if duplicated:
        removed, emptied = tuple(sql.run(session, "empty_duplicates").one())
        done["links_removed"] += removed
        done["duplicates_emptied"] = emptied
    session.execute(text(f"DROP TABLE {', '.join(_TABLES.values())}"))
    return done


def shard_values(shard: Shard) -> dict[str, int]:
    """Return a shard as the SQL files take it."""
    return {"shard_count": shard.count, "shard_index": shard.number - 1}


def _choose(session: Session, name: str, **values: Any) -> int:
    """Fill one temporary table, and return its number of rows.

    It is analysed where it has any, because the planner knows nothing about it otherwise.
    """
    chosen = sql.run(session, name, **values).rowcount
    if chosen:
        session.execute(text(f"ANALYZE {_TABLES[name]}"))
    return chosen


def _days(period: StatementPeriod) -> dict[str, list[Any]]:
    days = list(period.days())
    bounds = [day_bounds(day) for day in days]
    return {"days": days, "starts": [start for start, _ in bounds], "ends": [end for _, end in bounds]}
