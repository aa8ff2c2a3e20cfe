"""Bring the schema `pay_jobs` up to date with Alembic.

Migrations change structure only. Each runs in a transaction of its own under a statement timeout of 20 s and a lock
timeout, so that a table in use by others makes the migration fail cleanly rather than the site stand still. Two
upgrades at once wait for each other on an advisory lock.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2.errors import LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_fixed

SCHEMA = "pay_jobs"
VERSION_TABLE = "schema_version"
STATEMENT_TIMEOUT = "20s"
LOCK_TIMEOUT = "5s"
TRIES = 5
PAUSE_SECONDS = 2
_UPGRADE_LOCK = 0x7061796A6F6273


@dataclass(frozen=True)
class Pending:
    """A migration that is still to be applied, and the tables it will hold a lock on."""

    revision: str
    what: str
    locks: tuple[str, ...]


def upgrade(engine: Engine, *, say: Callable[[str], object] = lambda _line: None) -> tuple[str | None, str]:
    """Apply every migration that is missing and give the revision before and after.

    A migration that has to wait for a lock longer than the lock timeout is rolled back whole and tried again, a few
    times with a pause; those before it stay applied.
    """
    found: list[str | None] = []

    def wait(state: RetryCallState) -> None:
        say(f"A table is in use by others (try {state.attempt_number} of {TRIES}); nothing is half done. Trying again.")

    for attempt in Retrying(
        retry=retry_if_exception(_waited_for_lock),
        stop=stop_after_attempt(TRIES),
        wait=wait_fixed(PAUSE_SECONDS),
        before_sleep=wait,
        reraise=True,
    ):
        with attempt:
            _upgrade_once(engine, found, say)
    return found[0], head()


def pending(at: str | None) -> list[Pending]:
    """Give the migrations that are still to be applied to a database at a revision, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    todo = list(scripts.walk_revisions("base", "head"))[::-1]
    known = [script.revision for script in todo]
    todo = todo[known.index(at) + 1 :] if at in known else todo
    return [Pending(one.revision, (one.doc or "").strip(), _locked(one.down_revision, one.revision)) for one in todo]


def _locked(down: object, revision: str) -> tuple[str, ...]:
    """Give the tables that a migration alters, drops, indexes or refers to, from its own SQL."""
    buffer = StringIO()
    command.upgrade(_config(buffer), f"{down or 'base'}:{revision}", sql=True)
    statements = buffer.getvalue()
    created = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)", statements))
    touched = re.findall(r"(?:ALTER TABLE|DROP TABLE|REFERENCES|\bON)(?: IF EXISTS)? (pay_jobs\.\w+)", statements)
    return tuple(sorted(set(touched) - created))


def _upgrade_once(engine: Engine, found: list[str | None], say: Callable[[str], object]) -> None:
    with _prepared(engine) as connection:
        found.append(_current(connection))
        connection.commit()
        for one in pending(found[-1]):
            locks = ", ".join(one.locks) or "nothing that exists"
            say(f"{one.revision} {one.what} Locks {locks}; waits {LOCK_TIMEOUT} for each lock, {TRIES} times at most.")
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _waited_for_lock(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and isinstance(error.orig, LockNotAvailable)


def current(engine: Engine) -> str | None:
    """Give the revision the database is at, or None where it was never upgraded."""
    with engine.connect() as connection:
        return _current(connection)


def head() -> str:
    """Give the newest revision there is."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def sql() -> str:
    """Give all migrations as SQL text, for a person who runs them by hand."""
    buffer = StringIO()
    command.upgrade(_config(buffer), "head", sql=True)
    timeouts = f"SET statement_timeout = '{STATEMENT_TIMEOUT}';\nSET lock_timeout = '{LOCK_TIMEOUT}';\n"
    return f"{timeouts}CREATE SCHEMA IF NOT EXISTS {SCHEMA};\n\n{buffer.getvalue()}"


def _config(output: StringIO | None = None) -> Config:
    config = Config(output_buffer=output) if output else Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def _current(connection: Connection) -> str | None:
    if connection.scalar(text("SELECT to_regclass(:name)"), {"name": f"{SCHEMA}.{VERSION_TABLE}"}) is None:
        return None
    options = {"version_table": VERSION_TABLE, "version_table_schema": SCHEMA}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


@contextmanager
def _prepared(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'"))
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
        connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
        if connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}) is None:
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _UPGRADE_LOCK})
            connection.commit()
