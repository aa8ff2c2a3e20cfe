"""Refunds, lost and doubled rows of partners, and changed cells, among many invoices: each is named, nothing else.

PLANTED_INVOICES says among how many: 200,000 by `make soak`.
"""

import os
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from config.errors import ExitCode
from database.engine import Database
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from tests.ejv_factory import EjvBooks
from tests.tools.close.conftest import Close
from tests.tools.close.planted import MADE, PAID, QUIET, Planted, fill, plant
from tests.tools.partners.deals import PartnerBooks
from tools.partners import JOB as PARTNERS
from tools.verify import JOB as VERIFY

COUNT = int(os.environ.get("PLANTED_INVOICES", "1000"))
NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


def run(job: Job, **values: Any) -> RunResult:
    return execute(job, RunRequest(values, job.name), clock=lambda: NOW, stop=StopRequest())


def records(result: RunResult, key: str) -> list[dict[str, Any]]:
    return [record for table in result.outcome.tables if table.key == key for record in table.records()]


@pytest.fixture
def books(database: Database) -> EjvBooks:
    return EjvBooks(database, clock=lambda: NOW)


@pytest.fixture
def planted(books: EjvBooks, close: Close) -> Planted:
    """The days up to the 4th are recorded with everything right; then it is planted."""
    fill(PartnerBooks(books), COUNT)
    for day in (date(2026, 11, 2), MADE, PAID):
        recorded = close(at=NOW, day=day, record=True, reason="right")
        assert recorded.exit_code is ExitCode.DONE, recorded.outcome.answer
    return plant(books, COUNT)


def test_what_is_planted_is_named_and_nothing_else(planted: Planted, books: EjvBooks, close: Close) -> None:
    accounts = run(PARTNERS, month=date(2026, 11, 1))
    below = {one["invoice"]: one["why"] for one in records(accounts, "below_zero")}
    assert set(below) == set(planted.refunds)
    faults = [(one["fault"], _invoice_of(books, one["row"])) for one in records(accounts, "partner_rows")]
    assert sorted(faults) == sorted(
        [*(("missing", one) for one in planted.lost), *(("twice", one) for one in planted.doubled)]
    )

    changed = {
        _invoice_of(books, one["row"].partition(": ")[2]) for one in records(run(VERIFY, only=("CLO-DAY",)), "findings")
    }
    unexplained = {_invoice_of(books, one["row"]) for one in records(close(at=NOW, day=QUIET), "unexplained")}
    assert changed | unexplained == set(planted.cells)


def _invoice_of(books: EjvBooks, row: str) -> int:
    """Return the invoice that a row is about, as it is named."""
    found = re.match(r"(invoice|receipt|partner disbursement) (\w+)", row)
    assert found, row
    query = {
        "invoice": "SELECT id FROM invoices WHERE CAST(id AS text) = :name",
        "receipt": "SELECT invoice_id FROM receipts WHERE :name IN (CAST(id AS text), receipt_number)",
        "partner disbursement": "SELECT target_id FROM partner_disbursements WHERE CAST(id AS text) = :name",
    }
    return int(books.one(query[found[1]], name=found[2]))
