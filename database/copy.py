"""COPY rows into a table: about sixty times as fast as `executemany`, in constant memory.

Every value is encoded here and nowhere else, so that no byte from outside ends a field, a row or the statement.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import psycopg2
from psycopg2 import sql
from sqlalchemy.exc import DBAPIError

from database.engine import raw_connection
from database.sessions import Session

_CHUNK = 1 << 16
_PLAIN = bytes(code for code in range(ord(" "), 0x7F) if code != ord("\\"))
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class EncodedRows(Protocol):
    """A stream of rows that encode_row or encode_columns made."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, none at the end."""


def copy_rows(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Stream rows into a table through COPY and return their number.

    table    a name, or schema and name with a dot between
    rows     one value a column; None is NULL, everything else goes as `str` gives it, what no database takes as
             `storable` gives it
    Raises what the rows raise, not what psycopg2 makes of it, and DBAPIError for what the database refuses.
    """
    return copy_pieces(session, table, columns, map(encode_row, rows))


def copy_pieces(session: Session, table: str, columns: Sequence[str], pieces: Iterable[bytes]) -> int:
    """Stream pieces that encode_row or encode_columns made into a table and return the number of rows.

    Raises what the pieces raise, not what psycopg2 makes of it, and DBAPIError for what the database refuses.
    """
    stream = _Pieces(pieces)
    try:
        return copy_encoded(session, table, columns, stream)
    except DBAPIError:
        if stream.fault is not None:
            raise stream.fault from None
        raise


def copy_encoded(session: Session, table: str, columns: Sequence[str], rows: EncodedRows) -> int:
    """Stream rows that encode_row made into a table and return their number. Raises DBAPIError."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(sql.Identifier(name) for name in columns)
    )
    with raw_connection(session).cursor() as cursor:
        try:
            cursor.copy_expert(command.as_string(cursor), rows, size=_CHUNK)
        except psycopg2.Error as error:
            raise DBAPIError.instance("COPY", None, error, psycopg2.Error) from error
        return int(cursor.rowcount)


def encode_row(values: Iterable[Any]) -> bytes:
    """Return one row in COPY's text format."""
    return ("\t".join(map(_field, values)) + "\n").encode()


def encode_columns(columns: Sequence[Sequence[str] | str | None]) -> bytes:
    """Return rows in COPY's text format, given column by column; a lone text, or None, is the same in each row.

    At least one column has a text for each row; it has one at least.
    """
    count = next(len(column) for column in columns if not isinstance(column, str | None))
    texts = [[r"\N" if column is None else column] * count if isinstance(column, str | None) else column
             for column in columns]  # fmt: skip
    lone_nulls = sum(column is None for column in columns)
    text = "\n".join(map("\t".join, zip(*texts, strict=True))) + "\n"
    encoded = text.encode("utf-8", "surrogatepass")
    special = encoded.translate(None, _PLAIN).decode("utf-8", "surrogatepass")
    others = special.replace("\n", "").replace("\t", "")
    is_plain = others.isprintable() and others.count("\\") == lone_nulls * count
    if is_plain and special.count("\t") == count * (len(columns) - 1) and special.count("\n") == count:
        return encoded
    values = [[column] * count if isinstance(column, str | None) else column for column in columns]
    return b"".join(map(encode_row, zip(*values, strict=True)))


def storable(text: str) -> str:
    r"""Return a text with what no database takes, NUL and halves of surrogate pairs, made visible.

    >>> storable("a\0b")
    'a\\x00b'
    """
    return _UNSTORABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


class _Pieces:
    """A file-like view of encoded pieces; reads no more of them than asked for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.fault: Exception | None = None
        self._pieces = iter(pieces)
        self._buffer = b""

    def read(self, size: int = _CHUNK) -> bytes:
        parts = [self._buffer]
        length = len(self._buffer)
        while length < size:
            piece = self._next()
            if piece is None:
                break
            parts.append(piece)
            length += len(piece)
        data = b"".join(parts)
        self._buffer = data[size:]
        return data[:size]

    def _next(self) -> bytes | None:
        try:
            return next(self._pieces, None)
        except Exception as fault:
            self.fault = fault
            raise


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    text = value if value.__class__ is str else str(value)
    if text.isprintable() and "\\" not in text:
        return text
    return storable(text).translate(_ESCAPES)
