"""The steps that change invoices: make one, and bring one to zero.

Source: docs/specs/routing-slips.md sections 3.4 and 7, docs/specs/cfs-api.md section 5.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from connectors.cfs import CfsSite, InvoiceLine
from tasks.routing_slip_recreate.look import Look
from tasks.routing_slip_recreate.steps.base import Json, Seen, Undecided


@dataclass(frozen=True)
class CreateInvoice:
    """Make the invoice over a fee."""

    site: CfsSite
    number: str
    lines: tuple[InvoiceLine, ...]
    at: datetime
    kind: str = "create invoice"

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def total(self) -> Decimal:
        """The sum of its lines."""
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def request(self) -> Json:
        return {"total": str(self.total)}

    def look(self, look: Look) -> Seen:
        invoice = look.invoice(self.site, self.number)
        if invoice is None:
            return Seen(true=False, found="404")
        if invoice.total != self.total:
            raise Undecided(
                cfs=f"invoice {self.number} is over {invoice.total}",
                ours=f"it is to be over {self.total}",
                repair=f"find out which total of invoice {self.number} is right, and correct the other side",
            )
        return Seen(true=True, found=f"over {invoice.total}, {invoice.amount_due} due")

    def send(self, look: Look) -> Json:
        made = look.cfs.create_invoice(self.site, self.number, self.lines, at=self.at)
        look.keep_invoice(made)
        return {
            "reference_number": made.reference_number,
            "total": str(made.total),
            "amount_due": str(made.amount_due),
        }


@dataclass(frozen=True)
class CreditInvoice:
    """Bring an invoice to zero by a credit memo; its receipts are unapplied before.

    may_be_missing  whether it may not have reached CFS yet
    """

    site: CfsSite
    number: str
    may_be_missing: bool
    kind: str = "credit invoice"

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def request(self) -> Json:
        return {}

    def look(self, look: Look) -> Seen:
        invoice = look.invoice(self.site, self.number)
        if invoice is None and self.may_be_missing:
            return Seen(true=True, found="404: never reached CFS")
        if invoice is None or invoice.receipt_numbers:
            found = "404" if invoice is None else f"paid by receipt {', '.join(invoice.receipt_numbers)}"
            raise Undecided(
                cfs=f"invoice {self.number} is {found}",
                ours="it is there, and nothing pays it any more",
                repair=f"unapply what still pays invoice {self.number}, or correct its reference in the pay database",
            )
        return Seen(not invoice.amount_due, f"{invoice.amount_due} due")

    def send(self, look: Look) -> Json:
        memo = look.cfs.credit_balance(self.number)
        look.forget(self.number)
        return {"credit_memo": memo}
