"""The pay tables as the other services write them: one row at a time, each change in a transaction of its own."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Row, TextClause
from sqlalchemy import text as new_text

from database.engine import Database
from database.pay.history import KEYS, keep_versions
from database.sessions import Session
from sandbox.world.clock import VirtualClock

text = cache(new_text)


class PayTables:
    """What the actors of a world write to the pay database, and read from it."""

    def __init__(self, database: Database, clock: VirtualClock) -> None:
        self.database = database
        self._clock = clock
        self._session: Session | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit what is written inside as one."""
        with self.database.begin() as session, self.seen_by(session):
            yield

    @contextmanager
    def seen_by(self, session: Session) -> Iterator[None]:
        """Read and write inside by a session of somebody else."""
        self._session = session
        try:
            yield
        finally:
            self._session = None

    def add(self, table: str, **values: Any) -> int:
        """Add a row and return its id."""
        columns, names = ", ".join(values), ", ".join(f":{name}" for name in values)
        insert = f"INSERT INTO {table} ({columns}) VALUES ({names}) RETURNING {_key(table)}"
        with self._transaction() as session:
            return int(session.execute(text(insert), values).scalar_one())

    def change(self, table: str, row: int, **values: Any) -> None:
        """Change a row; where the table keeps versions, what it was goes into its history."""
        changes = ", ".join(f"{name} = :{name}" for name in values)
        with self._transaction() as session:
            if table in KEYS:
                keep_versions(session, table, [row], self._clock.stored)
            update = f"UPDATE {table} SET {changes} WHERE {_key(table)} = :row_to_change"
            session.execute(text(update), {**values, "row_to_change": row})

    def run(self, statement: str, **values: Any) -> None:
        """Run a statement."""
        with self._transaction() as session:
            session.execute(text(statement), values)

    def rows(self, statement: str | TextClause, **values: Any) -> list[Row[Any]]:
        """Return what a query finds."""
        query = text(statement) if isinstance(statement, str) else statement
        with self._transaction() as session:
            return list(session.execute(query, values).all())

    def tuples(self, statement: TextClause) -> Sequence[tuple[Any, ...]]:
        """Return what a query finds, as the driver gives it: of a large table in a tenth of the time."""
        with self._transaction() as session:
            return session.execute(statement).cursor.fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        if self._session is not None:
            yield self._session
            return
        with self.database.begin() as session:
            yield session


def _key(table: str) -> str:
    return KEYS.get(table, "fee_schedule_id" if table == "fee_schedules" else "id")
