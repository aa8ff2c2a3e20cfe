"""The statements that should exist and do not (docs/specs/statements.md section 10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from database.sql import statements
from jobs.run.outcome import Table
from jobs.run.shard import Shard
from tasks.generate_statements.generate import shard_values
from tasks.generate_statements.periods import Period, StatementKind, periods_ending

sql = statements(__package__)


@dataclass(frozen=True)
class Gap:
    """One missing statement."""

    period: Period
    auth_account: str

    @property
    def repair(self) -> str:
        """The command that makes it."""
        return f"python3 invoke_jobs.py GENERATE_STATEMENTS {self.period.last} {self.auth_account}"


def find_gaps(session: Session, since: date, until: date, *, auth_account: str | None, shard: Shard) -> list[Gap]:
    """Return every missing statement whose period ended on one of the days, in the order of time."""
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    periods = [period for day in days for period in periods_ending(day)]
    rows = sql.run(
        session,
        "find_gaps",
        kinds=[period.kind.value for period in periods],
        frequencies=[period.kind.frequency for period in periods],
        firsts=[period.first for period in periods],
        lasts=[period.last for period in periods],
        auth_account=auth_account,
        **shard_values(shard),
    )
    return [Gap(Period(StatementKind(kind), first, last), account) for kind, first, last, account in map(tuple, rows)]


def gap_table(gaps: Iterable[Gap]) -> Table:
    """Show each missing statement with the command that makes it."""
    rows = [(gap.period.kind, gap.auth_account, gap.period.first, gap.period.last, gap.repair) for gap in gaps]
    return Table("Missing statements", ("kind", "account", "from", "to", "repair"), rows)


def plan_table(gaps: Iterable[Gap]) -> Table:
    """Show how many statements each period lacks."""
    lacking: dict[Period, int] = {}
    for gap in gaps:
        lacking[gap.period] = lacking.get(gap.period, 0) + 1
    rows = [(period.kind, period.first, period.last, number) for period, number in lacking.items()]
    return Table("Plan: statements to make", ("kind", "from", "to", "accounts"), rows)
