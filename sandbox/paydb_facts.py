"""The pay database as docs/specs/paydb records it: columns, indexes and sequences, read into values.

The CSV files are the source; the sandbox builds its tables from them, and a test can compare any other
definition of these tables with what is read here.

>>> next(column for column in read_columns() if column.table == "invoices").name
'created_by'
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FACTS = Path(__file__).resolve().parent.parent / "docs" / "specs" / "paydb"

_OF_HISTORY = ("_history", "_version")
_VERSION_KEYS = ("version", "transaction_id")


@dataclass(frozen=True)
class PayColumn:
    """One column; `foreign_key` is (table, column) of what it points at, `default` is an SQL expression."""

    table: str
    name: str
    position: int
    type: str
    nullable: bool
    default: str | None
    primary_key: bool
    foreign_key: tuple[str, str] | None


@dataclass(frozen=True)
class PayIndex:
    """One index, primary keys and unique constraints included."""

    table: str
    name: str
    columns: tuple[str, ...]
    unique: bool

    @property
    def primary_key(self) -> bool:
        """Whether the index stands behind the table's primary key."""
        return self.name.endswith("_pkey")

    @property
    def constraint(self) -> bool:
        """Whether a constraint made it: those are unique and lack the prefix that migrations give an index."""
        return self.unique and not self.name.startswith("ix_")


@dataclass(frozen=True)
class PaySequence:
    """One sequence and the column that owns it, if any does."""

    name: str
    owner: tuple[str, str] | None


def read_columns() -> tuple[PayColumn, ...]:
    """Read every column, tables by name, columns by position; the tables of history come last."""
    columns = tuple(
        PayColumn(
            table=row["table"],
            name=row["column"],
            position=int(row["position"]),
            type=row["type"],
            nullable=row["nullable"] == "YES",
            default=row["default"] or None,
            primary_key=row["primary_key"] == "YES",
            foreign_key=_table_and_column(row["foreign_key"]),
        )
        for row in _rows("columns.csv")
    )
    return columns + _history_columns(columns)


def read_indexes() -> tuple[PayIndex, ...]:
    """Read every index, tables by name; of the tables of history only their primary keys are known."""
    indexes = tuple(
        PayIndex(row["table"], row["index"], tuple(row["columns"].split(",")), row["unique"] == "YES")
        for row in _rows("indexes.csv")
    )
    keys: dict[str, tuple[str, ...]] = {}
    for column in read_columns():
        if column.primary_key and column.table.endswith(_OF_HISTORY):
            keys[column.table] = (*keys.get(column.table, ()), column.name)
    return indexes + tuple(PayIndex(table, f"{table}_pkey", key, unique=True) for table, key in keys.items())


def read_sequences() -> tuple[PaySequence, ...]:
    """Read every sequence by name."""
    return tuple(PaySequence(row["sequence"], _table_and_column(row["owned_by"])) for row in _rows("sequences.csv"))


def columns_by_table() -> dict[str, tuple[PayColumn, ...]]:
    """Return the columns of each table."""
    tables: dict[str, tuple[PayColumn, ...]] = {}
    for column in read_columns():
        tables[column.table] = (*tables.get(column.table, ()), column)
    return tables


def parents_first(tables: Iterable[str]) -> list[str]:
    """Order tables so that each comes after those its foreign keys point at.

    A pointer from a table to itself does not count. Raise ValueError if tables point at each other in a ring.
    """
    waiting = {table: set[str]() for table in sorted(tables)}
    for column in read_columns():
        if column.foreign_key and column.table in waiting:
            waiting[column.table].add(column.foreign_key[0])
    ordered: list[str] = []
    while waiting:
        ready = [table for table, parents in waiting.items() if not parents & (waiting.keys() - {table})]
        if not ready:
            raise ValueError(f"the foreign keys of {', '.join(waiting)} form a ring")
        ordered += ready
        for table in ready:
            del waiting[table]
    return ordered


def _history_columns(columns: tuple[PayColumn, ...]) -> tuple[PayColumn, ...]:
    """Read the columns of the tables of history; their keys are that of the table itself and its version."""
    keys = {(column.table, column.name) for column in columns if column.primary_key}
    return tuple(
        PayColumn(
            table=row["table"],
            name=row["column"],
            position=int(row["position"]),
            type=row["type"],
            nullable=row["nullable"] == "YES",
            default=row["default"] or None,
            primary_key=row["column"] in _VERSION_KEYS or (row["table"].rpartition("_")[0], row["column"]) in keys,
            foreign_key=None,
        )
        for row in _rows("history_columns.csv")
    )


def _table_and_column(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    table, column = text.split(".")
    return table, column


def _rows(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
