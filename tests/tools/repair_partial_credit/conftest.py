"""An operator with a paid invoice: pay database and CFS, both real parts.

Invoice 7 of 31.50 has line 70 (20.00, service fee 1.50) and line 71 (10.00).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from config.settings import CfsSettings
from connectors.cfs import CfsSite
from database.engine import Database
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import NoTimePasses, fresh_cfs, seed_site
from tests.settlement_factory import Account, SettlementBooks
from tests.tasks.pad_reconcile.conftest import books
from tools.repair_partial_credit.arguments import Arguments
from tools.repair_partial_credit.task import run

__all__ = ["books"]
SITE = CfsSite("500101", "800101", "900101")
FEE_GL, SERVICE_GL = 9001, 9002
BOOKED = {
    "credits": [("20001", "900101", True, "6.5", "6.5", 7)],
    "parts": [
        (70, "BASE_FEES", Decimal("5.00"), True, "REFUND_PROCESSED", 7),
        (70, "SERVICE_FEES", Decimal("1.50"), True, "REFUND_PROCESSED", 7),
    ],
    "account": [(Decimal("6.50"),)],
    "invoice": [("PAID", Decimal("31.50"), Decimal("6.50"), True)],
    "refunds": [(7, "INVOICE", "APPROVAL_NOT_REQUIRED", "ticket 4711", "pay-jobs", True, 2)],
}
LINES = ("70=5.00", "70:service=1.50")


@pytest.fixture
def cfs() -> Iterator[RunningCfs]:
    """A simulated CFS, whose books are audited afterwards."""
    yield from fresh_cfs()


@dataclass
class CreditDesk:
    """What the operator works with."""

    books: SettlementBooks
    cfs: RunningCfs
    account: Account
    site: dict[str, object]

    def run(
        self,
        *lines: str,
        invoice: int = 7,
        dry_run: bool = False,
        before_commit: Callable[[], None] | None = None,
        **more: Any,
    ) -> Outcome:
        """Run `repair pad-partial-credit`."""
        context = self.books.context(settings={CfsSettings: self.cfs.settings(timeout=60)}, stop=NoTimePasses())
        context.dry_run = dry_run
        if dry_run or before_commit:
            context.database = Database(self.books.database.engine, dry_run=dry_run)
            context.database.before_commit = before_commit or context.database.before_commit
        try:
            return run(context, Arguments(invoice, lines, reason="ticket 4711", **more))
        finally:
            if dry_run:
                context.database.close()

    def memos(self) -> dict[str, Decimal]:
        """Return the credit memos in CFS with their totals."""
        return {number: Decimal(str(memo["total"])) for number, memo in self.cfs.admin.state()["memos"].items()}

    def state(self) -> dict[str, list[Any]]:
        """Return what the pay database holds of credits."""
        rows = self.books.rows
        return {
            "credits": rows(
                "SELECT cfs_identifier, cfs_site, is_credit_memo, amount::text, remaining_amount::text,"
                "       created_invoice_id FROM credits ORDER BY id"
            ),
            "parts": rows(
                "SELECT payment_line_item_id, refund_type, refund_amount, is_credit, status, invoice_id"
                "  FROM refunds_partial ORDER BY id"
            ),
            "account": rows("SELECT pad_credit FROM payment_accounts ORDER BY id"),
            "invoice": rows(
                "SELECT invoice_status_code, paid, refund, refund_date IS NOT NULL FROM invoices ORDER BY id"
            ),
            "refunds": rows(
                "SELECT invoice_id, type, status, reason, requested_by, requested_date IS NOT NULL,"
                "       (SELECT count(*) FROM refunds_partial AS part WHERE part.refund_id = refund.id)"
                "  FROM refunds AS refund ORDER BY id"
            ),
        }

    def journal(self) -> list[str]:
        """Return the states of the journal."""
        return [state for (state,) in self.books.rows("SELECT state FROM pay_jobs.operations ORDER BY id")]


@pytest.fixture
def desk(books: SettlementBooks, cfs: RunningCfs) -> Iterator[CreditDesk]:
    """A paid invoice, and a site in CFS."""
    account = books.account(SITE.account)
    site = seed_site(SITE, "BCR-PAD Daily")
    cfs.admin.seed(sites=[site])
    books.paid_invoice(account, "REG00000007", "31.50", "PADRC1", id=7)
    for code, stob, service in ((SERVICE_GL, "1279", None), (FEE_GL, "1278", SERVICE_GL)):
        books.change(
            "INSERT INTO distribution_codes (distribution_code_id, name, client, responsibility_centre, service_line,"
            " stob, project_code, start_date, created_by, created_on, service_fee_distribution_code_id)"
            " VALUES (:code, 'test', '112', '32041', '35301', :stob, '3200000', '2020-01-01', 'test', now(), :service)",
            code=code, stob=stob, service=service,
        )  # fmt: skip
    for line, total, service_fee in ((70, "20.00", "1.50"), (71, "10.00", "0")):
        books.add(
            "payment_line_items", id=line, invoice_id=7, filing_fees=Decimal(total), total=Decimal(total),
            fee_schedule_id=1, line_item_status_code="ACTIVE", service_fees=Decimal(service_fee),
            fee_distribution_id=FEE_GL, description=f"Filing {line}",
        )  # fmt: skip
    yield CreditDesk(books, cfs, account, site)
    for table in ("operation_steps", "operations"):
        books.change(f"DELETE FROM pay_jobs.{table}")
    books.change("DELETE FROM refunds_partial")
    books.change("DELETE FROM refunds")
    books.change("UPDATE corp_types SET refund_approval = false")
    books.change("UPDATE payment_methods SET partial_refund = true WHERE code = 'PAD'")
    books.change("DELETE FROM payment_line_items")
    for code in (FEE_GL, SERVICE_GL):
        books.change("DELETE FROM distribution_codes WHERE distribution_code_id = :code", code=code)
