"""`verify`, told from top to bottom."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from config.business_time import day_start, naive_utc
from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted
from database.engine import Database
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE, Invariant, statement_of

sql = statements(__package__)

SHOWN = 200
KEPT = 1000
AT_ONCE = 3
# Recorded days are counted again for so long; --since counts older ones.
_RECORDED_DAYS = timedelta(days=62)
_LONGEST = timedelta(days=31)
_STATEMENTS_FROM_TO = text("SELECT min(from_date), max(to_date) FROM statements")
_text = lru_cache(maxsize=256)(text)
_IS_EVER = re.compile(r"CAST\(:since AS timestamp\) IS NULL\s+OR ")
_FORGET = text("DELETE FROM pay_jobs.known_findings WHERE code = :code")
_ACCOUNT = text("SELECT id FROM payment_accounts WHERE auth_account_id = :account ORDER BY id LIMIT 1")
# The readers share the work already; estimates of a whole table make the server compile what runs for a moment.
_FOR_FEW_LARGE_READERS = text(
    "SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '64MB'"
)

# The tables grow for ever, what happened since a day does not: its rows are a stretch of an index, or are looked up in
# one, which is in memory; a merge walks through a whole index for them.
_BY_INDEX = text("SET LOCAL random_page_cost = 1.1; SET LOCAL enable_mergejoin = off")


@dataclass(frozen=True)
class InvariantBreach:
    """A row that breaks an invariant, and what to type next."""

    code: str
    row: str
    expected: str
    found: str
    next: str


@dataclass(frozen=True)
class InvariantBreaches:
    """How many rows break an invariant, and the newest of them."""

    rows: int
    shown: list[InvariantBreach]


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Hold the tables against each invariant that was asked for, in one snapshot, and say what breaks it."""
    asked = [one for one in CATALOGUE if one.code in arguments.codes]
    if arguments.list_only:
        return Outcome(tables=[catalogue_table(asked)])
    now, today = naive_utc(context.clock()), context.today()
    if arguments.baseline:
        with context.database.begin() as session:
            values = asked_values(session, arguments, now=now, today=today) | {"reason": arguments.reason}
            return _take_as_known(context, session, asked, values)
    with snapshot(context.database) as session:
        values = asked_values(session, arguments, now=now, today=today)
        moment = session.scalar(text("SELECT pg_export_snapshot()"))

        def broken_by(invariant: Invariant) -> InvariantBreaches:
            with snapshot(context.database, moment) as reader:
                if values["since"] is not None:
                    reader.execute(_BY_INDEX)
                return _count(findings(reader, invariant, values))

        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verify") as readers:
            found = readers.map(broken_by, asked)
            broken = dict(zip(_each(context, asked), found, strict=True))
    outcome = _told(broken, since=arguments.first_day(today))
    if not (arguments.only or arguments.account or arguments.since):
        context.record_progress({"findings": [_kept(one) for one in _shown(broken)[:KEPT]]})
    return outcome


@contextmanager
def snapshot(database: Database, moment: str | None = None) -> Iterator[Session]:
    """Return a session that sees the tables as they are at one moment, and whose changes are rolled back.

    moment  the snapshot that another session exported, to see what it sees
    """
    options = {"isolation_level": "REPEATABLE READ"}  # not read-only: an invariant may need temporary tables
    with database.engine.connect().execution_options(**options) as session:
        if moment is not None:
            session.execute(text(f"SET TRANSACTION SNAPSHOT '{moment}'"))
        session.execute(_FOR_FEW_LARGE_READERS)
        yield session


def _count(found: Iterator[InvariantBreach]) -> InvariantBreaches:
    """Return how many rows break an invariant, and the first of them."""
    shown = list(islice(found, SHOWN))
    return InvariantBreaches(len(shown) + sum(1 for _ in found), shown)


def _each(context: RunContext, asked: Sequence[Invariant]) -> Iterator[Invariant]:
    """Return the invariants one by one, and say how far it is."""
    context.progress.begin(len(asked), "verify")
    for invariant in asked:
        context.stop.check()
        context.progress.step(invariant.code)
        yield invariant
        context.progress.advance()


def findings(session: Session, invariant: Invariant, values: dict[str, Any]) -> Iterator[InvariantBreach]:
    """Return the rows that break an invariant and were not taken as known, the newest first, as they are read.

    values  what asked_values returns
    """
    if invariant.prepare is not None:
        invariant.prepare(session, values["recorded_since"])
    statement = _about(invariant, "list_findings", values["since"]).execution_options(yield_per=1000)
    for row in session.execute(statement, values | {"code": invariant.code}):
        yield InvariantBreach(invariant.code, row.row, row.expected, row.found, row.next)


def asked_values(session: Session, arguments: Arguments, *, now: datetime, today: date) -> dict[str, Any]:
    """Return what the statements are bound to: the moment, the rows asked for, and the bounds of statements' days.

    now  naive UTC
    """
    since = arguments.first_day(today)
    days = _days_of_statements(session, since, today)
    midnights = [day_start(day) for day in (*days, *([days[-1] + timedelta(days=1)] if days else []))]
    return {
        "now": now,
        "today": today,
        "days": days,
        "starts": midnights[:-1],
        "ends": midnights[1:],
        "account_id": _account_named(session, arguments.account),
        **bounds(session, since),
        "recorded_since": since or (date.min if arguments.baseline else today - _RECORDED_DAYS),
    }


def bounds(session: Session, since: date | None) -> dict[str, Any]:
    """Return from when on rows are looked at, and the lowest numbers of what was made since: 0 where all are.

    Numbers are given in order, and whatever belongs to an invoice names it: its rows since are one stretch of an index.
    """
    values = {"since": since and day_start(since)}
    return values | dict(sql.run(session, "find_bounds", **values).mappings().one())


def _days_of_statements(session: Session, since: date | None, today: date) -> list[date]:
    """Return every day on which a statement of the rows that are looked at may begin or end."""
    first, last = since and since - _LONGEST, today + _LONGEST
    if first is None:
        first, last = session.execute(_STATEMENTS_FROM_TO).one()
        last = max(last or today, today)
    return [] if first is None else [first + timedelta(days=nth) for nth in range((last - first).days + 1)]


def catalogue_table(asked: Sequence[Invariant]) -> Table:
    """Return the catalogue as a table."""
    rows = [(one.code, one.sentence, one.turn, one.next) for one in asked]
    return Table("What verify holds", ("code", "what must be true", "whose turn", "next"), rows, "invariants")


def _about(invariant: Invariant, name: str, since: datetime | None) -> TextClause:
    """Return a statement about what breaks an invariant.

    since  where it is given, no condition asks whether it is: PostgreSQL joins what stands after IN, but not behind OR
    """
    statement = sql[name].text.replace("{invariant}", statement_of(invariant.name))
    return _text(statement if since is None else _IS_EVER.sub("", statement))


def _account_named(session: Session, account: str | None) -> int | None:
    """Return the id of a payment account. Raises UsageError where there is none."""
    if account is None:
        return None
    found = session.scalar(_ACCOUNT, {"account": account})
    if found is None:
        raise UsageError(f"No payment account has the auth account id {account!r}.")
    return int(found)


def _take_as_known(
    context: RunContext, session: Session, asked: Sequence[Invariant], values: dict[str, Any]
) -> Outcome:
    """Take what breaks the invariants now as known, in place of what was taken before."""
    outcome = Outcome()
    for invariant in _each(context, asked):
        known = values | {"code": invariant.code, "run_id": context.run_id}
        if invariant.prepare is not None:
            invariant.prepare(session, values["recorded_since"])
        session.execute(_FORGET, known)
        taken = session.execute(_about(invariant, "take_as_known", known["since"]), known)
        assert isinstance(taken, CursorResult)
        outcome.counts["taken_as_known"] += taken.rowcount
    rows = counted(outcome.counts["taken_as_known"], "row")
    outcome.answer = f"{rows} taken as known; each is told again once it changes."
    return outcome


def _shown(looked_at: dict[Invariant, InvariantBreaches]) -> list[InvariantBreach]:
    return [finding for one in looked_at.values() for finding in one.shown]


def _kept(one: InvariantBreach) -> dict[str, str]:
    """Return a finding as the run keeps it, for `close` to name as a cause."""
    return {"code": one.code, "row": one.row, "expected": one.expected, "found": one.found}


def _told(looked_at: dict[Invariant, InvariantBreaches], *, since: date | None) -> Outcome:
    of = f" Rows since {since} were looked at." if since else ""
    broken = {invariant: one for invariant, one in looked_at.items() if one.rows}
    rows = sum(one.rows for one in broken.values())
    outcome = Outcome(attention=bool(broken))
    outcome.counts.update(invariants=len(looked_at), findings=rows)
    if not broken:
        outcome.answer = f"Nothing is wrong: {counted(len(looked_at), 'invariant')} held.{of}"
        return outcome
    outcome.answer = f"{counted(rows, 'row')} broke {counted(len(broken), 'invariant')} of {len(looked_at)}.{of}"
    shown = _shown(broken)
    outcome.tables += [
        Table(
            "What is broken",
            ("code", "rows", "what must be true", "whose turn"),
            [(invariant.code, one.rows, invariant.sentence, invariant.turn) for invariant, one in broken.items()],
            "broken",
        ),
        Table(
            "Findings",
            ("code", "row", "expected", "found", "next command"),
            [(one.code, one.row, one.expected, one.found, typed(one.next)) for one in shown],
            "findings",
        ),
    ]
    if len(shown) < rows:
        outcome.notes.append(f"Shown are the newest {SHOWN} of each code; --only CODE --since DAY shows less.")
    return outcome
