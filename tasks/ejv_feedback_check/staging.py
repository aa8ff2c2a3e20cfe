"""The lines of a file on their way into the database: spooled once as they are read, then copied batch by batch.

Each batch is applied in a transaction of its own, yet no line is read twice, and memory stays flat.
"""

import tempfile
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.engine import raw_connection
from database.sql import run_sql
from tasks.ejv_feedback_check.feedback import Line
from tasks.ejv_feedback_check.flow_through import FlowThrough

PACKAGE = "tasks.ejv_feedback_check"
_PIECE = 1 << 16
_NOTHING = FlowThrough("", 0)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"


class Spool:
    """The lines of the batches of a file, in the text format of COPY."""

    def __init__(self) -> None:
        self._rows: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        self._begins: dict[int, int] = {}

    def close(self) -> None:
        """Forget them."""
        self._rows.close()

    def keep(self, line: Line) -> None:
        """Keep one line of a batch; BG begins the next."""
        if line.record == "BG":
            self._begins[line.number] = self._rows.tell()
        self._rows.write(_row(line))

    def section(self, first_line: int) -> "Section":
        """Give the lines of the batch that begins at a line."""
        begin = self._begins[first_line]
        end = min((other for other in self._begins.values() if other > begin), default=None)
        if end is None:
            end = self._rows.seek(0, 2)
        self._rows.seek(begin)
        return Section(self._rows, end - begin)


class Section:
    """A part of a file that is read like one."""

    def __init__(self, rows: BinaryIO, size: int) -> None:
        self._rows = rows
        self._left = size

    def read(self, size: int = _PIECE) -> bytes:
        """Give the next bytes."""
        piece = self._rows.read(min(size, self._left))
        self._left -= len(piece)
        return piece


def stage(session: Session, lines: Section) -> int:
    """COPY the lines of a batch into a new staging table, and give their number."""
    run_sql(session, PACKAGE, "create_staged")
    with raw_connection(session).cursor() as cursor:
        cursor.copy_expert("COPY feedback_staged FROM STDIN", lines, size=_PIECE)
        count = int(cursor.rowcount)
    session.execute(text("ANALYZE feedback_staged"))
    return count


def _row(line: Line) -> bytes:
    """Give a line as a row of create_staged.sql, its columns in that order."""
    about = line.about or _NOTHING
    return (
        f"{line.number}\t{line.record}\t{_number(line.journal)}\t{line.effective or _NULL}\t{_number(line.amount)}\t"
        f"{line.side or _NULL}\t{_text(line.subject) or _NULL}\t{about.form or _NULL}\t"
        f"{about.invoice_id or _NULL}\t{_number(about.partner_id)}\t{_number(about.refund_id)}\t"
        f"{_text(line.receipt) or _NULL}\t{line.code}\t{_text(line.message)}\t{_text(line.fault)}\n"
    ).encode()


def _text(value: str) -> str:
    return value if value.isalnum() or not value else value.translate(_ESCAPES)


def _number(value: object) -> object:
    return _NULL if value is None else value
