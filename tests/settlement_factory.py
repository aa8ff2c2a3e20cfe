"""Builds small pay databases and settlement files, and applies the one to the other.

Amounts are written as text, `131.50`; days as in the file, `05-Nov-26`.
"""

import atexit
import csv
import hashlib
import io
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from config.settings import EventSettings, Settings
from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import FileToRecord, InboundFile, find_file, record
from database.engine import Database
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.stopping import StopRequest
from tasks.pad_reconcile.apply_file import apply_file
from tasks.pad_reconcile.file_queue import SOURCE, WANTED
from tasks.pad_reconcile.retry_rejects import retry_rejects
from tests.pay_books import PayBooks

NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
DAY = "05-Nov-26"
FILE = "BCR_PAYMENT_APPL_20261105.csv"
HEADER = (
    "Record type", "Source Transaction Type", "Source Transaction Number", "Application Id", "Application Date",
    "Application amount", "Customer Account", "Target transaction type", "Target transaction Number",
    "Target Transaction Original amount", "Target Transaction Outstanding Amount", "Target transaction status",
    "Reversal Reason code", "Reversal reason description",
)  # fmt: skip
SOURCE_TYPES = {
    "BOLP": "BCR Online Banking Payments",
    "ONAC": "BCR Online Banking Payments",
    "CMAP": "CM",
    "ADJS": "BCR-ADJ",
    "EFTP": "BC REG EFT Wire Cheque",
}
BOUNCE_REASON = "NON SUFFICIENT FUNDS"
_APPLICATIONS = count(5_000_001)
_FILES = Path(mkdtemp())
atexit.register(shutil.rmtree, _FILES)


@dataclass(frozen=True)
class Line:
    """A row of a settlement file, as text."""

    record: str
    source: str
    amount: str
    account: str
    number: str
    status: str = "Fully PAID"
    original: str | None = None
    outstanding: str = "0.00"
    target: str = "INV"
    application: str = field(default_factory=lambda: str(next(_APPLICATIONS)))
    day: str = DAY
    source_type: str | None = None
    code: str = ""
    reason: str = ""

    def fields(self) -> tuple[str, ...]:
        """Return the fourteen fields."""
        kind = SOURCE_TYPES.get(self.record, "BCR-PAD Daily") if self.source_type is None else self.source_type
        original = self.amount if self.original is None else self.original
        return (
            self.record, kind, self.source, self.application, self.day, self.amount, self.account, self.target,
            self.number, original, self.outstanding, self.status, self.code, self.reason,
        )  # fmt: skip


def bounce(source: str, account: str, number: str, owing: str, **more: Any) -> Line:
    """Return the row of a PAD payment that came back."""
    values = {"status": "Not PAID", "original": owing, "outstanding": owing, "code": "R001", "reason": BOUNCE_REASON}
    return Line("PADR", source, "0.00", account, number, **(values | more))


def on_account(source: str, account: str, amount: str, record: str = "ONAC", **more: Any) -> Line:
    """Return the row of money that found no invoice."""
    return Line(record, source, amount, account, source, **({"status": "On Account", "target": "RECEIPT"} | more))


def settlement_csv(
    lines: Iterable[Line | Sequence[str]],
    *,
    header: Sequence[str] = HEADER,
    quoted: bool = True,
    bom: bool = True,
    newline: str = "\r\n",
) -> bytes:
    """Write a settlement file as CAS does, or a little otherwise."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL, lineterminator=newline)
    writer.writerow(header)
    writer.writerows(line.fields() if isinstance(line, Line) else line for line in lines)
    return stream.getvalue().encode("utf-8-sig" if bom else "utf-8")


@dataclass(frozen=True)
class Account:
    """A payment account with its CFS profile."""

    id: int
    auth: str
    profile: int
    cfs: str


_WRITTEN = (
    "pay_jobs.operation_steps", "pay_jobs.operations", "pay_jobs.settlement_rows", "pay_jobs.outbox",
    "pay_jobs.inbound_files", "pay_jobs.unfinished_files", "pay_jobs.job_runs", "applied_credits", "credits",
    "receipts", "non_sufficient_funds", "payment_line_items", "invoice_references", "payments", "invoices",
    "cfs_accounts", "payment_accounts", "cas_settlements", "cfs_accounts_history", "payment_accounts_history",
)  # fmt: skip


class SettlementBooks(PayBooks):
    """A pay database to which a test applies settlement files."""

    JOB = "PAD_RECONCILE"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.now = NOW
        self._count_from_far()

    def empty(self) -> None:
        super().empty()
        self._count_from_far()

    def _count_from_far(self) -> None:
        """Fee invoices draw their ids; those that tests choose themselves are far below."""
        self.change("SELECT setval('invoices_id_seq', greatest(nextval('invoices_id_seq'), 10000))")

    def account(
        self,
        cfs: str,
        method: str = "PAD",
        *,
        id: int | None = None,
        status: str = "ACTIVE",
        site: str | None = None,
        frozen_since: datetime | None = None,
    ) -> Account:
        """Add an account with one CFS profile; its auth account id is A and its id."""
        values = {} if id is None else {"id": id}
        found = self.add("payment_accounts", payment_method=method, has_nsf_invoices=frozen_since, **values)
        self.change("UPDATE payment_accounts SET auth_account_id = :auth WHERE id = :id", auth=f"A{found}", id=found)
        profile = self.profile(found, cfs, method, status=status, site=site)
        return Account(found, f"A{found}", profile, cfs)

    def profile(
        self,
        account: int,
        cfs: str | None,
        method: str = "PAD",
        *,
        status: str = "ACTIVE",
        site: str | None = None,
    ) -> int:
        """Add a CFS profile to an account; party and site follow from the CFS account number."""
        return self.add(
            "cfs_accounts",
            account_id=account,
            cfs_account=cfs,
            cfs_party=None if cfs is None else f"5{cfs[1:]}",
            cfs_site=(None if cfs is None else f"9{cfs[1:]}") if site is None else site,
            status=status,
            payment_method=method,
        )

    def invoice(
        self,
        account: Account,
        number: str | None,
        total: str,
        *,
        id: int | None = None,
        status: str = "APPROVED",
        method: str = "PAD",
        reference: str = "ACTIVE",
        paid: str = "0",
        profile: int | None = None,
        corp: str | None = None,
    ) -> int:
        """Add an invoice with its reference."""
        values = {} if id is None else {"id": id}
        found = self.add(
            "invoices",
            **values,
            payment_account_id=account.id,
            cfs_account_id=account.profile if profile is None else profile,
            created_on=datetime(2026, 11, 4, 20, 0),
            created_by="test",
            payment_method_code=method,
            invoice_status_code=status,
            total=Decimal(total),
            paid=Decimal(paid),
            corp_type_code=corp,
        )
        if number is not None:
            self.reference(found, number, reference)
        return found

    def paid_invoice(self, account: Account, number: str, total: str, receipt: str, **more: Any) -> int:
        """Add an invoice that a PAD payment paid, with receipt and payment."""
        found = self.invoice(account, number, total, status="PAID", reference="COMPLETED", paid=total, **more)
        self.receipt(found, receipt, total)
        self.payment(account, number, receipt, total)
        return found

    def reference(self, invoice: int, number: str, status: str = "ACTIVE", *, consolidated: bool = False) -> int:
        """Add a reference to an invoice."""
        return self.add(
            "invoice_references",
            invoice_id=invoice,
            invoice_number=number,
            reference_number=f"R{invoice}",
            status_code=status,
            is_consolidated=consolidated,
        )

    def receipt(self, invoice: int, number: str, amount: str) -> int:
        """Add a receipt of an invoice."""
        return self.add(
            "receipts",
            invoice_id=invoice,
            receipt_number=number,
            receipt_amount=Decimal(amount),
            receipt_date=datetime(2026, 11, 4),
        )

    def payment(
        self,
        account: Account,
        number: str | None,
        receipt: str | None,
        amount: str,
        *,
        status: str = "COMPLETED",
        method: str = "PAD",
        day: date = date(2026, 11, 4),
    ) -> int:
        """Add a payment."""
        return self.add(
            "payments",
            payment_system_code="PAYBC",
            payment_method_code=method,
            payment_status_code=status,
            paid_amount=Decimal(amount),
            invoice_amount=Decimal(amount),
            payment_date=datetime.combine(day, datetime.min.time()),
            invoice_number=number,
            receipt_number=receipt,
            payment_account_id=account.id,
            created_by="test",
        )

    def credit(
        self, account: Account, identifier: str, amount: str, *, memo: bool = True, remaining: str | None = None
    ) -> int:
        """Add a credit memo, or money on account."""
        return self.add(
            "credits",
            cfs_identifier=identifier,
            is_credit_memo=memo,
            amount=Decimal(amount),
            remaining_amount=Decimal(amount if remaining is None else remaining),
            account_id=account.id,
            created_on=datetime(2026, 11, 1),
        )

    def applied_credit(self, credit: int, account: Account, invoice: int, number: str, application: int,
                       amount: str) -> int:  # fmt: skip
        """Add what an earlier file applied of a credit memo."""
        return self.add(
            "applied_credits",
            account_id=account.id,
            application_id=application,
            amount_applied=Decimal(amount),
            cfs_account=account.cfs,
            cfs_identifier="earlier",
            credit_id=credit,
            created_on=datetime(2026, 11, 1),
            invoice_amount=Decimal(amount),
            invoice_number=number,
            invoice_id=invoice,
        )

    def context(
        self,
        *,
        dry_run: bool = False,
        settings: Mapping[type[Settings], Settings] | None = None,
        stop: StopRequest | None = None,
    ) -> RunContext:
        """Return what a run is given; events go nowhere unless settings say so."""
        events = EventSettings(publish_url="file:///nowhere", nsf_notice="nsf@example.org, ops@example.org")
        return self.context_of(
            lambda: self.now,
            stop=stop,
            dry_run=dry_run or self.database.dry_run,
            read_settings={EventSettings: events, **(settings or {})},
        )

    def arrive(self, content: bytes, name: str = FILE) -> InboundFile:
        """Record a file as received."""
        new = FileToRecord(
            source=SOURCE,
            name=name,
            sha256=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            object_key=None,
            business_date=WANTED.business_date(name),
            received_on=self.now,
            local_path=str(self._keep(content)),
        )
        with self.database.begin() as session:
            return record(session, new).file

    def apply(
        self,
        *lines: Line | Sequence[str],
        name: str = FILE,
        content: bytes | None = None,
        settings: Mapping[type[Settings], Settings] | None = None,
        released: frozenset[HoldKind] = frozenset(),
    ) -> Outcome:
        """Apply a file of these rows, without poll, object store and follow-up."""
        content = settlement_csv(lines) if content is None else content
        file = self.arrive(content, name)
        opened = FileToApply(file, nullcontext(io.BytesIO(content)), released=released)
        return apply_file(self.context(settings=settings), opened)

    def retry(self) -> Outcome:
        """Try the rejected rows again."""
        return retry_rejects(self.context(), None)

    def _keep(self, content: bytes) -> Path:
        path = _FILES / hashlib.sha256(content).hexdigest()
        path.write_bytes(content)
        return path

    def file(self, file_id: int) -> InboundFile:
        """Return a row of the ledger."""
        with self.database.begin() as session:
            found = find_file(session, file_id)
        assert found is not None
        return found

    def outcomes(self, name: str | None = None) -> list[str]:
        """Return `outcome:rule` of every row, in the order of files and lines."""
        rows = self.rows(
            "SELECT line.outcome, line.rule FROM pay_jobs.settlement_rows AS line"
            " JOIN pay_jobs.inbound_files AS file ON file.id = line.file_id"
            " WHERE file.name = coalesce(:name, file.name) ORDER BY line.file_id, line.line",
            name=name,
        )
        return [f"{outcome}:{rule}" if rule else outcome for outcome, rule in rows]

    def invoices(self) -> dict[int, tuple[str, str]]:
        """Return status and paid amount of each invoice."""
        rows = self.rows("SELECT id, invoice_status_code, coalesce(paid, 0)::numeric(19,2) FROM invoices ORDER BY id")
        return {id_: (status, str(paid)) for id_, status, paid in rows}

    def references(self) -> list[tuple[int, str, str]]:
        """Return invoice, number and status of each reference."""
        return self.rows("SELECT invoice_id, invoice_number, status_code FROM invoice_references ORDER BY 1, 2, id")

    def receipts(self) -> list[tuple[int, str, str]]:
        """Return invoice, receipt number and amount of each receipt."""
        return self.rows(
            "SELECT invoice_id, receipt_number, CAST(CAST(receipt_amount AS numeric(19,2)) AS text) FROM receipts"
            " ORDER BY 1, 2, 3"
        )

    def payments(self) -> list[tuple[str | None, str, str, str | None, str]]:
        """Return number, method, status, receipt and paid amount of each payment."""
        return self.rows(
            "SELECT invoice_number, payment_method_code, payment_status_code, receipt_number,"
            " CAST(CAST(paid_amount AS numeric(19,2)) AS text) FROM payments ORDER BY 1, 3, 4, id"
        )

    def credits(self) -> list[tuple[str, bool, str, str]]:
        """Return identifier, whether it is a memo, amount and remaining amount of each credit."""
        return self.rows(
            "SELECT cfs_identifier, is_credit_memo, CAST(CAST(amount AS numeric(19,2)) AS text),"
            " CAST(CAST(remaining_amount AS numeric(19,2)) AS text) FROM credits ORDER BY 1, id"
        )

    def applied_credits(self) -> list[tuple[int, int, str]]:
        """Return application, invoice and amount of each applied credit."""
        return self.rows(
            "SELECT application_id, invoice_id, CAST(CAST(amount_applied AS numeric(19,2)) AS text)"
            " FROM applied_credits ORDER BY 1, 2"
        )

    def bounces(self) -> list[tuple[str, str | None, str | None]]:
        """Return number, reason and CFS account of each NSF row."""
        return self.rows("SELECT invoice_number, description, cfs_account FROM non_sufficient_funds ORDER BY id")

    def profiles(self) -> dict[str, str]:
        """Return the status of each CFS account."""
        return dict(self.rows("SELECT cfs_account, status FROM cfs_accounts WHERE cfs_account IS NOT NULL ORDER BY id"))

    def messages(self) -> list[tuple[str, str]]:
        """Return kind and ordering key of each message of the outbox, in their order."""
        return self.rows("SELECT kind, ordering_key FROM pay_jobs.outbox ORDER BY id")

    def payloads(self, kind: str) -> list[dict[str, Any]]:
        """Return the payloads of one kind of message."""
        return [row[0] for row in self.rows("SELECT payload FROM pay_jobs.outbox WHERE kind = :kind ORDER BY id",
                                            kind=kind)]  # fmt: skip

    def dump(self, *left_out: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table the job may write, less the tables that are left out.

        With the ledger of files goes the journal, which has what is still to be done for a file.
        """
        left = {*left_out, "pay_jobs.job_runs"} | (
            {"pay_jobs.operations"} if "pay_jobs.inbound_files" in left_out else set()
        )
        kept = [table for table in _WRITTEN if table not in left]
        return {table: sorted(self.rows(f"SELECT * FROM {table}"), key=repr) for table in kept}


EXAMPLE = (
    "PADP,BCR-PAD Daily,PADRC0001,5000001,05-Nov-26,131.50,800101,INV,REG01234567,131.50,0.00,Fully PAID,,",
    "CMAP,CM,20455,5000002,05-Nov-26,25.00,800102,INV,REG01234600,80.00,55.00,Partially PAID,,",
    "PADP,BCR-PAD Daily,PADRC0002,5000003,05-Nov-26,55.00,800102,INV,REG01234600,80.00,0.00,Fully PAID,,",
    "PADR,BCR-PAD Daily,PADRC0003,5000004,05-Nov-26,0.00,800103,INV,REG01234700,60.00,60.00,Not PAID,R001,"
    "NON SUFFICIENT FUNDS",
    "BOLP,BCR Online Banking Payments,OBRC0004,5000005,05-Nov-26,40.00,800104,INV,REG01234800,100.00,60.00,"
    "Partially PAID,,",
    "BOLP,BCR Online Banking Payments,OBRC0005,5000006,05-Nov-26,70.00,800105,INV,REG01234900,70.00,0.00,Fully PAID,,",
    "ONAC,BCR Online Banking Payments,OBRC0005,5000007,05-Nov-26,30.00,800105,RECEIPT,OBRC0005,30.00,0.00,On Account,,",
    "EFTP,BC REG EFT Wire Cheque,EFTCIL901,5000008,05-Nov-26,15.00,800106,INV,REG01235000,15.00,0.00,Fully PAID,,",
    "ADJS,BCR-ADJ,77001,5000009,05-Nov-26,-5.00,800101,INV,REG01230001,5.00,0.00,Fully PAID,,",
)


def example(*numbers: int) -> list[list[str]]:
    """Return rows of the example file by their place in it, from 1."""
    return [EXAMPLE[number - 1].split(",") for number in numbers]


def fill_example(books: SettlementBooks) -> dict[str, Account]:
    """Put the accounts and invoices of the worked examples into a pay database; accounts by their CFS number."""
    methods = {"800104": "ONLINE_BANKING", "800105": "ONLINE_BANKING", "800106": "EFT"}
    books.change("SELECT setval('payment_accounts_id_seq', greatest(1000, nextval('payment_accounts_id_seq')))")
    accounts = {
        cfs: books.account(cfs, methods.get(cfs, "PAD"), id=place)
        for place, cfs in enumerate(("800101", "800102", "800103", "800104", "800105", "800106"), 11)
    }
    books.invoice(accounts["800101"], "REG01234567", "100.00", id=1234567)
    books.invoice(accounts["800101"], "REG01234567", "31.50", id=1234570)
    books.invoice(accounts["800102"], "REG01234600", "80.00", id=1234600)
    books.credit(accounts["800102"], "20455", "25.00")
    books.paid_invoice(accounts["800103"], "REG01234700", "60.00", "PADRC0003", id=1234700)
    bank: dict[str, Any] = {"method": "ONLINE_BANKING", "status": "SETTLEMENT_SCHED"}
    books.invoice(accounts["800104"], "REG01234800", "100.00", id=1234800, **bank)
    books.invoice(accounts["800105"], "REG01234900", "70.00", id=1234900, corp="BCR", **bank)
    books.invoice(accounts["800106"], "REG01235000", "15.00", id=1235000, method="EFT")
    books.payment(accounts["800106"], "REG01235000", "EFTCIL901", "15.00", status="CREATED", method="EFT")
    return accounts
