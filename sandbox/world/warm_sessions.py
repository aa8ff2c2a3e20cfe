"""Sessions with PostgreSQL that outlive the runs that opened them, so that each run need not warm up new ones.

A night opens some twenty sessions, and a new one costs the server more than most of what is asked of it: a process,
and all it has to learn of the catalogue. What a run closes is put back as it was when it was new (DISCARD ALL: its
settings, temporary tables and locks are gone) and given to the next. One that was ended meanwhile is not given again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_DEFAULT
from sqlalchemy import Engine, event

_AT_REST = "world, at rest"
_KEPT = 16


class _WarmSession(psycopg2.extensions.connection):
    """A session that goes back where it came from when it is closed."""

    place: list["_WarmSession"] | None = None

    def close(self) -> None:
        """Put the session back as new; end it where that cannot be."""
        if self.place is not None and len(self.place) < _KEPT and self._renewed():
            self.place.append(self)
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
def warm_sessions() -> Iterator[None]:
    """Let every engine of this process take its sessions from those that others closed."""
    places: dict[str, list[_WarmSession]] = {}

    def connect(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> Any:
        name = parameters.pop("application_name")
        place = places.setdefault(repr((arguments, sorted(parameters.items()))), [])
        session = place.pop() if place else _opened(place, arguments, parameters)
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute("SELECT set_config('application_name', %s, false)", (name,))
        session.autocommit = False
        return session

    event.listen(Engine, "do_connect", connect)
    try:
        yield
    finally:
        event.remove(Engine, "do_connect", connect)
        for session in [one for place in places.values() for one in place]:
            session.place = None
            session.close()


def _opened(place: list[_WarmSession], arguments: list[Any], parameters: dict[str, Any]) -> _WarmSession:
    session = psycopg2.connect(*arguments, **parameters, application_name=_AT_REST, connection_factory=_WarmSession)
    session.place = place
    return session
