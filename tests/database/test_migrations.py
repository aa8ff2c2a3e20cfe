"""The schema pay_jobs is made, kept and shown without touching anything else."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from shutil import which

import psycopg2
import pytest
from alembic import command
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from config.settings import DatabaseSettings
from database import migrate
from database.engine import make_engine
from tests.conftest import Server
from tests.dumps import columns, dump

PSQL = which("psql")


def engine_of(address: str) -> Engine:
    return make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests", pooled=False)


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    engine = engine_of(empty_database_url)
    yield engine
    engine.dispose()


def test_from_nothing_to_the_newest_revision(empty: Engine) -> None:
    assert migrate.current(empty) is None

    assert migrate.upgrade(empty) == (None, migrate.head())

    assert migrate.current(empty) == migrate.head()


def test_a_second_upgrade_changes_nothing(empty: Engine, empty_database_url: str) -> None:
    migrate.upgrade(empty)
    before = (columns(empty_database_url, "pay_jobs"), dump(empty_database_url))

    assert migrate.upgrade(empty) == (migrate.head(), migrate.head())

    assert (columns(empty_database_url, "pay_jobs"), dump(empty_database_url)) == before


def test_down_and_up_again_gives_the_same(empty: Engine, empty_database_url: str) -> None:
    migrate.upgrade(empty)
    before = columns(empty_database_url, "pay_jobs")

    with migrate._prepared(empty) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    assert {row[0] for row in columns(empty_database_url, "pay_jobs")} == {migrate.VERSION_TABLE}
    migrate.upgrade(empty)

    assert columns(empty_database_url, "pay_jobs") == before


def test_the_sql_text_makes_the_same_as_the_upgrade(server: Server, empty: Engine, empty_database_url: str) -> None:
    migrate.upgrade(empty)
    by_hand = server.create("by_hand_" + empty_database_url.partition("?")[0][-8:])
    connection = psycopg2.connect(by_hand)
    connection.autocommit = True

    with connection.cursor() as cursor:  # as psql sends it: statement by statement, BEGIN and COMMIT among them
        for statement in migrate.sql().split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("20s",)
    connection.close()

    assert columns(by_hand, "pay_jobs") == columns(empty_database_url, "pay_jobs")
    assert dump(by_hand) == dump(empty_database_url)
    server.drop(psycopg2.extensions.parse_dsn(by_hand)["dbname"])


def test_the_sql_text_is_complete_and_limited_in_time() -> None:
    lines = migrate.sql().splitlines()

    assert lines[:2] == ["SET statement_timeout = '20s';", "SET lock_timeout = '5s';"]


def test_every_statement_of_a_migration_runs_under_the_timeouts(empty: Engine) -> None:
    seen: set[tuple[str, str]] = set()

    def ask(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE" in statement or "CREATE INDEX" in statement:
            with cursor.connection.cursor() as other:  # type: ignore[attr-defined]
                other.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
                seen.add(other.fetchone())

    event.listen(empty, "before_cursor_execute", ask)
    migrate.upgrade(empty)

    assert seen == {("20s", "5s")}


def test_a_table_in_use_by_others_makes_an_upgrade_fail_cleanly(
    empty: Engine, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "200ms")
    migrate.upgrade(empty)
    holder = psycopg2.connect(empty_database_url)
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE pay_jobs.job_runs")

    began = time.monotonic()
    with pytest.raises(OperationalError, match="lock timeout"), migrate._prepared(empty) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    holder.close()

    assert time.monotonic() - began < 5
    assert migrate.current(empty) is not None


def test_two_upgrades_at_once_wait_for_each_other(empty_database_url: str) -> None:
    engines = [engine_of(empty_database_url) for _ in range(3)]

    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(migrate.upgrade, engines))

    newest = migrate.head()
    assert sorted(results, key=str) == [(newest, newest), (newest, newest), (None, newest)]
    for engine in engines:
        engine.dispose()


def test_an_upgrade_gives_its_lock_back(empty: Engine) -> None:
    migrate.upgrade(empty)

    with empty.connect() as connection:
        held = connection.execute(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")).scalar_one()
    assert held == 0


def test_pay_tables_are_not_touched(empty: Engine, database_url: str, template: str) -> None:
    before = (columns(database_url, "public"), dump(database_url, schema="public"))
    engine = engine_of(database_url)

    with migrate._prepared(engine) as connection:
        config = migrate._config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    migrate.upgrade(engine)
    engine.dispose()

    assert (columns(database_url, "public"), dump(database_url, schema="public")) == before


def test_the_sql_text_names_no_pay_table() -> None:
    from database.pay_tables import PAY_TABLES

    text_of_all = migrate.sql()

    assert [table for table in PAY_TABLES if f" {table} " in text_of_all or f"public.{table}" in text_of_all] == []


if PSQL:  # the statement-by-statement test above does without it

    def test_psql_runs_the_sql_text(empty_database_url: str) -> None:
        subprocess.run(
            [str(PSQL), "-v", "ON_ERROR_STOP=1", "-q", "-d", empty_database_url],
            input=migrate.sql(),
            text=True,
            check=True,
        )

        engine = engine_of(empty_database_url)
        assert migrate.current(engine) == migrate.head()
        engine.dispose()
