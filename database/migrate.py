"""Bring the schema `pay_jobs` up to date with Alembic.

Migrations change structure only. Each runs in a transaction of its own under a statement timeout of 20 s and a lock
timeout, so that a table in use by others makes the migration fail cleanly rather than the site stand still: it is
rolled back whole and tried again, and in the end the error names the table and who has it. Two upgrades at once wait
for each other on an advisory lock.
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

from config.errors import ConfigError, PayJobsError
from database.error_notes import list_holders
from database.own_schema import HOW_IT_COMES_BACK, SCHEMA, has_tables, list_missing

VERSION_TABLE = "schema_version"
STATEMENT_TIMEOUT = "20s"
LOCK_TIMEOUT = "5s"
OTHER_UPGRADE_TIMEOUT = "60s"
TRIES = 5
PAUSE_SECONDS = 2
_UPGRADE_LOCK = 0x7061796A6F6273


@dataclass(frozen=True)
class PendingMigration:
    """A migration that is still to be applied, and the tables it will hold a lock on."""

    revision: str
    what: str
    locks: tuple[str, ...]


def upgrade(engine: Engine, *, say: Callable[[str], object] = lambda _line: None) -> tuple[str | None, str]:
    """Apply every migration that is missing and return the revision before and after.

    A migration that has to wait for a lock longer than the lock timeout is rolled back whole and tried again, a few
    times with a pause; those before it stay applied. Raises PayJobsError where every try had to wait too long.
    """
    found: list[str | None] = []

    def wait(state: RetryCallState) -> None:
        say(f"{_who_waits_for_whom(engine)} Rolled back whole; try {state.attempt_number + 1} of {TRIES} follows.")

    tries = Retrying(
        retry=retry_if_exception(_waited_for_lock),
        stop=stop_after_attempt(TRIES),
        wait=wait_fixed(PAUSE_SECONDS),
        before_sleep=wait,
        reraise=True,
    )
    try:
        tries(_upgrade_once, engine, found, say)
    except DBAPIError as error:
        if not _waited_for_lock(error):
            raise
        raise PayJobsError(
            f"{_who_waits_for_whom(engine)} That was the last of {TRIES} tries. Nothing of it was left behind: the "
            f"schema is whole at {current(engine) or 'nothing'}. Wait until nobody uses the table, or end that session."
        ) from error
    return found[0], head()


def pending(at: str | None) -> list[PendingMigration]:
    """Return the migrations that are still to be applied to a database at a revision, oldest first."""
    scripts = ScriptDirectory.from_config(_config())
    todo = list(scripts.walk_revisions("base", "head"))[::-1]
    known = [script.revision for script in todo]
    todo = todo[known.index(at) + 1 :] if at in known else todo
    sql_of = _split(_written(f"{todo[0].down_revision or 'base'}:head")) if todo else {}
    return [PendingMigration(one.revision, (one.doc or "").strip(), _locked(sql_of[one.revision])) for one in todo]


def _split(statements: str) -> dict[str, str]:
    """Return the SQL text of each revision, by the line that Alembic writes before it."""
    _, *parts = re.split(r"^-- Running upgrade .*-> (\w+)$", statements, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _locked(statements: str) -> tuple[str, ...]:
    """Return the tables that the SQL of a migration alters, drops, indexes or refers to and does not make."""
    created = set(re.findall(r"CREATE TABLE (?:IF NOT EXISTS )?([\w.]+)", statements))
    touched = re.findall(r"(?:ALTER TABLE|DROP TABLE|REFERENCES|\bON)(?: IF EXISTS)? (pay_jobs\.\w+)", statements)
    return tuple(sorted(set(touched) - created))


def _upgrade_once(engine: Engine, found: list[str | None], say: Callable[[str], object]) -> None:
    with _prepared(engine) as connection:
        at = _current(connection)
        _refuse_damaged(connection, at)
        connection.commit()
        if not found:
            for one in pending(at):
                locks = f"{', '.join(one.locks)}; waits {LOCK_TIMEOUT} for it, {TRIES} times at most"
                say(f"{one.revision} {one.what} Locks {locks if one.locks else 'nothing that others use'}.")
        found.append(at)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def missing(engine: Engine) -> list[str]:
    """Return what a database that is at the newest revision lacks of the schema all the same."""
    with engine.connect() as connection:
        return list_missing(connection, sql())


def _refuse_damaged(connection: Connection, at: str | None) -> None:
    """Refuse a schema that no migration mends. Raises ConfigError."""
    if at is None:
        if has_tables(connection, besides=VERSION_TABLE):
            raise ConfigError(
                f"The schema {SCHEMA} has tables, but {SCHEMA}.{VERSION_TABLE} is missing or empty, so nobody knows "
                f"which migrations it has. Nothing was changed. {HOW_IT_COMES_BACK}"
            )
        return
    if at not in _known():
        raise ConfigError(
            f"The schema {SCHEMA} is at {at}, which this version does not know (its newest is {head()}). Nothing was "
            "changed. Use the version that upgraded it, or a newer one."
        )
    lacking = list_missing(connection, sql(at))
    if lacking:
        raise ConfigError(
            f"The schema {SCHEMA} is at {at}, but it lacks {', '.join(lacking)}. Nothing was changed. "
            f"{HOW_IT_COMES_BACK}"
        )


def _known() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions("base", "head")]


def _who_waits_for_whom(engine: Engine) -> str:
    """Return which migration waited too long, for which table, and which session has it."""
    todo = pending(current(engine))
    if not todo:
        return "Another upgrade has finished meanwhile."
    one = todo[0]
    with engine.connect() as connection:
        users = list_holders(connection, [*one.locks, f"{SCHEMA}.{VERSION_TABLE}"])
    return f"Migration {one.revision} waited {LOCK_TIMEOUT} for a lock: {users or 'its holder has ended meanwhile'}."


def _waited_for_lock(error: BaseException) -> bool:
    return isinstance(error, DBAPIError) and isinstance(error.orig, LockNotAvailable)


def current(engine: Engine) -> str | None:
    """Return the revision the database is at, or None where it was never upgraded."""
    with engine.connect() as connection:
        return _current(connection)


def head() -> str:
    """Return the newest revision there is."""
    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def sql(until: str = "head") -> str:
    """Return the migrations up to one as SQL text, for a person who runs them by hand."""
    timeouts = f"SET statement_timeout = '{STATEMENT_TIMEOUT}';\nSET lock_timeout = '{LOCK_TIMEOUT}';\n"
    return f"{timeouts}CREATE SCHEMA IF NOT EXISTS {SCHEMA};\n\n{_written(until)}"


def _written(until: str) -> str:
    """Return the migrations up to one, or of a stretch "from:to", as Alembic writes them without a database."""
    buffer = StringIO()
    command.upgrade(_config(buffer), until, sql=True)
    return buffer.getvalue()


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
        _refuse_read_only(connection)
        _wait_for_other_upgrades(connection)
        connection.execute(text(f"SET statement_timeout = '{STATEMENT_TIMEOUT}'; SET lock_timeout = '{LOCK_TIMEOUT}'"))
        if connection.scalar(text("SELECT to_regnamespace(:name)"), {"name": SCHEMA}) is None:
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
        connection.commit()
        try:
            yield connection
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _UPGRADE_LOCK})
            connection.commit()


def _refuse_read_only(connection: Connection) -> None:
    if connection.scalar(text("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'")):
        raise ConfigError(
            "The database is read-only: it is a standby, or this user or database is set so. Nothing was looked at or "
            "changed. Connect to the primary with a user that may write."
        )


def _wait_for_other_upgrades(connection: Connection) -> None:
    connection.execute(text(f"SET statement_timeout = 0; SET lock_timeout = '{OTHER_UPGRADE_TIMEOUT}'"))
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _UPGRADE_LOCK})
    except DBAPIError as error:
        if not _waited_for_lock(error):
            raise
        raise PayJobsError(
            f"Another `db upgrade` has been at work for {OTHER_UPGRADE_TIMEOUT}. Nothing was changed. Wait until it "
            "has ended."
        ) from error
