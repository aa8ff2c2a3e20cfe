"""The figures of a report, added up as its rows go by."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from tasks.stale_invoice_report.report_row import ReportRow

AGES = ((5, "up to 5 days"), (20, "6 to 20 days"), (60, "21 to 60 days"), (180, "61 to 180 days"))
OLDEST = "over 180 days"
AGE_NAMES = (*(name for _, name in AGES), OLDEST)


@dataclass
class Tally:
    """How many, over what amount, and the oldest day."""

    count: int = 0
    amount: Decimal = Decimal(0)
    oldest: str = ""

    def add(self, amount: Decimal, created_on: str) -> None:
        """Count an invoice."""
        self.count += 1
        self.amount += amount
        if not self.oldest or created_on < self.oldest:
            self.oldest = created_on


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

    def add(self, row: ReportRow) -> None:
        """Count a row."""
        what = Decimal(row.total), row.created_on
        self.by_diagnosis[row.code].add(*what)
        self.by_turn[row.turn].add(*what)
        if row.confidence == "weaker":
            self.weaker += 1
            self.weaker_codes.add(row.code)
        if not row.is_stuck:
            self.waiting.add(*what)
            return
        self.stuck.add(*what)
        self.new += row.since_last == "new"
        self.by_method[row.method].add(*what)
        self.ages[row.method][age_name(row.age_days)] += 1


def age_name(days: int) -> str:
    """Return the band an age falls into.

    >>> age_name(20), age_name(181)
    ('6 to 20 days', 'over 180 days')
    """
    return next((name for most, name in AGES if days <= most), OLDEST)
