"""What the CFS calls take and give. Amounts are Decimal, in CAD.

Source: docs/specs/cfs-api.md sections 3 to 6.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from config.errors import InputRefused
from connectors.cfs.errors import CfsAnswerUnreadable
from connectors.cfs.names import ReceiptStatus
from connectors.cfs.reading import JsonObject, amount, amount_from_zero, objects, optional_amount, optional_text, text


@dataclass(frozen=True)
class CfsSite:
    """Where in CFS an account's invoices and receipts are kept.

    Raises InputRefused for a blank part, as an account has whose CFS profile is not made yet.
    """

    party: str
    account: str
    site: str

    def __post_init__(self) -> None:
        if not (self.party and self.account and self.site):
            raise InputRefused(
                f"the CFS profile is not complete: party {self.party!r}, account {self.account!r}, site {self.site!r}"
            )

    @classmethod
    def where_complete(cls, party: str | None, account: str | None, site: str | None) -> "CfsSite | None":
        """Return the site of a CFS profile, None where a part is not made yet."""
        return cls(party, account, site) if party and account and site else None

    @property
    def path(self) -> str:
        """The start of every path on this site, without a slash at its end."""
        party, account, site = (quote(part, safe="") for part in (self.party, self.account, self.site))
        return f"/cfs/parties/{party}/accs/{account}/sites/{site}"


@dataclass(frozen=True)
class SiteProfile:
    """A site as CFS has it; the receipt method says whether PAD is pulled, None where CFS did not say."""

    receipt_method: str | None

    @classmethod
    def from_json(cls, answer: JsonObject) -> "SiteProfile":
        """Read the site object (section 3)."""
        return cls(receipt_method=optional_text(answer, "receipt_method"))


@dataclass(frozen=True)
class AppliedInvoice:
    """What of a receipt went to one invoice."""

    invoice_number: str
    total: Decimal | None
    amount_applied: Decimal


@dataclass(frozen=True)
class CfsReceipt:
    """Money received, and where it went.

    receipt_date    as CFS wrote it, in one of several shapes
    invoices        empty also where CFS left the list out: `invoices_listed` tells the two apart
    """

    receipt_number: str
    receipt_amount: Decimal
    unapplied_amount: Decimal
    status: str | None
    payment_method: str | None
    receipt_date: str | None
    invoices: tuple[AppliedInvoice, ...]
    invoices_listed: bool = True

    @classmethod
    def from_json(cls, answer: JsonObject) -> "CfsReceipt":
        """Read the receipt object (section 4)."""
        return cls(
            receipt_number=text(answer, "receipt_number"),
            receipt_amount=amount_from_zero(answer, "receipt_amount"),
            unapplied_amount=amount_from_zero(answer, "unapplied_amount"),
            status=optional_text(answer, "status"),
            payment_method=optional_text(answer, "payment_method"),
            receipt_date=optional_text(answer, "receipt_date"),
            invoices=tuple(
                AppliedInvoice(
                    invoice_number=text(one, "invoice_number"),
                    total=optional_amount(one, "total"),
                    amount_applied=amount_from_zero(one, "amount_applied"),
                )
                for one in objects(answer, "invoices")
            ),
            invoices_listed=answer.get("invoices") is not None,
        )

    @property
    def is_reversed(self) -> bool:
        """Whether the receipt was taken back; that is final."""
        return self.status == ReceiptStatus.REVERSED

    @property
    def hides_invoices(self) -> bool:
        """Whether money left the receipt, and CFS left out the list that says where to."""
        away = self.unapplied_amount != self.receipt_amount
        return away and not (self.invoices_listed or self.is_reversed)

    @property
    def applied_amount(self) -> Decimal:
        """The sum of what went to the listed invoices."""
        return sum((one.amount_applied for one in self.invoices), Decimal(0))

    def applied_to(self, invoice_number: str) -> Decimal:
        """Return what of this receipt went to the invoice, 0 if nothing did."""
        return sum((one.amount_applied for one in self.invoices if one.invoice_number == invoice_number), Decimal(0))


@dataclass(frozen=True)
class InvoiceAdjustment:
    """A change of the amount due; positive means more is owed."""

    amount: Decimal
    activity: str | None
    comment: str | None


@dataclass(frozen=True)
class InvoiceBalance:
    """What is owed on an invoice, and what changed it: all that whoever adjusts it has to know."""

    invoice_number: str
    amount_due: Decimal
    amount_adjusted: Decimal | None
    adjustments: tuple[InvoiceAdjustment, ...]

    @classmethod
    def from_json(cls, answer: JsonObject) -> "InvoiceBalance":
        """Read the balance out of the invoice object (section 5)."""
        return cls(
            invoice_number=text(answer, "invoice_number"),
            amount_due=amount_from_zero(answer, "amount_due"),
            amount_adjusted=optional_amount(answer, "amount_adjusted"),
            adjustments=tuple(
                InvoiceAdjustment(
                    amount=amount(one, "adjustment_amount"),
                    activity=optional_text(one, "activity_name"),
                    comment=optional_text(one, "comment"),
                )
                for one in objects(answer, "adjustments")
            ),
        )


@dataclass(frozen=True)
class CfsInvoice:
    """An invoice, what is still owed on it and which receipts were applied."""

    invoice_number: str
    reference_number: str | None
    total: Decimal
    amount_due: Decimal
    receipt_numbers: tuple[str, ...]

    @classmethod
    def from_json(cls, answer: JsonObject) -> "CfsInvoice":
        """Read the invoice object (section 5); a receipt's number is the last piece of its link."""
        links = (link for receipt in objects(answer, "receipts") for link in objects(receipt, "links"))
        return cls(
            invoice_number=text(answer, "invoice_number"),
            reference_number=optional_text(answer, "pbc_ref_number"),
            total=amount_from_zero(answer, "total"),
            amount_due=amount_from_zero(answer, "amount_due"),
            receipt_numbers=tuple(
                text(link, "href").rstrip("/").rsplit("/", 1)[-1]
                for link in links
                if link.get("rel") == "receipt_applied"
            ),
        )


@dataclass(frozen=True)
class CreditMemo:
    """A credit of a site; its total and amount due are negative while it is open."""

    credit_memo_number: str
    total: Decimal | None
    amount_due: Decimal

    @classmethod
    def from_json(cls, answer: JsonObject) -> "CreditMemo":
        """Read the credit memo object (section 6)."""
        total, due = optional_amount(answer, "total"), amount(answer, "amount_due")
        if total is not None and not min(total, Decimal(0)) <= due <= max(total, Decimal(0)):
            raise CfsAnswerUnreadable(f"the answer of CFS has {due} CAD left of a credit memo for {total} CAD")
        return cls(credit_memo_number=text(answer, "credit_memo_number"), total=total, amount_due=due)

    @property
    def remaining_amount(self) -> Decimal:
        """What can still be used of it, as a positive amount."""
        return abs(self.amount_due)


@dataclass(frozen=True)
class NewReceipt:
    """A receipt to be made. Its number must never have been used in CFS before."""

    receipt_number: str
    receipt_date: date
    receipt_amount: Decimal
    payment_method: str
    comments: str = ""


@dataclass(frozen=True)
class InvoiceLine:
    """A line of an invoice or credit memo to be made; the amount is positive on both.

    account  client.rc.service_line.stob.project.000000.0000
    """

    description: str
    amount: Decimal
    account: str
