"""Loads many rows fast: foreign keys and plain indexes are put aside and made again, and checked, afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg2 import extensions

from sandbox.sql_files import statement


@contextmanager
def checks_afterwards(connection: extensions.connection, tables: Sequence[str]) -> Iterator[None]:
    """Load `tables` without foreign keys and plain indexes, which are made again when the block ends.

    Rows that break a foreign key are refused at the end of the block. Locks the tables until the caller's
    transaction ends; when that is rolled back, everything is as before.
    """
    with connection.cursor() as cursor:
        aside: list[tuple[str, str]] = []
        for question in ("list_foreign_keys", "list_plain_indexes"):
            cursor.execute(statement(question), {"tables": list(tables)})
            aside += cursor.fetchall()
        cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
        for drop, _ in aside:
            cursor.execute(drop)
        yield
        for _, make in reversed(aside):
            cursor.execute(make)
