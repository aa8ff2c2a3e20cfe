"""What a settlement file did: the rows that follow-up messages and the report are made of.

What knows CFS is imported with the first payment that bounced: a file without one does not pay for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import Row

from connectors.payment_events import EventInvoice
from database.kept_rows import KeptRows
from database.sessions import Session

if TYPE_CHECKING:
    from connectors.cfs import CfsSite

T = TypeVar("T")


class RuleTotal(NamedTuple):
    """How many rows ended with an outcome by one rule, and what they add up to, in CAD."""

    outcome: str
    rule: str
    rows: int
    amount: Decimal


@dataclass(frozen=True)
class BouncedPayment:
    """A PAD payment that came back (list_bounced.sql).

    pad     the site of the PAD profile that is frozen: pulls are stopped there
    billed  the site that the row names: the fee goes onto its invoice
    """

    file_id: int
    line: int
    payment_account_id: int
    auth_account_id: str
    customer_account: str
    target_number: str
    amount: Decimal
    original_amount: Decimal
    outstanding_amount: Decimal
    reversal_reason: str | None
    pad: "CfsSite"
    billed: "CfsSite"
    is_first: bool
    is_freezing: bool

    @classmethod
    def read(cls, row: Row[Any]) -> "BouncedPayment":
        """Return the payment of a row of list_bounced.sql."""
        from connectors.cfs import CfsSite

        values = dict(row._mapping)
        pad, billed = (
            CfsSite(*(values.pop(f"{of}_{part}") for part in ("party", "account", "site"))) for of in ("pad", "billed")
        )
        return cls(**values, pad=pad, billed=billed)


@dataclass(frozen=True)
class BankReceipt:
    """What to tell the customer of an online banking receipt (write_bank_payments.sql); amounts in CAD."""

    file_id: int
    line: int
    source_number: str
    amount: Decimal
    credit_amount: Decimal
    is_over: bool
    is_under: bool
    payment_account_id: int
    auth_account_id: str | None


@dataclass(frozen=True)
class AmountDifference:
    """A CFS number that CAS settled with another amount than was open (find_differences.sql)."""

    target_number: str
    applied: Decimal
    open_amount: Decimal


@dataclass(frozen=True)
class LeftOverCredit:
    """A credit memo line with an amount that found no invoice, or whose number stays open (list_left_over.sql).

    shares_card  whether an invoice that is paid by card has the number too, as the fee of a bounce has
    settles      whether CFS has the number as paid by this line
    """

    line: int
    target_number: str
    placed: Decimal
    unplaced: Decimal
    shares_card: bool
    settles: bool


@dataclass(frozen=True)
class UnnotedMemo:
    """A credit memo line whose application is noted already as something else (list_unnoted.sql); amount in CAD."""

    line: int
    target_number: str
    source_number: str
    application_id: int
    amount: Decimal
    noted: str


@dataclass(frozen=True)
class WithdrawnInvoice:
    """A withdrawn invoice that a receipt or credit memo paid all the same (find_withdrawn.sql); amount in CAD."""

    line: int
    target_number: str
    source: str
    invoice_id: int
    status: str
    amount: Decimal


@dataclass(frozen=True)
class UnmatchedBounce:
    """A bounce of an open number of which no receipt is over what came back (delete_bounced_receipts.sql); in CAD."""

    line: int
    target_number: str
    came_back: Decimal
    standing: Decimal


@dataclass
class SettlementEffects:
    """What became of the rows; what may be many lies in the database until the transaction ends.

    nsf_fee    in CAD; None where nothing bounced
    completed  one row for each online banking invoice that is now paid
    """

    bounced: KeptRows[BouncedPayment]
    completed: KeptRows[EventInvoice]
    receipts: KeptRows[BankReceipt]
    differences: KeptRows[AmountDifference]
    left_over: KeptRows[LeftOverCredit]
    unnoted: KeptRows[UnnotedMemo]
    withdrawn: KeptRows[WithdrawnInvoice]
    unmatched: list[UnmatchedBounce] = field(default_factory=list)
    by_rule: list[RuleTotal] = field(default_factory=list)
    nsf_fee: Decimal | None = None

    @classmethod
    def before_any(cls, session: Session) -> "SettlementEffects":
        """Return the effects before the first row."""
        return cls(
            bounced=KeptRows(session, "kept_bounced", "line", BouncedPayment.read),
            completed=KeptRows(session, "kept_completed", "invoice_id", _reader(EventInvoice)),
            receipts=KeptRows(session, "kept_receipts", "source_number", _reader(BankReceipt)),
            differences=KeptRows(session, "kept_differences", "target_number", _reader(AmountDifference)),
            left_over=KeptRows(session, "kept_left_over", "line", _reader(LeftOverCredit)),
            unnoted=KeptRows(session, "kept_unnoted", "line", _reader(UnnotedMemo)),
            withdrawn=KeptRows(session, "kept_withdrawn", "line, invoice_id", _reader(WithdrawnInvoice)),
        )

    def drop_tables(self) -> None:
        """Drop what lies in the database."""
        for kept in (
            self.bounced,
            self.completed,
            self.receipts,
            self.differences,
            self.left_over,
            self.unnoted,
            self.withdrawn,
        ):
            kept.forget()

    def count(self, outcome: str) -> int:
        """Return how many rows ended with this outcome."""
        return sum(one.rows for one in self.by_rule if one.outcome == outcome)


def _reader(made: Callable[..., T]) -> Callable[[Row[Any]], T]:
    return lambda row: made(**row._mapping)
