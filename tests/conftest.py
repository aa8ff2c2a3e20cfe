"""Shared parts of the tests: one real PostgreSQL, and a fresh pay database for each test that asks for one.

TEST_DATABASE_URL names another server (its user must be allowed to create databases); without it an embedded one is
started in a folder of its own.
"""

import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr
from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from config.settings import DatabaseSettings  # noqa: E402
from database.engine import Database, make_engine  # noqa: E402
from sandbox import postgres  # noqa: E402
from sandbox.up import prepare_pay_database, upgrade  # noqa: E402

MakePayDatabase = Callable[[str], Database]
OUTSIDE_PARTS = {"sftp_place", "faulty_place", "store", "cfs", "demo", "load", "pay_database"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need more than a PostgreSQL, so that `make check` can leave them to `make test`."""
    for item in items:
        if OUTSIDE_PARTS & set(getattr(item, "fixturenames", ())):
            item.add_marker("parts")


def pytest_sessionstart(session: pytest.Session) -> None:
    """End at once where every proof is wanted and one cannot be run."""
    from tests.proofs import is_every_proof_wanted, left_out

    if is_every_proof_wanted() and not hasattr(session.config, "workerinput") and (lines := left_out()):
        pytest.exit("\n".join(lines), returncode=pytest.ExitCode.TESTS_FAILED)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where every proof is wanted and a test was skipped."""
    from tests.proofs import is_every_proof_wanted, not_allowed

    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not is_every_proof_wanted() or reporter is None or hasattr(session.config, "workerinput"):
        return
    if skipped := not_allowed([str(report.longrepr) for report in reporter.stats.get("skipped", [])]):
        reporter.write_line(f"\nNOT RUN, and every proof is wanted: {'; '.join(skipped)}", red=True, bold=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one visible line each what could not be run here."""
    from tests.proofs import left_out

    for line in left_out():
        terminalreporter.write_line(line, yellow=True, bold=True)


class DatabaseServer:
    """A PostgreSQL server that tests make databases on."""

    def __init__(self, address_of: Callable[[str], str]) -> None:
        self.address_of = address_of

    def run(self, statement: str) -> None:
        """Run one statement on the maintenance database."""
        connection = psycopg2.connect(self.address_of("postgres"))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database and return its address."""
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address_of(name)

    def drop(self, name: str) -> None:
        """Drop a database, whoever is connected."""
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def server() -> Iterator[DatabaseServer]:
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        base, _, query = named.partition("?")
        before = base.rpartition("/")[0]
        yield DatabaseServer(lambda name: f"{before}/{name}" + (f"?{query}" if query else ""))
        return
    # Not in pytest's own folder: the next session of the same user closes that to the server's user.
    with tempfile.TemporaryDirectory(prefix="pay-jobs-tests-") as folder:
        running = postgres.start(Path(folder) / "postgres")
        yield DatabaseServer(lambda name: postgres.url(running, name))
        running.stop()


@pytest.fixture(scope="session")
def template(server: DatabaseServer) -> Iterator[str]:
    """A database with the pay tables, their code values and the schema pay_jobs."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    address = server.create(name)
    prepare_pay_database(address, None)
    upgrade(address)
    yield name
    server.drop(name)


class FreshDatabases:
    """Pay databases that nobody has used; the next one is made while a test is at work."""

    def __init__(self, server: DatabaseServer, template: str) -> None:
        self._server = server
        self._template = template
        self._maker = ThreadPoolExecutor(max_workers=1)
        self._next = self._maker.submit(self._make)

    def take(self) -> tuple[str, str]:
        """Return the name and address of one."""
        made = self._next.result()
        self._next = self._maker.submit(self._make)
        return made

    def give_back(self, name: str) -> None:
        """Have a database dropped."""
        self._maker.submit(self._server.drop, name)

    def close(self) -> None:
        """Drop what was made and not taken."""
        self.give_back(self._next.result()[0])
        self._maker.shutdown()

    def _make(self) -> tuple[str, str]:
        name = f"test_{uuid.uuid4().hex[:12]}"
        return name, self._server.create(name, self._template)


@pytest.fixture(scope="session")
def _fresh_databases(server: DatabaseServer, template: str) -> Iterator[FreshDatabases]:
    made = FreshDatabases(server, template)
    yield made
    made.close()


@pytest.fixture
def database_url(_fresh_databases: FreshDatabases) -> Iterator[str]:
    """The address of a fresh pay database."""
    name, address = _fresh_databases.take()
    yield address
    _fresh_databases.give_back(name)


@pytest.fixture(scope="session")
def _reused_database(server: DatabaseServer, template: str) -> Iterator[str]:
    name = f"reused_{uuid.uuid4().hex[:8]}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture
def reused_database_url(_reused_database: str) -> Iterator[str]:
    """The address of a pay database for tests that write to pay_jobs and code values described as 'test' only.

    It spares half a second a test: a module takes it by giving its own `database_url` from it.
    """
    yield _reused_database
    connection = psycopg2.connect(_reused_database)
    with connection, connection.cursor() as cursor:
        cursor.execute("TRUNCATE pay_jobs.job_runs RESTART IDENTITY CASCADE")
        cursor.execute("DELETE FROM invoice_status_codes WHERE description = 'test'")
    connection.close()


@pytest.fixture(scope="session")
def make_pay_database(server: DatabaseServer, template: str) -> Iterator[MakePayDatabase]:
    """Makes a pay database that all the tests of a folder share, and empty: a hundred times as fast as fresh ones.

    The conftest.py of a new job has a session fixture that returns `make_pay_database("name_of_the_job")`.
    """
    made: list[tuple[str, Database]] = []

    def make(prefix: str) -> Database:
        name = f"{prefix}_{uuid.uuid4().hex[:8]}"
        settings = DatabaseSettings(url=SecretStr(server.create(name, template)))
        made.append((name, Database(make_engine(settings, application_name="tests"))))
        return made[-1][1]

    yield make
    for name, database in made:
        database.close()
        server.drop(name)


@pytest.fixture
def empty_database_url(server: DatabaseServer) -> Iterator[str]:
    """The address of a fresh database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield server.create(name)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(DatabaseSettings(url=SecretStr(database_url)), application_name="tests")
    yield made
    made.dispose()


@pytest.fixture
def database(engine: Engine) -> Iterator[Database]:
    made = Database(engine)
    yield made
    made.close()
