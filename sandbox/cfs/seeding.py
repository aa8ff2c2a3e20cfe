"""Put sites, invoices, credit memos and receipts with chosen numbers straight into the books."""

from dataclasses import field
from decimal import Decimal

from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from sandbox.cfs.books import ZERO, BookedSite, CfsBooks
from sandbox.cfs.invoices import create_invoice, create_memo
from sandbox.cfs.receipts import adjust_receipt, apply_receipt, create_receipt, reverse_receipt

STRICT = ConfigDict(extra="forbid")


@dataclass(config=STRICT)
class SeedSite:
    """A site; its party and account come into being with it."""

    party_number: str
    account_number: str
    site_number: str
    site_name: str = "Site 1"
    receipt_method: str | None = None


@dataclass(config=STRICT)
class SeedInvoice:
    """An invoice, nothing of it paid."""

    site_number: str
    invoice_number: str
    total: Decimal
    pbc_ref_number: str = ""


@dataclass(config=STRICT)
class SeedReceipt:
    """A receipt, applied to the invoices in order; `adjusted` has left it as a refund since."""

    site_number: str
    receipt_number: str
    receipt_amount: Decimal
    payment_method: str = "BC REG Cash Equivalent"
    receipt_date: str = "2026-11-05"
    applied_to: list[str] = field(default_factory=list)
    adjusted: Decimal = ZERO
    is_reversed: bool = False


@dataclass(config=STRICT)
class SeedMemo:
    """An open credit memo over a positive amount."""

    site_number: str
    credit_memo_number: str
    amount: Decimal


@dataclass(config=STRICT)
class Seed:
    """What to put into the books, in this order."""

    sites: list[SeedSite] = field(default_factory=list)
    invoices: list[SeedInvoice] = field(default_factory=list)
    credit_memos: list[SeedMemo] = field(default_factory=list)
    receipts: list[SeedReceipt] = field(default_factory=list)


SEED = TypeAdapter(Seed)


def plant(books: CfsBooks, seed: Seed) -> None:
    """Put it all into the books, by the rules of CFS, up to the first that does not fit: RequestRefused or KeyError."""
    for site in seed.sites:
        books.parties.setdefault(site.party_number, f"BCR-{site.party_number}")
        books.accounts[site.account_number] = site.party_number
        books.sites[site.site_number] = BookedSite(
            party_number=site.party_number,
            account_number=site.account_number,
            site_number=site.site_number,
            site_name=site.site_name,
            receipt_method=site.receipt_method,
        )
    for one in seed.invoices:
        where = books.sites[one.site_number]
        invoice = create_invoice(books, where, number=one.invoice_number, total=one.total + ZERO)
        invoice.pbc_ref_number = one.pbc_ref_number or invoice.pbc_ref_number
    for memo in seed.credit_memos:
        create_memo(books, books.sites[memo.site_number], total=ZERO - memo.amount, number=memo.credit_memo_number)
    for money in seed.receipts:
        receipt = create_receipt(
            books,
            books.sites[money.site_number],
            number=money.receipt_number,
            date=money.receipt_date,
            amount=money.receipt_amount + ZERO,
            method=money.payment_method,
            by_cfs=True,
        )
        for number in money.applied_to:
            apply_receipt(books, receipt, books.invoices[number])
        if money.adjusted:
            adjust_receipt(books, receipt, amount=money.adjusted + ZERO, activity="Refund Adjustment FAS")
        if money.is_reversed:
            reverse_receipt(books, receipt, reason="PAYMENT REVERSAL", comment="Created In Error")
