"""Loads many rows fast: foreign keys and plain indexes are put aside and made again, and checked, afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg2 import extensions

_FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
       format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
  FROM pg_constraint
 WHERE contype = 'f'
   AND conrelid = ANY (%(tables)s::regclass[])
 ORDER BY conrelid::regclass::text, conname
"""

_PLAIN_INDEXES = """
SELECT format('DROP INDEX %%s', indexrelid::regclass),
       pg_get_indexdef(indexrelid)
  FROM pg_index
 WHERE NOT indisunique
   AND indrelid = ANY (%(tables)s::regclass[])
 ORDER BY indexrelid::regclass::text
"""


@contextmanager
def checks_afterwards(connection: extensions.connection, tables: Sequence[str]) -> Iterator[None]:
    """Load `tables` without foreign keys and plain indexes, which are made again when the block ends.

    Rows that break a foreign key are refused at the end of the block. Locks the tables until the caller's
    transaction ends; when that is rolled back, everything is as before.
    """
    with connection.cursor() as cursor:
        aside: list[tuple[str, str]] = []
        for question in (_FOREIGN_KEYS, _PLAIN_INDEXES):
            cursor.execute(question, {"tables": list(tables)})
            aside += cursor.fetchall()
        cursor.execute("SET LOCAL maintenance_work_mem = '128MB'")
        for drop, _ in aside:
            cursor.execute(drop)
        yield
        for _, make in reversed(aside):
            cursor.execute(make)
