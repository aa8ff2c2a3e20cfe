"""Rows of one transaction that are kept aside in the database and read as a stream, however many they are."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from sqlalchemy import Executable, Row, text

from database.sessions import Session

AT_ONCE = 1000
T = TypeVar("T")


def stream(session: Session, statement: Executable, **values: Any) -> Iterator[Row[Any]]:
    """Return the rows of a query as the server hands them over, a thousand at a time."""
    yield from session.execute(statement, values, execution_options={"yield_per": AT_ONCE})


class KeptRows(Generic[T]):
    """What queries of one kind found, in a temporary table of this name.

    read  makes of a row what is handed out
    """

    def __init__(self, session: Session, name: str, order: str, read: Callable[[Row[Any]], T]) -> None:
        self._session = session
        self._name = name
        self._order = order
        self._read = read
        self._count = 0
        self._exists = False

    def add(self, query: str, **values: Any) -> int:
        """Keep what a query finds, and return how many rows that are; each query has the same columns."""
        into = f"INSERT INTO {self._name}" if self._exists else f"CREATE TEMPORARY TABLE {self._name} ON COMMIT DROP AS"
        added = self._session.execute(text(f"{into}\n{query}"), values).rowcount
        self._exists = True
        self._count += added
        return added

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        if self._count:
            rows = stream(self._session, text(f"SELECT * FROM {self._name} ORDER BY {self._order}"))
            yield from map(self._read, rows)

    def first(self, number: int) -> list[T]:
        """Return the first rows, for people."""
        if not self._count:
            return []
        query = text(f"SELECT * FROM {self._name} ORDER BY {self._order} LIMIT :number")
        return list(map(self._read, self._session.execute(query, {"number": number})))

    def forget(self) -> None:
        """Drop the rows."""
        if self._exists:
            self._session.execute(text(f"DROP TABLE {self._name}"))
