"""A run that is killed anywhere is finished by the next: the same end as an undisturbed run, and CFS charged once."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import DatabaseSettings
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from sandbox.cfs.process import RunningCfs
from tests.forked_runs import ForkedRun, ForkedRuns
from tests.pay_database import DatabaseServer
from tests.settlement_factory import FILE, Line, SettlementBooks, example, fill_example, settlement_csv
from tests.storage_fixtures import SftpPlace
from tests.tasks.pad_reconcile.conftest import environment, seed_bounced

RUNS = ForkedRuns("tests.tasks.pad_reconcile.killed_runs")
pytestmark = pytest.mark.slow

PARTS = 2
EVERY = 1 if "SOAK_STOPS" in os.environ else 4  # of the points: `make soak` tries each
REJECTED = Line("PADP", "PR8", "5.00", "800101", "REG404", application="1")


@dataclass
class KilledRunWorld:
    """Everything a run works on, made anew as often as it is asked for."""

    server: DatabaseServer
    filled: str
    place: SftpPlace
    store: ObjectStore
    cfs: RunningCfs
    settings: dict[str, str]
    name: str = ""
    address: str = ""

    def renew(self) -> None:
        """Begin again: an example that is not applied yet, one bounce and one reject among it."""
        self.drop()
        self.name = f"killed_{uuid.uuid4().hex[:8]}"
        self.address = self.server.create(self.name, self.filled)
        for key in list(self.store.list("")):
            self.store.remove(key)
        self.place.emptied().put(FILE, settlement_csv([*example(1, 4, 6, 7), REJECTED]))
        self.cfs.admin.reset()
        seed_bounced(self.cfs, "800103", "REG01234700", "60.00")
        receipt = {
            "site_number": "900105", "receipt_number": "OBRC0005", "receipt_amount": "100.00",
            "applied_to": ["REG01234900"],
        }  # fmt: skip
        invoice = {"site_number": "900105", "invoice_number": "REG01234900", "total": "70.00"}
        site = {"party_number": "500105", "account_number": "800105", "site_number": "900105"}
        self.cfs.admin.seed(sites=[site], invoices=[invoice], receipts=[receipt])

    def drop(self) -> None:
        if self.name:
            self.server.drop(self.name)
            self.name = ""

    def run(self, *, end_at: int | None = None, how: str = "kill", minutes: int = 0) -> ForkedRun:
        """Run the job in a process of its own."""
        return RUNS.order(settings=self.settings, database_url=self.address, minutes=minutes, end_at=end_at, how=how)

    def end(self) -> dict[str, Any]:
        """Return everything that must not depend on what happened on the way."""
        database = Database(make_engine(DatabaseSettings(url=SecretStr(self.address)), application_name="tests"))
        try:
            found = _end(SettlementBooks(database))
        finally:
            database.close()
        state = self.cfs.admin.state()
        assert self.cfs.admin.books()["violations"] == []
        return found | {
            "upload": self.place.uploaded(),
            "backup": [path.read_bytes() for path in self.place.backed_up()],
            "bucket": sorted(key.partition(".csv")[0] for key in self.store.list("")),
            "fees": [one["amount"] for one in state["invoices"]["REG01234700"]["adjustments"]],  # type: ignore[attr-defined]
            "due": state["invoices"]["REG01234700"]["amount_due"],
            "pulls": state["sites"]["900103"]["receipt_method"],
        }


def _end(books: SettlementBooks) -> dict[str, Any]:
    def known(invoice: int) -> int:
        return invoice if invoice > 1_000_000 else 0

    return {
        "invoices": sorted((known(id_), *values) for id_, values in books.invoices().items()),
        "references": sorted((known(id_), *rest) for id_, *rest in books.references()),
        "receipts": books.receipts(),
        "payments": books.payments(),
        "credits": books.credits(),
        "bounces": books.bounces(),
        "profiles": books.profiles(),
        "sums": books.rows("SELECT id, pad_credit, ob_credit, eft_credit FROM payment_accounts ORDER BY id"),
        "lines": books.rows("SELECT total FROM payment_line_items"),
        "outcomes": books.outcomes(),
        "settlements": books.rows("SELECT file_name, processed_on IS NOT NULL FROM cas_settlements"),
        "files": books.rows(
            "SELECT name, state, archived_on IS NOT NULL, details ->> 'rejects' LIKE 'rejects/%'"
            "  FROM pay_jobs.inbound_files"
        ),
        "follow-ups": books.rows("SELECT kind, state FROM pay_jobs.operations ORDER BY kind"),
        "messages": books.rows(
            # A run that was killed, or got no answer, also asks later whether the fee was charged twice.
            "SELECT kind, ordering_key, state FROM pay_jobs.outbox WHERE kind <> 'look_for_second_fee' ORDER BY id"
        ),
    }


@pytest.fixture
def world(
    server: DatabaseServer, template: str, faulty_place: SftpPlace, store: ObjectStore, cfs: RunningCfs, tmp_path: Path
) -> Iterator[KilledRunWorld]:
    filled = f"filled_{uuid.uuid4().hex[:8]}"
    database = Database(
        make_engine(DatabaseSettings(url=SecretStr(server.create(filled, template))), application_name="tests")
    )
    books = SettlementBooks(database)
    fill_example(books)
    books.change("DELETE FROM credits")
    database.close()
    settings = environment("", faulty_place, cfs, tmp_path / "events")
    made = KilledRunWorld(server, filled, faulty_place, store, cfs, settings)
    yield made
    made.drop()
    server.drop(filled)


@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_killed_anywhere_is_finished_by_the_next(part: int, world: KilledRunWorld) -> None:
    world.renew()
    undisturbed = world.run()
    expected = world.end()
    assert undisturbed.returncode == 3, "one row is rejected"
    assert (expected["fees"], expected["due"], expected["pulls"]) == (["30.00"], "90.00", "BCR-PAD Stop")
    assert {state for _, _, state in expected["messages"]} == {"delivered"}
    points = undisturbed.points
    assert len(points) > 30

    for number in range(part * EVERY, len(points), PARTS * EVERY):
        world.renew()
        killed = world.run(end_at=number)
        assert killed.was_killed, points[number]
        finished = world.run(minutes=5)
        assert finished.returncode in {0, 3}, points[number]
        assert world.end() == expected, points[number]


def test_a_database_that_restarts_while_a_file_is_applied_leaves_it_ready(world: KilledRunWorld) -> None:
    world.renew()
    points = world.run().points
    expected = world.end()
    inside = [
        number for number, name in enumerate(points) if name.startswith(("Mark the invoices", "Record every row"))
    ]
    assert len(inside) == 2

    for number in inside:
        world.renew()
        assert world.run(end_at=number, how="terminate").returncode == 1
        database = Database(make_engine(DatabaseSettings(url=SecretStr(world.address)), application_name="tests"))
        assert SettlementBooks(database).rows("SELECT state FROM pay_jobs.inbound_files") == [("received",)]
        database.close()
        assert world.run(minutes=5).returncode == 3
        assert world.end() == expected


@pytest.mark.parametrize(("method", "path"), [("POST", "/adjs/"), ("PUT", ".*")])
def test_an_answer_of_cfs_that_is_lost_charges_the_fee_once(method: str, path: str, world: KilledRunWorld) -> None:
    world.renew()
    world.run()
    expected = world.end()

    for fault in ("lost_answer", "error_after", "error_before"):
        world.renew()
        world.cfs.admin.order_faults({"kind": fault, "method": method, "path": path, "status": 500, "count": 1})
        world.run()
        world.run(minutes=10)
        assert world.end() == expected, fault
