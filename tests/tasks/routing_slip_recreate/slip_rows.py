"""Slips as rows of the pay database alone, for what reads and writes rows; CFS knows nothing of them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.pay_books import PayBooks
from tests.pay_database import PayDatabase
from tests.routing_slip_factory import NOW

FEE_SCHEDULE, OTHER_SCHEDULE, OF_ANOTHER_PRODUCT, OF_ANOTHER_FILING = 53, 1, 9_001, 9_002


@dataclass
class SlipRows(PayBooks):
    """Slips with their rows, all in one database."""

    JOB = "ROUTING_SLIP_RECREATE"

    def __init__(self, database: PayDatabase) -> None:
        super().__init__(database)
        self.number = 206000000
        other = self.one("SELECT min(code) FROM filing_types WHERE code <> 'NSF'")
        for schedule, filing, product in ((OF_ANOTHER_PRODUCT, "NSF", "CP"), (OF_ANOTHER_FILING, other, "BCR")):
            self.add("fee_schedules", fee_schedule_id=schedule, filing_type_code=filing, corp_type_code=product,
                     fee_code="NSF01", fee_start_date=NOW.date(), created_on=NOW.date(), created_by="x")  # fmt: skip

    def slip(
        self,
        status: str,
        *,
        account: str | None = "ACTIVE",
        method: str = "INTERNAL",
        remaining: float = 0,
        mismatch: bool = False,
        bought: list[tuple[Any, ...]] | tuple[()] = (),
        work: list[tuple[str, str]] | tuple[()] = (),
        parent: str | None = None,
    ) -> str:
        """Add a slip and return its number; `bought`: status, total, status of the reference, fee schedule, method."""
        self.number += 1
        number = str(self.number)
        owner = self.add("payment_accounts", payment_method="CASH", name="a client")
        if account:
            self.add("cfs_accounts", account_id=owner, payment_method=method, status=account)
        self.add("routing_slips", number=number, payment_account_id=owner, status=status, total=100,
                 remaining_amount=Decimal(str(remaining)), created_by="staff", created_on=NOW.replace(tzinfo=None),
                 routing_slip_date=NOW.date(), cas_mismatch=mismatch, parent_number=parent)  # fmt: skip
        for one in bought:
            self.buy(number, *one)
        for kind, state in work:
            self.work(number, kind, state)
        return number

    def work(self, number: str, kind: str, state: str, *, subject: str = "slip", plan: str = "{}") -> None:
        """Add an operation of the journal."""
        self.add("pay_jobs.operations", kind=kind, subject=f"{subject} {number}", state=state, plan=plan, command="x")

    def buy(
        self,
        number: str,
        status: str,
        total: float,
        reference: str | None = None,
        schedule: int = OTHER_SCHEDULE,
        method: str = "INTERNAL",
    ) -> int:
        """Add a transaction of a slip and return its id."""
        owner = self.one("SELECT payment_account_id FROM routing_slips WHERE number = :n", n=number)
        invoice = self.add("invoices", payment_method_code=method, invoice_status_code=status, total=total, paid=0,
                           routing_slip=number, payment_account_id=owner, corp_type_code="CP", created_by="API",
                           created_on=NOW.replace(tzinfo=None))  # fmt: skip
        self.add("payment_line_items", invoice_id=invoice, filing_fees=total, fee_schedule_id=schedule, total=total,
                 line_item_status_code="ACTIVE")  # fmt: skip
        if reference:
            self.add("invoice_references", invoice_id=invoice, invoice_number=f"REG{invoice}", status_code=reference)
        return invoice
