"""A line of a settlement file: what CAS writes, what the model learns from it, and how it looks in the file.

Source: docs/specs/cas-settlement-csv.md section 1.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sandbox.cfs.nightly import BOUNCED, HEADER, MONTHS

FULLY, PARTIALLY, NOT, ON_ACCOUNT = "Fully PAID", "Partially PAID", "Not PAID", "On Account"
PAD, BANK, MEMO, WIRE = "BCR-PAD Daily", "BCR Online Banking Payments", "CM", "BC REG EFT Wire Cheque"


@dataclass(frozen=True)
class SettlementLine:
    """One application of money in CFS; amounts in CAD, `account` is the CFS account number.

    number  the CFS invoice, or for money on account the receipt itself
    """

    record: str
    kind: str
    source: str
    application: int
    day: date
    amount: Decimal
    account: str
    number: str
    original: Decimal
    outstanding: Decimal
    status: str
    target: str = "INV"

    def fields(self) -> tuple[str, ...]:
        """Return the fourteen fields."""
        day = f"{self.day.day:02}-{MONTHS[self.day.month - 1]}-{self.day.year % 100:02}"
        bounced = BOUNCED if self.record == "PADR" else ("", "")
        return (
            self.record, self.kind, self.source, str(self.application), day, f"{self.amount:.2f}", self.account,
            self.target, self.number, f"{self.original:.2f}", f"{self.outstanding:.2f}", self.status, *bounced,
        )  # fmt: skip


def settlement_csv(lines: Iterable[SettlementLine]) -> bytes:
    """Write a file as CAS does: byte order mark, every field quoted, CRLF."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(line.fields() for line in lines)
    return written.getvalue().encode("utf-8-sig")
