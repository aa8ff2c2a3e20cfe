"""What settlement tests share: one pay database, emptied after each test, and the real parts around it."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import (
    CasSftpSettings,
    CfsSettings,
    DatabaseSettings,
    EventSettings,
    ObjectStoreSettings,
    Settings,
)
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from jobs.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tasks.pad_reconcile.arguments import Arguments
from tasks.pad_reconcile.task import run
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import Server
from tests.settlement_factory import SettlementBooks
from tests.storage_fixtures import SftpPlace, faulty_place, object_store_settings, store

__all__ = ["faulty_place", "store"]


@pytest.fixture(scope="session")
def settlement_database(server: Server, template: str) -> Iterator[Database]:
    name = f"settlement_{uuid.uuid4().hex[:8]}"
    settings = DatabaseSettings(url=SecretStr(server.create(name, template)))
    database = Database(make_engine(settings, application_name="tests"))
    yield database
    database.close()
    server.drop(name)


@pytest.fixture
def books(settlement_database: Database) -> Iterator[SettlementBooks]:
    """An empty pay database."""
    made = SettlementBooks(settlement_database)
    yield made
    made.empty()


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    """A simulated CFS, whose books are audited afterwards."""
    yield from fresh_cfs()


@dataclass(frozen=True)
class Office:
    """The job with everything around it: SFTP server, object store, CFS, pay database."""

    books: SettlementBooks
    place: SftpPlace
    store: ObjectStore
    cfs: RunningCfs
    outbox: Path

    def run(self, *, dry_run: bool = False, **arguments: Any) -> Outcome:
        """Run PAD_RECONCILE, without the delivery of the outbox, which is the runner's."""
        settings: dict[type[Settings], Settings] = {
            CasSftpSettings: self.place.settings(),
            ObjectStoreSettings: object_store_settings(),
            CfsSettings: self.cfs.settings(timeout=5),
            EventSettings: EventSettings(publish_url=self.outbox.as_uri()),
        }
        context = self.books.context(settings=settings)
        if not dry_run:
            return run(context, Arguments(**arguments))
        context.dry_run = True
        context.database = Database(self.books.database.engine, dry_run=True)
        try:
            return run(context, Arguments(**arguments))
        finally:
            context.database.close()

    def states(self) -> list[tuple[str, str]]:
        """Give name and state of each file, in the order of arrival."""
        return self.books.rows("SELECT name, state FROM pay_jobs.inbound_files ORDER BY id")


@pytest.fixture
def office(
    books: SettlementBooks, faulty_place: SftpPlace, store: ObjectStore, cfs: RunningCfs, tmp_path: Path
) -> Office:
    """An empty pay database, SFTP server, bucket and CFS."""
    return Office(books, faulty_place, store, cfs, tmp_path / "events")
