"""Which batches CGI has not answered, for the absence alarm."""

from collections.abc import Iterator
from datetime import datetime

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


def without_feedback(session: Session) -> Iterator[tuple[str, datetime]]:
    """Yield each batch that waits for its feedback, with when it was sent last."""
    for row in sql.run(session, "list_without_feedback"):
        yield f"batch {row.batch} ({row.file_ref})", row.since
