"""Bring the schema `pay_jobs` up to date with Alembic.

Migrations change structure only. Each runs in a transaction of its own under a statement timeout of 20 s and a lock
timeout, so that a table in use by others makes the migration fail cleanly rather than the site stand still. Two
upgrades at once wait for each other on an advisory lock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

SCHEMA = "pay_jobs"
VERSION_TABLE = "schema_version"
STATEMENT_TIMEOUT = "20s"
LOCK_TIMEOUT = "5s"
_UPGRADE_LOCK = 0x7061796A6F6273


def upgrade(engine: Engine) -> tuple[str | None, str]:
    """Apply every migration that is missing and give the revision before and after."""
    with _prepared(engine) as connection:
        before = _current(connection)
        connection.commit()
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return before, head()


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
