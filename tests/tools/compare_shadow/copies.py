"""Statements on a copy of a pay database."""

from typing import Any

import psycopg2


def change(address: str, *statements: str) -> None:
    """Run statements on a database, without its foreign keys."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def query(address: str, statement: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found
