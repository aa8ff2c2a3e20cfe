"""Look at indexes, and build them anew, each in a statement of its own outside any transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg2 import errors as pg
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from database.sql import statements

sql = statements(__package__)


@dataclass(frozen=True)
class DatabaseIndex:
    """An index; `name` and `table` are qualified and quoted."""

    name: str
    plain: str
    table: str
    is_unique: bool
    is_valid: bool
    is_btree: bool
    size: str
    definition: str
    is_leftover: bool


@contextmanager
def outside_transactions(engine: Engine) -> Iterator[Connection]:
    """Return a connection on which each statement stands alone and has all the time it needs.

    A concurrent build waits for every older transaction, and what it is cut off from stays behind as an invalid index.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0; SET lock_timeout = 0"))
        try:
            yield connection
        finally:
            connection.invalidate()


def list_indexes(connection: Connection) -> list[DatabaseIndex]:
    """Return the indexes of the pay database and of our own schema."""
    return [DatabaseIndex(*tuple(row)) for row in connection.execute(sql["list_indexes"])]


def has_amcheck(connection: Connection) -> bool:
    """Whether the extension amcheck is installed in this database."""
    return bool(connection.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")))


def fault(connection: Connection, index: DatabaseIndex, *, deep: bool) -> str | None:
    """Return what is wrong with an index, None if nothing is found.

    deep  have amcheck compare it with its table, page by page
    """
    if index.is_leftover:
        return "left behind by an interrupted build"
    if not index.is_valid:
        return "not valid: a build did not finish"
    if not (deep and index.is_btree):
        return None
    try:
        connection.execute(text("SELECT bt_index_check(CAST(:name AS regclass), true)"), {"name": index.name})
    except DBAPIError as error:
        if isinstance(error.orig, pg.IndexCorrupted | pg.DataCorrupted | pg.InternalError_):
            return str(error.orig).splitlines()[0]
        raise
    return None


def drop_leftover(connection: Connection, index: DatabaseIndex) -> None:
    """Remove what an interrupted concurrent build left behind."""
    connection.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {index.name}"))


def rebuild(connection: Connection, index: DatabaseIndex) -> None:
    """Build an index anew beside the old one and swap them; reads and writes go on meanwhile."""
    connection.execute(text(f"REINDEX INDEX CONCURRENTLY {index.name}"))
