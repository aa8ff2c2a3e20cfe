"""GENERATE_STATEMENTS makes a week's statements while the API switches methods and frequencies and takes invoices."""

import random
from typing import Any

from sqlalchemy import text

from database.engine import Database
from tests.soak.race import Race
from tests.statement_factory import StatementBooks

_SWITCH = (
    "UPDATE payment_accounts SET payment_method = 'EFT' WHERE id = :id",
    "UPDATE statement_settings SET to_date = '2026-11-22' WHERE payment_account_id = :id AND to_date IS NULL",
    "INSERT INTO statements (payment_account_id, frequency, from_date, to_date, created_on, is_interim_statement,"
    " notification_status_code) VALUES (:id, 'WEEKLY', '2026-11-22', '2026-11-22', '2026-11-22', true, 'SKIP')",
    "INSERT INTO statement_settings (payment_account_id, frequency, from_date) VALUES (:id, 'MONTHLY', '2026-11-23')",
)
_NEW_FREQUENCY = (
    "UPDATE statement_settings SET to_date = '2026-11-28' WHERE payment_account_id = :id AND to_date IS NULL",
    "INSERT INTO statement_settings (payment_account_id, frequency, from_date) VALUES (:id, 'MONTHLY', '2026-11-29')",
)
_TODAYS_INVOICE = (
    "INSERT INTO invoices (payment_account_id, created_on, created_by, payment_method_code, invoice_status_code, total)"
    " VALUES (:id, '2026-11-22 09:00', 'test', 'PAD', 'CREATED', 30)",
)
_REFUND = ("UPDATE invoices SET invoice_status_code = 'CREDITED' WHERE payment_account_id = :id",)
_MAIL = ("UPDATE statements SET notification_status_code = 'SUCCESS' WHERE payment_account_id = :id",)
_OTHERS = {
    "switches to EFT": _SWITCH,
    "asks for another frequency": _NEW_FREQUENCY,
    "takes an invoice of today": _TODAYS_INVOICE,
    "refunds": _REFUND,
    "mails": _MAIL,
}
_WRONG = {
    "an invoice of the week is not on exactly one statement": """
        SELECT invoice.id, count(link.id) FROM invoices AS invoice
          LEFT JOIN statement_invoices AS link ON link.invoice_id = invoice.id
         WHERE invoice.created_on < '2026-11-22 07:00'
         GROUP BY invoice.id HAVING count(link.id) <> 1""",
    "an invoice after the week is on its statement": """
        SELECT link.id FROM statement_invoices AS link JOIN invoices AS invoice ON invoice.id = link.invoice_id
         WHERE invoice.created_on >= '2026-11-22 07:00'""",
    "two statements of one account and period": """
        SELECT payment_account_id, from_date, to_date FROM statements
         GROUP BY 1, 2, 3 HAVING count(*) > 1""",
    "a statement says it is empty and lists invoices, or the other way round": """
        SELECT id FROM statements AS one
         WHERE NOT is_interim_statement
           AND is_empty = EXISTS (SELECT FROM statement_invoices AS link WHERE link.statement_id = one.id)""",
}


class StatementRace(Race):
    """Two accounts, one with a statement of the week that is not right; one or two others at work."""

    name = "statements"

    def prepare(self, draw: random.Random) -> None:
        books = StatementBooks(self.database)
        books.empty()
        accounts = [books.with_setting("WEEKLY"), books.with_setting("WEEKLY")]
        for account in accounts:
            for day in ("2026-11-15 00:00", "2026-11-18 12:00", "2026-11-21 23:59"):
                books.invoice(account, day)
        if draw.random() < 0.5:
            books.statement(accounts[0], "WEEKLY", "2026-11-15", "2026-11-21", status="PENDING")
        chosen = draw.sample(sorted(_OTHERS.items()), draw.choice((1, 2)))
        self.others = {name: _acting(acts, draw.choice(accounts).id) for name, acts in chosen}

    def work(self, database: Database) -> Any:
        return StatementBooks(database).generate()

    def finish(self, error: BaseException | None) -> None:
        """Raise what ended the run: none of these others is a reason for that."""
        if error is not None:
            raise error

    def check(self) -> list[str]:
        with self.database.begin() as session:
            found = {name: session.execute(text(query)).fetchmany(3) for name, query in _WRONG.items()}
        return [f"{name}: {[tuple(row) for row in rows]}" for name, rows in found.items() if rows]


def _acting(statements: tuple[str, ...], account: int) -> Any:
    def act(database: Database) -> None:
        with database.begin() as session:
            for statement in statements:
                session.execute(text(statement), {"id": account})

    return act
