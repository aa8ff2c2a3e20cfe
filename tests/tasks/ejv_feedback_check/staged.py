"""Lines of a batch as the job stages them, made by hand."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from database.sessions import Session
from database.sql import statements

sql = statements("tasks.ejv_feedback_check")


def stage_lines(session: Session, lines: Iterable[Mapping[str, Any]]) -> None:
    """Let these be the lines of the batch from line 3 on, accepted and readable unless they say otherwise."""
    sql.run(session, "create_staged")
    for number, line in enumerate(lines, 3):
        values = {"code": "0000", "message": "", "fault": "", "line": number, **line}
        names = ", ".join(values)
        holders = ", ".join(f":{name}" for name in values)
        session.execute(text(f"INSERT INTO feedback_staged ({names}) VALUES ({holders})"), values)
