"""The files tools, one function each."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import tasks.ejv_feedback_check.task as ejv_feedback_check
import tasks.pad_reconcile.task as pad_reconcile
from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted, is_or_are
from config.settings import CgiSettings, ObjectStoreSettings
from config.visible import visible
from connectors.inbound.ledger import STATES, InboundFile, find_by_name, list_files
from connectors.object_store import ObjectStore
from database.sql import statements
from jobs.files_for_people import write_whole, written
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tools.files.arguments import FetchedFile, FileListArguments, NamedFile

sql = statements(__package__)

_COLUMNS = ("id", "name", "day", "state", "received", "applied", "bytes", "reason")
_BATCH_COLUMNS = ("file", "state", "batch", "reason", "command")
_SOURCES = {"CAS": "Settlement files of CAS", "CGI": "Feedback files of CGI"}


def show_files(context: RunContext, arguments: FileListArguments) -> Outcome:
    """Show the files of each source, the newest first."""
    states = STATES if arguments.state is None else (arguments.state,)
    outcome = Outcome()
    by_state = Counter[str]()
    with context.database.read() as session:
        for source, title in _SOURCES.items():
            files = list_files(session, source, states)
            by_state.update(file.state for file in files)
            if files:
                outcome.tables.append(
                    Table(f"{title} (UTC)", _COLUMNS, [_row(file) for file in reversed(files)], "files")
                )
        batches = sql.run(session, "list_held_batches").all() if arguments.state == "held" else []
    said = ", ".join(f"{number:,} {state}" for state, number in by_state.most_common())
    nothing = "No file has come in." if arguments.state is None else f"No file is {arguments.state}."
    outcome.answer = f"{counted(by_state.total(), 'file')}: {said}." if by_state else nothing
    if batches:
        rows = [(*batch, typed("files show", batch.file)) for batch in batches]
        outcome.tables.append(Table("Batches that are held in files that failed", _BATCH_COLUMNS, rows, "batches"))
        number = len(batches)
        outcome.answer += f" {counted(number, 'batch')} of feedback {is_or_are(number)} held in files that failed."
    return outcome


def fetch_file(context: RunContext, arguments: FetchedFile) -> Outcome:
    """Write a stored file to this machine, as it came."""
    name = arguments.name
    with context.database.read() as session:
        known = [file for source in _SOURCES for file in find_by_name(session, source, name)]
    keys = [file.object_key for file in sorted(known, key=lambda file: file.id) if file.object_key]
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        folders = (store.settlement_folder, context.settings(CgiSettings).feedback_folder)
        keys = keys or [key for key in (f"{folder}/{name}" for folder in folders) if store.size_of(key) is not None]
        if not keys:
            raise UsageError(
                f"No file {visible(name)} is stored: {typed('files list')} shows ours, and the old poller's folders "
                f"are {folders[0]}/ and {folders[1]}/."
            )
        with closing(store.read(keys[-1])) as content:
            write_whole(arguments.to, lambda path: _write(path, content))
    outcome = Outcome(answer=f"{visible(name)}, as it is stored under {visible(keys[-1])}.")
    outcome.notes.append(written(arguments.to))
    if len(keys) > 1:
        outcome.notes.append(f"It came with {len(keys)} different contents; this is the newest.")
    return outcome


def _write(path: Path, content: Iterator[bytes]) -> None:
    with path.open("wb") as out:
        for chunk in content:
            out.write(chunk)


def replay_file(context: RunContext, arguments: NamedFile) -> Outcome:
    """Apply a file that is held or failed, as its job does."""
    replay = pad_reconcile.replay if arguments.is_settlement else ejv_feedback_check.replay
    return replay(
        context, arguments.name, reason=arguments.reason, despite=arguments.despite, file_id=arguments.file_id
    )


def ignore_file(context: RunContext, arguments: NamedFile) -> Outcome:
    """Put a file aside that is held or failed."""
    open_desk = pad_reconcile.settlement_desk if arguments.is_settlement else ejv_feedback_check.feedback_desk
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return open_desk(context, store).ignore(arguments.name, reason=arguments.reason, file_id=arguments.file_id)


def _row(file: InboundFile) -> tuple[object, ...]:
    applied = file.applied_on and f"{file.applied_on:%Y-%m-%d %H:%M}"
    received = f"{file.received_on:%Y-%m-%d %H:%M}"
    return file.id, file.name, file.business_date, file.state, received, applied, file.size_bytes, file.reason
