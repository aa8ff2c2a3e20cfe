"""PAD_RECONCILE applies a file while others settle, cancel, refund, freeze, unfreeze and change profiles.

The others do what the API and its jobs do: they look at the state they need under their own locks, and leave off where
it is not there any more.
"""

import io
import random
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime

from sqlalchemy import CursorResult, text

from config.errors import SourceUnavailable
from connectors.inbound.ledger import InboundFile
from database.engine import Database
from database.pay.history import keep_versions
from database.sessions import Session
from jobs.inbound.file_format import FileToApply
from tasks.pad_reconcile.apply_file import apply_file
from tests.settlement_factory import Account, Line, SettlementBooks, bounce, settlement_csv
from tests.soak.race import Race

NOW = datetime(2026, 11, 5, 17, 0)
_DAY = datetime(2026, 11, 5)
OPEN, PAID, OWED, FROZEN = "REG01", "REG02", "REG03", "REG04"


class PadRace(Race):
    """One file with a PAD payment, a bounce, and a bounce of a frozen account; one or two others at work."""

    name = "pad"

    def prepare(self, draw: random.Random) -> None:
        books = self.books = SettlementBooks(self.database)
        books.empty()
        self.payer, self.bouncer = books.account("800101"), books.account("800103")
        self.debtor = books.account("800104", status="FREEZE", frozen_since=NOW)
        for total in ("100.00", "31.50"):
            books.invoice(self.payer, OPEN, total)
        books.paid_invoice(self.bouncer, PAID, "60.00", "PADRC0003")
        books.paid_invoice(self.debtor, FROZEN, "40.00", "PADRC0004")
        fee = books.invoice(self.debtor, OWED, "30.00", status="CREATED", method="CC")
        books.add("non_sufficient_funds", invoice_id=fee, invoice_number=OWED, cfs_account="800104")
        self.content = settlement_csv(self._lines(draw))
        self.file = books.arrive(self.content)
        self.others = dict(draw.sample(sorted(_others(self).items()), draw.choice((1, 1, 2))))

    def work(self, database: Database) -> None:
        apply(database, self.file, self.content)

    def finish(self, error: BaseException | None) -> None:
        """The next run applies a file that found a number changed, or a lock too long in use."""
        if error is not None:
            assert isinstance(error, SourceUnavailable) or "deadlock" in str(error), repr(error)
            self.work(self.database)

    def left_out(self) -> tuple[str, ...]:
        # CAS took more than the lowered total: its money is on the receipts all the same, and reported.
        return ("receipts over the invoice's total",) if "lowers the total" in self.others else ()

    def _lines(self, draw: random.Random) -> list[Line]:
        lines = [
            Line("PADP", "PADRC0001", "131.50", "800101", OPEN),
            bounce("PADRC0003", "800103", PAID, "60.00"),
            bounce("PADRC0004", "800104", FROZEN, "40.00"),
        ]
        return draw.sample(lines, draw.choice((1, 2, 3, 3)))


def apply(database: Database, file: InboundFile, content: bytes) -> None:
    """Apply a file as the job does."""
    apply_file(SettlementBooks(database).context(), FileToApply(file, nullcontext(io.BytesIO(content))))


def _others(race: PadRace) -> dict[str, Callable[[Database], None]]:
    payer, bouncer, debtor = race.payer, race.bouncer, race.debtor
    return {
        "settles, references first": lambda database: settle(database, OPEN),
        "settles, receipts first": lambda database: settle_receipts_first(database, OPEN),
        "pays by card": lambda database: pay_by_card(database, OPEN),
        "cancels": lambda database: cancel(database, OPEN),
        "lowers the total": lambda database: lower_total(database, OPEN),
        "asks for a refund": lambda database: ask_for_refund(database, PAID),
        "freezes the account that bounces": lambda database: freeze(database, bouncer, "REG05"),
        "freezes the payer": lambda database: freeze(database, payer, "REG06"),
        "changes the profile": lambda database: change_profile(database, bouncer),
        "unfreezes": lambda database: unfreeze(database, debtor),
    }


def run(session: Session, statement: str, **values: object) -> list[int]:
    """Run a statement and return the ids it returns."""
    result = session.execute(text(statement), {"now": NOW, "day": _DAY, **values})
    assert isinstance(result, CursorResult)
    return list(result.scalars()) if result.returns_rows else []


_COMPLETE = "UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_number = :n AND status_code = 'ACTIVE' RETURNING invoice_id"  # noqa: E501
_PAY = "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = :now WHERE id = ANY (:ids)"
_RECEIPT = "INSERT INTO receipts (invoice_id, receipt_number, receipt_date, receipt_amount) SELECT id, :receipt, :day, total FROM invoices WHERE id = ANY (:ids)"  # noqa: E501
_PAYMENT = """
INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, paid_amount, payment_date,
                      invoice_number, payment_account_id, invoice_amount, receipt_number, created_by)
SELECT 'PAYBC', :method, 'COMPLETED', sum(total), :day, :n, min(payment_account_id), sum(total), :receipt, 'other'
  FROM invoices WHERE id = ANY (:ids)"""


def settle(database: Database, number: str) -> None:
    """Settle a number as another settlement would."""
    with database.begin() as session:
        ids = run(session, _COMPLETE, n=number)
        if ids:
            run(session, _PAY, ids=ids)
            run(session, _RECEIPT, ids=ids, receipt="OTHER1")
            run(session, _PAYMENT, ids=ids, receipt="OTHER1", n=number, method="PAD")


def settle_receipts_first(database: Database, number: str) -> None:
    """Settle a number from the invoices down; where it is settled by then, nothing of it stays."""
    with database.begin() as session:
        ids = run(
            session,
            "SELECT invoice_id FROM invoice_references WHERE invoice_number = :n AND status_code = 'ACTIVE'",
            n=number,
        )
        run(session, _RECEIPT, ids=ids, receipt="OTHER1")
        run(session, _PAYMENT, ids=ids, receipt="OTHER1", n=number, method="PAD")
        run(session, _PAY, ids=ids)
        if sorted(run(session, _COMPLETE, n=number)) != sorted(ids) or not ids:
            session.rollback()


def pay_by_card(database: Database, number: str) -> None:
    """Pay by card: the number is given up for a consolidated one."""
    with database.begin() as session:
        statement = _COMPLETE.replace("'COMPLETED'", "'CANCELLED'", 1)
        ids = run(session, statement, n=number)
        if not ids:
            return
        for invoice in ids:
            run(
                session,
                "INSERT INTO invoice_references (invoice_id, invoice_number, reference_number, status_code,"
                " is_consolidated) VALUES (:invoice, :n, 'C', 'COMPLETED', true)",
                invoice=invoice,
                n=f"{number}-C",
            )
        run(session, _RECEIPT, ids=ids, receipt="CARD1")
        run(session, _PAY, ids=ids)
        run(session, _PAYMENT, ids=ids, receipt="CARD1", n=f"{number}-C", method="CC")


def cancel(database: Database, number: str) -> None:
    """Give up the invoices of a number that is not paid."""
    with database.begin() as session:
        ids = run(
            session,
            "UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE invoice_status_code = 'APPROVED' AND id IN"
            " (SELECT invoice_id FROM invoice_references WHERE invoice_number = :n) RETURNING id",
            n=number,
        )
        if ids:
            run(
                session,
                "UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = ANY (:ids)",
                ids=ids,
            )


def lower_total(database: Database, number: str) -> None:
    """Lower the total of an invoice that is not paid."""
    with database.begin() as session:
        run(
            session,
            "UPDATE invoices SET total = total - 20 WHERE invoice_status_code = 'APPROVED' AND id ="
            " (SELECT min(invoice_id) FROM invoice_references WHERE invoice_number = :n)",
            n=number,
        )


def ask_for_refund(database: Database, number: str) -> None:
    """Ask for the refund of what is paid."""
    with database.begin() as session:
        run(
            session,
            "UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED', refund = total WHERE invoice_status_code ="
            " 'PAID' AND id IN (SELECT invoice_id FROM invoice_references WHERE invoice_number = :n)",
            n=number,
        )


def freeze(database: Database, account: Account, number: str) -> None:
    """Book another bounce of the account: freeze it, with the fee."""
    with database.begin() as session:
        run(session, "SELECT id FROM payment_accounts WHERE id = :id FOR UPDATE", id=account.id)
        chosen = "SELECT id FROM cfs_accounts WHERE account_id = :id AND status = 'ACTIVE' FOR UPDATE"
        profiles = run(session, chosen, id=account.id)
        if not profiles:
            return
        keep_versions(session, "cfs_accounts", profiles, NOW)
        run(session, "UPDATE cfs_accounts SET status = 'FREEZE' WHERE id = ANY (:ids)", ids=profiles)
        (fee,) = run(
            session,
            "INSERT INTO invoices (created_by, created_on, invoice_status_code, total, paid, payment_account_id,"
            " cfs_account_id, payment_method_code) VALUES ('other', :now, 'CREATED', 30, 0, :id, :profile, 'CC')"
            " RETURNING id",
            id=account.id,
            profile=profiles[0],
        )
        run(
            session,
            "INSERT INTO non_sufficient_funds (invoice_id, invoice_number, cfs_account) VALUES (:fee, :n, :cfs)",
            fee=fee,
            n=number,
            cfs=account.cfs,
        )


def change_profile(database: Database, account: Account) -> None:
    """Give the account new bank details: a new profile, and the old one out of use."""
    with database.begin() as session:
        chosen = "SELECT id FROM cfs_accounts WHERE account_id = :id AND status = 'ACTIVE' FOR UPDATE"
        profiles = run(session, chosen, id=account.id)
        if not profiles:
            return
        keep_versions(session, "cfs_accounts", profiles, NOW)
        run(session, "UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = ANY (:ids)", ids=profiles)
        run(
            session,
            "INSERT INTO cfs_accounts (account_id, cfs_account, cfs_party, cfs_site, status, payment_method)"
            " VALUES (:id, :cfs, '500999', '900999', 'ACTIVE', 'PAD')",
            id=account.id,
            cfs=account.cfs,
        )


def unfreeze(database: Database, account: Account) -> None:
    """Pay what a bounce owes by card, and let the account go on."""
    with database.begin() as session:
        ids = run(
            session,
            "UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE payment_account_id = :id"
            " AND invoice_status_code = 'CREATED' AND payment_method_code = 'CC' RETURNING id",
            id=account.id,
        )
        if not ids:
            return
        run(session, _RECEIPT, ids=ids, receipt="CARD2")
        profiles = run(
            session,
            "SELECT id FROM cfs_accounts WHERE account_id = :id AND status = 'FREEZE' FOR UPDATE",
            id=account.id,
        )
        keep_versions(session, "cfs_accounts", profiles, NOW)
        run(session, "UPDATE cfs_accounts SET status = 'ACTIVE' WHERE id = ANY (:ids)", ids=profiles)
        keep_versions(session, "payment_accounts", [account.id], NOW)
        run(session, "UPDATE payment_accounts SET has_nsf_invoices = NULL WHERE id = :id", id=account.id)
