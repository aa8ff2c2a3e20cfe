"""Starts the entrypoint as a person or a pod would, in a process of its own with an environment of its own."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg2
import pytest

from database.engine import Database
from tests.e2e.entrypoint import CommandEnd, Entrypoint, RunningCommand
from tests.statement_factory import StatementBooks
from tests.waiting import wait_until


@pytest.fixture(scope="session")
def entrypoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entrypoint]:
    own = tmp_path_factory.getbasetemp()
    started = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "started"
    started.mkdir(exist_ok=True)
    made = Entrypoint(started)
    yield made
    made.close()


def environment(**settings: str | None) -> dict[str, str]:
    """Return the environment of a pod: these settings and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {name: value for name, value in settings.items() if value is not None}
    return {**kept, "HOSTNAME": "pod-7", "PAY_JOBS_OPERATOR": "olive", **given}


class Operator:
    """Runs commands with settings that all of them have."""

    def __init__(self, entrypoint: Entrypoint, **settings: str | None) -> None:
        self._entrypoint = entrypoint
        self._settings = settings

    def run(self, *words: str, **settings: str | None) -> CommandEnd:
        """Run a command to its end."""
        return self.start(*words, **settings).end()

    def start(self, *words: str, **settings: str | None) -> RunningCommand:
        """Start a command and let it run."""
        return self._entrypoint.start(words, environment(**(self._settings | settings)))


@pytest.fixture
def operator(entrypoint: Entrypoint, database_url: str) -> Operator:
    return Operator(entrypoint, DATABASE_URL=database_url)


@pytest.fixture
def pay(database: Database) -> StatementBooks:
    """The week to Saturday 2022-06-25: one daily account and two weekly ones, one of which pays by EFT."""
    pay = StatementBooks(database)
    for auth, frequency, method in (("1234", "DAILY", "PAD"), ("5678", "WEEKLY", "PAD"), ("9012", "WEEKLY", "EFT")):
        account = pay.with_setting(frequency, method, auth=auth)
        for at in ("2022-06-19 00:00", "2022-06-25 12:00", "2022-06-25 23:59"):
            pay.invoice(account, at, method)
    return pay


@contextmanager
def held_back(address: str, auth_account: str = "5678") -> Iterator[Callable[[], None]]:
    """Let the job wait where it writes the statement of an account; returns a function that waits until it does."""
    holder = psycopg2.connect(address)
    with holder.cursor() as cursor:
        cursor.execute("SELECT id FROM payment_accounts WHERE auth_account_id = %s FOR UPDATE", (auth_account,))

    def until_it_waits() -> None:
        wait_for(
            address,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND application_name LIKE '%(work)'",
        )

    try:
        yield until_it_waits
    finally:
        holder.close()


def wait_for(address: str, question: str) -> None:
    """Ask the database until it says yes."""
    connection = psycopg2.connect(address)
    connection.autocommit = True

    def is_so() -> bool:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone() == (True,)

    try:
        wait_until(is_so, question)
    finally:
        connection.close()
