"""What an error of psycopg2 does not say by itself: who holds a lock, and the last words of a server that hung up.

Both are looked up at once, while the lock is still held and the connection is there, and kept as notes of the error.
"""

import re
from collections.abc import Iterable
from typing import Any

import psycopg2
from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, ExceptionContext
from sqlalchemy.exc import SQLAlchemyError

from config.errors import ConfigError
from database.sql import statements

FATAL = "FATAL:"
_MOST = 3
_OF_A_ROW = re.compile(r'in relation "([^"]+)"')
_NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO|TABLE|ONLY)\s+([a-z_][\w.]*)", re.IGNORECASE)


def list_holders(
    connection: Connection, tables: Iterable[str], *, readers: bool = True, without: Iterable[int] = ()
) -> str:
    """Return who uses some tables, in words, the oldest transaction first; nothing where nobody does.

    readers  whether those count that only read
    without  the processes that do not count
    """
    values = {"tables": list(tables), "readers": readers, "without": list(without), "most": _MOST}
    rows = statements(__package__).run(connection, "list_lock_holders", **values).all()
    return "; ".join(f"{row.table} is used by {row.session} (process {row.pid}, {row.doing})" for row in rows)


def note_more(context: ExceptionContext) -> None:
    """Add to an error what can be found out about it now; whatever goes wrong in that, the error stays what it is."""
    error = context.original_exception
    if context.connection is None or not isinstance(error, psycopg2.Error):
        return
    if isinstance(error, LockNotAvailable):
        _note_holders(error, context.connection, context.statement or "")
    elif error.pgcode is None:
        raw = context.connection._dbapi_connection
        note_last_words(error, getattr(raw, "dbapi_connection", None))


def note_last_words(error: psycopg2.Error, raw: Any) -> None:
    """Add what the server said before it hung up, which libpq keeps with the connection and not with the error."""
    try:
        said = raw.info.error_message or ""
    except (psycopg2.Error, AttributeError):
        return
    if FATAL in said:
        error.add_note(said.split(FATAL, 1)[1].strip().split("\n", 1)[0])


def _note_holders(error: LockNotAvailable, connection: Connection, statement: str) -> None:
    row_of = _OF_A_ROW.findall(str(error))
    tables = row_of or _NAMED.findall(statement)
    try:
        ours = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        with connection.engine.connect() as another:
            said = list_holders(another, tables, readers=not row_of, without=[ours])
    except (SQLAlchemyError, ConfigError):
        return
    if said:
        error.add_note(said)
