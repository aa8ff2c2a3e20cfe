"""The schema pay_jobs is made, kept and shown without touching anything else."""

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from shutil import which

import psycopg2
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError

from config.errors import PayJobsError
from config.settings import DatabaseSettings
from database import migrate
from database.engine import make_engine
from tests.dumps import columns, dump
from tests.old_schema import downgrade, upgrade_to
from tests.pay_database import DatabaseServer

pytestmark = pytest.mark.slow

PSQL = which("psql")

ADVISORY_LOCKS = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory'"


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

    downgrade(empty, "base")
    assert {row[0] for row in columns(empty_database_url, "pay_jobs")} == {migrate.VERSION_TABLE}
    migrate.upgrade(empty)

    assert columns(empty_database_url, "pay_jobs") == before


def test_the_sql_text_makes_the_same_as_the_upgrade(
    server: DatabaseServer, empty: Engine, empty_database_url: str
) -> None:
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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for locks takes a moment only."""
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0)


@contextmanager
def in_use(address: str, table: str) -> Iterator[psycopg2.extensions.connection]:
    """Let a job that writes to a table be at work."""
    connection = psycopg2.connect(address, application_name="pay-jobs PAD_RECONCILE run 7")
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN EXCLUSIVE MODE")
    yield connection
    connection.close()


def test_an_upgrade_says_what_it_locks_and_how_long_it_waits(empty: Engine) -> None:
    said: list[str] = []
    upgrade_to(empty, "0003")

    migrate.upgrade(empty, say=said.append)

    assert said[0] == (
        "0004 Every row of every settlement file, with what became of it. Locks pay_jobs.inbound_files; "
        "waits 5s for it, 5 times at most."
    )
    assert len(said) == len(migrate.pending("0003"))


@pytest.mark.usefixtures("impatient")
def test_an_upgrade_tries_again_until_the_table_is_free(empty: Engine, empty_database_url: str) -> None:
    upgrade_to(empty, "0003")
    said: list[str] = []

    with in_use(empty_database_url, "pay_jobs.inbound_files") as holder:

        def hear(line: str) -> None:
            said.append(line)
            if "try 3 of 5 follows" in line:
                holder.rollback()

        assert migrate.upgrade(empty, say=hear) == ("0003", migrate.head())

    (first, _second) = [line for line in said if "waited" in line]
    assert first.startswith(
        "Migration 0004 waited 100ms for a lock: pay_jobs.inbound_files is used by pay-jobs PAD_RECONCILE run 7 "
    )
    assert first.endswith("Rolled back whole; try 2 of 5 follows.")


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("table", "start", "whole_at"),
    [("inbound_files", "0003", "0003"), ("inbound_files", "0002", "0003"), ("schema_version", "0004", "0004")],
    ids=["at its first statement", "after one that went through", "at its last statement"],
)
def test_a_table_in_use_throughout_ends_an_upgrade_and_leaves_no_half_of_a_migration(
    empty: Engine, empty_database_url: str, table: str, start: str, whole_at: str
) -> None:
    upgrade_to(empty, whole_at)
    expected = columns(empty_database_url, "pay_jobs")
    downgrade(empty, start)

    with in_use(empty_database_url, f"pay_jobs.{table}"), pytest.raises(PayJobsError) as raised:
        migrate.upgrade(empty)

    assert f"pay_jobs.{table} is used by pay-jobs PAD_RECONCILE run 7 (process " in str(raised.value)
    assert f"the last of 5 tries. Nothing of it was left behind: the schema is whole at {whole_at}" in str(raised.value)
    assert (migrate.current(empty), columns(empty_database_url, "pay_jobs")) == (whole_at, expected)


def test_an_upgrade_whose_connection_dies_in_a_migration_is_finished_by_the_next(
    empty: Engine, empty_database_url: str
) -> None:
    def die(_connection: object, cursor: object, statement: str, *_: object) -> None:
        if "CREATE TABLE pay_jobs.cgi_mentions" in statement:
            with psycopg2.connect(empty_database_url) as other, other.cursor() as killer:
                killer.execute("SELECT pg_terminate_backend(%s)", (cursor.connection.info.backend_pid,))  # type: ignore[attr-defined]

    event.listen(empty, "before_cursor_execute", die)
    with pytest.raises(DBAPIError):
        migrate.upgrade(empty)
    event.remove(empty, "before_cursor_execute", die)
    assert migrate.current(empty) == "0004"

    assert migrate.upgrade(empty) == ("0004", migrate.head())


def test_an_upgrade_beside_one_that_does_not_end_is_refused(
    empty: Engine, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "OTHER_UPGRADE_TIMEOUT", "100ms")
    other = psycopg2.connect(empty_database_url)
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (migrate._UPGRADE_LOCK,))

    with pytest.raises(PayJobsError, match="Another `db upgrade` has been at work for 100ms"):
        migrate.upgrade(empty)

    other.close()


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
        assert connection.scalar(text(f"{ADVISORY_LOCKS} AND datname = current_database()")) == 0


def test_pay_tables_are_not_touched(empty: Engine, database_url: str, template: str) -> None:
    before = (columns(database_url, "public"), dump(database_url, schema="public"))
    engine = engine_of(database_url)

    downgrade(engine, "base")
    migrate.upgrade(engine)
    engine.dispose()

    assert (columns(database_url, "public"), dump(database_url, schema="public")) == before


def test_the_sql_text_names_no_pay_table() -> None:
    from database.pay.rights import PAY_TABLES

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
