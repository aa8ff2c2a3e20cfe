"""Read the settlement CSV of CAS: bytes in, one row a line out; no I/O, no database.

Source: docs/specs/cas-settlement-csv.md section 1. UTF-8 with or without BOM, CRLF or LF, quoted or not, columns
looked up by name in any case. A line that cannot be read comes back as a row with a `problem`, a value that cannot be
read is noted among the `faults` of its row: rules.py knows which values a row needs. No line is ever skipped, and none
takes another with it: a quote that is not closed ends with its line.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from config.errors import HeaderError

COLUMNS = {
    "record_type": ("record type",),
    "source_type": ("source transaction type",),
    "source_number": ("source transaction number",),
    "application_id": ("application id",),
    "application_date": ("application date",),
    "amount": ("application amount",),
    "customer_account": ("customer account",),
    "target_type": ("target transaction type",),
    "target_number": ("target transaction number",),
    "original_amount": ("target transaction original amount",),
    "outstanding_amount": ("target transaction outstanding amount",),
    "status": ("target transaction status",),
    "reversal_code": ("reversal reason code",),
    "reversal_reason": ("reversal reason description", "reversal reason desc"),
}
_DATE_PLACE = list(COLUMNS).index("application_date")
_CODE_PLACE = list(COLUMNS).index("reversal_code")  # told apart from the reason, and not kept
_OPTIONAL = {"reversal_code", "reversal_reason"}
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DATE = re.compile(r"(\d{1,2})-([A-Za-z]{3})-(\d{2})", re.ASCII)
_AMOUNT = re.compile(r"[+-]?(\d{1,13}(\.\d{0,2})?|\.\d{1,2})", re.ASCII)
REWRITTEN = re.compile(r"\d(\.\d+)?E[+-]\d+|\d+\.\d*|#.*", re.ASCII | re.IGNORECASE)  # by a spreadsheet
_NUMBERS = {"source_number", "customer_account", "target_number"}
_PLACES = tuple((place, column, column in _NUMBERS) for place, column in enumerate(COLUMNS))
_FARTHEST = timedelta(days=366)
_LARGEST_ID = 2**63 - 1
LONGEST_LINE = 8192
LONGEST_TEXT = 50
REVERSED_TYPES = ("PADR", "PAYR")
_ZERO = Decimal("0.00")
_END_SIGN = b"\x1a"
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One line after the header. Amounts in CAD, two places, None where blank; the date is a local day.

    line     its number in the file, the header being 1
    problem  why the line could not be read at all
    faults   column: why its value could not be read, with what was expected; the column holds what can be shown
    """

    line: int
    record_type: str = ""
    source_type: str = ""
    source_number: str = ""
    application_id: int | None = None
    application_date: date | None = None
    amount: Decimal | None = None
    customer_account: str = ""
    target_type: str = ""
    target_number: str = ""
    original_amount: Decimal | None = None
    outstanding_amount: Decimal | None = None
    status: str = ""
    reversal_reason: str | None = None
    problem: str | None = None
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_bounce(self) -> bool:
        """Whether it says that a PAD payment came back: an NSF row (sections 5.1 and 8)."""
        status = self.status.lower()
        if self.target_type != "INV" or status == "fully paid":
            return False
        return self.record_type in REVERSED_TYPES or (self.record_type == "PADP" and status == "not paid")

    def identity(self) -> str:
        """Return what makes a line the same line in another file.

        That is everything but its date and running balance; without an Application Id the balance tells two equal
        part payments apart.
        """
        parts = (
            self.record_type,
            self.source_number,
            self.application_id or self.faults.get("application_id") or f"owing {self.outstanding_amount or _ZERO}",
            self.amount or _ZERO,
            self.customer_account,
            self.target_type,
            self.target_number,
            self.status.lower(),
        )
        return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def read_settlement(
    content: Iterable[bytes], *, source: str, day: date | None = None, today: date | None = None
) -> Iterator[SettlementRow]:
    """Read the rows of one settlement file, in file order and in constant memory.

    content  the file in pieces of any size
    source   the file's name, used in messages only
    day      the file's own day; a date more than a year from it is a fault
    today    the day of the run; a date after it is a fault
    Raises HeaderError if the header is not the expected one.
    """
    lines = (line for block in whole_lines(content) for line in split_lines(block))
    layout = read_header(next(lines, b""), source)
    for number, line in enumerate(lines, 2):
        if line.strip():
            yield read_line(number, line, layout, day, today)


def whole_lines(content: Iterable[bytes]) -> Iterator[bytes]:
    """Return the content in blocks of whole lines, split at LF only; none is empty.

    The last line is cut where it grows too long, so that a file without line ends cannot fill the memory. The end sign
    of DOS behind it is no line.
    """
    rest = b""
    for piece in content:
        block = rest + piece
        end = block.rfind(b"\n") + 1
        rest = block[end:][: 2 * LONGEST_LINE]
        if end:
            yield block[:end]
    if rest not in {b"", _END_SIGN}:
        yield rest


def split_lines(block: bytes) -> list[bytes]:
    """Return the lines of a block, each without its end and cut where it is too long to be read."""
    lines = block.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return list(map(cut_line, lines))


def cut_line(line: bytes) -> bytes:
    """Return a line without its end, cut where it is too long to be read."""
    return line.removesuffix(b"\r")[: LONGEST_LINE + 1]


@dataclass(frozen=True)
class Layout:
    """Where the columns of a file stand.

    places  in the order of COLUMNS; the width for a column that is absent
    width   how many fields a line may have
    needed  how many there are up to the last that is not optional
    """

    places: tuple[int, ...]
    width: int
    needed: int


def read_header(line: bytes, source: str) -> Layout:
    """Return where the columns stand. Raises HeaderError if the header is not the expected one."""
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in line[:4]:
        raise HeaderError(f"{source} is UTF-16 (expected UTF-8).")
    if b"\r" in line and b"," in line.partition(b"\r")[0]:
        raise HeaderError(f"{source}: its lines end in CR alone (expected CRLF or LF).")
    try:
        text = _text(line, "strict").lstrip(_BYTE_ORDER_MARK)
        fields = next(csv.reader([text], strict=True), [])
    except (ValueError, csv.Error) as error:
        raise HeaderError(f"{source}: the first line is not a header: {error}.") from None
    names = [name.strip().lower() for name in fields]
    found: dict[str, int] = {}
    for column, spellings in COLUMNS.items():
        places = [place for place, name in enumerate(names) if name in spellings]
        if len(places) > 1:
            raise HeaderError(f"{source}: the header names '{spellings[0]}' twice.")
        if places:
            found[column] = places[0]
    if not found:
        raise HeaderError(f"{source}: the first line is not a header: it begins with {text[:40]!r}.")
    missing = [names_[0] for column, names_ in COLUMNS.items() if column not in {*found, *_OPTIONAL}]
    if missing:
        lacks = "', '".join(missing)
        raise HeaderError(f"{source}: the header lacks '{lacks}' (found {len(found)} of {len(COLUMNS)} columns).")
    return Layout(
        tuple(found.get(column, len(names)) for column in COLUMNS),
        len(names),
        1 + max(place for column, place in found.items() if column not in _OPTIONAL),
    )


def _text(line: bytes, errors: str) -> str:
    if len(line) > LONGEST_LINE:
        raise ValueError(f"the line is longer than {LONGEST_LINE} bytes")
    try:
        return line.decode("utf-8", errors)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start + 1} of the line is not UTF-8") from None


def _fields(line: bytes, layout: Layout) -> list[str]:
    """Return the fields of a line; a stray quote behind the last needed column spoils none of those before it."""
    text = _text(line, "surrogateescape")
    if '"' not in text and text.isprintable():
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        needed = _first_fields(layout.needed).match(text)
        if needed is None:
            raise ValueError(f"the line is not CSV ({error})") from None
        rest = text[needed.end() :].replace('"', "").split(",", layout.width - layout.needed - 1)
        return [*next(csv.reader([needed[1]], strict=True)), *rest]


@lru_cache(maxsize=16)
def _first_fields(count: int) -> re.Pattern[str]:
    one = r'(?:"(?:[^"]|"")*"|[^",\r]*)'
    return re.compile(rf"((?:{one},){{{count - 1}}}{one}),")


def read_line(number: int, line: bytes, layout: Layout, file_day: date | None, today: date | None) -> SettlementRow:
    """Return the row of a line that is not blank."""
    try:
        fields = _fields(line, layout)
    except ValueError as error:
        return SettlementRow(number, problem=str(error))
    while len(fields) > layout.width and not fields[-1].strip():
        fields.pop()
    problem = None
    if len(fields) > layout.width:
        problem = f"{len(fields)} fields where the header names {layout.width}"
        fields = fields[: layout.width]
    fields += [""] * (layout.width - len(fields) + 1)  # the last stands for absent columns
    texts = [fields[place].strip() for place in layout.places]
    faults: dict[str, str] = {}
    for place, column, is_number in _PLACES:
        text = texts[place]
        if len(text) > LONGEST_TEXT or not text.isprintable() or (is_number and REWRITTEN.fullmatch(text)):
            texts[place] = _doubtful(column, text, faults)
    values = list[Any](texts)
    for place, column, name, read in _READERS:
        values[place], fault = read(name, texts[place])
        if fault:
            faults[column] = fault
    day = values[_DATE_PLACE]
    if day is not None and (fault := day_fault(day, file_day, today)):
        faults["application_date"] = f"application date '{texts[_DATE_PLACE]}' {fault}"
    del values[_CODE_PLACE]
    return SettlementRow(number, *[*values, problem, faults])


def _doubtful(column: str, text: str, faults: dict[str, str]) -> str:
    """Return a text as it can be shown, and note why it cannot be relied on."""
    name = column.replace("_", " ")
    try:
        text.encode()
    except UnicodeEncodeError:
        faults[column] = f"{name} is not UTF-8"
        text = text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    if "\0" in text:
        faults[column] = f"{name} holds a NUL byte"
    if column in _OPTIONAL:
        return text
    if len(text) > LONGEST_TEXT:
        faults[column] = f"{name} is longer than {LONGEST_TEXT} characters"
    elif column in _NUMBERS and REWRITTEN.fullmatch(text):
        faults[column] = f"{name} '{text}' was rewritten by a spreadsheet"
    return text[:LONGEST_TEXT]


def day_fault(day: date, file_day: date | None, today: date | None) -> str | None:
    """Return why a date cannot be relied on: nothing was applied in the future, or far from the file's own day."""
    if file_day is not None and abs(day - file_day) > _FARTHEST:
        return f"is more than a year from the file's own day, {file_day}"
    if today is not None and day > today:
        return f"has not come yet (today is {today})"
    return None


@lru_cache(maxsize=4096)
def read_amount(name: str, value: str) -> tuple[Decimal | None, str | None]:
    """Return an amount in CAD, None where blank, and why it could not be read."""
    if not value:
        return None, None
    if not _AMOUNT.fullmatch(value):
        return None, f"{name} '{value}' is not an amount (expected like '12.50')"
    return Decimal(value).quantize(_ZERO), None


@lru_cache(maxsize=512)
def read_day(name: str, value: str) -> tuple[date | None, str | None]:
    """Return a day, None where blank, and why it could not be read."""
    if not value:
        return None, None
    match = _DATE.fullmatch(value)
    try:
        if match is None:
            raise ValueError
        return date(2000 + int(match[3]), _MONTHS[match[2].lower()], int(match[1])), None
    except (KeyError, ValueError):
        return None, f"{name} '{value}' is not a date (expected like '05-Nov-26')"


def _identifier(name: str, value: str) -> tuple[int | None, str | None]:
    if not value:
        return None, None
    if not (value.isascii() and value.isdigit()) or int(value) > _LARGEST_ID:
        return None, f"{name} '{value}' is not a whole number up to {_LARGEST_ID}"
    return int(value), None


def _code(_name: str, value: str) -> tuple[str, None]:
    return value.upper(), None


def _optional(_name: str, value: str) -> tuple[str | None, None]:
    return value or None, None


_READ_AS: Mapping[str, Callable[[str, str], tuple[Any, str | None]]] = {
    "record_type": _code,
    "application_id": _identifier,
    "application_date": read_day,
    "amount": read_amount,
    "target_type": _code,
    "original_amount": read_amount,
    "outstanding_amount": read_amount,
    "reversal_reason": _optional,
}  # the other columns are text
_READERS = tuple(
    (list(COLUMNS).index(column), column, column.replace("_", " "), read) for column, read in _READ_AS.items()
)
