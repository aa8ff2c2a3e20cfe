"""The statements in sandbox/sql, as psycopg2 takes them."""

from pathlib import Path

_FOLDER = Path(__file__).parent / "sql"


def statement(name: str) -> str:
    """Return the statement in sql/`name`.sql."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
