"""Which archives (`db prune`) hold rows of a file."""

from database.sessions import Session
from database.sql import statements

sql = statements(__package__)


def where_rows_of_a_file_are(session: Session, name: str) -> list[str]:
    """Return which archives hold rows of the files of a name; nothing where none do."""
    found = sql.run(session, "list_archives_of_file", name=name).all()
    return [
        f"{one.rows:,} rows of {one.table_name} were archived with it on {one.deleted_on:%Y-%m-%d}: {one.object_key}"
        for one in found
    ]
