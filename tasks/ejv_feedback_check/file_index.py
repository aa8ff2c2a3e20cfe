"""The batches of a stored file with their state, and the index of the numbers its lines are about.

Both are written in one transaction, from one reading of the file; a file that is known already is left as it is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from database.copy import copy_pieces, encode_columns, encode_row
from database.sessions import Session
from database.sql import statements
from tasks.ejv_feedback_check.batches_in_file import BatchesInFile, Mention
from tasks.ejv_feedback_check.detail_columns import DetailMentions, DetailReader, PlainDetails
from tasks.ejv_feedback_check.feedback_lines import FeedbackLine, read_line
from tasks.ejv_feedback_check.file_lines import read_blocks, read_lines
from tasks.ejv_feedback_check.inbox_lines import read_inbox_line

sql = statements(__package__)

_SHOWN_FAULTS = 3


class RegisteredBatch(NamedTuple):
    """A batch of a feedback file and what has become of it."""

    id: int
    state: str
    reason: str | None
    batch_type: str
    number: int
    first_line: int
    last_line: int


@dataclass(frozen=True)
class LineReader:
    """How the lines of a kind of file are read.

    type_at     where the batch type stands in a line
    in_columns  whether those that are plain are read column by column
    """

    kind: str
    read: Callable[[int, bytes], FeedbackLine]
    type_at: int
    in_columns: bool = False

    def lines(self, stream: BinaryIO) -> Iterator[tuple[FeedbackLine, str]]:
        """Return each line with its batch type."""
        return map(self._line, read_lines(stream))

    def pieces(self, stream: BinaryIO) -> Iterator[tuple[FeedbackLine, str] | PlainDetails]:
        """Return each line with its batch type, those that are plain and follow one another in one."""
        if not self.in_columns:
            yield from self.lines(stream)
            return
        details = DetailReader()
        for block in read_blocks(stream):
            for piece in details.split(block):
                yield piece if isinstance(piece, PlainDetails) else self._line(piece)

    def _line(self, numbered: tuple[int, bytes]) -> tuple[FeedbackLine, str]:
        number, raw = numbered
        return self.read(number, raw), raw[self.type_at : self.type_at + 2].decode("latin-1")


FEEDBACK = LineReader("feedback", read_line, 0, in_columns=True)
INBOX = LineReader("inbox", read_inbox_line, 4)


def index_file(
    session: Session,
    stream: BinaryIO,
    reader: LineReader,
    *,
    object_key: str | None,
    name: str,
    now: datetime,
    keep: Callable[[FeedbackLine | PlainDetails], None] = lambda _lines: None,
    content_hash: Callable[[], str | None] = lambda: None,
) -> BatchesInFile:
    """Read a file, keep its numbers in the index unless they are there, and return what was found.

    keep          is called with every line of a batch, with plain ones together
    content_hash  is asked once the file was read
    """
    contents = BatchesInFile()
    mentions = contents.read(reader.pieces(stream), keep)
    added = None
    if object_key is not None:
        values = {"object_key": object_key, "name": name, "kind": reader.kind, "now": now}
        added = sql.run(session, "add_indexed_file", **values).scalar_one_or_none()
    if added is None:
        for _ in mentions:
            pass
        return contents
    columns = ("cgi_file_id", "line", "kind", "number", "amount")
    copy_pieces(session, "pay_jobs.cgi_mentions", columns, _encoded(added, mentions))
    fault = contents.fault if reader.kind == "feedback" else None
    sql.run(session, "end_indexed_file", id=added, lines=contents.lines, fault=fault, sha256=content_hash())
    return contents


def _encoded(file: int, mentions: Iterable[Mention | DetailMentions]) -> Iterator[bytes]:
    for some in mentions:
        if isinstance(some, Mention):
            yield encode_row((file, *some))
        elif some.line:
            yield encode_columns((str(file), some.line, "invoice", some.number, some.amount))


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
        sql.run(session, "add_feedback_batch", **values)


def batches_of(session: Session, file_id: int) -> list[RegisteredBatch]:
    """Return the batches of a file, in its order."""
    return [RegisteredBatch(**row._mapping) for row in sql.run(session, "list_feedback_batches", file_id=file_id)]


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
    values = {"id": batch_id, "state": state, "reason": reason, "run_id": run_id, "now": now, "counts": counts}
    sql.run(session, "set_batch_state", **values)
