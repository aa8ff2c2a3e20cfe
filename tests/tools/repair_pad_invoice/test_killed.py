"""Real processes, really killed: wherever a run dies, the next one ends as an undisturbed one."""

import pytest

from config.errors import ExitCode
from tests.forked_runs import ForkedRun
from tests.repair_process import run_tool
from tests.settlement_factory import Account
from tests.storage_fixtures import object_store_part
from tests.tools.repair_pad_invoice.conftest import RepairDesk
from tests.tools.repair_pad_invoice.test_applying_rows import NUMBER, reject_rows
from tools.repair_pad_invoice import JOB

pytestmark = pytest.mark.slow
POINTS = (
    "before GET invs",
    "after GET invs",
    "before invoices are marked",
    "before commit 1",
    "after commit 1",
)


def run(desk: RepairDesk, *, kill_at: str | None = None) -> ForkedRun:
    address = desk.books.database.engine.url.render_as_string(hide_password=False)
    places = {"DATABASE_URL": address, "PUBSUB_PUBLISH_URL": "file:///nowhere"}
    settings = desk.cfs.environment() | object_store_part().environment() | places
    return run_tool(JOB.name, settings, {"ids": (7,), "reason": "ticket 4711"}, kill_at=kill_at)


def repaired(desk: RepairDesk) -> dict[str, object]:
    """Return what a repair writes."""
    books = desk.books
    return {
        "invoices": books.invoices(),
        "references": books.references(),
        "receipts": books.receipts(),
        "payments": books.payments(),
        "rows": books.outcomes(),
        "messages": books.messages(),
    }


def test_killed_at_any_point_the_next_run_ends_as_an_undisturbed_one(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")
    before = desk.cfs.admin.state()
    undisturbed = run(desk)
    expected = repaired(desk)
    assert (undisturbed.returncode, undisturbed.points) == (ExitCode.DONE, list(POINTS))
    assert desk.status(7, 8, 9) == ["PAID", "PAID", "APPROVED"]

    for point in POINTS[1:]:
        desk.books.empty()
        reject_rows(desk, desk.books.account(account.cfs))
        assert run(desk, kill_at=point).was_killed, point
        assert run(desk).returncode == ExitCode.DONE, point
        assert repaired(desk) == expected, point
    assert desk.cfs.admin.state() == before
