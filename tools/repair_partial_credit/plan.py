"""What a partial credit consists of, and whether it may be made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from config.errors import UsageError
from connectors.cfs import CfsSite, InvoiceLine
from database.sql import statements
from jobs.run.outcome import Table
from tools.repair_partial_credit.arguments import SERVICE_FEE, LineCredit

sql = statements(__package__)

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

    def as_json(self, refund_id: int) -> str:
        """Return the parts as the journal keeps them, each with the refund it belongs to."""
        parts = [(part.wanted, part) for part in self.parts]
        return json.dumps(
            [
                {
                    "line": one.line,
                    "kind": one.kind,
                    "amount": str(one.amount),
                    "account": part.account,
                    "refund_id": refund_id,
                }
                for one, part in parts
            ]
        )

    def table(self) -> Table:
        """Show the parts."""
        rows = [
            (part.wanted.line, part.wanted.kind, part.description, part.available, part.wanted.amount, part.account)
            for part in self.parts
        ]
        title = f"Credit memo of {self.amount} CAD for invoice {self.invoice_id} on site {self.site.site}"
        return Table(title, ("line", "part", "description", "available", "credited", "GL"), rows)


def lock_invoice(session: Session, invoice_id: int) -> Row[Any]:
    """Return the invoice, locked until the transaction ends. Raises UsageError if there is none."""
    invoice = sql.run(session, "lock_invoice", id=invoice_id).one_or_none()
    if invoice is None:
        raise UsageError(f"There is no invoice {invoice_id}. {_UNCHANGED}")
    return invoice


def open_refunds(session: Session, invoice_id: int, own: int | None) -> Sequence[Row[Any]]:
    """Return the refunds of an invoice, other than our own, that keep it from being refunded again.

    The caller has locked the invoice: whoever is writing one of them is waited for, and then it is seen.
    """
    return sql.run(session, "read_refunds", invoice_id=invoice_id, own=own).all()


def plan(
    session: Session, invoice_id: int, wanted: Sequence[LineCredit], today: date, *, own_refund: int | None = None
) -> MemoPlan:
    """Return the credit memo to be made. Raises UsageError where it must not be, saying why and what is possible.

    own_refund  the refund that was written for it already; it does not stand in its own way
    """
    invoice = lock_invoice(session, invoice_id)
    _check_invoice(invoice, open_refunds(session, invoice_id, own_refund))
    parts = {(row.line, row.kind): row for row in sql.run(session, "read_lines", id=invoice_id, today=today)}
    made = MemoPlan(
        invoice_id,
        CfsSite(invoice.party or "", invoice.account or "", invoice.site or ""),
        tuple(_part(one, parts) for one in wanted),
        is_current=invoice.profile_status != "INACTIVE",
    )
    left = invoice.paid - invoice.refund
    if made.amount > left:
        raise UsageError(
            f"The lines come to {made.amount}, but invoice {invoice_id} has only {left} left to refund "
            f"({invoice.paid} paid, {invoice.refund} refunded). {_UNCHANGED}"
        )
    return made


def _check_invoice(invoice: Row[Any], refunds: Sequence[Row[Any]]) -> None:
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
        raise UsageError(f"Invoice {invoice.id} has {story_of(refund)}: bring that to its end first. {_UNCHANGED}")


def story_of(refund: Row[Any]) -> str:
    """Return a refund in words."""
    asked = f", asked for on {refund.requested_date:%Y-%m-%d}" if refund.requested_date else ""
    by = f" by {refund.requested_by}" if refund.requested_by else ""
    state = "awaits approval" if refund.status == "PENDING_APPROVAL" else f"is {refund.status}"
    return f"refund {refund.id}{asked}{by}, which {state}"


def _part(wanted: LineCredit, parts: dict[tuple[int, str], Row[Any]]) -> CreditedPart:
    found = parts.get((wanted.line, wanted.kind))
    what = f"the service fee of line {wanted.line}" if wanted.kind == SERVICE_FEE else f"line {wanted.line}"
    if found is None:
        there = ", ".join(
            f"{row.line}{':service' if row.kind == SERVICE_FEE else ''} ({row.amount - row.refunded} left)"
            for row in parts.values()
        )
        raise UsageError(f"The invoice does not have {what}; it has {there or 'no active lines'}. {_UNCHANGED}")
    available = found.amount - found.refunded
    if wanted.amount > available:
        raise UsageError(
            f"{what} has only {available} left to credit ({found.amount}, of which {found.refunded} was refunded); "
            f"{wanted.amount} is too much. {_UNCHANGED}"
        )
    if found.gl is None:
        raise UsageError(
            f"The GL code of {what} ({found.gl_name or 'none'}) is not complete or not in force today. {_UNCHANGED}"
        )
    return CreditedPart(wanted, available, found.description, found.gl, found.is_shared)
