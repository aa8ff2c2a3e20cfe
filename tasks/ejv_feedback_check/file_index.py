"""What is known of a stored file: its batches with their state, and the index of the numbers its lines are about.

Both are written in one transaction, from one reading of the file; a file that is known already is left as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from database.copy import copy_rows
from tasks.ejv_feedback_check.batches_in_file import BatchesInFile
from tasks.ejv_feedback_check.feedback_lines import FeedbackLine, read_line
from tasks.ejv_feedback_check.file_lines import read_lines
from tasks.ejv_feedback_check.inbox_lines import read_inbox_line

_SHOWN_FAULTS = 3
_ADD_FILE = """
INSERT INTO pay_jobs.cgi_files (object_key, name, kind, lines, indexed_on)
VALUES (:object_key, :name, :kind, 0, :now)
    ON CONFLICT (object_key) DO NOTHING
RETURNING id
"""
_END_FILE = "UPDATE pay_jobs.cgi_files SET lines = :lines, fault = :fault, sha256 = :sha256 WHERE id = :id"
_ADD_BATCH = """
INSERT INTO pay_jobs.feedback_batches (file_id, ordinal, batch_type, batch_number, first_line, last_line, state, reason,
                                       run_id)
VALUES (:file_id, :ordinal, :batch_type, :batch_number, :first_line, :last_line, :state, :reason, :run_id)
    ON CONFLICT (file_id, ordinal) DO NOTHING
"""


@dataclass(frozen=True)
class LineReader:
    """How the lines of a kind of file are read; `type_at` is where the batch type stands in a line."""

    kind: str
    read: Callable[[int, bytes], FeedbackLine]
    type_at: int

    def lines(self, stream: BinaryIO) -> Iterator[tuple[FeedbackLine, str]]:
        """Give each line with its batch type."""
        for number, raw in read_lines(stream):
            yield self.read(number, raw), raw[self.type_at : self.type_at + 2].decode("latin-1")


FEEDBACK = LineReader("feedback", read_line, 0)
INBOX = LineReader("inbox", read_inbox_line, 4)


def index_file(
    session: Session,
    stream: BinaryIO,
    reader: LineReader,
    *,
    object_key: str | None,
    name: str,
    now: datetime,
    keep: Callable[[FeedbackLine], None] = lambda _line: None,
    content_hash: Callable[[], str | None] = lambda: None,
) -> BatchesInFile:
    """Read a file, keep its numbers in the index unless they are there, and return what was found.

    keep          is handed every line of a batch
    content_hash  is asked once the file was read
    """
    contents = BatchesInFile()
    mentions = contents.read(reader.lines(stream), keep)
    added = None
    if object_key is not None:
        values = {"object_key": object_key, "name": name, "kind": reader.kind, "now": now}
        added = session.scalar(text(_ADD_FILE), values)
    if added is None:
        for _ in mentions:
            pass
        return contents
    columns = ("cgi_file_id", "line", "kind", "number", "amount")
    copy_rows(session, "pay_jobs.cgi_mentions", columns, ((added, *mention) for mention in mentions))
    fault = contents.fault if reader.kind == "feedback" else None
    session.execute(text(_END_FILE), {"id": added, "lines": contents.lines, "fault": fault, "sha256": content_hash()})
    return contents


def register_batches(session: Session, file_id: int, contents: BatchesInFile, *, run_id: int | None) -> None:
    """Note the batches of a file: waiting, or held with what is wrong."""
    for batch in contents.batches:
        faults = [f"line {fault.line}: {fault.text}" for fault in batch.faults[:_SHOWN_FAULTS]]
        more = len(batch.faults) - len(faults)
        reason = "; ".join([*faults, *([f"and {more} more"] if more > 0 else [])])
        values = {
            "file_id": file_id,
            "ordinal": batch.ordinal,
            "batch_type": batch.batch_type,
            "batch_number": batch.number,
            "first_line": batch.first_line,
            "last_line": batch.last_line,
            "state": "held" if batch.faults else "waiting",
            "reason": reason or None,
            "run_id": run_id,
        }
        session.execute(text(_ADD_BATCH), values)


def batches_of(session: Session, file_id: int) -> list[Row[Any]]:
    """Give the batches of a file with their state, in its order."""
    statement = "SELECT * FROM pay_jobs.feedback_batches WHERE file_id = :file_id ORDER BY ordinal"
    return list(session.execute(text(statement), {"file_id": file_id}))


def set_batch_state(
    session: Session,
    batch_id: int,
    state: str,
    *,
    reason: str | None,
    run_id: int | None,
    now: datetime,
    counts: str = "{}",
) -> None:
    """Note what became of a batch."""
    statement = (
        "UPDATE pay_jobs.feedback_batches SET state = :state, reason = :reason, run_id = coalesce(:run_id, run_id),"
        " applied_on = CASE WHEN :state = 'held' THEN NULL ELSE CAST(:now AS timestamptz) END,"
        " counts = CAST(:counts AS jsonb) WHERE id = :id"
    )
    values = {"id": batch_id, "state": state, "reason": reason, "run_id": run_id, "now": now, "counts": counts}
    session.execute(text(statement), values)
