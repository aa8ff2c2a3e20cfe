"""Read the settlement CSV of CAS column by column: the plain rows of each piece at once, any other row by itself.

A row is plain if its line is CSV of the header's width, and every value but those of a reversal is given, can be read
and is not below zero: nearly every row of nearly every file. The others are read by settlement.py, which has the rules
of the format; a row that is plain here reads the same there.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from itertools import chain, compress
from typing import Any

from connectors.formats import settlement
from connectors.formats.remembered_texts import RememberedTexts
from connectors.formats.settlement import SettlementRow

_PLAIN_ID = re.compile("[1-9][0-9]{0,8}", re.ASCII)
_BYTES_A_CHARACTER = 4
_SHOWN = bytes(range(ord(" "), 0x7F))


@dataclass(frozen=True)
class PlainRows:
    """Some rows of a file, column by column, each value as `str` gives that of a SettlementRow; none has a reversal."""

    line: Sequence[str]
    record_type: Sequence[str]
    source_type: Sequence[str]
    source_number: Sequence[str]
    application_id: Sequence[str]
    application_date: Sequence[str]
    amount: Sequence[str]
    customer_account: Sequence[str]
    target_type: Sequence[str]
    target_number: Sequence[str]
    original_amount: Sequence[str]
    outstanding_amount: Sequence[str]
    status: Sequence[str]

    def identities(self) -> list[str]:
        """Return what SettlementRow.identity gives for each row."""
        parts = zip(
            self.record_type,
            self.source_number,
            self.application_id,
            self.amount,
            self.customer_account,
            self.target_type,
            self.target_number,
            map(str.lower, self.status),
            strict=True,
        )
        texts = "\n".join(map("\x1f".join, parts)).encode().split(b"\n")
        return [blake2b(text, digest_size=16).hexdigest() for text in texts]


def read_columns(
    content: Iterable[bytes], *, source: str, day: date | None = None, today: date | None = None
) -> Iterator[PlainRows | SettlementRow]:
    """Read the rows of one settlement file as read_settlement does; of each piece, the plain rows come first.

    content, source, day and today are those of read_settlement, and so is what is raised.
    """
    blocks = settlement.whole_lines(content)
    head, _, rest = next(blocks, b"").partition(b"\n")
    layout = settlement.read_header(settlement.cut_line(head), source)
    columns = _ColumnReader(layout, day, today)
    number = 2
    for block in chain([rest], blocks):
        count = block.count(b"\n") + (not block.endswith(b"\n") and block != b"")
        plain = columns.read(number, block)
        if plain is not None:
            yield plain
        if plain is None or len(plain.line) < count:
            done = set() if plain is None else set(map(int, plain.line))
            for place, line in enumerate(settlement.split_lines(block), number):
                if place not in done and line.strip():
                    yield settlement.read_line(place, line, layout, day, today)
        number += count


class _ColumnReader:
    """Reads the plain rows of blocks of whole lines."""

    def __init__(self, layout: settlement.Layout, day: date | None, today: date | None) -> None:
        self._layout = layout
        upper = RememberedTexts(lambda text: _short(text, str.upper))
        text = RememberedTexts(_short)
        days = RememberedTexts(lambda text: _day(text, day, today))
        amounts = RememberedTexts(_amount)
        self._readers: dict[str, Callable[[Sequence[str]], Sequence[str | None]]] = {
            "record_type": upper.of,
            "source_type": text.of,
            "source_number": _numbers,
            "application_id": _application_ids,
            "application_date": days.of,
            "amount": amounts.of,
            "customer_account": _numbers,
            "target_type": upper.of,
            "target_number": _numbers,
            "original_amount": amounts.of,
            "outstanding_amount": amounts.of,
            "status": text.of,
        }

    def read(self, first: int, block: bytes) -> PlainRows | None:
        """Return the plain rows of a block, whose first line has this number; None where there are none."""
        texts = _shown_lines(block)
        lines = list(map(str, range(first, first + len(texts))))
        columns = _split_evenly(texts, self._layout.width)
        if columns is None:
            rows = _fields(texts)
            fits = [len(row) == self._layout.width for row in rows]
            lines = list(compress(lines, fits))
            columns = list(zip(*compress(rows, fits), strict=True))
        if not lines:
            return None
        read: dict[str, Sequence[Any]] = {"line": lines}
        odd: set[int] = set()
        for column, place in zip(settlement.COLUMNS, self._layout.places, strict=True):
            if column in self._readers:
                read[column] = self._readers[column](columns[place])
                if None in read[column]:
                    odd.update(at for at, meaning in enumerate(read[column]) if meaning is None)
            elif place < self._layout.width and any(columns[place]):
                odd.update(at for at, text in enumerate(columns[place]) if text.strip())
        if odd:
            keep = [at not in odd for at in range(len(lines))]
            read = {column: list(compress(texts, keep)) for column, texts in read.items()}
        return PlainRows(**read) if read["line"] else None


def _shown_lines(block: bytes) -> list[str]:
    """Return the lines of a block; nothing where one is too long to be read, or holds what is not shown."""
    try:
        text = block.decode().replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError:
        return []
    lines = text.split("\n")
    longest = max(map(len, lines)) * (1 if text.isascii() else _BYTES_A_CHARACTER)
    special = text.encode().translate(None, _SHOWN).decode()
    if longest > settlement.LONGEST_LINE or not special.replace("\n", "").isprintable():
        return []
    return lines


def _split_evenly(lines: Sequence[str], width: int) -> Sequence[Sequence[str]] | None:
    """Return the columns of lines of which no value is quoted, or each is and holds no quote; None for any others."""
    text = "\n".join(lines)
    if '"' not in text:
        comma, ends = ",", "\n"
    elif all(line[:1] == '"' == line[-1:] and line.count('"') == 2 * width for line in lines):
        text, comma, ends = text[1:-1], '","', '"\n"'
    else:
        return None
    texts = text.replace(ends, f"{comma}\n{comma}").split(comma)
    if len(texts) + 1 != len(lines) * (width + 1) or not set(texts[width :: width + 1]) <= {"\n"}:
        return None
    return [texts[at :: width + 1] for at in range(width)]


def _fields(lines: Sequence[str]) -> list[list[str]]:
    """Return the fields of each line; nothing where one may have taken another with it."""
    try:
        rows = list(csv.reader(lines, strict=True))
    except csv.Error:
        return []
    return rows if len(rows) == len(lines) else []


def _short(text: str, written: Callable[[str], str] = str) -> str | None:
    text = text.strip()
    return written(text) if len(text) <= settlement.LONGEST_TEXT else None


def _day(text: str, file_day: date | None, today: date | None) -> date | None:
    day, _ = settlement.read_day("", text.strip())
    return None if day is None or settlement.day_fault(day, file_day, today) else day


def _amount(text: str) -> Decimal | None:
    amount, _ = settlement.read_amount("", text.strip())
    return None if amount is None or amount.is_signed() else amount


def _numbers(texts: Sequence[str]) -> Sequence[str | None]:
    if all(texts) and "".join(texts).isalnum() and max(map(len, texts)) <= settlement.LONGEST_TEXT:
        return texts
    return [text if _is_number(text) else None for text in map(str.strip, texts)]


def _is_number(text: str) -> bool:
    return 0 < len(text) <= settlement.LONGEST_TEXT and not settlement.REWRITTEN.fullmatch(text)


def _application_ids(texts: Sequence[str]) -> Sequence[str | None]:
    return [text if _PLAIN_ID.fullmatch(text) else None for text in map(str.strip, texts)]
