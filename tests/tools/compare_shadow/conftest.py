"""Two copies of a pay database that the jobs worked on: the second gave every row that a job makes another id."""

import csv
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from pydantic import SecretStr

from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.progress import Progress
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import ROOT, DatabaseServer
from tests.pay_books import QUIET
from tests.tools.verify.worked import make_worked
from tools.compare_shadow.arguments import Arguments
from tools.compare_shadow.tables import LEFT_OUT
from tools.compare_shadow.task import run

Compare = Callable[..., Outcome]
Sql = Callable[..., list[tuple[Any, ...]]]
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
FURTHER = 1_000_000


@pytest.fixture(scope="package")
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture(scope="package")
def worked_once(server: DatabaseServer, template: str, cfs: RunningCfs) -> str:
    """The name of a pay database that the jobs worked on."""
    return urlsplit(make_worked(server, template, cfs).after).path.strip("/")


@pytest.fixture(scope="package")
def renumbered(server: DatabaseServer, worked_once: str) -> str:
    """The name of its copy in which every row that a job makes has another id."""
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    _renumber(server.create(name, worked_once))
    return name


@pytest.fixture
def ours(server: DatabaseServer, renumbered: str) -> Iterator[str]:
    """The address of a copy that a test may change."""
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    yield server.create(name, renumbered)
    server.drop(name)


@pytest.fixture
def theirs(server: DatabaseServer, worked_once: str) -> Iterator[str]:
    """The address of a copy of the other side that a test may change."""
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    yield server.create(name, worked_once)
    server.drop(name)


@pytest.fixture
def compare(theirs: str, ours: str) -> Compare:
    """Compares the two copies."""

    def compared(again: str | None = None, since: date | None = None, **more: Any) -> Outcome:
        context = RunContext(
            job="compare shadow", database=None, clock=lambda: NOW, log=QUIET, progress=Progress(QUIET),  # type: ignore[arg-type]
            stop=StopRequest(),
        )  # fmt: skip
        secrets = SecretStr(theirs), SecretStr(ours), SecretStr(again) if again else None
        return run(context, Arguments(*secrets, since=since, **more))

    return compared


def change(address: str, *statements: str) -> None:
    """Run statements on a database, without its foreign keys."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
    connection.close()


def query(address: str, statement: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        found = cursor.fetchall()
    connection.close()
    return found


def findings(outcome: Outcome) -> set[tuple[str, str]]:
    """Return table and column of each difference that no decision explains."""
    return {(row[0], row[2]) for table in outcome.tables if table.key == "findings" for row in table.rows}


def explained(outcome: Outcome) -> dict[str, int]:
    """Return how many differences each decision explains."""
    return {row[0]: row[2] for table in outcome.tables if table.key == "explained" for row in table.rows}


def _renumber(address: str) -> None:
    """Give every row with an id of its own another one, and all that refers to it; of invoices only those of fees."""
    with (ROOT / "docs/specs/paydb/columns.csv").open(encoding="utf-8") as file:
        links = [(row["table"], row["column"], row["foreign_key"]) for row in csv.DictReader(file)]
    statements = [
        "CREATE TEMPORARY TABLE fees AS SELECT DISTINCT invoice_id AS id FROM non_sufficient_funds",
        f"UPDATE payment_line_items SET id = id + {FURTHER} WHERE invoice_id IN (SELECT id FROM fees)",
    ]
    for table in sorted(table for table, column in LEFT_OUT if column == "id"):
        if table in ("invoices", "payment_line_items"):
            continue
        statements.append(f"UPDATE {table} SET id = id + {FURTHER}")
        for other, column, key in links:
            if key == f"{table}.id":
                statements.append(f"UPDATE {other} SET {column} = {column} + {FURTHER}")
    for table, column, key in [*links, ("invoices", "id", "invoices.id")]:
        if key == "invoices.id":
            statements.append(
                f"UPDATE {table} SET {column} = {column} + {FURTHER} WHERE {column} IN (SELECT id FROM fees)"
            )
    change(address, *statements)
