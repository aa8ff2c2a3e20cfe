"""A small believable world with every part real and its own: it can be put back, and each part can fail.

The pay database is the sandbox's demo with a settlement file and an evening of feedback waiting; each run of a story
works on a copy of it.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg2
from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from sandbox import cfs_books, cfs_part, feedback_demo, object_store, postgres, settlement_demo, sftp_server
from sandbox.demo_data import DemoSize
from sandbox.lifetime import ending_with_us
from sandbox.up import prepare_pay_database, upgrade
from tests.soak.end_state import EndState, PayRows, number_new_rows
from tests.soak.invariants import broken

ROOT = Path(__file__).resolve().parents[2]
SIZE = DemoSize(weekly_accounts=60, daily_accounts=5, monthly_accounts=5, invoices=600, routing_slips=40)
_WORLD = "world"
# What is committed is on disk, as in production: a server that crashes may lose nothing of it.
_DURABLE = ("ALTER SYSTEM SET synchronous_commit = 'on'", "SELECT pg_reload_conf()")
_TIME_PASSES = "UPDATE pay_jobs.outbox SET next_attempt_on = next_attempt_on - interval '1 day' WHERE state = 'pending'"
_END_SESSIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name LIKE 'pay-jobs%'"""


class FaultWorld:
    """The parts, the world as it was made, and the copy that is worked on."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._lifetime = ExitStack()
        self._lifetime.enter_context(ending_with_us(folder))
        self.postgres = postgres.start(folder / "postgres")
        for statement in _DURABLE:
            self._run("postgres", statement)
        self.sftp, self.store, self.cfs = (part.start(folder) for part in (sftp_server, object_store, cfs_part))
        self._admin = self.cfs.admin
        self._bucket = self.store.bucket()
        self._lay_out()
        self._copies = 0
        self.name = ""

    def put_back(self) -> None:
        """Let everything be as it was made."""
        if self.name:
            self._run("postgres", f'DROP DATABASE "{self.name}" WITH (FORCE)')
        self._copies += 1
        self.name = f"copy_{self._copies}"
        self._run("postgres", f'CREATE DATABASE "{self.name}" TEMPLATE "{_WORLD}"')
        self._admin.put_back(self._books)
        for user in ("cas", "cgi"):
            shutil.rmtree(self.sftp.root(user))
            shutil.copytree(self.folder / "files" / user, self.sftp.root(user))
        for key in set(self._bucket.list("")) - self._stored.keys():
            self._bucket.remove(key)
        shutil.rmtree(self._events, ignore_errors=True)

    def environment(self) -> dict[str, str]:
        """Return the settings of a run on the copy, and no others."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        parts = (self.sftp, self.store, self.cfs)
        told = {name: value for part in parts for name, value in part.environment().items()}
        return kept | told | {
            "DATABASE_URL": self.address,
            "PUBSUB_PUBLISH_URL": self._events.as_uri(),
            "SFTP_SETTLE_SECONDS": "0",
            "HOSTNAME": "soak",
        }  # fmt: skip

    @property
    def address(self) -> str:
        """The copy that is worked on."""
        return postgres.url(self.postgres, self.name)

    def start(self, command: Sequence[str], *, log: Path, pass_fds: tuple[int, ...] = ()) -> "Popen[bytes]":
        """Start a command of Python on the copy."""
        with log.open("ab") as words:
            return Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment(), stdout=words, stderr=words,
                pass_fds=pass_fds,
            )  # fmt: skip

    def end_sessions(self) -> None:
        """End the database sessions of every run, as a failover does."""
        self._run(self.name, _END_SESSIONS)

    def is_told(self) -> bool:
        """Whether nothing waits to be told to the outside."""
        with psycopg2.connect(self.address) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) = 0 FROM pay_jobs.outbox WHERE state = 'pending'")
            (is_told,) = cursor.fetchone() or (False,)
        connection.close()
        return bool(is_told)

    def let_time_pass(self) -> None:
        """Let what waits for another attempt be due."""
        self._run(self.name, _TIME_PASSES)

    def end_state(self) -> dict[str, Any]:
        """Return what a job made of the world, in all systems, and what must never be."""
        state = EndState(self._rows, PayRows(self.address), self._days)
        database = Database(make_engine(DatabaseSettings(url=SecretStr(self.address)), application_name="soak"))
        wrong = [one.partition(":")[0] for one in broken(database)]
        database.close()
        books = self._admin.state()
        told = sorted(state.plain(path.read_text()) for path in self._events.glob("*.json"))
        return {
            **state.rows(),
            "CFS": sorted(state.plain(one) for one in _in_books(books)),
            "what breaks the books of CFS": self._admin.books()["violations"],
            "events": told,
            "files at the partners": sorted(
                state.plain(str(path.relative_to(self.sftp.folder))) for path in self.sftp.folder.glob("files/*/*/*")
            ),
            "invariants broken": wrong,
        }  # fmt: skip

    def stored(self) -> dict[str, int | None]:
        """Return the objects in the bucket and their sizes."""
        return {key: self._bucket.size_of(key) for key in self._bucket.list("")}

    def stop(self) -> None:
        """Stop every part."""
        self._bucket.close()
        self._admin.close()
        for part in (self.sftp, self.store, self.cfs):
            part.stop()
        self.postgres.stop()
        self._lifetime.close()

    def _lay_out(self) -> None:
        now = datetime.now(UTC)
        self._days = {f"{(now + timedelta(days=day)).date()}" for day in (-1, 0, 1)}
        self._events = self.folder / "events"
        address = postgres.create_database(self.postgres, _WORLD)
        prepare_pay_database(address, SIZE)
        upgrade(address)
        cfs_books.open_books(address, self._admin)
        settlement_demo.lay_out(address, self.sftp, self._admin)
        feedback_demo.lay_out(address, self.sftp, self.store, now=now)
        number_new_rows(address)
        self._books = self._admin.state()
        shutil.copytree(self.sftp.folder / "files", self.folder / "files")
        self._rows = PayRows(address)
        self._stored = self.stored()

    def _run(self, database: str, statement: str) -> None:
        connection = psycopg2.connect(postgres.url(self.postgres, database))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
        connection.close()


def _in_books(books: dict[str, dict[str, Any]]) -> list[Any]:
    """Return everything in the books of CFS one by one, what is listed in the order of time too."""
    found: list[Any] = []
    for kind, values in books.items():
        for number, one in values.items():
            found += [[kind, number, entry] for entry in one] if isinstance(one, list) else [[kind, number, one]]
    return found
