"""Where rows of pay_jobs may lie that `db prune` archived, and how to look for them."""

from sqlalchemy import Connection, text

from config.command_line import typed
from database.sessions import Session

_NEWEST = text("SELECT max(newest) FROM pay_jobs.archives")


def where_older_rows_are(connection: Connection | Session, *words: object) -> list[str]:
    """Return until when rows were archived, and the command that looks for words in them; nothing where none were."""
    newest = connection.execute(_NEWEST).scalar_one()
    if newest is None:
        return []
    command = typed("db archives", *(part for word in words for part in ("--find", word)))
    return [f"Rows from before {newest:%Y-%m-%d} may be archived. To look for them: {command}"]
