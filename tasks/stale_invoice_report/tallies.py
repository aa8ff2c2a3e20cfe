"""The figures of a report, added up as its rows go by."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from tasks.stale_invoice_report.report_row import ReportRow

AGES = ((5, "up to 5 days"), (20, "6 to 20 days"), (60, "21 to 60 days"), (180, "61 to 180 days"))
OLDEST = "over 180 days"
_LAST_DAYS = [most for most, _ in AGES]
_Alike = tuple[str, str, str, str, str]
AGE_NAMES = (*(name for _, name in AGES), OLDEST)


@dataclass
class Tally:
    """How many, over what amount, and the oldest day."""

    count: int = 0
    amount: Decimal = Decimal(0)
    oldest: str = ""

    def add(self, other: "Tally") -> None:
        """Count those of another one as well."""
        self.count += other.count
        self.amount += other.amount
        if not self.oldest or other.oldest < self.oldest:
            self.oldest = other.oldest


@dataclass
class Tallies:
    """Counts of what is stuck, of what will resolve on its own, and by method, diagnosis and age."""

    stuck: Tally = field(default_factory=Tally)
    waiting: Tally = field(default_factory=Tally)
    new: int = 0
    weaker: int = 0
    weaker_codes: set[str] = field(default_factory=set)
    by_method: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_diagnosis: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    by_turn: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    ages: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, rows: Iterable[ReportRow]) -> None:
        """Count rows; those that are alike are added up first."""
        alike: dict[_Alike, list[ReportRow]] = defaultdict(list)
        for row in rows:
            alike[row.code, row.turn, row.confidence, row.since_last, row.method].append(row)
        for (code, turn, confidence, since_last, method), found in alike.items():
            tally = Tally(
                len(found), sum((Decimal(row.total) for row in found), Decimal(0)), min(row.created_on for row in found)
            )
            self.by_diagnosis[code].add(tally)
            self.by_turn[turn].add(tally)
            if confidence == "weaker":
                self.weaker += tally.count
                self.weaker_codes.add(code)
            if not found[0].is_stuck:
                self.waiting.add(tally)
                continue
            self.stuck.add(tally)
            self.new += tally.count if since_last == "new" else 0
            self.by_method[method].add(tally)
            self.ages[method].update(age_name(row.age_days) for row in found)


def age_name(days: int) -> str:
    """Return the band an age falls into.

    >>> age_name(20), age_name(181)
    ('6 to 20 days', 'over 180 days')
    """
    return AGE_NAMES[bisect_left(_LAST_DAYS, days)]
