"""The invoice that is to be credited in part, its lines, and its other refunds, as the pay database has them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from config.errors import UsageError
from connectors.cfs import CfsSite
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


@dataclass(frozen=True)
class InvoiceToCredit:
    """An invoice with what decides whether it may be refunded. Amounts in CAD, `refund_date` in naive UTC."""

    id: int
    status: str
    method: str
    total: Decimal
    paid: Decimal
    refund: Decimal
    account_id: int
    party: str | None
    account: str | None
    site: str | None
    profile_status: str | None
    refund_date: datetime | None
    corp_type: str | None
    refund_allowed: bool
    refund_approval: bool
    partial_refund: bool

    @property
    def cfs_site(self) -> CfsSite:
        """The site that the invoice was sent under."""
        return CfsSite(self.party or "", self.account or "", self.site or "")


@dataclass(frozen=True)
class OpenRefund:
    """A refund that is asked for, decided on or done."""

    id: int
    status: str
    requested_by: str | None
    requested_date: datetime | None

    @property
    def story(self) -> str:
        """The refund in words."""
        asked = f", asked for on {self.requested_date:%Y-%m-%d}" if self.requested_date else ""
        by = f" by {self.requested_by}" if self.requested_by else ""
        state = "awaits approval" if self.status == "PENDING_APPROVAL" else f"is {self.status}"
        return f"refund {self.id}{asked}{by}, which {state}"


@dataclass(frozen=True)
class CreditableLine:
    """The fee or service fee of a line item. `gl` is None where its code is not complete or not in force."""

    line: int
    kind: str
    amount: Decimal
    refunded: Decimal
    description: str
    gl_name: str | None
    is_shared: bool
    gl: str | None

    @property
    def left(self) -> Decimal:
        """What can still be credited of it."""
        return self.amount - self.refunded


def lock_invoice(session: Session, invoice_id: int) -> InvoiceToCredit:
    """Return the invoice, locked until the transaction ends. Raises UsageError if there is none."""
    row = sql.run(session, "lock_invoice", id=invoice_id).one_or_none()
    if row is None:
        raise UsageError(f"There is no invoice {invoice_id}. Nothing was changed.")
    return InvoiceToCredit(**row._mapping)


def open_refunds(session: Session, invoice_id: int, own: int | None) -> list[OpenRefund]:
    """Return the refunds of an invoice, other than our own, that keep it from being refunded again.

    The caller has locked the invoice: whoever is writing one of them is waited for, and then it is seen.
    """
    return [OpenRefund(**row._mapping) for row in sql.run(session, "read_refunds", invoice_id=invoice_id, own=own)]


def creditable_lines(session: Session, invoice_id: int, today: date) -> dict[tuple[int, str], CreditableLine]:
    """Return what can be credited of an invoice, by line and kind."""
    lines = [CreditableLine(**row._mapping) for row in sql.run(session, "read_lines", id=invoice_id, today=today)]
    return {(one.line, one.kind): one for one in lines}
