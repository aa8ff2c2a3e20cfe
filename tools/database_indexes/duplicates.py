"""The rows that keep a unique index from being built."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from database.sql import statements
from tools.database_indexes.indexes import DatabaseIndex

sql = statements(__package__)

SHOWN = 50


@dataclass(frozen=True)
class DuplicateKey:
    """A key that stands in more than one row; the rows are told by where they lie (ctid)."""

    key: str
    rows: int
    places: str


def find_duplicates(connection: Connection, index: DatabaseIndex) -> list[DuplicateKey]:
    """Return the keys of a unique index that more than one row has; the table is read without the index."""
    key = sql.run(connection, "read_index_key", name=index.name).one()
    columns, rows = (words.replace(":", r"\:") for words in key)  # a colon begins no parameter
    for setting in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
        connection.execute(text(f"SET {setting} = off"))
    statement = sql["list_duplicates"].text.format(table=index.table, columns=columns, rows=f"({rows})")
    found = connection.execute(text(statement), {"limit": SHOWN})
    return [DuplicateKey(*tuple(row)) for row in found]
