"""Builds small pay databases with invoices that stand still, and what CFS has of them; runs the report on both.

Times are local text, `2026-11-05 12:00`. Now is Monday 2026-11-23, 07:00, so the 19th is two business days ago.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import CfsSettings, MailSettings, Settings
from database.engine import Database
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import CfsAdmin
from tasks.stale_invoice_report.arguments import Arguments
from tasks.stale_invoice_report.task import run
from tests.pay_books import PayBooks
from tools.compare_cfs.arguments import Arguments as CompareArguments
from tools.compare_cfs.task import run as compare_cfs

NOW = "2026-11-23 07:00"
EARLIER = "2026-10-05 11:00"
OLD = "2026-10-05 12:00"
RECENT = "2026-11-22 12:00"


def stored(local: str) -> datetime:
    """Return a local time as the pay tables hold it."""
    zone = ZoneInfo("America/Vancouver")
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC).replace(tzinfo=None)


def aware(local: str) -> datetime:
    """Return a local time as an instant."""
    return stored(local).replace(tzinfo=UTC)


@dataclass(frozen=True)
class StaleAccount:
    """A payment account with one CFS profile."""

    id: int
    auth: str
    method: str
    profile: int | None
    site: str


@dataclass
class Books:
    """What CFS is to hold, in the shape in which it is seeded."""

    sites: dict[str, dict[str, Any]] = field(default_factory=dict)
    invoices: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    credit_memos: list[dict[str, Any]] = field(default_factory=list)

    def plant(self, admin: CfsAdmin) -> None:
        """Empty CFS and put all of it there."""
        admin.reset()
        admin.seed(
            sites=list(self.sites.values()),
            invoices=self.invoices,
            credit_memos=self.credit_memos,
            receipts=self.receipts,
        )


class StaleBooks(PayBooks):
    """A pay database with invoices that stand still, and the CFS they are in."""

    JOB = "STALE_INVOICE_REPORT"

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.books = Books()
        self.now = NOW
        self._paid = 0

    def account(
        self,
        method: str = "PAD",
        profile: str | None = "ACTIVE",
        *,
        billable: bool = True,
        activation: str | None = None,
    ) -> StaleAccount:
        """Add an account whose newest CFS profile has a status; None: it has no profile."""
        found = self.add(
            "payment_accounts",
            payment_method=method,
            billable=billable,
            pad_activation_date=stored(activation) if activation else None,
        )
        self.change("UPDATE payment_accounts SET auth_account_id = :auth WHERE id = :id", auth=f"A{found}", id=found)
        site = str(900000 + found)
        place = {"cfs_party": str(500000 + found), "cfs_account": str(800000 + found), "cfs_site": site}
        made = None
        if profile is not None:
            known = place if profile != "PENDING" else {}
            made = self.add("cfs_accounts", account_id=found, status=profile, payment_method=method, **known)
            self.books.sites[site] = {
                "party_number": place["cfs_party"],
                "account_number": place["cfs_account"],
                "site_number": site,
                "receipt_method": "BCR-PAD Daily" if method == "PAD" else None,
            }
        return StaleAccount(found, f"A{found}", method, made, site)

    def invoice(
        self, account: StaleAccount, status: str = "APPROVED", *, total: str = "100.00", made: str = OLD,
        method: str | None = None, slip: str | None = None, overdue: str | None = None, product: str = "BCR",
    ) -> int:  # fmt: skip
        """Add an invoice."""
        return self.add(
            "invoices", payment_account_id=account.id, cfs_account_id=account.profile, created_on=stored(made),
            created_by="test", payment_method_code=method or account.method, invoice_status_code=status,
            total=Decimal(total), paid=0, routing_slip=slip, corp_type_code=product,
            overdue_date=stored(overdue) if overdue else None,
        )  # fmt: skip

    def reference(
        self, invoice: int, status: str = "ACTIVE", *, number: str | None = None, made: str = OLD, bundle: bool = False
    ) -> str:
        """Add a reference and return its number, by default the invoice's own."""
        number = number or f"REG{invoice:08}"
        self.add(
            "invoice_references", invoice_id=invoice, invoice_number=number, status_code=status,
            created_on=stored(made), is_consolidated=bundle,
        )  # fmt: skip
        return number

    def sent(self, account: StaleAccount, **more: Any) -> tuple[int, str]:
        """Add an invoice with an active reference."""
        made = self.invoice(account, **more)
        return made, self.reference(made)

    def in_cfs(
        self, account: StaleAccount, number: str, total: str = "100.00", *, paid: str = "0.00", by: str = ""
    ) -> None:
        """Let CFS have an invoice, of which something is paid."""
        self.books.invoices.append({"site_number": account.site, "invoice_number": number, "total": total})
        if Decimal(paid):
            self._paid += 1
            self.receipt_in_cfs(account, by or f"RC{self._paid:06}", paid, [number])

    def receipt_in_cfs(self, account: StaleAccount, number: str, amount: str, applied_to: Iterable[str] = ()) -> None:
        """Let CFS have a receipt."""
        self.books.receipts.append(
            {"site_number": account.site, "receipt_number": number, "receipt_amount": amount,
             "applied_to": list(applied_to)}
        )  # fmt: skip

    def settlement_file(
        self, name: str, *, state: str = "applied", key: str | None = None, processed: bool | None = None,
        hold: str | None = None, content: str = "",
    ) -> int:  # fmt: skip
        """Add a settlement file that came in."""
        if processed is not None:
            self.add(
                "cas_settlements",
                file_name=name,
                received_on=stored(OLD),
                processed_on=stored(OLD) if processed else None,
            )
        return self.add(
            "pay_jobs.inbound_files", source="CAS", name=name, sha256=sha256(f"{name}{content}".encode()).hexdigest(),
            size_bytes=1, state=state, object_key=key, received_on=aware(OLD),
            details=json.dumps({"hold": hold} if hold else {}),
        )  # fmt: skip

    def settled(self, number: str, file: int, *, outcome: str = "applied", detail: str = "", line: int = 2) -> None:
        """Add a row of a settlement file."""
        self.add(
            "pay_jobs.settlement_rows", file_id=file, line=line, outcome=outcome, rule="", detail=detail, kind="pad",
            record_type="PADP", source_type="BCR-PAD Daily", source_number="PADRC1", amount=100, customer_account="1",
            target_type="INV", target_number=number, original_amount=100, outstanding_amount=0, status="Fully PAID",
            content_hash="00000000-0000-0000-0000-000000000000", application_date="2026-10-06",
        )  # fmt: skip

    def bounced(self, invoice: int, number: str) -> None:
        """Note a bounce."""
        self.add("non_sufficient_funds", invoice_id=invoice, invoice_number=number, description="NSF")

    def gl(self, account: StaleAccount, *, stopped: bool = False, until: str | None = None, changed: str = OLD) -> int:
        """Add a GL of a ministry account."""
        return self.add(
            "distribution_codes", account_id=account.id, client="112", start_date="2020-01-01", end_date=until,
            stop_ejv=stopped, created_by="test", created_on=stored(OLD), updated_on=stored(changed),

        )  # fmt: skip

    def ministry(self, **more: Any) -> StaleAccount:
        """Add a ministry account with a GL in force."""
        account = self.account("EJV", None, billable=more.pop("billable", True))
        self.gl(account, **more)
        return account

    def journalled(
        self, invoice: int, link: str, *, file: str = "UPLOADED", feedback: str | None = None, made: str = OLD,
        message: str | None = None, kind: str = "PAYMENT", completed: str | None = None,
    ) -> int:  # fmt: skip
        """Add a batch with a link to an invoice, and return the batch."""
        batch = self.add(
            "ejv_files", created_on=stored(made), file_ref=f"INBOX.F3535.{invoice}", disbursement_status_code=file,
            feedback_file_ref=feedback, file_type=kind, completed_on=stored(completed) if completed else None,
        )  # fmt: skip
        header = self.add("ejv_headers", ejv_file_id=batch, disbursement_status_code=file)
        self.add(
            "ejv_links", link_id=invoice, link_type="invoice", ejv_header_id=header, disbursement_status_code=link,
            message=message,
        )  # fmt: skip
        return batch

    def feedback_stored(self, batch: int, name: str, *, hold: str = "failed") -> None:
        """Add a stored feedback file that speaks of a batch, is not applied, and came before any other was sent."""
        file = self.add(
            "pay_jobs.inbound_files", source="CGI", name=name, sha256=f"{batch:064x}", size_bytes=1, state="held",
            received_on=aware(EARLIER), details=json.dumps({"hold": hold}),
        )  # fmt: skip
        self.add(
            "pay_jobs.feedback_batches", file_id=file, ordinal=1, batch_type="GI", batch_number=batch, first_line=1,
            last_line=9, state="held",
        )  # fmt: skip

    def feedback_applied(self, batch: int, name: str) -> None:
        """Add a feedback file with an answer to a batch, which was applied."""
        file = self.add(
            "pay_jobs.inbound_files", source="CGI", name=name, sha256=sha256(name.encode()).hexdigest(), size_bytes=1,
            state="applied", received_on=aware(OLD), object_key=f"cgi/{name}",
        )  # fmt: skip
        self.add(
            "pay_jobs.feedback_batches", file_id=file, ordinal=1, batch_type="GI", batch_number=batch, first_line=1,
            last_line=9, state="applied",
        )  # fmt: skip
        index = self.add(
            "pay_jobs.cgi_files", object_key=f"cgi/{name}", name=name, kind="feedback", lines=9, indexed_on=aware(OLD)
        )
        self.change(
            "INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number) VALUES (:file, 1, 'batch', :batch)",
            file=index, batch=str(batch),
        )  # fmt: skip

    def feedback_unread(self, name: str, state: str = "failed", came: str = RECENT, *, hold: str = "failed") -> None:
        """Add a feedback file of which nobody knows what it answers."""
        self.add(
            "pay_jobs.inbound_files", source="CGI", name=name, sha256=sha256(name.encode()).hexdigest(), size_bytes=1,
            state=state, reason="it holds no batch of feedback", received_on=aware(came),
            details=json.dumps({"hold": hold}),
        )  # fmt: skip

    def feedback_left(self, name: str) -> None:
        """Add a feedback file that the last poll left in CGI's directory."""
        self.add(
            "pay_jobs.unfinished_files", source="CGI", remote_directory="/data", name=name, size_bytes=1, modified=0,
            reason="its name is not taken here", first_seen=aware(RECENT), last_seen=aware(RECENT),
        )  # fmt: skip

    def refund(self, invoice: int, *, asked: str = OLD, error: str | None = None) -> None:
        """Ask for a refund."""
        self.add(
            "refunds", invoice_id=invoice, requested_date=stored(asked), status="APPROVED", type="INVOICE",
            gl_error=error,
        )  # fmt: skip

    def slip(
        self, number: str, status: str = "ACTIVE", *, profile: str | None = "ACTIVE", remaining: str = "0.00",
        parent: str | None = None,
    ) -> StaleAccount:  # fmt: skip
        """Add a routing slip and return its account."""
        account = self.account("INTERNAL", profile)
        self.add(
            "routing_slips", number=number, payment_account_id=account.id, status=status, total=500, created_by="test",
            remaining_amount=Decimal(remaining), created_on=stored(OLD), routing_slip_date="2026-10-05",
            cas_version_suffix=1, parent_number=parent,
        )  # fmt: skip
        return account

    def eft_link(
        self, invoice: int, status: str = "PENDING", *, made: str = OLD, amount: str = "100.00",
        receipt: str = "EFTCIL1",
    ) -> None:  # fmt: skip
        """Link a deposit to an EFT invoice."""
        file = self.add(
            "eft_files", file_ref=f"TDI17-{invoice}-{status}", created_on=stored(made), status_code="COMPLETED"
        )
        name = self.add("eft_short_names", short_name=f"S{invoice}{status}", created_on=stored(made), type="EFT")
        credit = self.add(
            "eft_credits", amount=100, remaining_amount=0, eft_file_id=file, short_name_id=name, created_on=stored(made)
        )
        self.add(
            "eft_credit_invoice_links", invoice_id=invoice, eft_credit_id=credit, created_on=stored(made),
            amount=Decimal(amount), status_code=status, receipt_number=receipt,
        )  # fmt: skip

    def receipt(self, invoice: int, number: str, amount: str = "100.00") -> None:
        """Add a receipt of ours."""
        self.add("receipts", invoice_id=invoice, receipt_number=number, receipt_amount=Decimal(amount))

    def credit(self, account: StaleAccount, number: str, amount: str, left: str) -> None:
        """Add a credit memo of ours."""
        self.add(
            "credits", cfs_identifier=number, is_credit_memo=True, amount=Decimal(amount),
            remaining_amount=Decimal(left), account_id=account.id, cfs_site=account.site, created_on=stored(OLD),
        )  # fmt: skip

    def context(
        self,
        *,
        cfs: CfsSettings | None = None,
        dry_run: bool = False,
        mail: MailSettings | None = None,
        others: Iterable[Settings] = (),
        stop: StopRequest | None = None,
        run_id: int | None = None,
    ) -> RunContext:
        """Return what a run is given."""
        given: list[Settings] = [one for one in (cfs, mail, *others) if one is not None]
        database = Database(self.database.engine, dry_run=True) if dry_run else self.database
        return self.context_of(
            lambda: aware(self.now), stop=stop, database=database, dry_run=dry_run, run_id=run_id,
            read_settings={type(one): one for one in given},
        )  # fmt: skip

    def report(
        self,
        *,
        cfs: CfsSettings | None = None,
        dry_run: bool = False,
        mail: MailSettings | None = None,
        others: Iterable[Settings] = (),
        stop: StopRequest | None = None,
        run_id: int | None = None,
        **arguments: Any,
    ) -> Outcome:
        """Run the job; without settings of CFS it is not asked."""
        context = self.context(cfs=cfs, dry_run=dry_run, mail=mail, others=others, stop=stop, run_id=run_id)
        if arguments.pop("compare_cfs", False):
            return compare_cfs(context, CompareArguments(**arguments))
        return run(context, Arguments(no_cfs=cfs is None, mail=mail is not None, **arguments))

    def found(self, outcome: Outcome) -> dict[int, str]:
        """Return the diagnosis of every invoice that was found."""
        return {row["invoice_id"]: row["code"] for row in self.report_rows(outcome)}

    def report_rows(self, outcome: Outcome) -> list[dict[str, Any]]:
        """Return the rows of the report, whole."""
        tables = [table for table in outcome.tables if table.title.startswith("Invoices")]
        return [row for table in tables for row in table.records()]


def folder_settings(folder: Path) -> MailSettings:
    """Return mail settings that write mails into a folder."""
    folder.mkdir(exist_ok=True)
    return MailSettings(notify_url=folder.as_uri(), operations="ops@example.org")
