"""The accounts of partners as they are read, and whether they add up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from database.sessions import Session
from database.sql import statements
from jobs.run.outcome import Table

sql = statements(__package__)

MOVEMENTS = ("collected", "service_fees", "refunded", "disbursed", "given_back")
PARTS = ("waiting", "in_flight", "refused", "to_take_back", "ahead", "in_question")
HEADINGS = {
    "start_balance": "Start",
    "collected": "Collected",
    "service_fees": "Service fees left out",
    "refunded": "Refunded",
    "disbursed": "Disbursed",
    "given_back": "Given back",
    "end_balance": "End",
    "waiting": "Waiting",
    "in_flight": "In flight",
    "refused": "Refused",
    "to_take_back": "To take back",
    "ahead": "Ahead",
    "in_question": "In question",
}


class Account(NamedTuple):
    """One partner and GL code in one month; amounts in CAD, what lowers the balance is negative."""

    partner: str
    partner_name: str
    gl: int
    gl_name: str | None
    start_balance: Decimal
    collected: Decimal
    service_fees: Decimal
    refunded: Decimal
    disbursed: Decimal
    given_back: Decimal
    end_balance: Decimal
    waiting: Decimal
    in_flight: Decimal
    refused: Decimal
    to_take_back: Decimal
    ahead: Decimal
    in_question: Decimal

    @property
    def off(self) -> str | None:
        """Return which of the two equations does not hold, None where both do."""
        moved = self.start_balance + sum(getattr(self, name) for name in MOVEMENTS)
        if moved != self.end_balance:
            return f"start and movements are {moved:,.2f}, the end is {self.end_balance:,.2f} CAD"
        parts = sum((getattr(self, name) for name in PARTS), Decimal(0))
        if parts != self.end_balance:
            return f"the parts are {parts:,.2f}, the end is {self.end_balance:,.2f} CAD"
        return None


@dataclass(frozen=True)
class ToldMonth:
    """A month in words, with the day as of which it is told while it is not over."""

    name: str
    as_of: date | None

    @property
    def title(self) -> str:
        """Return the month, as `November 2026 as of 2026-11-15` where it is not over."""
        return f"{self.name} as of {self.as_of}" if self.as_of else self.name

    @property
    def end(self) -> str:
        """Return when the balance is what is told."""
        return f"as of {self.as_of} ({self.name} is not over)" if self.as_of else f"at the end of {self.name}"


@dataclass(frozen=True)
class Sums:
    """All accounts together."""

    end: Decimal
    partners: int


def read_accounts(session: Session, **values: object) -> list[Account]:
    """Return the accounts. Needs the temporary tables of the package."""
    return [Account._make(row) for row in sql.run(session, "list_accounts", **values)]


def sums_of(accounts: list[Account]) -> Sums:
    """Return what all accounts come to."""
    return Sums(
        sum((account.end_balance for account in accounts), Decimal("0.00")),
        len({account.partner for account in accounts}),
    )


def accounts_table(accounts: list[Account], month: ToldMonth) -> Table:
    """Return what the accounts began with, what moved, and what they ended with."""
    return _table(
        f"Accounts of partners, {month.title} (CAD)", accounts, ("start_balance", *MOVEMENTS, "end_balance"), "accounts"
    )


def balances_table(accounts: list[Account], month: ToldMonth) -> Table:
    """Return what the balances at the end consist of; those that are nothing are left out."""
    rest = [one for one in accounts if any(getattr(one, name) for name in ("end_balance", *PARTS))]
    return _table(f"What the balances {month.end} are (CAD)", rest, ("end_balance", *PARTS), "balances")


def _table(title: str, accounts: list[Account], names: tuple[str, ...], key: str) -> Table:
    rows = [(one.partner, one.gl, one.gl_name, *(getattr(one, name) for name in names)) for one in accounts]
    return Table(title, ("partner", "GL", "GL name", *(HEADINGS[name] for name in names)), rows, key)
