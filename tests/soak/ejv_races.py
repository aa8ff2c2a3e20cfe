"""EJV_FEEDBACK_CHECK applies feedback while others pay by card, cancel, ask for refunds, or read the same feedback.

The others do what the API and its jobs do: they look at the state they need under their own locks, and leave off where
it is not there any more.
"""

import io
import random
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from hashlib import sha256

from sqlalchemy import CursorResult, text

from connectors.inbound.ledger import FileToRecord, InboundFile, record
from database.engine import Database
from database.pay.history import keep_versions
from database.sessions import Session
from jobs.inbound.file_format import FileToApply
from tasks.ejv_feedback_check.apply_file import apply_file
from tests.ejv_factory import NOW, Batch, EjvBooks, Item, JournalPair
from tests.soak.invariants import broken
from tests.soak.race import Race

_NOW = NOW.replace(tzinfo=None)
_BEFORE = datetime(2026, 10, 1)
_RECEIPT = "GIJH...FI00000010FI000000100"
_ERROR = "1117 INVALID DISTRIBUTION ACCOUNT"
CHARGED, REVERSED, REFUNDED = 1001, 1002, 1003
_SLIP = "206000010"
_INVARIANTS = {
    "taken twice and not told": """
        SELECT invoice.id, sum(receipt.receipt_amount)
          FROM invoices AS invoice JOIN receipts AS receipt ON receipt.invoice_id = invoice.id
         GROUP BY invoice.id
        HAVING sum(receipt.receipt_amount) > invoice.total
           AND NOT EXISTS (SELECT FROM pay_jobs.feedback_lines AS line
                            WHERE line.subject = CAST(invoice.id AS text)
                              AND line.rule IN ('settled_before', 'overpaid'))""",
    "two receipts of one journal": """
        SELECT invoice_id, receipt_number FROM receipts GROUP BY invoice_id, receipt_number HAVING count(*) > 1""",
    "a charge whose receipt is not as its link": """
        SELECT link.link_id, link.disbursement_status_code FROM ejv_links AS link
         WHERE link.ejv_header_id = 10 AND link.link_id = 1001
           AND (link.disbursement_status_code = 'COMPLETED') <> EXISTS (
               SELECT FROM receipts WHERE invoice_id = 1001 AND receipt_number LIKE '%FI00000010FI%')""",
    "a payment that is not what was accepted": """
        SELECT paid.amount, accepted.amount
          FROM (SELECT coalesce(sum(paid_amount), 0) AS amount FROM payments
                 WHERE receipt_number LIKE '%FI00000010FI%') AS paid,
               (SELECT coalesce(sum(CASE link_id WHEN 1001 THEN 30.00 WHEN 1002 THEN 20.00 ELSE 5.00 END), 0) AS amount
                  FROM ejv_links
                 WHERE ejv_header_id = 10 AND disbursement_status_code = 'COMPLETED') AS accepted
         WHERE paid.amount <> accepted.amount""",
    "an open link of a batch that was answered": """
        SELECT link.id FROM ejv_links AS link
          JOIN ejv_headers AS header ON header.id = link.ejv_header_id
          JOIN ejv_files AS file ON file.id = header.ejv_file_id
         WHERE file.disbursement_status_code = 'COMPLETED'
           AND link.disbursement_status_code NOT IN ('COMPLETED', 'ERRORED')""",
}


class EjvRace(Race):
    """A file with a payment batch, a disbursement and a cheque; one or two others at work.

    done      what the others did before the job could: a name of `_settled`
    accepted  what CGI says to the charge, the reversal, the partial refund, the partner's share and the cheque
    """

    name = "ejv"

    def prepare(self, draw: random.Random) -> None:
        books = self.books = EjvBooks(self.database)
        books.empty()
        self.done: set[str] = set()
        self.account = books.account()
        batches = [_payment(books, self.account), _disbursement(books), _cheque(books)]
        self.codes = [{}, {}, {}] if draw.random() < 0.6 else [_codes(draw) for _ in batches]
        chosen = draw.choice(([0], [0], [0, 1], [1], [2], [0, 1, 2]))
        self.applied = set(chosen)
        self.content = b"".join(batches[n].feedback(self.codes[n]) for n in chosen)
        self.file = arrive(self.database, self.content, "FEEDBACK.F3535.20261118214512")
        twin = b"".join(batches[n].feedback({2: "0000 AGAIN", **self.codes[n]}) for n in chosen)
        self.twin = (arrive(self.database, twin, "FEEDBACK.F3535.20261118214513"), twin)
        self.others = dict(draw.sample(sorted(_others(self).items()), draw.choice((1, 1, 2))))

    def work(self, database: Database) -> None:
        apply(database, self.file, self.content)

    def finish(self, error: BaseException | None) -> None:
        """The next run goes on where a deadlock ended one."""
        if error is not None:
            assert "deadlock" in str(error), repr(error)
            self.work(self.database)

    def left_out(self) -> tuple[str, ...]:
        return ("receipts over the invoice's total",)

    def check(self) -> list[str]:
        found = broken(self.database, *self.left_out())
        for name, query in _INVARIANTS.items():
            if name == "taken twice and not told" and "lowers the total" in self.others:
                continue
            rows = self.books.rows(query)
            found += [f"{name}: {rows[:3]}"] if rows else []
        return found + [said for said, holds in self._settled() if not holds]

    def _settled(self) -> list[tuple[str, bool]]:
        """Return what follows from what the others did, and whether it holds."""
        status = dict(self.books.rows("SELECT id, invoice_status_code FROM invoices"))
        refund = self.books.one("SELECT status FROM refunds_partial")
        partner = self.books.one("SELECT status_code FROM partner_disbursements")
        slip = self.books.one("SELECT status FROM routing_slips")
        return [
            ("a cancelled invoice moved", "cancelled" not in self.done or status[CHARGED] == "CANCELLED"),
            ("a refund that was asked for was lost", "asked" not in self.done or status[CHARGED] == "REFUND_REQUESTED"),
            ("what was paid by card moved", "card" not in self.done or status[CHARGED] in {"PAID", "REFUND_REQUESTED"}),
            ("a partial refund was set free again", "refunded" not in self.done or refund == "REFUND_PROCESSED"),
            ("a partner row was set free again", "disbursed" not in self.done or partner == "COMPLETED"),
            ("a slip was set free again", "cheque" not in self.done or slip == "REFUND_PROCESSED"),
            ("a second refund was not told", self._is_told("refunded", 0, 8, "1003-PR-55")),
            ("a second cheque was not told", self._is_told("cheque", 2, 3, _SLIP)),
        ]

    def _is_told(self, what: str, batch: int, line: int, subject: str) -> bool:
        """Whether what was moved twice is told; a refused line moves nothing."""
        if what not in self.done or batch not in self.applied or set(self.codes[batch]) & {2, line, line + 1}:
            return True
        rules = self.books.rows("SELECT rule FROM pay_jobs.feedback_lines WHERE subject = :subject", subject=subject)
        return ("settled_before",) in rules


def _payment(books: EjvBooks, account: int) -> Batch:
    books.batch(100)
    books.invoice(account, CHARGED, "30.00", paid=0)
    books.invoice(account, REVERSED, "20.00", "REFUND_REQUESTED", paid="20.00", payment_date=_BEFORE)
    books.invoice(account, REFUNDED, "40.00", "PAID", paid="40.00", payment_date=_BEFORE)
    for number, amount in ((REVERSED, 20), (REFUNDED, 40)):
        books.add("receipts", invoice_id=number, receipt_number="OLD", receipt_amount=amount, receipt_date=_BEFORE)
    books.partial_refund(55, REFUNDED, "5.00")
    links = [("invoice", CHARGED), ("invoice", REVERSED), ("partial_refund", 55)]
    books.journal(100, 10, links, payment_account_id=account)
    pairs = [
        JournalPair(str(CHARGED), "30.00"), JournalPair(str(REVERSED), "20.00", is_reversal=True),
        JournalPair("1003-PR-55", "5.00", is_reversal=True),
    ]  # fmt: skip
    return Batch(100, journals=[(10, pairs)])


def _disbursement(books: EjvBooks) -> Batch:
    books.batch(200, "DISBURSEMENT", name="INBOX.F3535.20261118030107")
    books.change("UPDATE invoices SET disbursement_status_code = 'UPLOADED' WHERE id = :id", id=REFUNDED)
    row = books.add(
        "partner_disbursements", amount="38.50", partner_code="VS", target_id=REFUNDED, target_type="invoice"
    )
    books.journal(200, 20, [("invoice", REFUNDED)], partner_code="VS")
    return Batch(200, journals=[(20, [JournalPair(f"{REFUNDED}-{row}", "38.50")])])


def _cheque(books: EjvBooks) -> Batch:
    books.batch(300, "REFUND", name="INBOX.F3535.20261118030108")
    slip = books.add("routing_slips", number=_SLIP, refund_amount="12.25")
    books.add("refunds", routing_slip_id=slip)
    return Batch(300, "AP", items=[Item(_SLIP, "12.25")])


def _codes(draw: random.Random) -> Mapping[int | str, str]:
    """Return a refusal of a line, of the header, or none."""
    return draw.choice([{}, {2: "9001 BAD BATCH"}, {4: _ERROR}, {7: _ERROR}, {8: _ERROR}])


def arrive(database: Database, content: bytes, name: str) -> InboundFile:
    """Record a feedback file that waits to be applied."""
    new = FileToRecord("CGI", name, sha256(content).hexdigest(), len(content), None, None, NOW)
    with database.begin() as session:
        return record(session, new).file


def apply(database: Database, file: InboundFile, content: bytes) -> None:
    """Apply a file as the job does."""
    apply_file(EjvBooks(database).context(), FileToApply(file, nullcontext(io.BytesIO(content))))


def _others(race: EjvRace) -> dict[str, Callable[[Database], None]]:
    return {
        "reads the same feedback": lambda database: apply(database, *race.twin),
        "books the charge, invoice first": lambda database: book_charge(race, database),
        "books the charge, receipt first": lambda database: book_charge_receipt_first(race, database),
        "pays by card": lambda database: pay_by_card(race, database),
        "pays by card and asks for the refund": lambda database: pay_by_card(race, database, refund=True),
        "cancels": lambda database: cancel(race, database),
        "asks for a refund": lambda database: ask_for_refund(race, database),
        "lowers the total": lower_total,
        "pays the partial refund": lambda database: pay_partial_refund(race, database),
        "pays the partner": lambda database: pay_partner(race, database),
        "sends the cheque": lambda database: send_cheque(race, database),
    }


def run(session: Session, statement: str, **values: object) -> list[int]:
    """Run a statement and return the ids it returns."""
    result = session.execute(text(statement), {"now": _NOW, "receipt": _RECEIPT, "id": CHARGED, **values})
    assert isinstance(result, CursorResult)
    return list(result.scalars()) if result.returns_rows else []


_PAY = """
UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = :now
 WHERE id = :id AND invoice_status_code = 'APPROVED' RETURNING id"""
_WRITE_RECEIPT = """
INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount) VALUES (:id, :receipt, :now, 30)"""
_WRITE_PAYMENT = """
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      payment_account_id, invoice_amount, receipt_number, created_by)
VALUES (:system, :method, 'COMPLETED', 30, :now, :account, 30, :receipt, 'other')"""
_CLOSE_LINK = """
UPDATE ejv_links SET disbursement_status_code = 'COMPLETED'
 WHERE ejv_header_id = 10 AND link_id = :id AND disbursement_status_code = 'UPLOADED' RETURNING id"""
_COMPLETE = "UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :id AND status_code = 'ACTIVE'"


def book_charge(race: EjvRace, database: Database) -> None:
    """Book the charge as the service before this job did."""
    with database.begin() as session:
        if run(session, _CLOSE_LINK) and run(session, _PAY):
            run(session, _COMPLETE)
            run(session, _WRITE_RECEIPT)
            run(session, _WRITE_PAYMENT, system="CGI", method="EJV", account=race.account)
        else:
            session.rollback()


def book_charge_receipt_first(race: EjvRace, database: Database) -> None:
    """Book the charge from the receipt up; where it is booked by then, nothing of it stays."""
    with database.begin() as session:
        run(session, _WRITE_RECEIPT)
        run(session, _WRITE_PAYMENT, system="CGI", method="EJV", account=race.account)
        if run(session, _PAY) and run(session, _CLOSE_LINK):
            run(session, _COMPLETE)
        else:
            session.rollback()


def pay_by_card(race: EjvRace, database: Database, *, refund: bool = False) -> None:
    """Pay by card what is owed, and ask for the money back at once."""
    with database.begin() as session:
        if not run(session, _PAY):
            return
        run(session, _WRITE_RECEIPT, receipt="CARD1")
        run(session, _WRITE_PAYMENT, system="PAYBC", method="CC", account=race.account, receipt="CARD1")
        if refund:
            run(session, "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', refund = total WHERE id = :id")
        race.done.add("card")


def cancel(race: EjvRace, database: Database) -> None:
    """Give up the invoice that is not paid."""
    statement = "UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE id = :id AND invoice_status_code = 'APPROVED' RETURNING id"  # noqa: E501
    with database.begin() as session:
        if run(session, statement):
            run(session, "UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :id")
            race.done.add("cancelled")


def ask_for_refund(race: EjvRace, database: Database) -> None:
    """Ask for the refund of the invoice, sent or paid."""
    statement = "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = :id AND invoice_status_code IN ('APPROVED', 'PAID') RETURNING id"  # noqa: E501
    with database.begin() as session:
        if run(session, statement):
            race.done.add("asked")


def lower_total(database: Database) -> None:
    """Lower the total of the invoice that is not paid."""
    with database.begin() as session:
        run(session, "UPDATE invoices SET total = total - 20 WHERE id = :id AND invoice_status_code = 'APPROVED'")


def pay_partial_refund(race: EjvRace, database: Database) -> None:
    """Pay the partial refund by another batch."""
    with database.begin() as session:
        chosen = "SELECT id FROM refunds_partial WHERE status = 'REFUND_PROCESSING' FOR UPDATE"
        ids = run(session, chosen)
        if ids:
            keep_versions(session, "refunds_partial", ids, _NOW)
            run(session, "UPDATE refunds_partial SET status = 'REFUND_PROCESSED' WHERE id = ANY (:ids)", ids=ids)
            race.done.add("refunded")


def pay_partner(race: EjvRace, database: Database) -> None:
    """Pay the partner by another batch."""
    statement = "UPDATE partner_disbursements SET status_code = 'COMPLETED' WHERE status_code = 'UPLOADED' RETURNING id"
    with database.begin() as session:
        if run(session, statement):
            race.done.add("disbursed")


def send_cheque(race: EjvRace, database: Database) -> None:
    """Pay the slip by another batch."""
    statement = "UPDATE routing_slips SET status = 'REFUND_PROCESSED' WHERE status = 'REFUND_UPLOADED' RETURNING id"
    with database.begin() as session:
        if run(session, statement):
            race.done.add("cheque")
