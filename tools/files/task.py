"""The files tools, one function each."""

from contextlib import closing

from config.settings import ObjectStoreSettings
from connectors.inbound.ledger import STATES, InboundFile, list_files
from connectors.object_store import ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.ejv_feedback_check.stored_files import stored
from tasks.ejv_feedback_check.task import apply_named, intake
from tasks.pad_reconcile.file_queue import newest_file
from tools.files.arguments import ListArguments, NamedFile
from tools.files.ignore import ignore

_COLUMNS = ("id", "name", "day", "state", "received", "applied", "bytes", "reason")
_SOURCES = {"CAS": "Settlement files of CAS", "CGI": "Feedback files of CGI"}


def show_files(context: RunContext, arguments: ListArguments) -> Outcome:
    """Show the files of each source, the newest first."""
    states = STATES if arguments.state is None else (arguments.state,)
    outcome = Outcome()
    with context.database.begin() as session:
        for source, title in _SOURCES.items():
            if files := list_files(session, source, states):
                outcome.tables.append(Table(f"{title} (UTC)", _COLUMNS, [_row(file) for file in reversed(files)]))
    if not outcome.tables:
        outcome.notes.append("No file has come in." if arguments.state is None else f"No file is {arguments.state}.")
    return outcome


def replay_file(context: RunContext, arguments: NamedFile) -> Outcome:
    """Apply a file that was held or failed, as its job does."""
    if arguments.is_settlement:
        from tasks.pad_reconcile.task import replay

        return replay(context, arguments.name, reason=arguments.reason)
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return apply_named(context, store, arguments.name)


def ignore_file(context: RunContext, arguments: NamedFile) -> Outcome:
    """Put a file aside that was held or failed."""
    if arguments.is_settlement:
        with context.database.begin() as session:
            file = newest_file(session, arguments.name)
    else:
        with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
            file = stored(context, store, intake(context, store), arguments.name)
    return ignore(context, file, reason=arguments.reason)


def _row(file: InboundFile) -> tuple[object, ...]:
    applied = file.applied_on and f"{file.applied_on:%Y-%m-%d %H:%M}"
    received = f"{file.received_on:%Y-%m-%d %H:%M}"
    return file.id, file.name, file.business_date, file.state, received, applied, file.size_bytes, file.reason
