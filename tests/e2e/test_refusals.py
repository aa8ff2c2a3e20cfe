"""What goes wrong is said in words, with what to do, the right exit code and nothing changed."""

import socket
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from psycopg2.extensions import parse_dsn

from config.business_time import business_date
from tests.dumps import dump
from tests.e2e.conftest import Operator
from tests.e2e.entrypoint import CommandEnd, Entrypoint
from tests.json_output import rows_of
from tests.statement_factory import StatementBooks
from tests.wire import pooler, refusing_server

pytestmark = pytest.mark.slow
SATURDAY = "2022-06-25"
NO_RESULT = "GENERATE_STATEMENTS failed after "


def error_of(said: CommandEnd) -> str:
    """Return the error as people read it, after the log."""
    return said.err[said.err.index("Error: ") + 7 :].strip()


def refused(said: CommandEnd, code: int) -> str:
    """Check that a command failed as it should, with nothing on stdout but the result, and return the error."""
    assert said.code == code
    assert said.out == "" or (said.out.startswith(NO_RESULT) and said.out.count("\n") == 1)
    return error_of(said)


def test_an_unknown_job(operator: Operator) -> None:
    error = refused(operator.run("GENERATE_STATEMENT"), 2)

    assert error == "Unknown job 'GENERATE_STATEMENT'. Did you mean GENERATE_STATEMENTS?"


@pytest.mark.parametrize("date", ["25.6.2022", "2022-6-25", "2022-02-30", "yesterday", "20220625"])
def test_a_wrong_date(operator: Operator, date: str) -> None:
    error = refused(operator.run("GENERATE_STATEMENTS", date), 2)

    assert f"'{date}' is not a date: expected yyyy-mm-dd, like 2022-06-25." in error


def test_a_date_that_is_not_over(operator: Operator, pay: StatementBooks) -> None:
    today = business_date(datetime.now(UTC))

    error = refused(operator.run("GENERATE_STATEMENTS", str(today)), 2)

    yesterday = today - timedelta(days=1)
    assert error.startswith(f"{today} is not over yet: the last day that can be covered is {yesterday}.")
    assert pay.statements() == []


def test_an_account_that_does_not_exist(operator: Operator, pay: StatementBooks) -> None:
    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, "4711"), 2)

    assert error.startswith("No payment account has the auth account id '4711'.")


def test_an_account_without_settings_on_that_day(operator: Operator, pay: StatementBooks) -> None:
    pay.with_setting("DAILY", auth="4711", first="2022-06-26")

    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, "4711"), 2)

    assert error.startswith(
        "Account 4711 has no statement settings on 2022-06-25. Its settings: DAILY 2022-06-26 to today."
    )
    assert pay.statements() == []


def test_a_refused_run_of_the_clock_is_in_the_ledger_and_what_a_person_mistyped_is_not(
    operator: Operator, pay: StatementBooks
) -> None:
    operator.run("GENERATE_STATEMENTS", SATURDAY, "4712")
    operator.run("GENERATE_STATEMENTS", SATURDAY, "4711", PAY_JOBS_TRIGGER="cronjob")

    [run] = rows_of(operator.run("history", "--json").json, "runs")
    assert (run["status"], run["exit_code"]) == ("failed", 2)
    assert "4711" in run["error"]


def test_a_missing_setting_and_no_sandbox_instead_of_it(operator: Operator) -> None:
    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=None), 2)

    assert (
        "set DATABASE_URL, or the missing DATABASE_USERNAME, DATABASE_HOST, DATABASE_NAME  [The pay database]" in error
    )


def test_a_database_that_is_unreachable(operator: Operator) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"postgresql://pay:canary-9@127.0.0.1:{unused.getsockname()[1]}/pay"
        said = operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=address)

    error = refused(said, 1)
    assert error.startswith("The database cannot be reached (")
    assert "Check DATABASE_HOST and DATABASE_PORT, and that the server, " in error
    assert "canary-9" not in said.out + said.err


def test_a_wrong_password(operator: Operator) -> None:
    with refusing_server("28P01", 'password authentication failed for user "pay"') as port:
        address = f"postgresql://pay:canary-9@127.0.0.1:{port}/pay?sslmode=disable&gssencmode=disable"
        said = operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=address)

    error = refused(said, 2)
    assert 'password authentication failed for user "pay"' in error
    assert "Check DATABASE_USERNAME and DATABASE_PASSWORD; " in error
    assert "canary-9" not in said.out + said.err


def test_a_pooler_in_between(operator: Operator, database_url: str) -> None:
    with pooler(database_url) as address:
        error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=address), 2)

    assert error.startswith("A connection pooler (such as pgbouncer) stands between the job and PostgreSQL")


@pytest.mark.parametrize("dry_run", [(), ("--shard", "1/2")])
def test_a_missing_schema(operator: Operator, pay: StatementBooks, database_url: str, dry_run: tuple[str, ...]) -> None:
    execute(database_url, "DROP SCHEMA pay_jobs CASCADE")

    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, *dry_run), 2)

    assert error.startswith("The database has no complete schema pay_jobs (")
    assert "Create or upgrade it: python3 invoke_jobs.py db upgrade." in error
    assert pay.statements() == []


def test_the_upgrade_that_the_message_names_repairs_it(
    operator: Operator, pay: StatementBooks, database_url: str
) -> None:
    execute(database_url, "DROP SCHEMA pay_jobs CASCADE")

    upgraded = operator.run("db", "upgrade")

    assert upgraded.code == 0
    assert "The schema pay_jobs went from nothing to " in upgraded.out
    assert operator.run("GENERATE_STATEMENTS", SATURDAY).code == 0
    assert operator.run("db", "current").out.strip() == upgraded.out.split()[-1].rstrip(".")


def test_a_database_that_is_not_a_pay_database(entrypoint: Entrypoint, empty_database_url: str) -> None:
    elsewhere = Operator(entrypoint, DATABASE_URL=empty_database_url)
    elsewhere.run("db", "upgrade")

    error = refused(elsewhere.run("GENERATE_STATEMENTS", SATURDAY), 2)

    assert error.startswith("This is not the pay database the jobs know (relation ")


@pytest.fixture
def reader(database_url: str) -> Iterator[str]:
    """The address of the same database for a user who may only read."""
    name = f"reader_{uuid.uuid4().hex[:8]}"
    execute(
        database_url,
        f"CREATE ROLE {name} LOGIN PASSWORD 'reader'",
        f"GRANT USAGE ON SCHEMA pay_jobs TO {name}",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public, pay_jobs TO {name}",
    )
    parts = parse_dsn(database_url)
    yield f"postgresql://{name}:reader@/{parts['dbname']}?host={parts['host']}&port={parts.get('port', '5432')}"
    execute(database_url, f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_a_user_who_may_only_read(operator: Operator, pay: StatementBooks, reader: str, database_url: str) -> None:
    before = dump(database_url)

    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=reader), 2)

    assert error.startswith("The database user may not do this (permission denied for table job_runs).")
    assert "Ask for the right, or use the user that has it." in error
    assert dump(database_url) == before


def test_a_user_who_may_write_the_ledger_but_not_the_statements(
    operator: Operator, pay: StatementBooks, reader: str, database_url: str
) -> None:
    execute(database_url, f"GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA pay_jobs TO {parse_dsn(reader)['user']}")

    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY, DATABASE_URL=reader), 2)

    assert error.startswith("The database user may not do this (permission denied for ")
    [run] = rows_of(operator.run("history", "--json").json, "runs")
    assert (run["status"], run["exit_code"]) == ("failed", 2)
    assert pay.statements() == []


def test_a_database_that_is_a_read_only_replica(operator: Operator, pay: StatementBooks, database_url: str) -> None:
    execute(
        database_url, f'ALTER DATABASE "{parse_dsn(database_url)["dbname"]}" SET default_transaction_read_only = on'
    )

    error = refused(operator.run("GENERATE_STATEMENTS", SATURDAY), 2)

    assert error.startswith("The database is read-only (cannot execute INSERT in a read-only transaction).")


@pytest.mark.parametrize("words", [("GENERATE_STATEMENTS", "nonsense"), ("GENERATE_STATEMENTS", SATURDAY, "4711")])
def test_a_refusal_under_json_is_one_object(operator: Operator, pay: StatementBooks, words: tuple[str, ...]) -> None:
    said = operator.run(*words, "--json")

    assert (said.code, said.json["exit_code"], said.json["status"]) == (2, 2, "failed")
    assert said.json["error"]


def execute(address: str, *statements: str) -> None:
    """Run statements as the owner of the database."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()
