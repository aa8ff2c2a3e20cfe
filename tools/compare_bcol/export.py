"""Read an export of BC Online's billing records: CSV in, one record a line out."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from config.errors import UsageError
from jobs.parameters import FIRST_YEAR
from tools.compare_bcol.arguments import Arguments

_AMOUNT = re.compile(r"-?\d{1,13}(\.\d{1,2})?", re.ASCII)
_SPOILT = re.compile(r"[\x00\r\n]")


@dataclass(frozen=True)
class BcolRecord:
    """One billing record, in CAD; `problem` says why it could not be read."""

    line: int
    key: str
    amount: Decimal = Decimal("0.00")
    day: date | None = None
    problem: str | None = None


def read_export(arguments: Arguments, *, today: date) -> Iterator[BcolRecord]:
    """Read the records in file order.

    Raises UsageError if a named column is not there, or where the file is not CSV from some line on: what follows an
    open quote would be taken for one field, and records that were billed for records that were not.
    """
    with arguments.file.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        begun = 1
        try:
            key, amount, day = _columns(reader.fieldnames or (), arguments)
            begun = reader.line_num + 1
            for row in reader:
                if any(_SPOILT.search(value) for value in row.values() if isinstance(value, str)):
                    raise csv.Error("a field holds a NUL or a line end")
                values = row.get(key), row.get(amount), row.get(day)
                yield _record(reader.line_num, *values, form=arguments.date_format, today=today)
                begun = reader.line_num + 1
        except csv.Error as error:
            raise UsageError(
                f"{arguments.file} is not CSV from line {begun} on ({error}). Nothing was compared: look for an open "
                "quote there, or export it again."
            ) from None


def _columns(found: Sequence[str], arguments: Arguments) -> tuple[str, str, str]:
    names = {(name or "").strip().lower(): name for name in found}
    wanted = (arguments.key_column, arguments.amount_column, arguments.date_column)
    missing = [name for name in wanted if name.strip().lower() not in names]
    if missing:
        raise UsageError(
            f"{arguments.file}: there is no column {', '.join(missing)} (found: {', '.join(found)}). "
            "Name the columns with --key-column, --amount-column and --date-column."
        )
    key, amount, day = (names[name.strip().lower()] for name in wanted)
    return key, amount, day


def _record(line: int, key: str | None, amount: str | None, day: str | None, *, form: str, today: date) -> BcolRecord:
    name = (key or "").strip().upper()
    money = (amount or "").strip().replace(",", "").removeprefix("$")
    if not name:
        return BcolRecord(line, name, problem="the key is blank")
    if not _AMOUNT.fullmatch(money):
        return BcolRecord(line, name, problem=f"'{amount}' is not an amount (expected 12.50)")
    try:
        on = datetime.strptime((day or "").strip(), form).date()  # noqa: DTZ007 - a date without a time
    except ValueError:
        return BcolRecord(line, name, problem=f"date '{day}' is not written like {form}")
    if on.year < FIRST_YEAR or on > today:
        return BcolRecord(line, name, problem=f"date '{day}' is not between {FIRST_YEAR} and today")
    return BcolRecord(line, name, Decimal(money), on)
