"""An operator at a desk: pay database, CFS and object store, all real parts."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from config.settings import CfsSettings, EventSettings, ObjectStoreSettings, Settings
from connectors.cfs import CfsSite
from connectors.object_store import ObjectStore
from database.engine import Database
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import NoTimePasses, fresh_cfs, seed_site
from tests.settlement_factory import Account, SettlementBooks
from tests.storage_fixtures import object_store_settings, store
from tests.tasks.pad_reconcile.conftest import books
from tools.repair_pad_invoice.arguments import Arguments
from tools.repair_pad_invoice.task import run

__all__ = ["books", "store"]
PROFILE = "800101"


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    """A simulated CFS, whose books are audited afterwards."""
    yield from fresh_cfs()


@dataclass
class RepairDesk:
    """What the operator works with; `kept` is what the run ledger was given."""

    books: SettlementBooks
    cfs: RunningCfs
    store: ObjectStore
    kept: list[dict[str, Any]] = field(default_factory=list)

    def run(self, *ids: int, dry_run: bool = False) -> Outcome:
        """Run `repair pad-invoice`."""
        settings: dict[type[Settings], Settings] = {
            EventSettings: EventSettings(publish_url="file:///nowhere"),
            CfsSettings: self.cfs.settings(timeout=60),
            ObjectStoreSettings: object_store_settings(),
        }
        context = self.books.context(settings=settings, stop=NoTimePasses())
        context.record_progress = self.kept.append
        if not dry_run:
            return run(context, Arguments(ids, "ticket 4711"))
        context.dry_run = True
        context.database = Database(self.books.database.engine, dry_run=True)
        try:
            return run(context, Arguments(ids, "ticket 4711"))
        finally:
            context.database.close()

    def site(self, receipt_method: str = "BCR-PAD Daily", profile: str = PROFILE) -> str:
        """Let CFS have the site of a CFS account, and return its number."""
        place = CfsSite(f"5{profile[1:]}", profile, f"9{profile[1:]}")
        self.cfs.admin.seed(sites=[seed_site(place, receipt_method)])
        return place.site

    def in_cfs(self, number: str, total: str, paid: str = "0", method: str = "BCR-PAD Daily") -> None:
        """Let CFS have an invoice on the account's site, so much of it paid."""
        site = self.site(method)
        self.cfs.admin.seed(invoices=[{"site_number": site, "invoice_number": number, "total": total}])
        if paid != "0":
            receipt = {"site_number": site, "receipt_number": f"P{number}", "receipt_amount": paid}
            self.cfs.admin.seed(receipts=[receipt | {"applied_to": [number]}])

    def status(self, *ids: int) -> list[str]:
        """Return the status of invoices."""
        found = dict(self.books.rows("SELECT id, invoice_status_code FROM invoices"))
        return [found[one] for one in ids]


@pytest.fixture
def desk(books: SettlementBooks, cfs: RunningCfs, store: ObjectStore) -> RepairDesk:
    """An empty pay database, CFS and bucket."""
    return RepairDesk(books, cfs, store)


@pytest.fixture
def account(books: SettlementBooks) -> Account:
    """An account that pays by PAD."""
    return books.account(PROFILE)
