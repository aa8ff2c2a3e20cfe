"""What settlement tests share: the pay database, and the real parts around it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from config.settings import (
    CasSftpSettings,
    CfsSettings,
    EventSettings,
    ObjectStoreSettings,
    Settings,
)
from connectors.cfs import CfsSite
from connectors.object_store import ObjectStore
from database.engine import Database
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs, seed_site
from tests.pay_database import PayDatabase
from tests.settlement_factory import SettlementBooks
from tests.storage_fixtures import SftpPlace, faulty_place, object_store_part, object_store_settings, store
from tests.typed import run_pad

__all__ = ["faulty_place", "store"]


@pytest.fixture
def books(database: PayDatabase) -> SettlementBooks:
    """An empty pay database."""
    return SettlementBooks(database)


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    """A simulated CFS, whose books are audited afterwards."""
    yield from fresh_cfs()


@dataclass(frozen=True)
class SettlementOffice:
    """The job with everything around it: SFTP server, object store, CFS, pay database."""

    books: SettlementBooks
    place: SftpPlace
    store: ObjectStore
    cfs: RunningCfs
    outbox: Path
    progress: list[dict[str, Any]] = field(default_factory=list)

    def run(self, *, dry_run: bool = False, **arguments: Any) -> Outcome:
        """Run PAD_RECONCILE, without the delivery of the outbox, which is the runner's."""
        settings: dict[type[Settings], Settings] = {
            CasSftpSettings: self.place.settings(),
            ObjectStoreSettings: object_store_settings(),
            CfsSettings: self.cfs.settings(timeout=60),
            EventSettings: EventSettings(publish_url=self.outbox.as_uri()),
        }
        context = self.books.context(settings=settings)
        context.record_progress = self.progress.append
        if not dry_run:
            return run_pad(context, arguments)
        context.dry_run = True
        context.database = Database(self.books.database.engine, dry_run=True)
        try:
            return run_pad(context, arguments)
        finally:
            context.database.close()

    def states(self) -> list[tuple[str, str]]:
        """Return name and state of each file, in the order of arrival."""
        return self.books.rows("SELECT name, state FROM pay_jobs.inbound_files ORDER BY id")


def environment(database_url: str, place: SftpPlace, cfs: RunningCfs, events: Path, **changes: str) -> dict[str, str]:
    """Return the settings with which a process of its own finds the same parts."""
    found = {
        "DATABASE_URL": database_url,
        "CAS_SFTP_HOST": place.values["host"],
        "CAS_SFTP_PORT": str(place.values["port"]),
        "CAS_SFTP_USER_NAME": place.values["username"],
        "CAS_SFTP_PASSWORD": place.values["password"].get_secret_value(),
        "CAS_SFTP_HOST_KEY": place.values["host_key"],
        "SFTP_SETTLE_SECONDS": "0",
        "PUBSUB_PUBLISH_URL": events.as_uri(),
        "CFS_MAX_PER_SECOND": "1000",
    }
    own = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return own | found | object_store_part().environment() | cfs.environment() | changes


def seed_bounced(cfs: RunningCfs, profile: str, number: str, total: str) -> None:
    """Let CFS have the site of a CFS account, with an invoice whose PAD payment bounced."""
    site = CfsSite(f"5{profile[1:]}", profile, f"9{profile[1:]}")
    cfs.admin.seed(
        sites=[seed_site(site, "BCR-PAD Daily")],
        invoices=[{"site_number": site.site, "invoice_number": number, "total": total}],
    )


@pytest.fixture
def office(
    books: SettlementBooks, faulty_place: SftpPlace, store: ObjectStore, cfs: RunningCfs, tmp_path: Path
) -> SettlementOffice:
    """An empty pay database, SFTP server, bucket and CFS."""
    return SettlementOffice(books, faulty_place, store, cfs, tmp_path / "events")
