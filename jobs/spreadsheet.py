"""Cells and CSV for people's spreadsheets: what a job hands to a person is written here, so that none of it is run."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from config.visible import visible

BYTE_ORDER_MARK = "\ufeff"
_RUN_BY_SPREADSHEETS = tuple("=+-@＝＋－＠")


def defused(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula, with what cannot be seen made visible; numbers stay."""
    if not isinstance(value, str) or (value[:1].isalnum() and value.isascii() and value.isprintable()):
        return value
    is_run = value.lstrip().startswith(_RUN_BY_SPREADSHEETS) or value.startswith(("\t", "\r"))
    return f"'{visible(value)}" if is_run else visible(value)


def csv_lines(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Return the lines of a CSV file, header first; texts are defused, None is blank.

    >>> list(csv_lines(["payer", "amount"], [["=1+1", None]]))
    ['payer,amount\\r\\n', "'=1+1,\\r\\n"]
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    yield _taken(buffer)
    for row in rows:
        writer.writerow(["" if value is None else defused(value) for value in row])
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
