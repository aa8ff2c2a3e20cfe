"""Double-entry bookkeeping: every entry moves money between accounts and adds up to zero.

The journal is kept beside the amounts on receipts, invoices and memos, so that each can prove the other.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

CASH = "cash"
REVENUE = "revenue"
REFUNDS = "refunds"


@dataclass
class Posting:
    """One event; a positive amount is a debit, a negative one a credit."""

    event: str
    amounts: dict[str, Decimal]


@dataclass
class GeneralLedger:
    """Every entry ever made, in order."""

    entries: list[Posting] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._added_up, self._totals = 0, defaultdict[str, Decimal](Decimal)

    def post(self, event: str, amounts: dict[str, Decimal]) -> None:
        """Add an entry. Raise ValueError if it does not add up to zero."""
        if sum(amounts.values(), Decimal(0)) != 0:
            raise ValueError(f"{event}: {amounts} does not add up to zero")
        self.entries.append(Posting(event, {name: amount for name, amount in amounts.items() if amount}))

    def move(self, event: str, amount: Decimal, *, debit: str, credit: str) -> None:
        """Add an entry between two accounts."""
        self.post(event, {debit: amount, credit: -amount})

    def balances(self) -> dict[str, Decimal]:
        """Return what stands on every account by the entries; those that were added up before are not added again."""
        for entry in self.entries[self._added_up :]:
            for name, amount in entry.amounts.items():
                self._totals[name] += amount
        self._added_up = len(self.entries)
        return dict(self._totals)
