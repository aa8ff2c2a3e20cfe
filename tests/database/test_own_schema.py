"""What is gone from the schema pay_jobs is told with the way it comes back, and never called up to date."""

import click
import psycopg2
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import Engine, text

from config.errors import ConfigError
from config.settings import DatabaseSettings
from database import migrate
from database.engine import make_engine
from database.own_schema import made_by, statements_of
from database.pay.grants import grants, read_only_grants
from database.pay.indexes import script
from jobs.commands.cli import main
from jobs.commands.db_commands import db_command

MADE = made_by(migrate.sql())
COLUMNS = sorted(name for kind, name in MADE if kind == "column")
INDEXES = sorted(name for kind, name in MADE if kind == "index")
TABLES = sorted(name for kind, name in MADE if kind == "table")


@pytest.fixture
def cli() -> click.Group:
    db = db_command(grants=grants, read_only_grants=read_only_grants, pay_indexes=script)
    return click.Group(commands={"db": db})


@pytest.fixture
def database_settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DATABASE_URL", database_url)
    return monkeypatch


def upgrade(address: str) -> tuple[str | None, str]:
    engine = make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests", pooled=False)
    try:
        return migrate.upgrade(engine)
    finally:
        engine.dispose()


def test_the_migrations_make_what_their_sql_is_read_to_make(engine: Engine) -> None:
    with engine.connect() as connection:
        columns = connection.scalars(
            text(
                "SELECT table_name || '.' || column_name FROM information_schema.columns"
                " WHERE table_schema = 'pay_jobs'"
            )
        )
        indexes = connection.scalars(text("SELECT indexname FROM pg_indexes WHERE schemaname = 'pay_jobs'"))

        assert (sorted(columns), sorted(indexes)) == (COLUMNS, INDEXES)


def test_nothing_is_missing_where_nothing_was_taken_away(engine: Engine) -> None:
    assert migrate.missing(engine) == []


@pytest.mark.parametrize("table", ["outbox", "inbound_files"])
def test_a_missing_table_is_named_and_the_upgrade_fails(
    cli: click.Group,
    database_settings: pytest.MonkeyPatch,
    engine: Engine,
    capsys: pytest.CaptureFixture[str],
    table: str,
) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE pay_jobs.{table} CASCADE"))

    assert main(cli, ["db", "upgrade"]) == 2
    assert f"is at {migrate.head()}, but it lacks table pay_jobs.{table}" in capsys.readouterr().err
    assert main(cli, ["db", "current"]) == 2
    assert main(cli, ["db", "sql", "--table", table]) == 0
    with engine.begin() as connection:
        connection.connection.cursor().execute(capsys.readouterr().out.split("\n", 1)[1].rsplit("COMMIT", 1)[0])
    assert migrate.missing(engine) == []
    assert main(cli, ["db", "upgrade"]) == 0


@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from([("COLUMN", name) for name in COLUMNS] + [("INDEX", name) for name in INDEXES]))
def test_any_column_or_index_that_is_gone_is_named(database_url: str, part: tuple[str, str]) -> None:
    kind, name = part
    table = name.split(".")[0] if kind == "COLUMN" else MADE["index", name]
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)), application_name="tests", pooled=False)
    with engine.connect() as connection:
        if kind == "COLUMN":
            connection.execute(text(f"ALTER TABLE pay_jobs.{table} DROP COLUMN {name.split('.')[1]} CASCADE"))
        else:
            connection.execute(text(f"ALTER TABLE pay_jobs.{table} DROP CONSTRAINT IF EXISTS {name} CASCADE"))
            connection.execute(text(f"DROP INDEX IF EXISTS pay_jobs.{name}"))

        with pytest.raises(ConfigError) as refused:
            migrate._refuse_damaged(connection, migrate.head())
        connection.rollback()
    engine.dispose()

    assert f"{kind.lower()} pay_jobs.{name}" in str(refused.value)


def test_the_statements_of_every_table_can_be_printed() -> None:
    assert all(statements_of(migrate.sql(), table)[0].startswith("CREATE TABLE") for table in TABLES)


def test_a_table_that_never_was_is_refused(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(cli, ["db", "sql", "--table", "pay_jobs.outbocks"]) == 2
    assert "There is no table pay_jobs.outbocks. There are: archives, bounce_rows, " in capsys.readouterr().err


def test_a_schema_without_its_version_is_refused(database_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM pay_jobs.schema_version"))

    with pytest.raises(ConfigError, match=r"pay_jobs\.schema_version is missing or empty"):
        upgrade(database_url)


def test_a_schema_of_a_newer_version_is_refused(database_url: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("UPDATE pay_jobs.schema_version SET version_num = '9999'"))

    with pytest.raises(ConfigError, match=r"is at 9999, which this version does not know \(its newest is 0"):
        upgrade(database_url)


def test_a_database_that_is_read_only_is_not_up_to_date(
    cli: click.Group, database_settings: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg2.connect(database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        cursor.execute(f"ALTER DATABASE {cursor.fetchone()[0]} SET default_transaction_read_only = on")  # type: ignore[index]
    connection.close()

    assert main(cli, ["db", "upgrade"]) == 2
    assert "The database is read-only: it is a standby" in capsys.readouterr().err
