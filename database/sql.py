"""SQL kept in files: one statement a file, named for what it does."""

from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import CursorResult, TextClause, text
from sqlalchemy.orm import Session


@cache
def read_sql(package: str, name: str) -> TextClause:
    """Return the statement in sql/`name`.sql of a package."""
    return text(files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8"))


def run_sql(session: Session, package: str, name: str, /, **values: Any) -> CursorResult[Any]:
    """Run the statement in sql/`name`.sql of a package with bound values and return its result."""
    result = session.execute(read_sql(package, name), values)
    assert isinstance(result, CursorResult)
    return result
