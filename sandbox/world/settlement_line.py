"""A line of a settlement file: what CAS writes, what the model learns from it, and how it looks in the file.

Source: docs/specs/cas-settlement-csv.md section 1.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
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
    has_odd_columns: bool = False

    def fields(self) -> tuple[str, ...]:
        """Return the fourteen fields."""
        day = f"{self.day.day:02}-{MONTHS[self.day.month - 1]}-{self.day.year % 100:02}"
        bounced = BOUNCED if self.record == "PADR" else ("", "R\u00e9serv\u00e9") if self.has_odd_columns else ("", "")
        outstanding = "(0.00)" if self.has_odd_columns else f"{self.outstanding:.2f}"
        return (
            self.record, self.kind, self.source, str(self.application), day, f"{self.amount:.2f}", self.account,
            self.target, self.number, f"{self.original:.2f}", outstanding, self.status, *bounced,
        )  # fmt: skip


@dataclass(frozen=True)
class SettlementFile:
    """A file of CAS: the lines that are booked, and behind them rows that cannot be."""

    name: str
    lines: tuple[SettlementLine, ...]
    more: tuple[tuple[str, ...], ...] = ()

    @property
    def content(self) -> bytes:
        """Return its bytes as CAS writes them."""
        return settlement_csv([*(line.fields() for line in self.lines), *self.more])

    def beside(self, row: tuple[str, ...]) -> "SettlementFile":
        """Return the file with a row more."""
        return replace(self, more=(*self.more, row))


@dataclass
class Delivery:
    """What CAS brings in a morning.

    applied    what the run of the morning applies, in this order
    held       the names of what it holds, to be put aside by hand
    later      what comes only at noon
    overtaken  what comes at noon as well, is held as late, and has to be replayed
    wrong      bounces among what is applied that were none; CAS says so before noon
    reports    whether the run of the morning has something to report
    """

    applied: list[SettlementFile] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    later: list[SettlementFile] = field(default_factory=list)
    overtaken: list[SettlementFile] = field(default_factory=list)
    wrong: list[SettlementLine] = field(default_factory=list)
    reports: bool = False


def with_odd_columns(line: SettlementLine) -> SettlementLine:
    """Return a PAD line with an accent in its reason and zero in brackets, which change nothing of what it says."""
    is_paid = line.record == "PADP" and not line.outstanding
    return replace(line, has_odd_columns=True) if is_paid else line


def _nobody(today: date, /, **values: str) -> tuple[str, ...]:
    """Return a row about an invoice that nobody made, with some fields otherwise."""
    of_day = f"{today.day:02}-{MONTHS[today.month - 1]}-{today.year % 100:02}"
    row = {
        "record": "PADP", "kind": PAD, "source": f"PADRC9{today:%j}", "application": f"9{today:%j}", "day": of_day,
        "amount": "10.00", "account": "899999", "target": "INV", "number": "REG09999999", "original": "10.00",
        "outstanding": "0.00", "status": FULLY, "reason": "", "words": "",
    }  # fmt: skip
    return tuple((row | values).values())


# Rows that a job must leave alone, and tell.
NOTHING_TO_BOOK: dict[str, Callable[[date], tuple[str, ...]]] = {
    "an invoice that nobody knows": _nobody,
    "a blank outstanding amount": lambda day: _nobody(day, outstanding=""),
    "a date of another century": lambda day: _nobody(day, day="17-Nov-62"),
    "a number that a spreadsheet rewrote": lambda day: _nobody(day, source="7.66E+11"),
    "a bounce of an account that nobody knows": lambda day: _nobody(
        day, record="PADR", amount="0.00", outstanding="10.00", status=NOT
    ),
    "a record type that is not known": lambda day: _nobody(day, record="XXXX"),
    "a date that has not come": lambda day: _nobody(day + timedelta(days=3)),
    "a date that there is not": lambda day: _nobody(day, day="31-Feb-26"),
}


def settlement_csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    """Write a file as CAS does: byte order mark, every field quoted, CRLF."""
    written = io.StringIO()
    writer = csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return written.getvalue().encode("utf-8-sig")
