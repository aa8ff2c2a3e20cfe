"""Which settlement files are known, and which numbers stand in those that are not processed (evidence E5).

Files that we applied have their rows in pay_jobs.settlement_rows; search_stored_files.py reads the others.
"""

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

from config.business_days import is_business_day
from connectors.inbound.holds import HoldKind
from database.sessions import Session
from database.sql import statements
from diagnosis.evidence import SettlementTrace

sql = statements(__package__)

NEVER_NOTED = "stored, never noted"
_DAY = re.compile(r"_(\d{4})(\d{2})(\d{2})\.csv$", re.IGNORECASE)
_MOST_DAYS = 10
_MOST_PROBLEMS = 5


@dataclass(frozen=True)
class KnownFile:
    """A settlement file, whether it is processed, and whether the service before us did that."""

    name: str
    state: str
    object_key: str | None
    is_processed: bool
    is_earlier: bool = False
    hold: str | None = None
    id: int | None = None

    @property
    def is_ours(self) -> bool:
        """Whether we hold it and did not apply it: it failed, is held, or waits."""
        return self.object_key is not None and not self.is_processed and self.state != NEVER_NOTED


@dataclass
class WaitingFiles:
    """The numbers in files that are not processed, and the days of all known files.

    today         the days from this one on are not missing yet
    earlier       where an open number stands in a file that the service before us processed
    bounces       how many NSF rows each file holds
    shared_names  the names of which several files wait
    problem       why not all of them could be searched
    """

    today: date
    numbers: dict[str, KnownFile] = field(default_factory=dict)
    earlier: dict[str, SettlementTrace] = field(default_factory=dict)
    bounces: Counter[KnownFile] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    shared_names: frozenset[str] = frozenset()
    problem: str | None = None

    def add_to(self, trace: SettlementTrace, number: str | None, sent_on: date | None) -> SettlementTrace:
        """Return what these files and the applied ones say of a number."""
        file = self.numbers.get(number or "")
        if trace.file is None and (before := self.earlier.get(number or "")) is not None:
            trace = trace._replace(file=before.file, line=before.line, outcome=before.outcome)
        if file is not None:
            return trace._replace(
                waiting_file=file.name,
                waiting_state=file.state,
                waiting_id=file.id if file.name in self.shared_names else None,
                waiting_hold=file.hold,
                waiting_is_cut_off=file.hold == HoldKind.CUT_OFF,
                waiting_bounces=self.bounces[file],
            )
        if trace.file is not None or sent_on is None:
            return trace
        missing = self._missing_days[bisect_right(self._missing_days, sent_on) :]
        return trace._replace(
            first_file=self._first_file, missing_days=tuple(missing[:_MOST_DAYS]), missing_count=len(missing)
        )

    def add_problem(self, problem: str) -> None:
        """Note why a file could not be searched; only the first few are kept."""
        noted = self.problem.split("; ") if self.problem else []
        if len(noted) < _MOST_PROBLEMS:
            self.problem = "; ".join([*noted, problem])

    @cached_property
    def _first_file(self) -> date | None:
        return min(self.days, default=None)

    @cached_property
    def _missing_days(self) -> list[date]:
        """Business days without a file since the first known one; of what came before it nothing can be said."""
        first = self._first_file or self.today
        days = (first + timedelta(days=number) for number in range((self.today - first).days))
        return [day for day in days if day not in self.days and is_business_day(day)]


def known_files(session: Session) -> list[KnownFile]:
    """Return every settlement file that is known."""
    return [KnownFile(*tuple(row)) for row in sql.run(session, "list_settlement_files").all()]


def open_numbers(session: Session, files: list[KnownFile]) -> frozenset[str]:
    """Return the CFS numbers that may stand in a file of the service before us; none where it left no file."""
    if not any(file.is_earlier for file in files):
        return frozenset()
    return frozenset(sql.run(session, "list_open_numbers").scalars())


def day_of(name: str) -> date | None:
    """Return the business day in the name of a settlement file, None where there is none."""
    matched = _DAY.search(name)
    try:
        return date(*map(int, matched.groups())) if matched else None
    except ValueError:
        return None
