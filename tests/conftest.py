"""Shared parts of the tests: one real PostgreSQL, and a pay database that is put back before each test.

TEST_DATABASE_URL names another server (its user must be a superuser); without it an embedded one is started in a folder
of its own.
"""

import gc
import os
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # each command that a test runs would compile the program anew

from config import masking  # noqa: E402
from sandbox import postgres  # noqa: E402
from sandbox.lifetime import in_memory  # noqa: E402
from sandbox.up import prepare_pay_database, upgrade  # noqa: E402
from tests.pay_database import DatabaseServer, PayDatabase, SharedDatabase  # noqa: E402

if memory := in_memory():  # 1 GB of it at most
    tempfile.tempdir = os.environ["TMPDIR"] = memory

# `make test` tries the same examples each time, `make soak` others in each of its rounds.
_ANY_MACHINE = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("soak", _ANY_MACHINE)
hypothesis.settings.register_profile("test", _ANY_MACHINE, derandomize=True)
hypothesis.settings.load_profile("test")

MakePayDatabase = Callable[[str], PayDatabase]
OUTSIDE_PARTS = {"sftp_place", "faulty_place", "store", "cfs", "demo", "load", "pay_database"}


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while the tests are collected, and never among what they are made of: it stays."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


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


@pytest.fixture(autouse=True)
def same_signals() -> Iterator[None]:
    """Let what a test starts hear the signals that a run in an earlier test kept for itself."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.fixture(autouse=True)
def same_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no later test read its words masked because a setting of this one was secret."""
    monkeypatch.setattr(masking, "_known_secrets", set(masking._known_secrets))


@pytest.fixture(scope="session")
def server() -> Iterator[DatabaseServer]:
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        base, _, query = named.partition("?")
        before = base.rpartition("/")[0]
        yield DatabaseServer(lambda name: f"{before}/{name}" + (f"?{query}" if query else ""))
        return
    # Not in pytest's own folder: the next session of the same user closes that to the server's user.
    with postgres.temporary_server("pay-jobs-tests-") as running:
        yield DatabaseServer(lambda name: postgres.url(running, name))


@pytest.fixture(scope="session")
def template(server: DatabaseServer) -> Iterator[str]:
    """A database with the pay tables, their code values and the schema pay_jobs."""
    name = f"template_{uuid.uuid4().hex[:8]}"
    address = server.create(name)
    prepare_pay_database(address, None)
    upgrade(address)
    yield name
    server.drop(name)


@pytest.fixture(scope="session")
def make_pay_database(server: DatabaseServer, template: str) -> Iterator[MakePayDatabase]:
    """Makes pay databases that last until the tests end: for what several tests read and none of them changes."""
    made: dict[str, PayDatabase] = {}

    def make(prefix: str) -> PayDatabase:
        name = f"{prefix}_{uuid.uuid4().hex[:8]}"
        made[name] = PayDatabase(server.create(name, template))
        return made[name]

    yield make
    for name, database in made.items():
        database.close()
        server.drop(name)


@pytest.fixture(scope="session")
def shared_database(server: DatabaseServer, template: str) -> Iterator[SharedDatabase]:
    """The database behind `database`, for tests that put it back themselves: before each of their many examples."""
    made = SharedDatabase(server, template)
    yield made
    made.drop()


@pytest.fixture
def database(shared_database: SharedDatabase) -> PayDatabase:
    """The pay database, as the template made it."""
    shared_database.hand_out()
    return shared_database


@pytest.fixture
def database_url(database: PayDatabase) -> str:
    """The address of the pay database."""
    return database.address


@pytest.fixture
def engine(database: PayDatabase) -> Engine:
    return database.engine


@pytest.fixture
def empty_database_url(server: DatabaseServer) -> Iterator[str]:
    """The address of a fresh database with nothing in it."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    yield server.create(name)
    server.drop(name)
