"""A small world of routing slips: the pay database and the simulated CFS together, and what staff, the API and the
other jobs do to them.

    slips.deposit("206000010", "100.00", paid=["30.00"])    a slip with one paid transaction
    slips.correct("206000010", "120.00")                    staff correct it: total and balance change at once
    slips.run()                                             the job

Amounts are written as text.
"""

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import structlog
from sqlalchemy import text
from structlog.testing import LogCapture

from connectors.cfs import CfsClient, CfsSite, InvoiceLine
from database.engine import Database
from database.pay.numbers import receipt_number
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import connect
from tests.pay_books import PayBooks
from tests.process_killed import ProcessKilled
from tests.slip_state import SlipState, final_state, put_slips_back, save_slips
from tests.typed import run_slips

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
PREFIX = "REG"
GL_ACCOUNT = "112.32041.35301.1278.3200000.000000.0000"


class Slips(PayBooks):
    """Routing slips in both systems, and the job to run on them."""

    JOB = "ROUTING_SLIP_RECREATE"

    def __init__(self, database: Database, cfs: RunningCfs, client: CfsClient) -> None:
        super().__init__(database)
        self.cfs = cfs
        self.client = client
        self.stop = StopRequest()
        self.logged = LogCapture()
        every = structlog.make_filtering_bound_logger(0)
        self.log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[self.logged], wrapper_class=every)

    @classmethod
    def fresh(cls, database: Database, cfs: RunningCfs) -> "Slips":
        """Return a world without slips."""
        made = cls(database, cfs, connect(cfs))
        made.empty()
        return made

    def empty(self) -> None:
        """Forget everything in both systems; numbers begin again."""
        super().empty()
        # The seeded fee schedule of the NSF fee names no account to book it to.
        self.change("INSERT INTO distribution_code_links (fee_schedule_id, distribution_code_id) VALUES (53, 7)")
        self.cfs.admin.reset()

    def save(self) -> SlipState:
        """Keep both systems as they are now."""
        return save_slips(self.database, self.cfs)

    def put_back(self, saved: SlipState) -> None:
        """Bring both systems back to what they were."""
        put_slips_back(self.database, self.cfs, saved)

    # What staff and the API do.

    def deposit(
        self, number: str, total: str, *, paid: Sequence[str] = (), account: str = "ACTIVE", version: int = 1
    ) -> None:
        """Deposit money on a slip that CFS knows, unless its account is PENDING; with transactions that it paid."""
        account_id = self.add("payment_accounts", payment_method="CASH", name="a client")
        site = CfsSite(f"5{account_id:05d}", f"8{account_id:05d}", f"9{account_id:05d}")
        known = account != "PENDING"
        self.add(
            "cfs_accounts",
            account_id=account_id,
            payment_method="INTERNAL",
            status=account,
            cfs_party=site.party if known else None,
            cfs_account=site.account if known else None,
            cfs_site=site.site if known else None,
        )
        self.add(
            "routing_slips",
            number=number,
            payment_account_id=account_id,
            status="ACTIVE",
            total=Decimal(total),
            remaining_amount=Decimal(total),
            created_by="staff",
            created_on=NOW.replace(tzinfo=None),
            routing_slip_date=NOW.date(),
            cas_version_suffix=version,
            cas_mismatch=False,
        )
        self.add(
            "payments",
            payment_system_code="FAS",
            payment_method_code="CASH",
            payment_status_code="COMPLETED",
            payment_account_id=account_id,
            receipt_number=number,
            paid_amount=Decimal(total),
            is_routing_slip=True,
        )
        if known:
            place = {"party_number": site.party, "account_number": site.account, "site_number": site.site}
            receipts = [
                {
                    "site_number": site.site,
                    "receipt_number": receipt_number(number, linked=False, version=one),
                    "receipt_amount": Decimal(total),
                    "is_reversed": one < version,
                }
                for one in range(1, version + 1)
            ]
            self.cfs.admin.seed(sites=[place], receipts=receipts)
        for amount in paid:
            self.spend(number, amount)
        if paid:
            self.create_invoices()

    def spend(self, number: str, amount: str) -> int:
        """Buy something from a slip: the API takes it off the balance at once."""
        slip = self.slip(number)
        invoice = self.add(
            "invoices",
            payment_method_code="INTERNAL",
            invoice_status_code="APPROVED",
            total=Decimal(amount),
            paid=0,
            refund=0,
            routing_slip=number,
            payment_account_id=slip["payment_account_id"],
            corp_type_code="CP",
            created_by="API",
            created_on=NOW.replace(tzinfo=None),
        )
        self._balance(number, -Decimal(amount))
        self.change("UPDATE routing_slips SET status = 'COMPLETE', updated_on = clock_timestamp() AT TIME ZONE 'UTC'"
                    " WHERE number = :n AND remaining_amount = 0"
                    " AND status = 'ACTIVE'", n=number)  # fmt: skip
        return invoice

    def refund_transaction(self, invoice: int) -> None:
        """Ask for the refund of a transaction: the API gives the balance back at once."""
        row = self.record("SELECT routing_slip, total FROM invoices WHERE id = :id", id=invoice)
        self.change("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = :id", id=invoice)
        self._balance(row["routing_slip"], row["total"])
        self.change("UPDATE routing_slips SET status = 'ACTIVE', updated_on = clock_timestamp() AT TIME ZONE 'UTC'"
                    " WHERE number = :n AND status = 'COMPLETE'",
                    n=row["routing_slip"])  # fmt: skip

    def link(self, child: str, parent: str) -> None:
        """Link a slip to another: the balance moves at once."""
        self._balance(parent, self.slip(child)["remaining_amount"])
        self.change("UPDATE routing_slips SET parent_number = :p, remaining_amount = 0 WHERE number = :n",
                    n=child, p=parent)  # fmt: skip
        self.set_status(child, "LINKED")

    def correct(self, number: str, total: str) -> None:
        """Correct the total of a slip."""
        change = Decimal(total) - self.slip(number)["total"]
        self._balance(number, change)
        self.set_status(number, "CORRECTION")
        self.change("UPDATE routing_slips SET total = :t WHERE number = :n", n=number, t=Decimal(total))

    def bounce(self, number: str) -> None:
        """Mark the deposit of a slip as bounced: it and its children's totals are gone."""
        gone = self.record(
            "SELECT sum(total) AS total FROM routing_slips WHERE number = :n OR parent_number = :n", n=number
        )
        self._balance(number, -gone["total"])
        self.set_status(number, "NSF")

    def set_status(self, number: str, status: str) -> None:
        """Give a slip a status, as VOID or REFUND_AUTHORIZED; whoever changes one stamps it."""
        self.change("UPDATE routing_slips SET status = :s, updated_on = clock_timestamp() AT TIME ZONE 'UTC'"
                    " WHERE number = :n", n=number, s=status)  # fmt: skip

    # What the other jobs do.

    def create_invoices(self) -> None:
        """CREATE_INVOICES: cancel what was asked back, then make and pay the new transactions in CFS."""
        for row in self.records("SELECT * FROM invoices WHERE invoice_status_code = 'REFUND_REQUESTED' ORDER BY id"):
            self._cancel(row)
        for row in self.records("SELECT * FROM invoices WHERE invoice_status_code = 'APPROVED' ORDER BY id"):
            self._create(row)

    def _cancel(self, invoice: dict[str, Any]) -> None:
        site, number = self.site(invoice["routing_slip"]), f"{PREFIX}{invoice['id']:08d}"
        for receipt in self.records("SELECT * FROM receipts WHERE invoice_id = :id", id=invoice["id"]):
            self.client.unapply_receipt(site, receipt["receipt_number"], number)
        self.client.credit_balance(number)
        self.change("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :id", id=invoice["id"])
        self.change("UPDATE invoices SET invoice_status_code = 'REFUNDED', refund = total, refund_date = :now"
                    " WHERE id = :id", id=invoice["id"], now=NOW.replace(tzinfo=None))  # fmt: skip

    def _create(self, invoice: dict[str, Any]) -> None:
        """Pay a transaction as far as the receipts reach, and take it for paid whatever is still due.

        It stays APPROVED where a receipt that is needed is not there yet, because its link is not worked.
        """
        slip, number = invoice["routing_slip"], f"{PREFIX}{invoice['id']:08d}"
        site, left = self.site(slip), invoice["total"]
        for receipt in self.live_numbers(slip):
            found = self.client.get_receipt(site, receipt)
            if found is None and left > 0:
                return
            left -= found.unapplied_amount if found else 0
        made = self.client.create_invoice(site, number, [InvoiceLine("Search", invoice["total"], GL_ACCOUNT)], at=NOW)
        due = made.amount_due
        for receipt in self.live_numbers(slip):
            before = self.client.get_receipt(site, receipt)
            if before is None or before.is_reversed or not before.unapplied_amount or not due:
                continue
            after = self.client.apply_receipt(site, receipt, number)
            applied = before.unapplied_amount - after.unapplied_amount
            due -= applied
            self.add("receipts", invoice_id=invoice["id"], receipt_number=receipt, receipt_amount=applied,
                         receipt_date=NOW.replace(tzinfo=None))  # fmt: skip
        self.add("invoice_references", invoice_id=invoice["id"], invoice_number=number,
                     reference_number=made.reference_number, status_code="COMPLETED")  # fmt: skip
        self.add("payments", payment_system_code="INTERNAL", payment_method_code="INTERNAL",
                     payment_status_code="COMPLETED", invoice_number=number, paid_amount=invoice["total"],
                     payment_account_id=invoice["payment_account_id"],
                     payment_date=NOW.replace(tzinfo=None))  # fmt: skip
        self.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = :now"
                    " WHERE id = :id", id=invoice["id"], now=NOW.replace(tzinfo=None))  # fmt: skip

    # The job.

    def context(self, *, dry_run: bool = False, database: Database | None = None) -> RunContext:
        """Return what a run is given."""
        return self.context_of(
            lambda: NOW, stop=self.stop, database=database or self.database, run_id=1, dry_run=dry_run, log=self.log
        )

    def run(self, *, checkpoint: Callable[[str], None] = lambda _name: None, **arguments: Any) -> Outcome:
        """Run the job; its client does not wait between its tries."""
        typed = {"concurrency": 1, **arguments}
        return run_slips(self.context(), typed, self.client, prefix=PREFIX, checkpoint=checkpoint)

    def dry_run(self, **arguments: Any) -> Outcome:
        """Run the job in a transaction that is rolled back, with a client that may only read."""
        database = Database(self.database.engine, dry_run=True)
        try:
            with connect(self.cfs, dry_run=True) as client:
                return run_slips(self.context(dry_run=True, database=database), arguments, client)
        finally:
            assert database._outer is not None
            database._outer.close()

    def run_killed_at(self, point: str, **arguments: Any) -> bool:
        """Run the job and let it die at a point; returns whether it came there."""
        died = False

        def checkpoint(name: str) -> None:
            nonlocal died
            if name == point:
                died = True
                raise ProcessKilled(name)

        with contextlib.suppress(ProcessKilled):
            self.run(checkpoint=checkpoint, **arguments)
        return died

    def points(self, **arguments: Any) -> list[str]:
        """Run the job undisturbed and return every point where it could have died."""
        passed: list[str] = []
        self.run(checkpoint=passed.append, **arguments)
        return passed

    # What is seen.

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return what was logged under a name."""
        return [dict(one) for one in self.logged.entries if one["event"] == name]

    def slip(self, number: str) -> dict[str, Any]:
        """Return a slip with its CFS account's status."""
        return self.record(
            "SELECT slip.*, account.status AS account FROM routing_slips AS slip JOIN cfs_accounts AS account"
            " ON account.account_id = slip.payment_account_id WHERE slip.number = :n",
            n=number,
        )

    def site(self, number: str) -> CfsSite:
        """Return a slip's own site."""
        account = f"{self.slip(number)['payment_account_id']:05d}"
        return CfsSite(f"5{account}", f"8{account}", f"9{account}")

    def live_numbers(self, number: str) -> list[str]:
        """Return the numbers that our rows say the receipts of a slip and its children have."""
        children = self.records("SELECT * FROM routing_slips WHERE parent_number = :n ORDER BY id", n=number)
        return [
            receipt_number(one["number"], linked=one["parent_number"] is not None, version=one["cas_version_suffix"])
            for one in [self.slip(number), *children]
        ]

    def receipts(self) -> dict[str, dict[str, Any]]:
        """Return the receipts that CFS has, with status, amount, unapplied and what was applied."""
        found = self.cfs.admin.state()["receipts"]
        return {
            number: {
                "status": "REV" if one["is_reversed"] else "open",
                "amount": one["receipt_amount"],
                "unapplied": one["unapplied_amount"],
                "applied": one["applied"],
            }
            for number, one in found.items()
        }

    def due(self) -> dict[str, str]:
        """Return what CFS says is due on each invoice."""
        return {number: str(one["amount_due"]) for number, one in self.cfs.admin.state()["invoices"].items()}

    def our_receipts(self) -> dict[tuple[str, str], Decimal]:
        """Return our receipts: (receipt, invoice): amount."""
        return {
            (one["receipt_number"], f"{PREFIX}{one['invoice_id']:08d}"): Decimal(one["amount"])
            for one in self.records(
                "SELECT invoice_id, receipt_number, receipt_amount::numeric(19,2) AS amount FROM receipts"
            )
        }

    def calls(self) -> list[str]:
        """Return the calls to CFS since the log was begun, as GET receipt, POST reverse and so on; no tokens."""
        return [_named(call) for call in self.cfs.admin.calls() if call["path"] != "/oauth/token"]

    def final_state(self) -> dict[str, Any]:
        """Return all of both systems that has to be the same after a disturbed run."""
        return final_state(self.database, self.cfs)

    def records(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a statement."""
        with self.database.begin() as session:
            return [dict(row) for row in session.execute(text(statement), values).mappings()]

    def record(self, statement: str, **values: Any) -> dict[str, Any]:
        """Return the one row of a statement."""
        (row,) = self.records(statement, **values)
        return row

    def _balance(self, number: str, change: Decimal) -> None:
        self.change("UPDATE routing_slips SET remaining_amount = remaining_amount + :c WHERE number = :n",
                    c=change, n=number)  # fmt: skip


def _named(call: dict[str, object]) -> str:
    parts = str(call["path"]).strip("/").split("/")
    if parts[-1] in {"reverse", "apply", "unapply", "adjustment", "creditbalance"}:
        return f"{call['method']} {parts[-1]}"
    kind = "receipt" if "rcpts" in parts else "invoice"
    return f"{call['method']} {kind}"
