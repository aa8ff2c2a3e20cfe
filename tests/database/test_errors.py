"""Every database error comes with what it means and what to do about it."""

import socket
from collections.abc import Callable

import psycopg2
import pytest
from psycopg2 import errors as pg
from pydantic import SecretStr
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config.errors import ConfigError, PayJobsError, SourceUnavailable
from config.settings import DatabaseSettings
from database.engine import make_engine
from database.errors import explain
from tests.conftest import Server
from tests.wire import refusing_server


@pytest.fixture
def database_url(reused_database_url: str) -> str:
    return reused_database_url


def failure(address: str, statement: str = "SELECT 1", *before: str) -> DBAPIError:
    """Give the error that a statement ends with."""
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


def test_a_lock_that_others_hold(database_url: str) -> None:
    holder = psycopg2.connect(database_url)
    with holder.cursor() as cursor:
        cursor.execute("LOCK TABLE invoices")

    explained = explain(failure(database_url, "LOCK TABLE invoices", "SET lock_timeout = '50ms'"))
    holder.close()

    assert type(explained) is SourceUnavailable
    assert "Another session held a lock for longer than the lock timeout" in str(explained)


def test_a_statement_that_took_too_long(database_url: str) -> None:
    explained = explain(failure(database_url, "SELECT pg_sleep(3)", "SET statement_timeout = '50ms'"))

    assert type(explained) is SourceUnavailable
    assert str(explained) == ("The database stopped a statement (canceling statement due to statement timeout).")


def test_a_session_that_was_ended_from_outside(database_url: str) -> None:
    explained = explain(failure(database_url, "SELECT pg_terminate_backend(pg_backend_pid())"))

    assert type(explained) is SourceUnavailable
    assert str(explained).startswith("The database cannot be reached (")


def test_a_server_that_is_not_there() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        explained = explain(failure(f"postgresql://pay@127.0.0.1:{port}/pay"))

    assert type(explained) is SourceUnavailable
    assert "Connection refused" in str(explained)
    assert str(explained).endswith("Check DATABASE_HOST and DATABASE_PORT, and that the server is up.")


def test_a_database_that_is_not_there(server: Server) -> None:
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
    assert str(explained).endswith("Check DATABASE_USERNAME and DATABASE_PASSWORD.")
    assert "canary-9" not in str(explained)


def test_a_server_with_no_connection_to_spare() -> None:
    with refusing_server("53300", "sorry, too many clients already") as port:
        explained = explain(failure(f"postgresql://pay@127.0.0.1:{port}/pay?sslmode=disable&gssencmode=disable"))

    assert type(explained) is SourceUnavailable
    assert "sorry, too many clients already" in str(explained)


@pytest.mark.parametrize(
    ("cause", "kind", "advice"),
    [
        (pg.IndexCorrupted, PayJobsError, "db reindex --index NAME"),
        (pg.InvalidPassword, ConfigError, "Check user, password and database name."),
        (pg.InvalidCatalogName, ConfigError, "Check user, password and database name."),
    ],
)
def test_what_cannot_be_brought_about_here(
    cause: Callable[[str], BaseException], kind: type[PayJobsError], advice: str
) -> None:
    explained = explain(DBAPIError("SELECT 1", {}, cause("could not read block 7")))

    assert type(explained) is kind
    assert "could not read block 7" in str(explained)
    assert advice in str(explained)


def test_only_the_first_line_is_said_and_secrets_are_masked() -> None:
    explained = explain(DBAPIError("SELECT 1", {}, pg.InternalError_("password=canary-9 was wrong\nDETAIL: more")))

    assert str(explained) == "The database refused a statement: password=*** was wrong"


def test_the_error_of_a_plain_engine_is_explained_as_well(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url.replace("://", "+psycopg2://"))
    with pytest.raises(DBAPIError) as failed, engine.connect() as connection:
        connection.execute(text("SELECT * FROM invoices"))
    engine.dispose()

    assert isinstance(explain(failed.value), ConfigError)
