"""Sessions with PostgreSQL that outlive the runs that opened them, so that each run need not warm up new ones.

A night opens some twenty sessions, and a new one costs the server more than most of what is asked of it: a process,
and all it has to learn of the catalogue. What a run closes is put back as it was when it was new (DISCARD ALL: its
settings, temporary tables and locks are gone) and given to the next. One that was ended meanwhile is not given again.
What SQLAlchemy has learnt of the server, and made of statements, is kept as well: engines are the same but for names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_DEFAULT
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache

from database import engine as database_engine
from database.engine import Database

_AT_REST = "world, at rest"
_KEPT = 16
_STATEMENTS = 2_000


@dataclass
class _Shelf:
    """Where sessions with one server wait for the next run; nothing waits there any more once it is shut."""

    sessions: list["_WarmSession"] = field(default_factory=list)
    is_shut: bool = False


class _WarmSession(psycopg2.extensions.connection):
    """A session that goes back to its shelf when it is closed."""

    shelf: _Shelf | None = None

    def close(self) -> None:
        """Put the session back as new; end it where that cannot be."""
        shelf = self.shelf
        if shelf and not shelf.is_shut and len(shelf.sessions) < _KEPT and self._renewed():
            shelf.sessions.append(self)
        else:
            super().close()

    def _renewed(self) -> bool:
        try:
            self.rollback()
            self.set_session(isolation_level=ISOLATION_LEVEL_DEFAULT, autocommit=True)
            with self.cursor() as cursor:
                cursor.execute("DISCARD ALL")
            self.autocommit = False
        except psycopg2.Error:
            return False
        return True


@contextmanager
def warm_sessions(database: Database) -> Iterator[None]:
    """Let every engine of this process take its sessions from those that others closed, and know what others know.

    database  on the server of all of them
    """
    shelves: dict[str, _Shelf] = {}

    def connect(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
        name = parameters.pop("application_name")
        shelf = shelves.setdefault(repr((arguments, sorted(parameters.items()))), _Shelf())
        session = shelf.sessions.pop() if shelf.sessions else _opened(shelf, arguments, parameters)
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", (name,))
        session.autocommit = False
        return session

    event.listen(Engine, "do_connect", connect)
    try:
        with _one_dialect(database.engine):
            yield
    finally:
        event.remove(Engine, "do_connect", connect)
        for shelf in shelves.values():
            shelf.is_shut = True
            for session in shelf.sessions:
                session.close()


def _opened(shelf: _Shelf, arguments: list[Any], parameters: dict[str, Any]) -> _WarmSession:
    session = psycopg2.connect(*arguments, **parameters, application_name=_AT_REST, connection_factory=_WarmSession)
    session.shelf = shelf
    return session


@contextmanager
def _one_dialect(experienced: Engine) -> Iterator[None]:
    """Let new engines know at once what one has asked its server, and keep the statements of all of them together."""
    experienced.connect().close()
    statements = LRUCache[Any, Any](_STATEMENTS)

    def create(*arguments: Any, **more: Any) -> Any:
        made: Any = create_engine(*arguments, **more, _initialize=False)
        made.dialect = made.pool._dialect = experienced.dialect
        made._compiled_cache = statements
        return made

    module: Any = database_engine
    module.create_engine = create
    try:
        yield
    finally:
        module.create_engine = create_engine
