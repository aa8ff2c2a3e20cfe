"""Bring the lines of one batch into the transaction's staging table."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copy import copy_rows
from database.sql import run_sql
from tasks.ejv_feedback_check.feedback import Line
from tasks.ejv_feedback_check.flow_through import FlowThrough

PACKAGE = "tasks.ejv_feedback_check"
_COLUMNS = (
    "line", "record", "journal", "effective_date", "amount", "side", "subject", "form", "invoice_id", "partner_id",
    "refund_id", "receipt", "code", "message", "fault",
)  # fmt: skip
_NOTHING = FlowThrough("", 0)


def stage(session: Session, lines: Iterable[Line]) -> int:
    """COPY the lines into a new staging table, and give their number."""
    run_sql(session, PACKAGE, "create_staged")
    count = copy_rows(session, "feedback_staged", _COLUMNS, _values(lines))
    session.execute(text("ANALYZE feedback_staged"))
    return count


def _values(lines: Iterable[Line]) -> Iterator[tuple[Any, ...]]:
    for line in lines:
        about = line.about or _NOTHING
        yield (
            line.number, line.record, line.journal, line.effective, line.amount, line.side or None,
            line.subject or None, about.form or None, about.invoice_id or None, about.partner_id, about.refund_id,
            line.receipt or None, line.code, line.message, line.fault,
        )  # fmt: skip
