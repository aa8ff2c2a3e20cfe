"""The night of CFS: open memos are applied, PAD money is pulled or bounces, and a settlement file says so.

Source: docs/specs/cfs-api.md section 8, item 10; the layout is docs/specs/cas-settlement-csv.md section 1.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sandbox.cfs.books import ZERO, BookedInvoice, CfsBooks, RequestRefused
from sandbox.cfs.invoices import apply_memo
from sandbox.cfs.receipts import apply_receipt, create_receipt, reverse_receipt

HEADER = (
    "Record type",
    "Source Transaction Type",
    "Source Transaction Number",
    "Application Id",
    "Application Date",
    "Application amount",
    "Customer Account",
    "Target transaction type",
    "Target transaction Number",
    "Target Transaction Original amount",
    "Target Transaction Outstanding Amount",
    "Target transaction status",
    "Reversal Reason code",
    "Reversal reason description",
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PAD = "BCR-PAD Daily"
SOURCES = {
    "BC REG EFT Wire Cheque": ("EFTP", "BC REG EFT Wire Cheque"),
    "Online Banking Payments": ("BOLP", "BCR Online Banking Payments"),
    "BC REG Drawdown Balance": ("DRWP", "BCR-ADJ"),
}
BOUNCED = ("R001", "NON SUFFICIENT FUNDS")
Row = tuple[str, ...]


@dataclass(frozen=True)
class SettlementFile:
    """What CAS drops on its SFTP server."""

    name: str
    content: bytes


class _Source(NamedTuple):
    """Where the money of a row comes from: record type, transaction type, number."""

    record: str
    kind: str
    number: str


def run_night(
    books: CfsBooks, day: date, *, bounced: Sequence[str] = (), with_receipts: bool = False
) -> SettlementFile:
    """Do what CFS does overnight and return the file that tells of it.

    day            the application date, also in the file name
    bounced        invoice numbers, pulled on an earlier night, whose PAD payment comes back
    with_receipts  also apply open receipts to the open invoices of their site
    """
    rows = [_bounce(books, number, day) for number in bounced]
    returned = frozenset(bounced)
    invoices = [one for one in books.invoices.values() if one.amount_due and one.invoice_number not in returned]
    for invoice in invoices:
        rows += _use_memos(books, invoice, day)
        if with_receipts:
            rows += _use_receipts(books, invoice, day)
        rows += _pull(books, invoice, day)
    return SettlementFile(f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv", _csv(rows))


def _bounce(books: CfsBooks, number: str, day: date) -> Row:
    invoice = books.invoices.get(number)
    pulled = [books.receipts[one] for one in invoice.receipts] if invoice else []
    receipt = next((one for one in pulled if one.payment_method == PAD), None)
    if invoice is None or receipt is None:
        raise RequestRefused(f"No PAD payment of {number} can bounce.")
    reverse_receipt(books, receipt, reason="NSF", comment="Non Sufficient Fund")
    return _row(books, _Source("PADR", PAD, receipt.receipt_number), day, ZERO, invoice)


def _use_memos(books: CfsBooks, invoice: BookedInvoice, day: date) -> Iterator[Row]:
    for memo in books.memos.values():
        if memo.site_number == invoice.site_number:
            amount = apply_memo(books, memo, invoice)
            if amount:
                yield _row(books, _Source("CMAP", "CM", memo.credit_memo_number), day, amount, invoice)


def _use_receipts(books: CfsBooks, invoice: BookedInvoice, day: date) -> Iterator[Row]:
    for receipt in books.receipts.values():
        if receipt.site_number == invoice.site_number and not receipt.is_reversed:
            amount = apply_receipt(books, receipt, invoice)
            if amount:
                record, source = SOURCES.get(receipt.payment_method, ("ONAC", receipt.payment_method))
                yield _row(books, _Source(record, source, receipt.receipt_number), day, amount, invoice)


def _pull(books: CfsBooks, invoice: BookedInvoice, day: date) -> Iterator[Row]:
    site = books.sites[invoice.site_number]
    if site.receipt_method != PAD or not invoice.amount_due:
        return
    amount = invoice.amount_due
    number = f"PADRC{books.next_number('pad receipt', 1000001)}"
    receipt = create_receipt(books, site, number=number, date=day.isoformat(), amount=amount, method=PAD, by_cfs=True)
    apply_receipt(books, receipt, invoice)
    yield _row(books, _Source("PADP", PAD, number), day, amount, invoice)


def _row(books: CfsBooks, source: "_Source", day: date, amount: Decimal, invoice: BookedInvoice) -> Row:
    if not invoice.amount_due:
        status = "Fully PAID"
    else:
        status = "Partially PAID" if invoice.amount_due < invoice.total else "Not PAID"
    return (
        source.record,
        source.kind,
        source.number,
        books.next_number("application", 5000001),
        f"{day.day:02}-{MONTHS[day.month - 1]}-{day.year % 100:02}",
        f"{amount:.2f}",
        books.sites[invoice.site_number].account_number,
        "INV",
        invoice.invoice_number,
        f"{invoice.total:.2f}",
        f"{invoice.amount_due:.2f}",
        status,
        *(BOUNCED if source.record == "PADR" else ("", "")),
    )


def _csv(rows: Sequence[Row]) -> bytes:
    """Write the file as CAS does: byte order mark, every field quoted, CRLF."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
