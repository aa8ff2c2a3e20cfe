"""Starts the entrypoint as a person or a pod would, in a process of its own with an environment of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from database.engine import Database
from tests.json_output import read_json
from tests.statement_factory import StatementBooks

ROOT = Path(__file__).resolve().parents[2]
ENTRYPOINT = ROOT / "invoke_jobs.py"


@dataclass(frozen=True)
class CommandEnd:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        return read_json(self.out)


def environment(**settings: str | None) -> dict[str, str]:
    """Return the environment of a pod: these settings and no others."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {name: value for name, value in settings.items() if value is not None}
    return {**kept, "HOSTNAME": "pod-7", "PAY_JOBS_OPERATOR": "olive", **given}


class Operator:
    """Runs commands against one database."""

    def __init__(self, address: str | None) -> None:
        self.address = address

    def run(self, *words: str, **settings: str | None) -> CommandEnd:
        """Run a command to its end; no command ever shows a traceback to a person."""
        process = self.start(*words, **settings)
        return finish(process)

    def start(self, *words: str, **settings: str | None) -> "subprocess.Popen[str]":
        """Start a command and let it run."""
        return subprocess.Popen(
            [sys.executable, str(ENTRYPOINT), *words],
            env=environment(**({"DATABASE_URL": self.address} | settings)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def finish(process: "subprocess.Popen[str]") -> CommandEnd:
    """Wait for a command and return what it said."""
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in out + err
    return CommandEnd(process.returncode, out, err)


@pytest.fixture
def operator(database_url: str) -> Operator:
    return Operator(database_url)


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
        assert eventually(
            address,
            "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND application_name LIKE '%(work)'",
        )

    try:
        yield until_it_waits
    finally:
        holder.close()


def eventually(address: str, question: str, *, seconds: float = 20) -> bool:
    """Ask the database until it says yes."""
    connection = psycopg2.connect(address)
    connection.autocommit = True
    until = time.monotonic() + seconds
    try:
        while time.monotonic() < until:
            with connection.cursor() as cursor:
                cursor.execute(question)
                if cursor.fetchone() == (True,):
                    return True
            time.sleep(0.05)
    finally:
        connection.close()
    return False
