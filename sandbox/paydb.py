"""Builds the pay database in an empty PostgreSQL database, from the facts in docs/specs/paydb.

`create_pay_tables` makes tables, sequences, indexes and foreign keys; `load_code_values` fills the code tables;
`advance_sequences` moves each sequence past the ids its table holds. All work on a psycopg2 connection (of
SQLAlchemy: `engine.raw_connection().driver_connection`) in the caller's transaction and commit nothing.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2 import extensions
from psycopg2.sql import SQL, Identifier

from sandbox.paydb_facts import (
    FACTS,
    PayColumn,
    PayIndex,
    columns_by_table,
    parents_first,
    read_columns,
    read_indexes,
    read_sequences,
)

# What the seed files lack but the tables demand.
_AUDIT = {
    "created_on": "2020-01-01 08:00:00",
    "created_by": "sandbox",
    "updated_by": "sandbox",
    "updated_name": "sandbox",
}
# The one check constraint (README.md there).
_REFUND_OF_SOMETHING = (
    'ALTER TABLE "refunds" ADD CONSTRAINT "routing_slip_invoice_id_check"'
    " CHECK (invoice_id IS NOT NULL OR routing_slip_id IS NOT NULL)"
)
# The day the recorded migrations ran stands where the day a fee came into force should (README.md there).
_MIGRATION_DAY = "2026-11-22"
_IN_FORCE_SINCE = "2020-01-01"


@dataclass(frozen=True)
class _Seed:
    """The rows of one code table, as text; an empty text is NULL."""

    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def create_pay_tables(connection: extensions.connection) -> None:
    """Create every pay table, empty, with its sequences, indexes and foreign keys, in the schema public."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(ddl()))


def load_code_values(connection: extensions.connection) -> None:
    """Fill the code tables, and the fee and distribution tables that the migrations seed."""
    seeds = _seeds()
    with connection.cursor() as cursor:
        for table in parents_first(seeds):
            seed = seeds[table]
            copy = SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
                Identifier(table), SQL(", ").join(map(Identifier, seed.columns))
            )
            cursor.copy_expert(copy, _as_csv(seed))
    advance_sequences(connection)


def advance_sequences(connection: extensions.connection) -> None:
    """Move each sequence past the highest id in the column that owns it; empty tables keep theirs."""
    owned = [(sequence.name, *sequence.owner) for sequence in read_sequences() if sequence.owner]
    moves = [
        SQL("SELECT setval({}, max({})) FROM {} HAVING max({}) IS NOT NULL").format(
            SQL("'{}'").format(Identifier(name)), Identifier(column), Identifier(table), Identifier(column)
        )
        for name, table, column in owned
    ]
    with connection.cursor() as cursor:
        cursor.execute(SQL(";\n").join(moves))


def ddl() -> Iterator[str]:
    """Return the statements that make the pay tables, in an order in which they can be run."""
    sequences = read_sequences()
    tables = columns_by_table()
    types = {(column.table, column.name): column.type for column in read_columns()}
    for sequence in sequences:
        kind = types[sequence.owner] if sequence.owner else "bigint"
        yield f'CREATE SEQUENCE "{sequence.name}" AS {kind}'
    for table, columns in tables.items():
        yield f'CREATE TABLE "{table}" ({", ".join(map(_column, columns))})'
    for sequence in sequences:
        if sequence.owner:
            yield 'ALTER SEQUENCE "{}" OWNED BY "{}"."{}"'.format(sequence.name, *sequence.owner)
    yield from map(_index, read_indexes())
    for column in read_columns():
        if column.foreign_key:
            yield _foreign_key(column, column.foreign_key)
    yield _REFUND_OF_SOMETHING


def _column(column: PayColumn) -> str:
    default = f" DEFAULT {column.default}" if column.default else ""
    return f'"{column.name}" {column.type}{default}{"" if column.nullable else " NOT NULL"}'


def _index(index: PayIndex) -> str:
    columns = ", ".join(f'"{column}"' for column in index.columns)
    if index.constraint:
        kind = "PRIMARY KEY" if index.primary_key else "UNIQUE"
        return f'ALTER TABLE "{index.table}" ADD CONSTRAINT "{index.name}" {kind} ({columns})'
    return f'CREATE {"UNIQUE " if index.unique else ""}INDEX "{index.name}" ON "{index.table}" ({columns})'


def _foreign_key(column: PayColumn, target: tuple[str, str]) -> str:
    return (
        f'ALTER TABLE "{column.table}" ADD CONSTRAINT "{column.table}_{column.name}_fkey"'
        f' FOREIGN KEY ("{column.name}") REFERENCES "{target[0]}" ("{target[1]}")'
    )


def _seeds() -> dict[str, _Seed]:
    """Read the rows of all code tables; a seed file, which has all columns, goes before the short list."""
    tables = columns_by_table()
    short: dict[str, list[tuple[str, ...]]] = {}
    with (FACTS / "code_values.csv").open(encoding="utf-8", newline="") as file:
        for table, code, description in list(csv.reader(file))[1:]:
            short.setdefault(table, []).append((code, description))
    seeds = {table: _Seed(table, ("code", "description"), tuple(rows)) for table, rows in short.items()}
    for path in sorted(FACTS.glob("seed_*.csv")):
        table = path.stem.removeprefix("seed_")
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        seeds[table] = _completed(table, tuple(header), rows, tables[table])
    return seeds


def _completed(table: str, header: tuple[str, ...], rows: list[list[str]], columns: tuple[PayColumn, ...]) -> _Seed:
    demanded = [
        column.name
        for column in columns
        if column.name not in header and not column.nullable and column.default is None
    ]
    audit = tuple(_AUDIT[name] for name in demanded)
    dated = (tuple(_IN_FORCE_SINCE if v.startswith(_MIGRATION_DAY) else v for v in row) for row in rows)
    return _Seed(table, (*header, *demanded), tuple((*row, *audit) for row in dated))


def _as_csv(seed: _Seed) -> io.StringIO:
    text = io.StringIO()
    csv.writer(text).writerows(seed.rows)
    text.seek(0)
    return text
