"""A table of one database as a stream: key and values of each row, in the order of the keys, a few rows at a time."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from pydantic import SecretStr
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from config.errors import SourceUnavailable, UsageError
from config.settings import DatabaseSettings
from config.visible import on_one_line
from database.engine import make_engine
from database.sql import statements
from tools.compare_shadow.tables import LEFT_OUT, ONLY_WHETHER, ComparedTable

sql = statements(__package__)

_ROWS_AT_ONCE = 5000
_COLUMNS = text(
    "SELECT column_name, data_type FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = :table ORDER BY column_name"
)
_NUMBERS = ("numeric", "double precision", "real")


class KeyedRow(NamedTuple):
    """A row: its key, the how manyth of that key it is, and its values as JSON text in the order of the columns."""

    key: str
    number: int
    values: str

    @property
    def place(self) -> tuple[str, int]:
        """Where it stands in its stream."""
        return self.key, self.number

    @property
    def name(self) -> str:
        """The key as people see it."""
        return self.key if self.number == 1 else f"{self.key} #{self.number}"

    def by_column(self, columns: Sequence[str]) -> dict[str, str | None]:
        """Return the values by column, each as text."""
        return dict(zip(columns, json.loads(self.values), strict=True))


@contextmanager
def one_snapshot(option: str, address: SecretStr) -> Iterator[Connection]:
    """Return a connection that sees its database as it is at one moment, and cannot write.

    option  where the address was typed, for messages
    Raises SourceUnavailable where it cannot be reached, UsageError where the address is none.
    """
    settings = DatabaseSettings.model_construct(url=address)  # nothing of the environment: it is about its own database
    try:
        engine = make_engine(settings, application_name="pay-jobs compare shadow", pooled=False)
    except (ArgumentError, ValueError):
        raise _no_address(option) from None
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    try:
        with _connected(engine, option).execution_options(**options) as connection:
            connection.execute(text("SET LOCAL work_mem = '64MB'"))
            yield connection
    finally:
        engine.dispose()


def _connected(engine: Engine, option: str) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        cause, *_ = str(error.orig).strip().splitlines()
        raise SourceUnavailable(
            f"The database of {option} cannot be reached ({on_one_line(cause)}). Nothing was compared: check host and "
            "port of its address, and whether its server runs."
        ) from None
    except (ProgrammingError, ValueError):
        raise _no_address(option) from None


def _no_address(option: str) -> UsageError:
    """Return what is said of an address that cannot be read; it may hold a password, and is not repeated."""
    return UsageError(
        f"The address of {option} cannot be read: it must be like postgresql://reader@host:5432/pay, with %40 for "
        "an @ in a password."
    )


def columns_of(connection: Connection, table: str) -> dict[str, str]:
    """Return the columns of a table that are compared, with their types."""
    found = connection.execute(_COLUMNS, {"table": table})
    return {name: kind for name, kind in map(tuple, found) if (table, name) not in LEFT_OUT}


def read_rows(
    connection: Connection, table: ComparedTable, columns: dict[str, str], since: datetime | None
) -> Iterator[KeyedRow]:
    """Return the rows of a table in the order of their keys by code point, the rows of one key by number."""
    statement = text(_statement(table, columns, is_limited=since is not None))
    values = {"since": since} if since is not None and table.since else {}
    with connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement, values) as rows:
        yield from map(KeyedRow._make, rows)


def _statement(table: ComparedTable, columns: dict[str, str], *, is_limited: bool) -> str:
    key = " || ' ' || ".join(f"coalesce(CAST({part} AS text), '-')" for part in table.key)
    shown = ", ".join(_shown(table, column, kind) for column, kind in columns.items())
    parts = {
        "key": key,
        "order": table.order,
        "shown": shown,
        "table": table.name,
        "joined": table.joined,
        "since": table.since if is_limited and table.since else "true",
    }
    return sql["read_keyed"].text.format(**parts)


def _shown(table: ComparedTable, column: str, kind: str) -> str:
    value = dict(table.as_shown).get(column, f'one."{column}"')
    if (table.name, column) in ONLY_WHETHER:
        return f"CASE WHEN {value} IS NOT NULL THEN 'set' END"
    return f"CAST(trim_scale(CAST({value} AS numeric)) AS text)" if kind in _NUMBERS else f"CAST({value} AS text)"
