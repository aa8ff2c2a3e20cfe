"""What a partial credit consists of, and whether it may be made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from config.errors import UsageError
from connectors.cfs import CfsSite, InvoiceLine
from database.sessions import Session
from jobs.run.outcome import Table
from tools.repair_partial_credit.arguments import SERVICE_FEE, LineCredit
from tools.repair_partial_credit.invoice import (
    CreditableLine,
    InvoiceToCredit,
    OpenRefund,
    creditable_lines,
    lock_invoice,
    open_refunds,
)

_UNCHANGED = "Nothing was changed."


@dataclass(frozen=True)
class CreditedPart:
    """What is credited of a line item.

    available  its amount less what was refunded of it earlier
    is_shared  whether the money goes on to a partner
    """

    wanted: LineCredit
    available: Decimal
    description: str
    account: str
    is_shared: bool


@dataclass(frozen=True)
class MemoPlan:
    """A credit memo to be made.

    is_current  whether the account still uses the CFS profile that the invoice was sent under
    """

    invoice_id: int
    site: CfsSite
    parts: tuple[CreditedPart, ...]
    is_current: bool

    @property
    def amount(self) -> Decimal:
        """What the memo comes to, in CAD."""
        return sum((part.wanted.amount for part in self.parts), Decimal("0.00"))

    @property
    def shared(self) -> Decimal:
        """What of it partners have, or will be paid, in CAD."""
        return sum((part.wanted.amount for part in self.parts if part.is_shared), Decimal("0.00"))

    def cfs_lines(self) -> list[InvoiceLine]:
        """Return the lines of the memo; the connector makes them negative."""
        return [InvoiceLine(part.description, part.wanted.amount, part.account) for part in self.parts]

    def as_json(self) -> list[dict[str, object]]:
        """Return the parts as the journal keeps them."""
        return [
            {
                "line": part.wanted.line,
                "kind": part.wanted.kind,
                "amount": str(part.wanted.amount),
                "account": part.account,
            }
            for part in self.parts
        ]

    def table(self) -> Table:
        """Show the parts."""
        rows = [
            (part.wanted.line, part.wanted.kind, part.description, part.available, part.wanted.amount, part.account)
            for part in self.parts
        ]
        title = f"Credit memo of {self.amount} CAD for invoice {self.invoice_id} on site {self.site.site}"
        return Table(title, ("line", "part", "description", "available", "credited", "GL"), rows, "parts")


def plan(
    session: Session, invoice_id: int, wanted: Sequence[LineCredit], today: date, *, own_refund: int | None = None
) -> MemoPlan:
    """Return the credit memo to be made. Raises UsageError where it must not be, saying why and what is possible.

    own_refund  the refund that was written for it already; it does not stand in its own way
    """
    invoice = lock_invoice(session, invoice_id)
    _check_invoice(invoice, open_refunds(session, invoice_id, own_refund))
    lines = creditable_lines(session, invoice_id, today)
    made = MemoPlan(
        invoice_id,
        invoice.cfs_site,
        tuple(_part(one, lines) for one in wanted),
        is_current=invoice.profile_status != "INACTIVE",
    )
    left = invoice.paid - invoice.refund
    if made.amount > left:
        raise UsageError(
            f"The lines total {made.amount} CAD, but invoice {invoice_id} has only {left} CAD left to refund "
            f"({invoice.paid} CAD paid, {invoice.refund} CAD refunded). {_UNCHANGED}"
        )
    return made


def _check_invoice(invoice: InvoiceToCredit, refunds: Sequence[OpenRefund]) -> None:
    """Refuse what the API refuses (docs/specs/invoice-lifecycle.md section 1.2)."""
    if invoice.method != "PAD":
        raise UsageError(f"Invoice {invoice.id} is paid by {invoice.method}, not by PAD. {_UNCHANGED}")
    if invoice.status != "PAID":
        raise UsageError(
            f"Invoice {invoice.id} is {invoice.status}; only a PAID one can be credited in part. {_UNCHANGED}"
        )
    if not invoice.refund_allowed:
        raise UsageError(
            f"Invoice {invoice.id} is of the product {invoice.corp_type}, which allows no refunds "
            f"(corp_types.refund_allowed). {_UNCHANGED}"
        )
    if not invoice.partial_refund:
        raise UsageError(
            f"What is paid by {invoice.method} is refunded as a whole only (payment_methods.partial_refund). "
            f"{_UNCHANGED}"
        )
    if invoice.refund_approval:
        raise UsageError(
            f"A refund of the product {invoice.corp_type} needs a second person (corp_types.refund_approval): ask for "
            f"it on the refund screen of the Pay web (PAY_WEB_URL), where another person approves it. {_UNCHANGED}"
        )
    if invoice.refund_date is not None:
        raise UsageError(
            f"Invoice {invoice.id} was refunded on {invoice.refund_date:%Y-%m-%d} ({invoice.refund:.2f} CAD), and an "
            f"invoice is refunded once. {_UNCHANGED}"
        )
    for refund in refunds:
        raise UsageError(f"Invoice {invoice.id} has {refund.story}: resolve that first. {_UNCHANGED}")


def _part(wanted: LineCredit, lines: dict[tuple[int, str], CreditableLine]) -> CreditedPart:
    found = lines.get((wanted.line, wanted.kind))
    what = f"the service fee of line {wanted.line}" if wanted.kind == SERVICE_FEE else f"line {wanted.line}"
    if found is None:
        there = ", ".join(
            f"{one.line}{':service' if one.kind == SERVICE_FEE else ''} ({one.left} CAD left)" for one in lines.values()
        )
        raise UsageError(f"The invoice does not have {what}; it has {there or 'no active lines'}. {_UNCHANGED}")
    if wanted.amount > found.left:
        raise UsageError(
            f"{what} has only {found.left} CAD left to credit ({found.amount} CAD, of which {found.refunded} CAD was "
            f"refunded): {wanted.amount} CAD is too much. {_UNCHANGED}"
        )
    if found.gl is None:
        raise UsageError(
            f"The GL code of {what} ({found.gl_name or 'none'}) is not complete or not in force today. {_UNCHANGED}"
        )
    return CreditedPart(wanted, found.left, found.description, found.gl, found.is_shared)
