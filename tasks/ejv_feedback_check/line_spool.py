"""The lines of a file on their way into the database: spooled once as they are read, then copied batch by batch.

Each batch is applied in a transaction of its own, yet no line is read twice, and memory stays flat.
"""

import tempfile
from typing import BinaryIO

from sqlalchemy import text

from database.copy import copy_encoded, encode_columns, encode_row
from database.engine import work_in_memory
from database.sessions import Session
from database.sql import statements
from tasks.ejv_feedback_check.detail_columns import PlainDetails
from tasks.ejv_feedback_check.feedback_lines import FeedbackLine
from tasks.ejv_feedback_check.flow_through import FlowThrough

sql = statements(__package__)

_NOTHING = (None,) * len(FlowThrough._fields)
_COLUMNS = (
    "line", "record", "journal", "journal_line", "effective_date", "amount", "side", "subject", "form", "invoice_id",
    "partner_id", "refund_id", "receipt", "code", "message", "fault",
)  # fmt: skip


class LineSpool:
    """The lines of the batches of a file, in the text format of COPY."""

    def __init__(self) -> None:
        self._rows: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._begins: dict[int, int] = {}
        self._end = 0

    def close(self) -> None:
        """Forget them."""
        self._rows.close()

    def keep(self, lines: FeedbackLine | PlainDetails) -> None:
        """Keep a line of a batch, or plain ones together; BG begins the next batch."""
        if isinstance(lines, FeedbackLine) and lines.record == "BG":
            self._begins[lines.number] = self._end
        self._end += self._rows.write(_row(lines) if isinstance(lines, FeedbackLine) else _rows(lines))

    def section(self, first_line: int) -> "SpooledBatch":
        """Return the lines of the batch that begins at a line."""
        begin = self._begins[first_line]
        end = min((other for other in self._begins.values() if other > begin), default=self._end)
        self._rows.seek(begin)
        return SpooledBatch(self._rows, end - begin)


class SpooledBatch:
    """A part of a file that is read like one."""

    def __init__(self, rows: BinaryIO, size: int) -> None:
        self._rows = rows
        self._left = size

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        piece = self._rows.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def stage(session: Session, lines: SpooledBatch) -> int:
    """COPY the lines of a batch into a new staging table, and return their number."""
    work_in_memory(session)
    sql.run(session, "create_staged")
    count = copy_encoded(session, "feedback_staged", _COLUMNS, lines)
    session.execute(text("ANALYZE feedback_staged (record, journal, subject, invoice_id, fault)"))
    return count


def _rows(details: PlainDetails) -> bytes:
    """Return plain lines as rows of create_staged.sql."""
    return encode_columns(
        (
            details.line, "JD", details.journal, details.journal_line, details.effective, details.amount, details.side,
            details.subject, "INVOICE", details.subject, None, None, None, details.code, details.message, "",
        )
    )  # fmt: skip


def _row(line: FeedbackLine) -> bytes:
    """Return a line as a row of create_staged.sql."""
    return encode_row(
        (
            line.number, line.record, line.journal, line.journal_line, line.effective, line.amount, line.side or None,
            line.subject or None, *(line.about or _NOTHING), line.receipt or None, line.code, line.message, line.fault,
        )
    )  # fmt: skip
