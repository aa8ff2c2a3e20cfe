"""The state of the simulated CFS: customers, receipts, invoices, credit memos and the journal.

Nothing is ever removed, so a number once used stays used (docs/specs/cfs-api.md section 8, item 1).
"""

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from sandbox.cfs.journal import GeneralLedger

ZERO = Decimal("0.00")


class RequestRefused(Exception):
    """A validation or business error; CFS says why in a header."""

    def __init__(self, reason: str, *, code: str = "9999", prefix: str = "Trx Errors") -> None:
        super().__init__(reason)
        self.returned = f"[{prefix} = [{code}] {reason}]"


class RecordNotFound(Exception):
    """There is no such object, or not on this party, account and site."""


@dataclass
class BookedSite:
    """A site, with the party and account it belongs to."""

    party_number: str
    account_number: str
    site_number: str
    site_name: str = "Site 1"
    receipt_method: str | None = None
    customer_profile_class: str = ""
    payment_instrument_number: str | None = None
    address: dict[str, str] = field(default_factory=dict)


@dataclass
class Adjustment:
    """Money that left a receipt, or a change of what an invoice owes."""

    amount: Decimal
    activity_name: str
    comment: str = ""


@dataclass
class BookedReceipt:
    """Money received. `withheld` is what a receipt of the wrong identity can never give."""

    receipt_number: str
    site_number: str
    receipt_date: str
    receipt_amount: Decimal
    unapplied_amount: Decimal
    payment_method: str
    withheld: Decimal = ZERO
    comments: str = ""
    is_reversed: bool = False
    reversal_reason: str = ""
    reversal_comment: str = ""
    applied: dict[str, Decimal] = field(default_factory=dict)
    adjustments: list[Adjustment] = field(default_factory=list)


@dataclass
class BookedInvoice:
    """Money owed. `credits` are the credit memos applied, by number; `receipts` those applied now, in order."""

    invoice_number: str
    site_number: str
    pbc_ref_number: str
    total: Decimal
    amount_due: Decimal
    transaction_date: str = ""
    credits: dict[str, Decimal] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)


@dataclass
class BookedMemo:
    """A credit memo; its total and amount due are negative."""

    credit_memo_number: str
    site_number: str
    total: Decimal
    amount_due: Decimal
    applied: dict[str, Decimal] = field(default_factory=dict)


@dataclass
class CfsBooks:
    """Everything CFS knows. `last` holds the last number given out of each kind."""

    parties: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    sites: dict[str, BookedSite] = field(default_factory=dict)
    receipts: dict[str, BookedReceipt] = field(default_factory=dict)
    invoices: dict[str, BookedInvoice] = field(default_factory=dict)
    memos: dict[str, BookedMemo] = field(default_factory=dict)
    journal: GeneralLedger = field(default_factory=GeneralLedger)
    last: dict[str, int] = field(default_factory=dict)

    def next_number(self, kind: str, first: int) -> str:
        """Return the next number of a kind."""
        self.last[kind] = self.last.get(kind, first - 1) + 1
        return str(self.last[kind])

    def site(self, party: str, account: str, site: str) -> BookedSite:
        """Return a site. Raise RecordNotFound unless it is one of this party and account (section 8, item 2)."""
        found = self.sites.get(site)
        if found is None or (found.party_number, found.account_number) != (party, account):
            raise RecordNotFound
        return found

    def receipt(self, site: BookedSite, number: str) -> BookedReceipt:
        """Return a receipt of a site. Raise RecordNotFound unless it is there."""
        found = self.receipts.get(number)
        if found is None or found.site_number != site.site_number:
            raise RecordNotFound
        return found

    def invoice(self, site: BookedSite, number: str) -> BookedInvoice:
        """Return an invoice of a site. Raise RecordNotFound unless it is there."""
        found = self.invoices.get(number)
        if found is None or found.site_number != site.site_number:
            raise RecordNotFound
        return found

    def memo(self, site: BookedSite, number: str) -> BookedMemo:
        """Return a credit memo of a site. Raise RecordNotFound unless it is there."""
        found = self.memos.get(number)
        if found is None or found.site_number != site.site_number:
            raise RecordNotFound
        return found


def money(value: object, name: str) -> Decimal:
    """Return an amount with two places. Raise RequestRefused for anything else."""
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            raise InvalidOperation
        amount = Decimal(value)
        exact = amount.quantize(ZERO)
        if exact != amount:
            raise InvalidOperation
    except InvalidOperation:
        raise RequestRefused(f"{name} is not a valid amount.") from None
    return exact
