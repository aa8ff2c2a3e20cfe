"""Claim a file with an advisory lock, so that two polls at once share the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from database.engine import Database


@contextmanager
def claim_file(database: Database, source: str, name: str) -> Iterator[Callable[[], None] | None]:
    """Claim a file for this poll; yield a check that the claim still holds, None if another poll has it."""
    if database.dry_run:
        yield lambda: None
        return
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")  # the file travels outside any transaction
        key = {"key": f"pay_jobs.poll {source} {name}"}
        if not connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key):
            yield None
            return
        try:
            yield lambda: _check(connection)
        finally:
            _release(connection, key)


def _check(connection: Connection) -> None:
    """Raise if the connection that holds the claim is gone."""
    connection.execute(text("SELECT 1"))


def _release(connection: Connection, key: dict[str, str]) -> None:
    """Release a claim; if the connection is gone, the claim is gone with it."""
    try:
        connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)
    except DBAPIError:
        connection.invalidate()
