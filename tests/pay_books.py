"""A pay database in which a test puts what it needs: what the factories of all jobs share."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any, ClassVar

import structlog
from sqlalchemy import text

from database.engine import Database
from database.sessions import Session
from jobs.run.context import RunContext
from jobs.run.progress import Progress
from jobs.run.stopping import StopRequest
from tests.pay_database import PayDatabase

QUIET: Any = structlog.wrap_logger(structlog.ReturnLogger(), processors=[])
# What stands for an id where a table has none.
_KEYS = {
    "distribution_codes": "distribution_code_id",
    "fee_schedules": "fee_schedule_id",
    "pay_jobs.settlement_rows": "line",
    "pay_jobs.unfinished_files": "polls",
}


class PayBooks:
    """Rows are given by column, each in a transaction of its own, or all `together`.

    JOB       whose runs get a context
    DEFAULTS  by table: the columns of a row that names no value for them
    """

    JOB: ClassVar[str]
    DEFAULTS: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    def __init__(self, database: Database) -> None:
        self.database = database
        self._open: Session | None = None

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let what is added, asked and changed meanwhile be one transaction."""
        try:
            with self.database.begin() as self._open:
                yield
        finally:
            self._open = None

    def _begin(self) -> AbstractContextManager[Session]:
        return self.database.begin() if self._open is None else nullcontext(self._open)

    def add(self, table: str, **values: Any) -> int:
        """Add a row and return its key."""
        values = {**self.DEFAULTS.get(table, {}), **values}
        columns, names = ", ".join(values), ", ".join(f"%({name})s" for name in values)
        insert = f"INSERT INTO {table} ({columns}) VALUES ({names}) RETURNING {_KEYS.get(table, 'id')}"
        if self._open is None and isinstance(self.database, PayDatabase):
            return self.database.insert(insert, values)
        with self._begin() as session:
            return int(session.exec_driver_sql(insert, values).scalar_one())

    def rows(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        with self._begin() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def one(self, statement: str, **values: Any) -> Any:
        """Return the only row of a query, or its only value."""
        [row] = self.rows(statement, **values)
        return row[0] if len(row) == 1 else row

    def change(self, statement: str, **values: Any) -> None:
        """Run a statement."""
        with self._begin() as session:
            session.execute(text(statement), values)

    def empty(self) -> None:
        """Let the pay database be again as it was made, whoever wrote to it."""
        assert isinstance(self.database, PayDatabase)
        self.database.put_back()

    def context_of(self, clock: Callable[[], datetime], *, stop: StopRequest | None = None, **more: Any) -> RunContext:
        """Return what a run is given at a time."""
        given = {"database": self.database, "dry_run": self.database.dry_run, "log": QUIET, **more}
        progress = Progress(QUIET, terminal=False)
        return RunContext(job=self.JOB, clock=clock, progress=progress, stop=stop or StopRequest(), **given)
