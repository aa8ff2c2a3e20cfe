"""The statements that should exist and do not (docs/specs/statements.md section 10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from config.command_line import typed
from database.sessions import Session
from database.sql import statements
from jobs.run.outcome import Table
from jobs.run.shard import WHOLE, Shard
from tasks.generate_statements.generate import shard_values
from tasks.generate_statements.periods import StatementKind, StatementPeriod, periods_ending

sql = statements(__package__)


@dataclass(frozen=True)
class StatementGap:
    """The statements that one period lacks.

    accounts  how many accounts lack theirs
    example   the auth account id of the first of them; None where none of them has one
    """

    period: StatementPeriod
    accounts: int
    example: str | None

    @property
    def command(self) -> str:
        """The command that makes them."""
        last = self.period.last
        if self.accounts == 1 and self.example is not None:
            return typed("GENERATE_STATEMENTS", last, self.example)
        return typed(f"GENERATE_STATEMENTS --fill-gaps --since {last} --until {last}")


@dataclass(frozen=True)
class DuePeriod:
    """A period in which statements are due: how many are, how many are missing, and the first accounts without one."""

    period: StatementPeriod
    due: int
    missing: int
    examples: tuple[str | None, ...]

    @property
    def gap(self) -> StatementGap | None:
        """What it lacks, None where nothing is missing."""
        return StatementGap(self.period, self.missing, self.examples[0]) if self.missing else None


def find_gaps(
    session: Session, since: date, until: date, *, auth_account: str | None, shard: Shard
) -> list[StatementGap]:
    """Return every period that ended on one of the days and lacks statements, in the order of time."""
    found = _count(session, since, until, auth_account=auth_account, shard=shard)
    return [one.gap for one in found if one.gap is not None]


def due_periods(session: Session, since: date, until: date) -> list[DuePeriod]:
    """Return every period that ended on one of the days and in which statements are due, in the order of time."""
    return _count(session, since, until, auth_account=None, shard=WHOLE)


def _count(session: Session, since: date, until: date, *, auth_account: str | None, shard: Shard) -> list[DuePeriod]:
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    periods = [period for day in days for period in periods_ending(day)]
    rows = sql.run(
        session,
        "count_periods",
        kinds=[period.kind.value for period in periods],
        frequencies=[period.kind.frequency for period in periods],
        firsts=[period.first for period in periods],
        lasts=[period.last for period in periods],
        auth_account=auth_account,
        **shard_values(shard),
    )
    return [
        DuePeriod(
            StatementPeriod(StatementKind(row.kind), row.first, row.last),
            row.due,
            row.accounts,
            tuple(row.examples or ()),
        )
        for row in rows
    ]


def gap_table(gaps: Iterable[StatementGap]) -> Table:
    """Show how many statements each period lacks, with the one command that makes them."""
    rows = [
        (gap.period.kind, gap.period.first, gap.period.last, gap.accounts, gap.example, gap.command) for gap in gaps
    ]
    return Table("Missing statements", ("kind", "from", "to", "accounts", "for example", "command"), rows, "missing")


def plan_table(gaps: Iterable[StatementGap]) -> Table:
    """Show how many statements each period lacks."""
    rows = [(gap.period.kind, gap.period.first, gap.period.last, gap.accounts) for gap in gaps]
    return Table("Plan: statements to make", ("kind", "from", "to", "accounts"), rows, "plan")
