"""One believable pay database, one console on it under the role that only reads, and one browser, for all of these."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, Engine, make_url, text

from config.settings import DatabaseSettings
from console.app import console_app
from database.engine import make_engine
from database.pay.grants import read_only_grants
from tests.console.believable import fill
from tests.console.running import serving, surroundings
from tests.pay_database import DatabaseServer
from tests.tasks.stale_invoice_report.chromium import CHROMIUM, Page, chromium

NOW = datetime(2026, 11, 26, 17, 22, tzinfo=UTC)
PASSWORD = "only-reads"


class Lines(list[dict[str, Any]]):
    """A log that keeps what it is told."""

    def info(self, event: str, **fields: Any) -> None:
        self.append({"event": event, **fields})

    warning = error = info


@pytest.fixture(scope="session")
def pay_address(server: DatabaseServer, template: str) -> Iterator[str]:
    name = f"console_{uuid.uuid4().hex[:8]}"
    yield server.create(name, template)
    server.drop(name)


@pytest.fixture(scope="session")
def owner(pay_address: str) -> Iterator[Engine]:
    """The pay database as its owner sees it, with a believable night in it."""
    engine = make_engine(DatabaseSettings(url=SecretStr(pay_address)), application_name="tests")
    with engine.connect() as connection:  # open for as long as the run at work is alive
        fill(connection, NOW)
        connection.commit()
        yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def reader_address(owner: Engine, pay_address: str) -> Iterator[str]:
    """The address of the pay database for a role with the read-only grants and no more."""
    role = f"console_{uuid.uuid4().hex[:8]}"
    with owner.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"))
    with closing(owner.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        cursor.execute(read_only_grants(role))
        raw.commit()
    url = make_url(pay_address).set(username=role, password=PASSWORD)
    yield url.render_as_string(hide_password=False)
    with owner.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))


@pytest.fixture(scope="session")
def log() -> Lines:
    return Lines()


@pytest.fixture(scope="session")
def console(reader_address: str, log: Lines) -> Iterator[str]:
    """The address of the console."""
    around = surroundings(reader_address, NOW, log=log)
    with closing(around.reader), serving(console_app(around)) as url:
        yield url


@pytest.fixture(scope="session")
def client(console: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=console, trust_env=False) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with chromium() as page:
        yield page


@pytest.fixture(scope="session")
def paths(owner: Engine) -> dict[str, str]:
    """An address for each page."""
    with owner.connect() as connection:
        return addresses(connection)


def addresses(connection: Connection) -> dict[str, str]:
    run = connection.scalar(text("SELECT max(id) FROM pay_jobs.job_runs WHERE rejects > 1"))
    stored = connection.scalar(text("SELECT max(id) FROM pay_jobs.job_runs WHERE artifacts <> '[]'"))
    file = connection.scalar(text("SELECT max(file_id) FROM pay_jobs.settlement_rows"))
    return {
        "/": "/",
        "/runs": "/runs?status=attention",
        "/runs/{run:int}": f"/runs/{run}",
        "/runs/{run:int}/artifacts/{artifact:int}": f"/runs/{stored}/artifacts/0",
        "/files": "/files?source=CGI",
        "/files/{file:int}": f"/files/{file}",
        "/statements": "/statements",
        "/statements/{day}": "/statements/2026-11-25",
        "/money": "/money",
        "/money/{day}": "/money/2026-11-24",
        "/stuck": "/stuck",
        "/outside": "/outside",
        "/find": "/find?kind=invoice&q=31",
    }
