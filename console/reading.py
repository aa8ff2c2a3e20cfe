"""The pay database as pages read it: a read-only snapshot each, under short limits, by a role that can only SELECT."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from config.settings import DatabaseSettings
from database.engine import make_engine
from database.sessions import Session

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 15

Answer = TypeVar("Answer")


class Reader:
    """Read-only snapshots of the pay database."""

    def __init__(self, settings: DatabaseSettings) -> None:
        limits = {"connect_timeout": CONNECT_SECONDS, "statement_timeout": STATEMENT_SECONDS}
        self._engine = make_engine(settings.model_copy(update=limits), application_name="pay-jobs console")
        self._reading: Engine = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Return a session that sees the tables as they are at one moment, and cannot write."""
        with self._reading.connect() as session:
            yield session

    def read(self, question: Callable[[Session], Answer]) -> Answer:
        """Return the answer to a question, asked in one snapshot; once more where an old connection had ended."""
        try:
            with self.snapshot() as session:
                return question(session)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        with self.snapshot() as session:
            return question(session)

    def close(self) -> None:
        """Give every connection up."""
        self._engine.dispose()
