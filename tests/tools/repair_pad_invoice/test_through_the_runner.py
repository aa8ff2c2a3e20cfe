"""The tool as the command line runs it: settings, exit codes, and what the ledger keeps."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from config.errors import ExitCode
from connectors.cfs import CfsSite
from database.engine import Database
from jobs.run.locks import lock_key
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import NoTimePasses, fresh_cfs, seed_site
from tests.jobs.conftest import RunJob, quiet, run_job, settings
from tests.settlement_factory import Line, SettlementBooks
from tests.storage_fixtures import object_store_part
from tools.repair_pad_invoice import JOB

__all__ = ["quiet", "run_job", "settings"]
NUMBER = "REG00000007"


@pytest.fixture
def cfs(settings: pytest.MonkeyPatch) -> Iterator[RunningCfs]:
    for running in fresh_cfs():
        values = running.environment() | object_store_part().environment()
        for name, value in (values | {"PUBSUB_PUBLISH_URL": "file:///nowhere"}).items():
            settings.setenv(name, value)
        yield running


def test_the_ledger_keeps_reason_and_evidence_and_a_cfs_that_is_away_fails_the_run(
    run_job: RunJob, database: Database, cfs: RunningCfs
) -> None:
    books = SettlementBooks(database)
    account = books.account("800101")
    books.invoice(account, None, "20.00", id=7)
    row = Line("PADP", "PADRC1", "20.00", "800101", NUMBER, day="21-Jun-22")
    books.apply(row, name="BCR_PAYMENT_APPL_20220621.csv")
    books.reference(7, NUMBER)
    site = CfsSite("500101", "800101", "900101")
    receipt = {"site_number": site.site, "receipt_number": "P1", "receipt_amount": "20.00", "applied_to": [NUMBER]}
    invoice = {"site_number": site.site, "invoice_number": NUMBER, "total": "20.00"}
    cfs.admin.seed(sites=[seed_site(site)], invoices=[invoice], receipts=[receipt])

    cfs.admin.set_options(availability="cfs_down")
    away = run_job(JOB, stop=NoTimePasses(), ids=(7,), reason="ticket 4711")
    cfs.admin.set_options(availability="open")
    repaired = run_job(JOB, ids=(7,), reason="ticket 4711")

    assert (away.exit_code, repaired.exit_code) == (ExitCode.FAILED, ExitCode.DONE)
    assert "CFS" in (away.error or "")
    assert books.rows(
        "SELECT status, reason, progress #>> '{evidence,0,verdict}' FROM pay_jobs.job_runs ORDER BY id"
    ) == [("failed", "ticket 4711", None), ("done", "ticket 4711", "apply the row")]
    assert books.rows("SELECT invoice_status_code FROM invoices") == [("PAID",)]


def test_beside_a_running_pad_reconcile_nothing_is_changed(
    run_job: RunJob, database: Database, cfs: RunningCfs
) -> None:
    books = SettlementBooks(database)
    books.invoice(books.account("800101"), None, "20.00", id=7)
    with books.database.begin() as other:
        other.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": lock_key("PAD_RECONCILE")})

        refused = run_job(JOB, ids=(7,), reason="ticket 4711")

    assert refused.exit_code == ExitCode.LOCKED
    assert books.rows("SELECT invoice_status_code FROM invoices") == [("APPROVED",)]
