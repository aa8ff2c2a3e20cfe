"""Real processes, really killed: wherever a run dies, the next one ends as an undisturbed one.

Every eighth point is tried; all writes of a repair are in one transaction, so its points differ only in their place.
"""

import pytest

from config.errors import ExitCode
from jobs.job import Job
from sandbox.cfs.process import RunningCfs
from tests import repair_process
from tests.ejv_factory import EjvBooks
from tests.forked_runs import ForkedRun
from tests.stale_factory import StaleBooks
from tests.storage_fixtures import object_store_part
from tests.tasks.ejv_feedback_check.conftest import FeedbackOffice
from tests.tools.repair_invoice import test_ejv_invoice as ejv
from tests.tools.repair_invoice import test_slip_invoice as slip
from tools.repair_invoice import EJV, SLIP

pytestmark = pytest.mark.slow


def damage(books: EjvBooks) -> None:
    """Undo what the feedback wrote of the invoice, all of it."""
    for one in ("status", "cancelled", "receipt", "payment"):
        books.change(ejv.UNDONE[one])


def run_tool(tool: Job, settings: dict[str, str], invoice: int, kill_at: str | None) -> ForkedRun:
    """Run one of the tools for an invoice."""
    values = {"ids": (invoice,), "reason": "ticket 4711"}
    return repair_process.run_tool(tool.name, settings, values, kill_at=kill_at, each_write=True)


def test_an_ejv_repair_killed_at_any_statement_ends_as_an_undisturbed_one(office: FeedbackOffice) -> None:
    ejv.answered(office)
    expected = ejv.written(office)
    address = office.books.database.engine.url.render_as_string(hide_password=False)
    settings = object_store_part().environment() | {"DATABASE_URL": address, "PUBSUB_PUBLISH_URL": "file:///nowhere"}

    def run(kill_at: str | None = None) -> ForkedRun:
        return run_tool(EJV, settings, ejv.CHARGED, kill_at)

    damage(office.books)
    undisturbed = run()
    assert (undisturbed.returncode, ejv.written(office)) == (ExitCode.DONE, expected)
    assert sum(point.startswith("before write") for point in undisturbed.points) >= 6

    for point in undisturbed.points[::8]:
        damage(office.books)
        assert run(point).was_killed, point
        assert run().returncode == ExitCode.DONE, point
        assert ejv.written(office) == expected, point


def test_a_slip_repair_killed_at_any_statement_ends_as_an_undisturbed_one(stale: StaleBooks, cfs: RunningCfs) -> None:
    made = slip.paid_in_cfs(stale, cfs)
    address = stale.database.engine.url.render_as_string(hide_password=False)
    settings = cfs.environment() | {"DATABASE_URL": address}

    def run(kill_at: str | None = None) -> ForkedRun:
        return run_tool(SLIP, settings, made, kill_at)

    undisturbed = run()
    expected = slip.written(stale)
    assert (undisturbed.returncode, expected["invoices"][0][0]) == (ExitCode.DONE, "PAID")

    for point in undisturbed.points[::8]:
        stale.change("DELETE FROM receipts")
        stale.change("DELETE FROM payments")
        stale.change("DELETE FROM invoice_references")
        stale.change("UPDATE invoices SET invoice_status_code = 'APPROVED', paid = 0, payment_date = NULL")
        assert run(point).was_killed, point
        assert run().returncode == ExitCode.DONE, point
        assert slip.written(stale) == expected, point
