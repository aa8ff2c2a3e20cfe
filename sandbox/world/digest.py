"""One short text that stands for everything in the pay tables: the same seed must give the same."""

import hashlib

from sqlalchemy import text

from database.engine import Database

_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
_CONTENT = """SELECT count(*), coalesce(md5(string_agg(line, chr(10) ORDER BY line)), '')
  FROM (SELECT CAST(one AS text) AS line FROM "{}" AS one) AS lines"""


def digest(database: Database) -> str:
    """Return 16 characters that stand for the rows of all pay tables, ids and times included."""
    told = hashlib.sha256()
    for table, rows, content in table_digests(database):
        told.update(f"{table} {rows} {content}\n".encode())
    return told.hexdigest()[:16]


def table_digests(database: Database) -> list[tuple[str, int, str]]:
    """Return each pay table with the number of its rows and what stands for their content."""
    with database.begin() as session:
        tables = list(session.scalars(text(_TABLES)))
        counted = [session.execute(text(_CONTENT.format(table))).one() for table in tables]
    return [(table, rows, content) for table, (rows, content) in zip(tables, counted, strict=True)]
