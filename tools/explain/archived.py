"""Where rows about a subject may lie that were archived (`db prune`), and how to read them."""

from config.command_line import typed
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


def where_older_rows_are(session: Session, *words: str) -> list[str]:
    """Return until when rows were archived, and the command that looks for words in them; nothing where none were."""
    newest = sql.run(session, "newest_archive").scalar_one()
    if newest is None:
        return []
    command = typed("db archives", *(part for word in words for part in ("--find", word)))
    return [f"Rows from before {newest:%Y-%m-%d} may be archived. To look for them: {command}"]


def where_rows_of_a_file_are(session: Session, name: str) -> list[str]:
    """Return which archives hold rows of the files of a name; nothing where none do."""
    found = sql.run(session, "list_archives_of_file", name=name).all()
    return [
        f"{one.rows:,} rows of {one.table_name} were archived with it on {one.deleted_on:%Y-%m-%d}: {one.object_key}"
        for one in found
    ]
