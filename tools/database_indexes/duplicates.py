"""The rows that keep a unique index from being built."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from tools.database_indexes.indexes import Index

SHOWN = 50
_COLUMNS = """
SELECT string_agg(quote_ident(attribute.attname), ', ' ORDER BY key.place)
  FROM pg_index AS index
  JOIN unnest(index.indkey) WITH ORDINALITY AS key (number, place) ON key.number > 0
  JOIN pg_attribute AS attribute ON attribute.attrelid = index.indrelid AND attribute.attnum = key.number
 WHERE index.indexrelid = CAST(:name AS regclass)
"""


@dataclass(frozen=True)
class Duplicate:
    """A key that stands in more than one row; the rows are told by where they lie (ctid)."""

    key: str
    rows: int
    places: str


def find_duplicates(connection: Connection, index: Index) -> list[Duplicate]:
    """Return the keys of a unique index that more than one row has; the table is read without the index."""
    columns: Any = connection.scalar(text(_COLUMNS), {"name": index.name})
    for setting in ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"):
        connection.execute(text(f"SET {setting} = off"))
    rows = connection.execute(
        text(
            f"SELECT CAST(({columns}) AS text), count(*), string_agg(CAST(ctid AS text), ', ' ORDER BY ctid)"
            f"  FROM {index.table} WHERE ROW({columns}) IS NOT NULL GROUP BY {columns} HAVING count(*) > 1"
            "  ORDER BY 1 LIMIT :limit"
        ),
        {"limit": SHOWN},
    )
    return [Duplicate(*tuple(row)) for row in rows]
