"""Connections for a short-lived process, and transactions that a dry run rolls back.

Every session is in UTC, because the pay tables hold naive UTC; it names its job and run in `application_name`, and
carries the timeouts of the settings (database/sessions.py). An error says more than psycopg2 does (error_notes.py).
In Cloud SQL each new connection gets the access token of that moment for a password.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

import psycopg2
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool

from config.errors import ConfigError
from config.lean_imports import standing_in
from config.settings import DatabaseSettings
from database.error_notes import note_more
from database.sessions import Session, prepare_session

if TYPE_CHECKING:
    from access.kept_token import KeptToken

MAX_APPLICATION_NAME = 63
_WORK_MEMORY = "64MB"
_STATISTICS = 10

_DIALECT = "sqlalchemy.dialects.postgresql"
_OTHER_DRIVERS = ("asyncpg", "pg8000", "psycopg2cffi")

with ExitStack() as not_imported:
    for driver in _OTHER_DRIVERS:
        not_imported.enter_context(standing_in(f"{_DIALECT}.{driver}"))
    import_module(_DIALECT)


def make_engine(settings: DatabaseSettings, *, application_name: str, pooled: bool = True) -> Engine:
    """Return an engine on psycopg2; parameters of failed statements are never part of an error message.

    Its first connection raises ConfigError through a pooler, and on a server that is too old.
    """
    arguments: dict[str, Any] = {
        "poolclass": QueuePool if pooled else NullPool,
        "hide_parameters": True,
        "json_deserializer": _from_json,
        "use_native_hstore": False,  # no table has one, and each connection would ask for it
        "connect_args": {
            "application_name": application_name[:MAX_APPLICATION_NAME],
            "connect_timeout": max(1, int(settings.connect_timeout)),
            "keepalives": 1,
            "keepalives_idle": 30,
            "keepalives_interval": 10,
            "keepalives_count": 3,
        },
    }
    if pooled:
        arguments |= {"pool_size": 4, "max_overflow": 12, "pool_timeout": 30}
    engine = create_engine(settings.sqlalchemy_url(), **arguments)
    if settings.by_token:
        from access.google import SQL_LOGIN, google_token

        event.listen(engine, "do_connect", partial(_log_in, google_token(settings, SQL_LOGIN)))
    event.listen(engine, "connect", lambda raw, _record: _prepare(raw, settings))
    event.listen(engine, "handle_error", note_more)
    return engine


def _from_json(text: str) -> Any:
    """Return a value of JSON; most that the ledger keeps are empty, and need no parser."""
    return {} if text == "{}" else [] if text == "[]" else json.loads(text)


def _log_in(token: "KeptToken", dialect: Any, _record: Any, arguments: Any, parameters: dict[str, Any]) -> Any:
    """Connect with the token of this moment for a password; one that is refused is renewed once."""
    password = token.current()
    try:
        return dialect.connect(*arguments, **parameters | {"password": password})
    except psycopg2.OperationalError as error:
        if "authentication failed" not in str(error):
            raise
    token.forget(password)
    return dialect.connect(*arguments, **parameters | {"password": token.current()})


def _prepare(raw: Any, settings: DatabaseSettings) -> None:
    try:
        prepare_session(raw, settings)
    except ConfigError:
        raw.close()
        raise


@contextmanager
def _own_failure_first(transaction: AbstractContextManager[Session]) -> Iterator[Session]:
    """Enter a transaction; raise what failed in it, and not that an ended session could not be rolled back as well."""
    failure: BaseException | None = None
    try:
        with transaction as session:
            try:
                yield session
            except BaseException as error:
                failure = error
                raise
    except DBAPIError:
        if failure is not None:
            raise failure from failure.__cause__
        raise


class Database:
    """Transactions on the pay database.

    In a dry run every transaction is a savepoint inside one outer transaction, which is rolled back on close:
    the same code runs and later steps see what earlier ones did, but nothing stays.
    """

    def __init__(self, engine: Engine, *, dry_run: bool = False) -> None:
        self.engine = engine
        self.dry_run = dry_run
        self.after_begin: Callable[[Session], None] = lambda _session: None
        self.before_commit: Callable[[], None] = lambda: None
        self._active: set[Any] = set()
        self._outer: Connection | None = None
        event.listen(engine, "checkout", lambda raw, _record, _proxy: self._active.add(raw))
        event.listen(engine, "checkin", lambda raw, _record: self._active.discard(raw))
        event.listen(engine, "invalidate", lambda raw, _record, _error: self._active.discard(raw))
        if dry_run:
            self._outer = engine.connect()
            self._outer.begin()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Return a session inside one transaction: committed whole at the end, or nothing of it."""
        with _own_failure_first(self._transaction()) as session:
            self.after_begin(session)
            yield session
            self.before_commit()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Return a session inside one transaction that can only read, so its run need not hold its lock.

        In a dry run it sees what that changed.
        """
        with _own_failure_first(self._reading()) as session:
            yield session

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        if self._outer is None:
            with self.engine.begin() as session:
                yield session
        else:
            with self._outer.begin_nested():
                yield self._outer

    def _reading(self) -> AbstractContextManager[Session]:
        if self._outer is not None:
            return self._transaction()
        return self.engine.connect().execution_options(postgresql_readonly=True)

    def undo(self, session: Session) -> None:
        """Roll back now what a dry run did in a transaction, which can do nothing more."""
        savepoint = session.get_nested_transaction()
        assert savepoint is not None
        savepoint.rollback()

    @contextmanager
    def begin_snapshot(self) -> Iterator[Session]:
        """Return a session inside one transaction that sees the tables as they are at one moment.

        It is committed at the end, and rolled back in a dry run, whose earlier changes it does not see.
        """
        options = {"isolation_level": "REPEATABLE READ"}
        with self.engine.connect().execution_options(**options) as session:
            self.after_begin(session)
            yield session
            if self.dry_run:
                session.rollback()
                return
            self.before_commit()
            session.commit()

    def cancel(self) -> None:
        """Stop the statements that are running now, from any thread; their transactions roll back."""
        for raw in list(self._active):
            if isinstance(raw, psycopg2.extensions.connection):
                with suppress(psycopg2.InterfaceError):  # closed already
                    raw.cancel()

    def close(self) -> None:
        """Roll a dry run back and give every connection up."""
        if self._outer is not None:
            self._outer.close()
        self.engine.dispose()


class NoPayDatabase(Database):
    """What a job is given that works on databases of its own: there is nothing to begin, or to cancel."""

    def __init__(self) -> None:
        self.dry_run = False

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """Raise RuntimeError."""
        raise RuntimeError("this job has no pay database: it says so in on_pay_database")
        yield

    read = begin_snapshot = begin

    def cancel(self) -> None:
        """Stop nothing."""


def work_in_memory(session: Session) -> None:
    """Give the statements of this transaction memory to sort and join a night's file without spilling to disk.

    Its work tables are analyzed by a small sample: one column is like the other, and their plans need sizes only.
    """
    session.execute(text(f"SET LOCAL work_mem = '{_WORK_MEMORY}'; SET LOCAL default_statistics_target = {_STATISTICS}"))


def raw_connection(session: Session) -> Any:
    """Return the psycopg2 connection under a session, for COPY."""
    return session.connection.dbapi_connection
