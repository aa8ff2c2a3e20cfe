"""`db prune` and `db archives`, told from top to bottom."""

import csv
import gzip
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from io import BytesIO, TextIOWrapper
from typing import Any

from sqlalchemy import Row

from config.command_line import typed
from config.errors import SourceUnavailable
from config.plurals import counted
from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectMissing, ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tools.database_prune.archive import count_old, prune_part
from tools.database_prune.arguments import ArchivesArguments, PruneArguments
from tools.database_prune.tables import TABLES, last_moment

sql = statements(__package__)

_SHOWN = 1_000


def prune(context: RunContext, arguments: PruneArguments) -> Outcome:
    """Archive and delete the old rows of each table, part by part; a stop ends between two parts."""
    before = _years_before(context.clock(), arguments.older_than)
    pruned = dict.fromkeys([table.name for table in TABLES], 0)
    if context.dry_run:
        with context.database.read() as session:
            pruned |= {one.name: count_old(session, one, last_moment(session, one, before)) for one in TABLES}
    else:
        with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
            for table in TABLES:
                context.progress.step(table.name)
                after = 0
                with context.database.begin() as session:
                    until = last_moment(session, table, before)
                while part := prune_part(context, store, table, until, after):
                    after = part.place
                    pruned[table.name] += part.rows
                    context.record_progress(dict(pruned))
                    context.stop.check()
    return _told(context, pruned, before)


def _told(context: RunContext, pruned: dict[str, int], before: datetime) -> Outcome:
    rows = sum(pruned.values())
    verb = "would be" if context.dry_run else "was" if rows == 1 else "were"
    outcome = Outcome(answer=f"{counted(rows, 'row')} from before {before:%Y-%m-%d} {verb} archived and deleted.")
    shown = [(table.name, pruned[table.name], table.rule) for table in TABLES]
    outcome.tables.append(Table("Rows of pay_jobs", ("table", "rows", "which rows may go"), shown, "pruned"))
    outcome.counts["rows_pruned"] = rows
    if context.dry_run:
        outcome.notes.append(
            "Runs, reports and comparisons that have rows of their own are not counted: they go once these are gone."
        )
    elif rows:
        outcome.notes.append(f"To look into the archives: {typed('db archives --find WORD')}")
    return outcome


def archives(context: RunContext, arguments: ArchivesArguments) -> Outcome:
    """List the archives, or show the archived rows that contain one of some words."""
    with context.database.read() as session:
        found = sql.run(session, "list_archives").all()
    if not arguments.find:
        rows = [(one.id, one.table_name, one.rows, one.oldest, one.newest, one.object_key) for one in found]
        columns = ("archive", "table", "rows", "from", "to", "object")
        return Outcome(
            answer=f"{counted(len(rows), 'archive')}.", tables=[Table("Archives", columns, rows, "archives")]
        )
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return _search(context, store, found, arguments.find)


def _search(context: RunContext, store: ObjectStore, found: Sequence[Row[Any]], words: tuple[str, ...]) -> Outcome:
    wanted = re.compile("|".join(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])" for word in words))
    outcome, rows = Outcome(), list[tuple[int, str, str]]()
    for archive in found:
        context.stop.check()
        try:
            for row in _rows_of(store, archive):
                if any(wanted.search(value) for value in row.values()):
                    rows.append((archive.id, archive.table_name, _in_words(row)))
        except (ObjectMissing, SourceUnavailable) as error:
            outcome.rejects.append(Reject(f"archive {archive.id}", "cannot be read", str(error)))
    outcome.answer = f"{counted(len(rows), 'archived row')} with {' or '.join(words)}."
    outcome.tables.append(Table("Archived rows", ("archive", "table", "row"), rows[:_SHOWN], "rows"))
    if len(rows) > _SHOWN:
        outcome.notes.append(f"The first {_SHOWN:,} are shown.")
    return outcome


def _rows_of(store: ObjectStore, archive: Row[Any]) -> Iterator[dict[str, str]]:
    """Return the rows of an archive by column. Raises SourceUnavailable where it is not what was stored."""
    with store.open(archive.object_key) as content:
        packed = content.read()
    if hashlib.sha256(packed).hexdigest() != archive.sha256:
        raise SourceUnavailable(f"{archive.object_key!r} is not what was stored: its SHA-256 differs.")
    with closing(TextIOWrapper(gzip.GzipFile(fileobj=BytesIO(packed)), encoding="utf-8", newline="")) as lines:
        yield from csv.DictReader(lines)


def _in_words(row: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value)


def _years_before(now: datetime, years: int) -> datetime:
    """Return the same moment some years ago; the 29th of February becomes the 28th."""
    day = 28 if (now.month, now.day) == (2, 29) else now.day
    return now.replace(year=now.year - years, day=day)
