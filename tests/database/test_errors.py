"""Every database error comes with what it means and what to do about it."""

import os
import socket
import threading
import time
from contextlib import suppress

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2 import errors as pg
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config.errors import ConfigError, PayJobsError, SourceUnavailable
from config.settings import DatabaseSettings
from database.engine import make_engine
from database.errors import explain
from tests.pay_database import DatabaseServer
from tests.wire import refusing_server


def failure(address: str, statement: str = "SELECT 1", *before: str) -> DBAPIError:
    """Return the error that a statement ends with."""
    engine = make_engine(DatabaseSettings(url=SecretStr(address), connect_timeout=2), application_name="tests")
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        for one in before:
            connection.execute(text(one))
        connection.execute(text(statement))
    engine.dispose()
    return failed.value


@pytest.mark.parametrize(
    ("statement", "kind", "said"),
    [
        (
            "SELECT * FROM pay_jobs.no_such_table",
            ConfigError,
            'The database has no complete schema pay_jobs (relation "pay_jobs.no_such_table" does not exist). '
            "Create or upgrade it: python3 invoke_jobs.py db upgrade",
        ),
        (
            "SELECT * FROM no_such_table",
            ConfigError,
            'This is not the pay database the jobs know (relation "no_such_table" does not exist). '
            "Check DATABASE_NAME or DATABASE_URL.",
        ),
        (
            "SELECT no_such_column FROM invoices",
            ConfigError,
            'This is not the pay database the jobs know (column "no_such_column" does not exist). '
            "Check DATABASE_NAME or DATABASE_URL.",
        ),
        ("SELECT 1/0", PayJobsError, "The database refused a statement: division by zero"),
    ],
)
def test_a_statement_that_fails(database_url: str, statement: str, kind: type[PayJobsError], said: str) -> None:
    explained = explain(failure(database_url, statement))

    assert (type(explained), str(explained)) == (kind, said)


def test_a_schema_that_is_missing_altogether(empty_database_url: str) -> None:
    explained = explain(failure(empty_database_url, "SELECT * FROM pay_jobs.job_runs"))

    assert isinstance(explained, ConfigError)
    assert "The database has no complete schema pay_jobs" in str(explained)


def test_a_transaction_that_may_not_write(database_url: str) -> None:
    explained = explain(
        failure(database_url, "DELETE FROM invoices", "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "COMMIT")
    )

    assert type(explained) is ConfigError
    assert str(explained) == (
        "The database is read-only (cannot execute DELETE in a read-only transaction). "
        "Connect to the primary with a user that may write."
    )


def test_a_right_that_is_missing(database_url: str) -> None:
    explained = explain(failure(database_url, "DELETE FROM invoices", "SET ROLE pg_monitor"))

    assert type(explained) is ConfigError
    assert str(explained) == (
        "The database user may not do this (permission denied for table invoices). "
        "Ask for the right, or use the user that has it."
    )


def test_a_lock_that_others_hold_names_the_table_and_who_holds_it(database_url: str) -> None:
    holder = psycopg2.connect(database_url, application_name="night batch")
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE invoices")

    explained = explain(failure(database_url, "LOCK TABLE invoices", "SET lock_timeout = '50ms'"))
    pid = holder.info.backend_pid
    holder.close()

    assert type(explained) is SourceUnavailable
    assert str(explained).startswith("Another session held a lock for longer than the lock timeout")
    assert f"Invoices is used by night batch (process {pid}, idle in transaction since " in str(explained)


def test_a_row_that_others_hold_names_the_table_and_who_holds_it(database_url: str) -> None:
    with psycopg2.connect(database_url) as other, other.cursor() as cursor:
        cursor.execute("INSERT INTO invoice_status_codes (code, description) VALUES ('HELD', 'test')")
    holder = psycopg2.connect(database_url)
    with holder.cursor() as cursor:
        cursor.execute("SELECT 1 FROM invoice_status_codes WHERE code = 'HELD' FOR UPDATE")
    change = "UPDATE invoice_status_codes SET description = 'test' WHERE code = 'HELD'"

    explained = explain(failure(database_url, change, "SET lock_timeout = '50ms'"))
    pid = holder.info.backend_pid
    holder.close()
    other.close()

    assert "than the lock timeout in table invoice_status_codes (canceling statement due to lock" in str(explained)
    assert f"Invoice_status_codes is used by a session without a name (process {pid}, idle in tr" in str(explained)


def test_two_sessions_that_wait_for_each_other_are_told_as_that(database_url: str) -> None:
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)), application_name="tests")
    with psycopg2.connect(database_url) as other, other.cursor() as cursor:
        cursor.execute("INSERT INTO invoice_status_codes (code, description) VALUES ('D1', 'test'), ('D2', 'test')")
    take = "UPDATE invoice_status_codes SET description = 'test' WHERE code = "

    def theirs(cursor: psycopg2.extensions.cursor) -> None:
        with suppress(psycopg2.Error):
            cursor.execute(f"{take} 'D1'")

    with other.cursor() as cursor, pytest.raises(DBAPIError) as failed, engine.connect() as ours:
        cursor.execute("SET deadlock_timeout = '1h'")
        cursor.execute(f"{take} 'D2'")
        ours.execute(text("SET deadlock_timeout = '20ms'"))
        ours.execute(text(f"{take} 'D1'"))
        waiting = threading.Thread(target=theirs, args=(cursor,))
        waiting.start()
        ours.execute(text(f"{take} 'D2'"))
    waiting.join()
    pid = other.info.backend_pid
    other.close()
    engine.dispose()

    assert str(explain(failed.value)) == (
        f"Our session and that of process {pid} waited for each other in table invoice_status_codes, and the database "
        "rolled ours back (deadlock detected)."
    )


def test_a_statement_that_took_too_long(database_url: str) -> None:
    explained = explain(failure(database_url, "SELECT pg_sleep(3)", "SET statement_timeout = '50ms'"))

    assert type(explained) is SourceUnavailable
    assert str(explained) == (
        "The database stopped a statement (canceling statement due to statement timeout). "
        "It took longer than DATABASE_STATEMENT_TIMEOUT."
    )


def test_a_session_that_was_ended_from_outside(database_url: str) -> None:
    explained = explain(failure(database_url, "SELECT pg_terminate_backend(pg_backend_pid())"))

    assert type(explained) is SourceUnavailable
    assert str(explained).startswith(
        "The database session was ended from outside (terminating connection due to administrator command): "
    )


def test_a_session_that_stood_still_in_a_transaction(database_url: str) -> None:
    limit = "SET idle_in_transaction_session_timeout = '20ms'"
    engine = make_engine(DatabaseSettings(url=SecretStr(database_url)), application_name="tests")
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text(limit))
        time.sleep(1)
        connection.execute(text("SELECT 1"))
    engine.dispose()

    explained = explain(failed.value)

    assert type(explained) is SourceUnavailable
    assert "stood still inside a transaction for longer than DATABASE_IDLE_IN_TRANSACTION_TIMEOUT" in str(explained)


@pytest.mark.parametrize(
    ("state", "kind", "said"),
    [
        ("08006", SourceUnavailable, "The connection to the database was lost in the middle of the work (seen)."),
        ("22003", PayJobsError, "The database refused a statement: seen"),
        ("25006", ConfigError, "The database is read-only (seen)."),
        ("25P04", SourceUnavailable, "The server's transaction_timeout ended the session (seen)."),
        ("28000", ConfigError, "The database refused the connection (seen). Check DATABASE_USERNAME"),
        ("3D000", ConfigError, "The database refused the connection (seen). Check DATABASE_NAME."),
        ("40001", SourceUnavailable, "Another session changed the same rows at the same time"),
        ("40003", SourceUnavailable, "The database rolled the transaction back (seen)."),
        ("42501", ConfigError, "The database user may not do this (seen)."),
        ("42883", ConfigError, "The database is not as this version knows it (seen)."),
        ("53100", SourceUnavailable, "The disk of the database server is full (seen)."),
        ("53200", SourceUnavailable, "The database server is out of memory (seen)."),
        ("53300", SourceUnavailable, "The database server has no connection left (seen)."),
        ("53400", ConfigError, "A limit of the database server was reached (seen)."),
        ("53000", SourceUnavailable, "The database server lacks what the statement needs (seen)."),
        ("55P03", SourceUnavailable, "Another session held a lock for longer than the lock timeout (seen)."),
        ("57014", SourceUnavailable, "The database stopped a statement (seen)."),
        ("57P01", SourceUnavailable, "The database session was ended from outside (seen)"),
        ("57P02", SourceUnavailable, "The database server crashed and starts anew (seen)."),
        ("57P03", SourceUnavailable, "The database server is starting, stopping or recovering (seen)."),
        ("57P04", ConfigError, "The database was dropped while it was in use (seen)."),
        ("57P05", SourceUnavailable, "The server's idle_session_timeout ended the session (seen)."),
        ("58030", PayJobsError, "The database server cannot read or write its own files (seen)."),
        ("XX000", PayJobsError, "The database server has a fault of its own (seen)."),
        ("XX001", PayJobsError, "Data of the database is corrupted (seen)."),
        ("XX002", PayJobsError, "A database index is corrupted (seen). Nothing was changed. Build it anew: "),
        ("ZZ123", PayJobsError, "The database refused a statement: seen"),
    ],
)
def test_every_class_of_error_has_words_of_its_own(
    database_url: str, state: str, kind: type[PayJobsError], said: str
) -> None:
    explained = explain(failure(database_url, f"DO $$ BEGIN RAISE EXCEPTION 'seen' USING ERRCODE = '{state}'; END $$"))

    assert (type(explained), str(explained)[: len(said)]) == (kind, said)
    assert "cannot be reached" not in str(explained)


@given(state=st.from_regex(r"[0-9A-Z]{5}", fullmatch=True).filter(lambda state: state[:2] not in {"00", "01", "02"}))
@settings(
    max_examples=int(os.environ.get("ERROR_STATES", "40")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_no_error_of_a_server_that_answers_is_told_as_one_that_is_away(database_url: str, state: str) -> None:
    connection = psycopg2.connect(database_url)
    with connection, connection.cursor() as cursor, pytest.raises(psycopg2.Error) as failed:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION '{{seen}}' USING ERRCODE = '{state}'; END $$")
    connection.close()

    explained = explain(DBAPIError("SELECT 1", {}, failed.value))

    assert "{seen}" in str(explained)
    assert "cannot be reached" not in str(explained)


def test_a_column_that_pay_jobs_lacks_is_told_with_both_ways_out(database_url: str) -> None:
    explained = explain(failure(database_url, "SELECT no_such_column FROM pay_jobs.job_runs"))

    assert type(explained) is ConfigError
    assert "`db upgrade` brings the schema pay_jobs up to date; `doctor` says how the pay tables differ" in str(
        explained
    )


def test_a_role_that_does_not_exist(server: DatabaseServer) -> None:
    address = server.address_of("postgres").replace("postgres@", "no_such_role@", 1)

    explained = explain(failure(address))

    assert type(explained) is ConfigError
    assert 'role "no_such_role" does not exist). Check DATABASE_USERNAME and DATABASE_PASSWORD' in str(explained)


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        explained = explain(failure(f"postgresql://pay@127.0.0.1:{port}/pay"))

    assert type(explained) is SourceUnavailable
    assert "Connection refused" in str(explained)
    assert str(explained).endswith(
        "Check DATABASE_HOST and DATABASE_PORT, and that the server, or the proxy beside the pod, is up."
    )


def test_a_database_that_is_not_there(server: DatabaseServer) -> None:
    explained = explain(failure(server.address_of("no_such_database")))

    assert type(explained) is ConfigError
    assert 'database "no_such_database" does not exist' in str(explained)
    assert str(explained).endswith("Check DATABASE_NAME.")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("28P01", 'password authentication failed for user "pay"'),
        ("28000", 'no pg_hba.conf entry for host "10.0.0.1", user "pay", database "pay", no encryption'),
    ],
)
def test_a_login_that_is_refused(code: str, message: str) -> None:
    with refusing_server(code, message) as port:
        explained = explain(
            failure(f"postgresql://pay:canary-9@127.0.0.1:{port}/pay?sslmode=disable&gssencmode=disable")
        )

    assert type(explained) is ConfigError
    assert message in str(explained)
    assert "Check DATABASE_USERNAME and DATABASE_PASSWORD; in Cloud SQL, that the user is" in str(explained)
    assert "canary-9" not in str(explained)


def test_a_server_with_no_connection_to_spare() -> None:
    with refusing_server("53300", "sorry, too many clients already") as port:
        explained = explain(failure(f"postgresql://pay@127.0.0.1:{port}/pay?sslmode=disable&gssencmode=disable"))

    assert type(explained) is SourceUnavailable
    assert "sorry, too many clients already" in str(explained)


@pytest.mark.parametrize(
    ("code", "message", "kind", "said"),
    [
        ("08P01", "unsupported startup parameter: options", ConfigError, "A connection pooler stands between the job"),
        ("0A000", "Feature not supported: RDS Proxy currently ...", ConfigError, "A connection pooler stands between"),
        ("57P03", "the database system is starting up", SourceUnavailable, "The database server is starting, stopp"),
        ("42501", 'permission denied for database "pay"', ConfigError, "The database user may not connect ("),
        ("28000", 'role "pay" is not permitted to log in', ConfigError, "The database refused the connection ("),
        ("53300", 'too many connections for role "pay"', SourceUnavailable, "The database server has no connection l"),
    ],
)
def test_a_server_that_refuses_a_session(code: str, message: str, kind: type[PayJobsError], said: str) -> None:
    with refusing_server(code, message) as port:
        explained = explain(failure(f"postgresql://pay@127.0.0.1:{port}/pay?sslmode=disable&gssencmode=disable"))

    assert (type(explained), str(explained)[: len(said)]) == (kind, said)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://pay@127.0.0.1/pay?sslmode=sideways", "The connection to the database cannot be made secure ("),
        ("postgresql://pay@127.0.0.1/pay?no_such_option=1", "The address of the database was not understood ("),
    ],
)
def test_an_address_that_libpq_does_not_take(address: str, said: str) -> None:
    explained = explain(failure(address))

    assert (type(explained), str(explained)[: len(said)]) == (ConfigError, said)


def test_only_the_first_line_is_said_and_secrets_are_masked() -> None:
    explained = explain(DBAPIError("SELECT 1", {}, pg.InternalError_("password=canary-9 was wrong\nDETAIL: more")))

    assert str(explained) == "The database refused a statement: password=*** was wrong"


def test_the_error_of_a_plain_engine_is_explained_as_well(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url.replace("://", "+psycopg2://"))
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("SELECT * FROM invoices"))
    engine.dispose()

    assert isinstance(explain(failed.value), ConfigError)
