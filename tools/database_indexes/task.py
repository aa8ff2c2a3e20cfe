"""`db check-indexes` and `db reindex`, told from top to bottom."""

from psycopg2 import errors as pg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted, is_or_are
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tools.database_indexes.arguments import CheckArguments, ReindexArguments
from tools.database_indexes.duplicates import find_duplicates
from tools.database_indexes.indexes import (
    DatabaseIndex,
    drop_leftover,
    fault,
    has_amcheck,
    list_indexes,
    outside_transactions,
    rebuild,
)

_NO_AMCHECK = (
    "amcheck is not installed, so only invalid indexes are found. A database administrator can install it in this "
    "database: CREATE EXTENSION amcheck"
)


def check(context: RunContext, _arguments: CheckArguments) -> Outcome:
    """Look at every index."""
    outcome = Outcome()
    with outside_transactions(context.database.engine) as connection:
        found = _faults(context, connection, outcome)
    checked, broken = outcome.counts["indexes_checked"], len(found)
    outcome.answer = f"{broken or 'None'} of {counted(checked, 'index')} {is_or_are(broken or 1)} broken."
    outcome.rejects += [Reject(index.name, what, command=_advice(index)) for index, what in found]
    return outcome


def reindex(context: RunContext, arguments: ReindexArguments) -> Outcome:
    """Build one index anew, or every broken one."""
    outcome = Outcome()
    with outside_transactions(context.database.engine) as connection:
        chosen = _chosen(context, connection, arguments, outcome)
        outcome.tables.append(Table("Indexes to build anew", ("index", "size", "why"), _rows(chosen), "indexes"))
        if context.dry_run:
            outcome.answer = f"{counted(len(chosen), 'index')} would be built anew."
            return outcome
        context.progress.begin(len(chosen))
        for index, _ in chosen:
            context.stop.check()
            context.progress.step(index.name)
            _one(context, connection, index, outcome)
            context.progress.advance()
        for index in list_indexes(connection):
            if index.is_leftover:
                drop_leftover(connection, index)
                outcome.counts["leftovers_removed"] += 1
    rebuilt = outcome.counts["indexes_rebuilt"]
    outcome.answer = f"{rebuilt:,} of {counted(len(chosen), 'index')} {is_or_are(rebuilt)} built anew."
    return outcome


def _one(context: RunContext, connection: Connection, index: DatabaseIndex, outcome: Outcome) -> None:
    if index.is_leftover:
        drop_leftover(connection, index)
        outcome.counts["leftovers_removed"] += 1
        return
    try:
        rebuild(connection, index)
    except DBAPIError as error:
        if not isinstance(error.orig, pg.UniqueViolation):
            raise
        duplicates = find_duplicates(connection, index)
        rows = [(one.key, one.rows, one.places) for one in duplicates]
        outcome.tables.append(
            Table(f"{index.table}: keys that stand twice", ("key", "rows", "ctid"), rows, "duplicates")
        )
        outcome.rejects.append(
            Reject(
                index.name,
                "duplicate keys",
                f"{counted(len(duplicates), 'key')} of {index.table} in more than one row. Find out which row is "
                "right, remove the other by its ctid, and run the command again. Nothing was removed.",
                _advice(index),
            )
        )
        return
    context.log.info("index.rebuilt", index=index.name)
    outcome.counts["indexes_rebuilt"] += 1


def _chosen(
    context: RunContext, connection: Connection, arguments: ReindexArguments, outcome: Outcome
) -> list[tuple[DatabaseIndex, str]]:
    if arguments.index is None:
        return _faults(context, connection, outcome)
    named = [index for index in list_indexes(connection) if arguments.index in {index.plain, index.name}]
    if not named:
        raise UsageError(
            f"There is no index {arguments.index!r} in the pay database; `db check-indexes` shows the broken ones."
        )
    return [(index, "named") for index in named]


def _faults(context: RunContext, connection: Connection, outcome: Outcome) -> list[tuple[DatabaseIndex, str]]:
    indexes = list_indexes(connection)
    deep = has_amcheck(connection)
    if not deep:
        outcome.notes.append(_NO_AMCHECK)
    outcome.counts["indexes_checked"] = len(indexes)
    context.progress.begin(len(indexes))
    found = []
    for index in indexes:
        context.stop.check()
        context.progress.step(index.name)
        what = fault(connection, index, deep=deep)
        if what is not None:
            found.append((index, what))
        context.progress.advance()
    return found


def _rows(chosen: list[tuple[DatabaseIndex, str]]) -> list[tuple[str, str, str]]:
    return [(index.name, index.size, what) for index, what in chosen]


def _advice(index: DatabaseIndex) -> str:
    return typed("db reindex --index", index.plain, reason=True)
