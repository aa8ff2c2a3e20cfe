"""Everything a database holds, to see whether a run left a trace."""

from typing import Any

import psycopg2

_TABLES = """
SELECT table_schema, table_name FROM information_schema.tables
 WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2
"""


def dump(address: str, *, schema: str | None = None) -> dict[str, list[Any]]:
    """Return the rows of every table, or of one schema, sorted; the ledger of runs is among them."""
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            tables = [f'"{found}"."{name}"' for found, name in cursor.fetchall() if schema in {None, found}]
            rows = {}
            for table in tables:
                cursor.execute(f"SELECT CAST(whole AS text) FROM {table} AS whole ORDER BY 1")
                rows[table] = cursor.fetchall()
        return rows
    finally:
        connection.close()


def columns(address: str, schema: str) -> list[Any]:
    """Return the columns, types, defaults and indexes of a schema."""
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
                " WHERE table_schema = %s ORDER BY 1, ordinal_position",
                (schema,),
            )
            found: list[Any] = cursor.fetchall()
            cursor.execute("SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2", (schema,))
            return found + cursor.fetchall()
    finally:
        connection.close()
