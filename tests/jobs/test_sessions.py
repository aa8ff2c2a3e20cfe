"""Every command wants a session with the server itself, of a version we know, and sets limits of its own on it."""

import os
import shlex
from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn
from pydantic import SecretStr
from sqlalchemy import text

import invoke_jobs
from config.errors import ConfigError
from config.settings import DatabaseSettings
from database.engine import make_engine
from tasks import JOBS
from tests.pgbouncer import PGBOUNCER, pgbouncer
from tests.wire import pooler, server_of_version
from tools import TOOLS

OTHER_SYSTEMS = {
    "MINIO_ENDPOINT": "127.0.0.1:1", "MINIO_ACCESS_KEY": "key", "MINIO_ACCESS_SECRET": "secret",
    "FTP_POLLER_BUCKET_NAME": "bucket", "CAS_SFTP_HOST": "127.0.0.1", "CAS_SFTP_PORT": "1",
    "CAS_SFTP_USER_NAME": "cas", "CAS_SFTP_PASSWORD": "s3cr", "CAS_SFTP_HOST_KEY": "A" * 64,
    "CGI_SFTP_USER_NAME": "cgi", "CGI_SFTP_PASSWORD": "s3cr", "CFS_BASE_URL": "http://127.0.0.1:1",
    "CFS_CLIENT_ID": "one", "CFS_CLIENT_SECRET": "s3cr", "CFS_FAS_CLIENT_ID": "two", "CFS_FAS_CLIENT_SECRET": "s3cr",
    "PUBSUB_PUBLISH_URL": "http://127.0.0.1:1/", "NOTIFY_API_URL": "http://127.0.0.1:1", "IT_OPS_EMAIL": "a@b.ca",
}  # fmt: skip
RUNS = [job.examples[0] for job in (*JOBS, *(tool for _, members in TOOLS.values() for tool in members))]
OWN = ["db upgrade", "db current", "history", "show 1", "check", "outbox list", "outbox show 1",
       "outbox retry 1 --reason x", "outbox drop 1 --reason x", "schedule run --port 0"]  # fmt: skip


def run(monkeypatch: pytest.MonkeyPatch, command: str, address: str) -> int:
    """Run one command line in this process, whose signals stay its own; its database, and an old one, are there."""
    monkeypatch.setattr("jobs.lifecycle.task_context.watch_signals", lambda *_given: None)
    for name, value in (OTHER_SYSTEMS | {"DATABASE_URL": address}).items():
        monkeypatch.setenv(name, value)
    words = shlex.split(command.replace("postgresql://reader@old/pay", address))
    monkeypatch.setattr("sys.argv", ["invoke_jobs.py", *words])
    return invoke_jobs.main()


@pytest.mark.parametrize("command", [*OWN, *RUNS])
def test_a_pooler_is_refused_by_every_command(
    monkeypatch: pytest.MonkeyPatch,
    database_url: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Any,
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (word for word in command.split() if word.endswith(".csv")):
        (tmp_path / name).write_text("a\n")
    with pooler(database_url) as address:
        code = run(monkeypatch, command, address)

    said = capsys.readouterr()
    assert (code, "A connection pooler (such as pgbouncer) stands between the job and PostgreSQL" in said.err) == (
        2,
        True,
    ), said


@pytest.mark.parametrize("command", ["db upgrade", "history", "GENERATE_STATEMENTS 2022-06-25"])
def test_a_server_that_is_too_old_is_refused(
    monkeypatch: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with server_of_version(database_url, "13.18") as address:
        code = run(monkeypatch, command, address)

    assert code == 2
    assert "The database server is PostgreSQL 13; the oldest that works is 14" in capsys.readouterr().err


def test_the_oldest_server_that_works_is_taken(database_url: str) -> None:
    with server_of_version(database_url, "14.0") as address:
        engine = make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests", pooled=False)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()


@pytest.fixture
def strict_role(database_url: str) -> Iterator[str]:
    """The address of a role whose sessions end after a few milliseconds of anything."""
    role, user = f"strict_{os.getpid()}", parse_dsn(database_url)["user"]
    connection = psycopg2.connect(database_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN SUPERUSER")
        cursor.execute("SELECT current_setting('server_version_num')::integer >= 170000")
        newest = cursor.fetchone() == (True,)
        for name in (
            "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "idle_session_timeout",
            *(["transaction_timeout"] if newest else []),
        ):  # fmt: skip
            cursor.execute(f"ALTER ROLE {role} SET {name} = '50ms'")
        cursor.execute(f"ALTER ROLE {role} SET timezone = 'Asia/Tokyo'")
        yield database_url.replace(f"{user}@", f"{role}@", 1)
        cursor.execute(f"DROP ROLE {role}")
    connection.close()


def test_what_a_role_has_set_does_not_hold_for_our_sessions(strict_role: str) -> None:
    settings = DatabaseSettings(url=SecretStr(strict_role), idle_in_transaction_timeout=77)
    engine = make_engine(settings, application_name="tests", pooled=False)
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, setting FROM pg_settings WHERE name LIKE '%\\_timeout' OR name = 'TimeZone'")
        )
        found = {row.name: row.setting for row in rows}
        connection.execute(text("SELECT pg_sleep(0.1)"))
    engine.dispose()

    assert found["TimeZone"] == "UTC"
    assert (found["statement_timeout"], found["lock_timeout"]) == ("3600000", "30000")
    assert found["idle_in_transaction_session_timeout"] == "77000"
    assert (found["idle_session_timeout"], found.get("transaction_timeout", "0")) == ("0", "0")


if PGBOUNCER:  # the pooler above stands for it where it is not installed; tests/proofs.py says so

    @pytest.mark.parametrize("ignore", ["", "options"])
    def test_pgbouncer_is_refused_and_nothing_of_ours_stays_on_its_connection(
        monkeypatch: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str], ignore: str
    ) -> None:
        asked = "SELECT name, setting FROM pg_settings WHERE name LIKE '%\\_timeout' ORDER BY name"
        with psycopg2.connect(database_url) as direct, direct.cursor() as cursor:
            cursor.execute(asked)
            usual = cursor.fetchall()
        direct.close()
        with pgbouncer(database_url, ignore=ignore) as address:
            assert run(monkeypatch, "db upgrade", address) == 2
            assert "A connection pooler" in capsys.readouterr().err
            with psycopg2.connect(address) as pooled, pooled.cursor() as cursor:
                cursor.execute(asked)
                assert cursor.fetchall() == usual
                cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
                assert cursor.fetchone() == (0,)
            pooled.close()

    def test_pgbouncer_that_takes_no_options_is_told_as_a_pooler(
        monkeypatch: pytest.MonkeyPatch, database_url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pgbouncer(database_url) as address:
            code = run(monkeypatch, "history", f"{address}&options=-c%20statement_timeout%3D5s")

        assert code == 2
        assert "A connection pooler stands between the job and PostgreSQL" in capsys.readouterr().err


def test_a_refused_connection_is_closed_at_once(database_url: str) -> None:
    with pooler(database_url) as address:
        engine = make_engine(DatabaseSettings(url=SecretStr(address)), application_name="refused", pooled=True)
        for _ in range(20):  # more than the pool holds
            with pytest.raises(ConfigError):
                engine.connect()
        engine.dispose()
