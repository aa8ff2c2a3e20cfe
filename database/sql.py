"""SQL kept in files: one statement a file, named for what it does.

A module says once which statements are its own, and then names them:

    sql = statements(__package__)
    ...
    sql.run(session, "mark_invoices_paid", now=now)

A statement names a set of invoice states of database/pay/states.py as <<name>>, and asks whether a settlement row
counts (database/counted_rows.py) as <<row.counts>>, `row` being its alias, under which number its receipt stands as
<<row.receipt>>, and what it leaves paid as <<row.left_paid>>; whether an invoice was charged as
<<invoice.was_charged>>, and the like (database/fragments.py).
"""

import re
from functools import cache, partial
from importlib.resources import files
from typing import Any

from sqlalchemy import CursorResult, TextClause, text

from database.counted_rows import counts, left_paid, receipt
from database.fragments import FRAGMENTS, fragment
from database.pay import states
from database.sessions import Session

_FRAGMENTS = {"counts": counts, "receipt": receipt, "left_paid": left_paid} | {
    name: partial(fragment, name) for name in FRAGMENTS
}


class Statements:
    """The statements in the folder sql/ of one package, each by the name of its file."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._read: dict[str, TextClause] = {}

    def __getitem__(self, name: str) -> TextClause:
        """Return the statement in sql/`name`.sql."""
        if name not in self._read:
            file = files(self._package).joinpath("sql", f"{name}.sql")
            self._read[name] = text(_written_out(file.read_text(encoding="utf-8")))
        return self._read[name]

    def run(self, session: Session, name: str, /, **values: Any) -> CursorResult[Any]:
        """Run the statement in sql/`name`.sql with bound values and return its result."""
        return session.execute(self[name], values)


def _written_out(statement: str) -> str:
    """Return a statement with what it names, like <<withdrawn>> and <<row.counts>>, written out."""
    statement = re.sub(r"<<([a-z_]+)\.([a-z_]+)>>", _fragment, statement)
    return re.sub("<<([a-z_]+)>>", lambda named: states.as_sql(named[1]), statement)


def _fragment(asked: re.Match[str]) -> str:
    return _written_out(_FRAGMENTS[asked[2]](asked[1]))


@cache
def statements(package: str) -> Statements:
    """Return the statements of a package by name."""
    return Statements(package)
