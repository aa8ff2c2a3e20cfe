"""One part of a table: written to the object store as CSV (gzip), read back, and only then deleted.

What is deleted is what the archive says, read back from the store: each of its rows must stand in the table exactly as
it is there, and still be one that may go; else nothing is deleted. An archive is named by its content, so that a run
that died after it stored one stores the same again.
"""

import gzip
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import BinaryIO, cast

import psycopg2
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DBAPIError

from config.errors import SourceUnavailable
from connectors.effects import checkpoint
from connectors.object_store import ObjectStore
from database.engine import raw_connection
from database.sessions import Session
from database.sql import statements
from jobs.run.context import RunContext
from tools.database_prune.tables import PrunableTable

sql = statements(__package__)

_CHUNK = 1 << 20
_FOUND = "SELECT count(*), {place}, min(at), max(at) FROM old_rows"
_READ = (
    "COPY (SELECT one.* FROM pay_jobs.{table} AS one JOIN (SELECT DISTINCT {key} FROM old_rows) AS old USING ({key})"
    " ORDER BY {key}, one) TO STDOUT (FORMAT csv, HEADER)"
)
_DELETE = (
    "DELETE FROM pay_jobs.{table} AS one USING (SELECT DISTINCT * FROM archived_rows) AS kept"
    " WHERE {same} AND ROW(one.*) IS NOT DISTINCT FROM ROW(kept.*) AND EXISTS (SELECT FROM old_rows AS old WHERE {old})"
)


@dataclass(frozen=True)
class ArchivePart:
    """Rows of one table, chosen before a moment and after a place; the next part goes on at `place`."""

    table: PrunableTable
    before: datetime
    after: int
    rows: int
    place: int
    oldest: datetime
    newest: datetime
    sha256: str

    @property
    def key(self) -> str:
        """Where it lies in the bucket."""
        return f"archive/{self.table.name}/{self.oldest:%Y-%m-%d}_{self.newest:%Y-%m-%d}_{self.sha256[:16]}.csv.gz"


def count_old(session: Session, table: PrunableTable, before: datetime) -> int:
    """Return how many rows of a table may go."""
    statement = _old_rows(table)
    key = ", ".join(table.key)
    counted = text(
        f"SELECT count(*) FROM pay_jobs.{table.name} JOIN (SELECT DISTINCT {key} FROM ({statement}) AS old) AS old"
        f" USING ({key})"
    )
    values: dict[str, object] = {"before": before, "limit": None}
    if table.has_places:
        values["after"] = 0
    return int(session.execute(counted, values).scalar_one())


def prune_part(
    context: RunContext, store: ObjectStore, table: PrunableTable, before: datetime, after: int
) -> ArchivePart | None:
    """Archive and delete the oldest rows that may go, from a place on, and return them; None where there are none.

    Raises SourceUnavailable where the archive does not read back, or where a row changed meanwhile: nothing is deleted
    then, and the next run archives the rows again.
    """
    with tempfile.TemporaryFile(prefix="pay-jobs-") as file:
        part = _write(context, table, before, after, cast(BinaryIO, file))
        if part is None:
            return None
        file.seek(0)
        checkpoint("written")
        store.put_verified(part.key, iter(partial(file.read, _CHUNK), b""))
    checkpoint("stored")
    with store.open(part.key) as content, context.database.begin() as session:
        _delete(session, part, content, context.run_id)
        checkpoint("deleted")
    checkpoint("committed")
    return part


def _write(
    context: RunContext, table: PrunableTable, before: datetime, after: int, file: BinaryIO
) -> ArchivePart | None:
    """Write the rows to a local file, in the order of their key; the same rows make the same bytes."""
    with context.database.begin() as session:
        _choose(session, table, before, after)
        rows, place, oldest, newest = session.execute(text(_FOUND.format(place=table.place))).one()
        if not rows:
            return None
        with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
            rows = _copy(session, _READ.format(table=table.name, key=", ".join(table.key)), cast(BinaryIO, packed))
    return ArchivePart(table, before, after, rows, place, oldest, newest, _digest(file))


def _delete(session: Session, part: ArchivePart, content: BinaryIO, run_id: int | None) -> None:
    table = part.table
    session.execute(text(f"CREATE TEMPORARY TABLE archived_rows (LIKE pay_jobs.{table.name}) ON COMMIT DROP"))
    with _read_back(content, part) as rows:
        _copy(session, "COPY archived_rows FROM STDIN (FORMAT csv, HEADER)", rows)
    _choose(session, table, part.before, part.after)
    delete = _DELETE.format(table=table.name, same=_equal("one", "kept", table), old=_equal("old", "kept", table))
    deleted = session.execute(text(delete))
    assert isinstance(deleted, CursorResult)
    if deleted.rowcount != part.rows:
        raise SourceUnavailable(
            f"Rows of pay_jobs.{table.name} changed while they were archived as {part.key!r}. None was deleted; the "
            "next run archives those that may go then."
        )
    number = sql.run(
        session, "note_archive", table=table.name, key=part.key, sha256=part.sha256, rows=part.rows, oldest=part.oldest,
        newest=part.newest, run_id=run_id,
    ).scalar_one()  # fmt: skip
    if table.is_of_files:
        sql.run(session, "mark_files", archive=number)


def _old_rows(table: PrunableTable) -> str:
    """Return the statement that chooses what of a table may go."""
    return sql[f"old_{table.name}"].text.replace("{runs}", sql["runs_that_may_go"].text)


def _choose(session: Session, table: PrunableTable, before: datetime, after: int) -> None:
    statement = _old_rows(table)
    values: dict[str, object] = {"before": before, "limit": table.at_once}
    if table.has_places:
        values["after"] = after
    session.execute(text(f"CREATE TEMPORARY TABLE old_rows ON COMMIT DROP AS {statement}"), values)


def _equal(left: str, right: str, table: PrunableTable) -> str:
    return " AND ".join(f"{left}.{name} = {right}.{name}" for name in table.key)


@contextmanager
def _read_back(content: BinaryIO, part: ArchivePart) -> Iterator[BinaryIO]:
    """Yield the CSV of an archive. Raises SourceUnavailable where it is not what was stored."""
    with tempfile.TemporaryFile(prefix="pay-jobs-") as file:
        digest = hashlib.sha256()
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
        if digest.hexdigest() != part.sha256:
            raise SourceUnavailable(
                f"The archive {part.key!r} does not read back as it was stored. Nothing was deleted."
            )
        file.seek(0)
        with gzip.GzipFile(fileobj=file, mode="rb") as rows:
            yield cast(BinaryIO, rows)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    for chunk in iter(partial(file.read, _CHUNK), b""):
        digest.update(chunk)
    return digest.hexdigest()


def _copy(session: Session, command: str, file: BinaryIO) -> int:
    with raw_connection(session).cursor() as cursor:
        try:
            cursor.copy_expert(command, file, size=_CHUNK)
        except psycopg2.Error as error:
            raise DBAPIError.instance("COPY", None, error, psycopg2.Error) from error
        return int(cursor.rowcount)
