"""What is told of a subject, in one session: that it exists, its life, and what its dates and status mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text

from config.command_line import in_short, typed
from config.errors import UsageError
from config.plurals import counted
from database.archived import where_older_rows_are
from database.pay.states import WITHDRAWN
from database.sessions import Session
from database.sql import statements
from diagnosis.diagnose_invoices import PREFIX
from jobs.inbound.choose_file import no_such_file
from jobs.run.outcome import Outcome, Table
from tasks.routing_slip_recreate.family.due import due_for
from tasks.routing_slip_recreate.family.reading import read_family
from tools.explain.archived import where_rows_of_a_file_are
from tools.explain.arguments import Arguments
from tools.explain.meaning import meanings
from tools.explain.timeline import life

sql = statements(__package__)

_MOST_IDS = 20
_LINE_COLUMNS = ("line", "description", "fee", "service fee", "GL", "refunded", "left")
_ACCOUNT = (
    "SELECT name, payment_method, ARRAY(SELECT id FROM payment_accounts WHERE auth_account_id = :account) AS ids"
    " FROM payment_accounts WHERE auth_account_id = :account ORDER BY id LIMIT 1"
)
_SLIP = "SELECT number, status, parent_number FROM routing_slips WHERE number = :number"
_BATCH = "SELECT file_type, file_ref, disbursement_status_code FROM ejv_files WHERE id = :id"


@dataclass(frozen=True)
class InvoiceSubject:
    """The invoice that is explained.

    received     what its receipts and applied credits come to, in CAD
    was_refused  whether CGI refused a journal of it
    """

    id: int
    status: str
    method: str
    total: Decimal
    paid: Decimal
    payment_date: datetime | None
    refund_date: datetime | None
    auth_account_id: str | None
    account_name: str | None
    routing_slip: str | None
    was_sent: bool
    received: Decimal
    was_refused: bool

    @property
    def account(self) -> str:
        """Its account in words."""
        if self.auth_account_id is None:
            return "no account"
        return f"account {self.auth_account_id} ({self.account_name or 'without a name'})"


@dataclass(frozen=True)
class InvoiceLife:
    """The life of an invoice; `outcome` has what its dates and status mean as notes."""

    subject: InvoiceSubject
    outcome: Outcome


def invoice_life(session: Session, arguments: Arguments) -> InvoiceLife:
    """Return the life of an invoice, named by its id or its CFS number."""
    number = _invoice_named(session, arguments)
    row = sql.run(session, "find_invoice", id=number).one_or_none()
    if row is None:
        raise UsageError(f"There is no invoice {number}. Expected an id like 1234567, or a CFS number.")
    subject = InvoiceSubject(**row._mapping)
    lines = [tuple(line) for line in sql.run(session, "invoice_lines", id=number)]
    outcome = Outcome(tables=[life(session, f"Invoice {number}, {subject.status}", "invoice_events", id=number)])
    outcome.answer = (
        f"Invoice {number} is {subject.status}: {subject.total} CAD by {subject.method}, {subject.paid} CAD paid, "
        f"{subject.account}"
    )
    outcome.tables.append(Table(f"Line items of invoice {number}", _LINE_COLUMNS, lines, "lines"))
    outcome.notes += meanings(
        status=subject.status,
        method=subject.method,
        payment_date=subject.payment_date,
        refund_date=subject.refund_date,
        was_sent=subject.was_sent,
    )
    outcome.notes += _against_status(subject)
    outcome.notes += _against_receipts(subject)
    numbers = sql.run(session, "list_numbers", id=number).scalars().all()
    outcome.notes += where_older_rows_are(session, str(number), *numbers)
    return InvoiceLife(subject, outcome)


def _against_status(subject: InvoiceSubject) -> list[str]:
    """Return that money came for an invoice that was withdrawn, where it did."""
    if subject.status not in WITHDRAWN or not subject.received:
        return []
    return [f"It is {subject.status} and {subject.received} CAD came for it all the same: they have to be given back."]


def _against_receipts(subject: InvoiceSubject) -> list[str]:
    """Return that receipts and credits are not what was paid, where they are not, and what judges it.

    That can be right: where a credit covered a part before the rest came, or after a bounce or a refund.
    """
    if subject.received == subject.paid:
        return []
    said = f"Receipts and applied credits come to {subject.received} CAD, and `paid` is {subject.paid} CAD."
    return [f"{said} Whether that is right: {in_short('verify --only INV-PAID')}."]


def account_life(session: Session, arguments: Arguments) -> Outcome:
    """Return what there is to know about an account."""
    unknown = f"No payment account has the auth account id {arguments.subject!r}."
    row = _existing(session, _ACCOUNT, unknown, account=arguments.subject)
    title = f"Account {arguments.subject}, {row.name or 'without a name'}, pays by {row.payment_method or 'nothing'}"
    told = life(session, title, "account_events", account=arguments.subject)
    answer = f"{title}: {counted(len(told.rows), 'entry')}."
    words = (arguments.subject, *(f"account:{id_}" for id_ in sorted(row.ids)))  # messages to CFS bear our own number
    return Outcome(answer=answer, tables=[told], notes=where_older_rows_are(session, *words))


def slip_life(session: Session, arguments: Arguments) -> Outcome:
    """Return the life of a routing slip."""
    unknown = f"There is no routing slip {arguments.subject!r} (expected a number like 206000010)."
    row = _existing(session, _SLIP, unknown, number=arguments.subject)
    told = life(session, f"Routing slip {row.number}, {row.status}", "slip_events", number=row.number)
    outcome = Outcome(answer=f"Routing slip {row.number} is {row.status}.", tables=[told])
    if row.parent_number:
        outcome.notes.append(f"It is linked: {typed('explain slip', row.parent_number)}")
    outcome.notes += _what_is_due(session, row.parent_number or row.number)
    return outcome


def _what_is_due(session: Session, root: str) -> Iterator[str]:
    """Return what no run can do for a slip and its children, and what waits, in the words of the job."""
    family = read_family(session, root, prefix=PREFIX)
    for due in due_for(family) if family is not None else ():
        operation = f"Slip {due.slip.number}: its {due.kind.replace('_', ' ')}"
        if due.refused:
            yield f"{operation} is refused: {due.refused.rstrip('.')}."
        elif due.waits_for:
            yield f"{operation} waits for {due.waits_for}."


def batch_life(session: Session, arguments: Arguments) -> Outcome:
    """Return the life of a journal voucher batch."""
    number = arguments.number("batch number")
    unknown = f"There is no batch {number} in ejv_files; `ejv outstanding` shows those that wait."
    row = _existing(session, _BATCH, unknown, id=number)
    told = life(session, f"Batch {number}", "batch_events", id=number)
    status = row.disbursement_status_code or "without a status"
    answer = f"Batch {number} ({row.file_type}) is {status}: sent as {row.file_ref}."
    return Outcome(answer=answer, tables=[told], notes=where_older_rows_are(session, str(number)))


def file_life(session: Session, arguments: Arguments) -> Outcome:
    """Return what became of a file."""
    told = life(session, f"File {arguments.subject}", "file_events", name=arguments.subject)
    if not told.rows:
        raise no_such_file(arguments.subject)
    answer = f"File {arguments.subject}: {counted(len(told.rows), 'entry')}."
    return Outcome(answer=answer, tables=[told], notes=where_rows_of_a_file_are(session, arguments.subject))


def _existing(session: Session, statement: str, unknown: str, **values: object) -> Row[Any]:
    """Return the row of a subject. Raises UsageError if there is none."""
    row = session.execute(text(statement), values).first()
    if row is None:
        raise UsageError(unknown)
    return row


def _invoice_named(session: Session, arguments: Arguments) -> int:
    """Return the id that was typed, or that of the one invoice with the CFS number that was typed."""
    name = arguments.subject.strip()
    if name.isascii() and name.isdigit():
        return arguments.number("invoice id")
    ids = sql.run(session, "find_numbered", number=name).scalars().all()
    if len(ids) == 1:
        return int(ids[0])
    if not ids:
        raise UsageError(f"{name!r} is no invoice: expected an id like 1234567, or a CFS number like REG01234567.")
    shown = ", ".join(map(str, ids[:_MOST_IDS])) + (" ..." if len(ids) > _MOST_IDS else "")
    raise UsageError(f"{len(ids)} invoices share the CFS number {name}: {shown}. Name one of them.")
