"""Sessions are fit for a short-lived process, and a dry run leaves nothing."""

import threading
from collections.abc import Iterator

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from database.sessions import Session
from tests.dumps import dump
from tests.waiting import wait_until

ADD = text("INSERT INTO invoice_status_codes (code, description) VALUES (:code, 'test')")
COUNT = text("SELECT count(*) FROM invoice_status_codes WHERE description = 'test'")
SLEEPS = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
)


@pytest.fixture
def settings(database_url: str) -> DatabaseSettings:
    return DatabaseSettings(url=SecretStr(database_url), statement_timeout=0.2, lock_timeout=0.1)


@pytest.fixture
def limited(settings: DatabaseSettings) -> Iterator[Engine]:
    engine = make_engine(settings, application_name="pay-jobs run 7 of GENERATE_STATEMENTS (work)")
    yield engine
    engine.dispose()


@pytest.fixture
def dry(database_url: str) -> Iterator[Database]:
    database = Database(
        make_engine(DatabaseSettings(url=SecretStr(database_url)), application_name="tests"), dry_run=True
    )
    yield database
    database.close()


def show(engine: Engine, name: str) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text(f"SHOW {name}")).scalar_one())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timezone", "UTC"),
        ("statement_timeout", "200ms"),
        ("lock_timeout", "100ms"),
        ("application_name", "pay-jobs run 7 of GENERATE_STATEMENTS (work)"),
    ],
)
def test_every_session_has_its_settings(limited: Engine, name: str, value: str) -> None:
    assert show(limited, name) == value


def test_a_long_name_is_cut_to_what_the_server_keeps(settings: DatabaseSettings) -> None:
    engine = make_engine(settings, application_name="x" * 100)

    assert show(engine, "application_name") == "x" * 63
    engine.dispose()


def test_the_driver_is_psycopg2(limited: Engine) -> None:
    assert limited.dialect.driver == "psycopg2"


def test_a_statement_that_takes_too_long_is_stopped(limited: Engine) -> None:
    with limited.connect() as connection, pytest.raises(OperationalError, match="statement timeout"):
        connection.execute(text("SELECT pg_sleep(5)"))


def test_a_lock_that_takes_too_long_is_given_up(limited: Engine) -> None:
    with limited.begin() as holder, limited.connect() as waiter:
        holder.execute(text("LOCK TABLE invoices"))

        with pytest.raises(OperationalError, match="lock timeout"):
            waiter.execute(text("LOCK TABLE invoices"))


def test_parameters_are_no_part_of_an_error(limited: Engine) -> None:
    with limited.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT 1/0 WHERE :given = :given"), {"given": "canary-9"})

    assert "canary-9" not in str(failed.value)


def test_a_transaction_is_committed_whole(database: Database, database_url: str) -> None:
    with database.begin() as session:
        session.execute(ADD, {"code": "T1"})
        session.execute(ADD, {"code": "T2"})

    with database.begin() as session:
        assert session.execute(COUNT).scalar_one() == 2


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as session:
        session.execute(ADD, {"code": "T1"})
        raise ZeroDivisionError

    with database.begin() as session:
        assert session.execute(COUNT).scalar_one() == 0


def test_nothing_is_committed_where_the_check_before_it_fails(database: Database) -> None:
    def refuse() -> None:
        raise ConnectionError("the lock is gone")

    database.before_commit = refuse
    with pytest.raises(ConnectionError), database.begin() as session:
        session.execute(ADD, {"code": "T1"})
    database.before_commit = lambda: None

    with database.begin() as session:
        assert session.execute(COUNT).scalar_one() == 0


def test_what_only_reads_is_not_asked_whether_it_may(database: Database) -> None:
    def refuse(_session: Session | None = None) -> None:
        raise ConnectionError("the lock is gone")

    database.after_begin = database.before_commit = refuse

    with database.read() as session:
        assert session.execute(COUNT).scalar_one() == 0


def test_what_only_reads_can_change_nothing_and_what_comes_after_it_can(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only transaction"), database.read() as session:
        session.execute(ADD, {"code": "T1"})

    with database.begin() as session:
        session.execute(ADD, {"code": "T1"})
    with database.read() as session:
        assert session.execute(COUNT).scalar_one() == 1


@pytest.mark.parametrize("way", ["begin", "read"])
def test_what_failed_in_a_transaction_is_raised_though_its_session_has_ended(
    way: str, database: Database, limited: Engine
) -> None:
    with pytest.raises(ZeroDivisionError), getattr(database, way)() as session, limited.connect() as other:
        other.execute(
            text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": session.scalar(text("SELECT pg_backend_pid()"))}
        )
        raise ZeroDivisionError


def test_what_only_reads_in_a_dry_run_sees_what_that_changed(dry: Database) -> None:
    with dry.begin() as session:
        session.execute(ADD, {"code": "T1"})

    with dry.read() as session:
        assert session.execute(COUNT).scalar_one() == 1


def test_a_dry_run_leaves_nothing(dry: Database, database_url: str) -> None:
    before = dump(database_url)

    with dry.begin() as session:
        session.execute(ADD, {"code": "T1"})
    dry.close()

    assert dump(database_url) == before


def test_a_later_step_of_a_dry_run_sees_what_an_earlier_one_did(dry: Database) -> None:
    with dry.begin() as session:
        session.execute(ADD, {"code": "T1"})

    with dry.begin() as session:
        assert session.execute(COUNT).scalar_one() == 1


def test_a_step_of_a_dry_run_that_fails_leaves_the_earlier_ones(dry: Database) -> None:
    with dry.begin() as session:
        session.execute(ADD, {"code": "T1"})
    with pytest.raises(DBAPIError), dry.begin() as session:
        session.execute(ADD, {"code": "T2"})
        session.execute(text("SELECT 1/0"))

    with dry.begin() as session:
        assert session.execute(COUNT).scalar_one() == 1


def test_nobody_else_sees_a_dry_run(dry: Database, database: Database) -> None:
    with dry.begin() as session:
        session.execute(ADD, {"code": "T1"})

    with database.begin() as session:
        assert session.execute(COUNT).scalar_one() == 0


def cancel_once_it_sleeps(database: Database) -> None:
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        wait_until(lambda: other.scalar(text(SLEEPS)) == 1, "the statement runs")
    database.cancel()


def test_cancel_stops_what_runs_now_from_another_thread(database: Database) -> None:
    canceller = threading.Thread(target=cancel_once_it_sleeps, args=(database,))

    canceller.start()
    with pytest.raises(OperationalError, match="canceling statement due to user request"), database.begin() as session:
        session.execute(text("SELECT pg_sleep(200)"))

    canceller.join()


def test_a_connection_that_is_closed_already_keeps_no_other_from_being_cancelled(database: Database) -> None:
    with database.engine.connect() as ended:
        raw = ended.connection.dbapi_connection
        assert raw is not None
        raw.close()

        test_cancel_stops_what_runs_now_from_another_thread(database)
