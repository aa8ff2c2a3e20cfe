"""Each decision that excuses a difference has a scenario that shows it.

Ours is as our job leaves it, theirs as the sheet says. Source of what the reference leaves: docs/specs, the section
that the line of the decision names.
"""

import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.conftest import ROOT
from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.pay_database import DatabaseServer
from tests.settlement_factory import Line, SettlementBooks, bounce
from tests.statement_factory import StatementBooks
from tests.tools.compare_shadow.conftest import Compare, change, explained, findings
from tests.tools.verify.worked import answer, make_worked
from tools.compare_shadow.decisions import DECISIONS, decision_for
from tools.compare_shadow.merging import ShadowDifference

_REFUSED = "2099 REFUSED"
# What the reference leaves where ours leaves another value.
REFERENCE = {
    "D-EJV-01": "UPDATE ejv_files SET completed_on = NULL",
    "D-EJV-02": "UPDATE ejv_files SET feedback_file_ref = NULL"
    " WHERE file_type IN ('REFUND', 'EFT_REFUND', 'NON_GOV_DISBURSEMENT')",
    "D-EJV-03": "UPDATE ejv_links SET message = substr(message, 6) WHERE message LIKE '2099 %'",
    "D-EJV-04": "UPDATE refunds_partial SET gl_error = 'ERRORED' WHERE id = 9502",
    "D-EJV-05": "UPDATE refunds_partial SET status = 'REFUND_PROCESSING' WHERE id = 9501",
    "D-EJV-06": "UPDATE payments SET paid_amount = 55, invoice_amount = 55 WHERE receipt_number LIKE '%00008802%'",
    "D-EJV-07": "UPDATE payments SET payment_date = payment_date + interval '21:45' WHERE payment_method_code = 'EJV';"
    " UPDATE refunds SET gl_posted = gl_posted + interval '21:45'"
    " WHERE gl_posted IS NOT NULL AND type = 'ROUTING_SLIP'",
    "D-EJV-08": "UPDATE ejv_links SET disbursement_status_code = 'UPLOADED', message = NULL"
    " WHERE ejv_header_id = 50003;"
    " UPDATE ejv_headers SET disbursement_status_code = 'UPLOADED', message = NULL WHERE id = 50003;"
    " UPDATE invoice_references SET status_code = 'ACTIVE' WHERE invoice_id = 9003",
    "D-EJV-09": "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-18'"
    " WHERE id = 9004",
    "D-PAD-01": "UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_date = '2026-11-09'"
    " WHERE id = 1239001",
    "D-PAD-02": "UPDATE non_sufficient_funds SET description = NULL WHERE description IS NOT NULL",
    "D-PAD-03": "UPDATE invoices SET paid = total WHERE id = 1239002",
    "D-SLIP-01": "UPDATE invoices SET paid = total, payment_date = '2026-11-02' WHERE payment_method_code = 'INTERNAL'"
    " AND invoice_status_code = 'CREATED' AND routing_slip = '206000044'",
    "D-STA-01": "UPDATE statements SET payment_methods = 'PAD,CC' WHERE payment_methods = 'CC,PAD'",
    "D-STA-02": "WITH second AS (INSERT INTO statements (frequency, from_date, to_date, created_on,"
    " statement_settings_id, payment_account_id, notification_status_code, payment_methods, is_empty)"
    " SELECT frequency, from_date, to_date, created_on, statement_settings_id, payment_account_id, 'SKIP',"
    " payment_methods, is_empty FROM statements WHERE payment_methods LIKE '%,%' LIMIT 1"
    " RETURNING id, payment_account_id)"
    " INSERT INTO statement_invoices (statement_id, invoice_id)"
    " SELECT second.id, invoice.id FROM second JOIN invoices AS invoice USING (payment_account_id)",
    "D-STA-03": "UPDATE statements SET notification_status_code = 'SKIP' WHERE notification_status_code = 'PENDING'",
}


@pytest.fixture(scope="package")
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture(scope="package")
def worked_once(server: DatabaseServer, template: str, cfs: RunningCfs) -> str:
    """The name of a pay database that the jobs worked on."""
    return urlsplit(make_worked(server, template, cfs).after).path.strip("/")


@pytest.fixture
def ours(server: DatabaseServer, worked_once: str) -> Iterator[str]:
    """The address of a copy on which our jobs work what the first nights had nothing of."""
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    address = server.create(name, worked_once)
    database = Database(make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests", pooled=False))
    _refuse_partial_refunds(EjvBooks(database))
    _refuse_a_batch_and_charge_what_was_credited(EjvBooks(database))
    _pay_a_credited_invoice(SettlementBooks(database))
    _bounce_a_credited_invoice(SettlementBooks(database))
    _make_statements_twice(StatementBooks(database))
    database.close()
    yield address
    server.drop(name)


@pytest.fixture
def theirs(server: DatabaseServer, ours: str) -> Iterator[str]:
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    address = server.create(name, ours.partition("?")[0].rpartition("/")[2])
    change(address, *REFERENCE.values())
    yield address
    server.drop(name)


def _refuse_partial_refunds(books: EjvBooks) -> None:
    account = books.account(name="Ministry of Parts")
    for number in (9001, 9002):
        books.invoice(account, number, "40.00", "PAID", paid="40.00")
    books.partial_refund(9501, 9001, "5.00")
    books.batch(500, "PAYMENT", "INBOX.F3535.20261119040107")
    books.journal(500, 50001, [("partial_refund", 9501)], payment_account_id=account)
    answer(
        books, Batch(500, journals=[(50001, [JournalPair("9001-PR-9501", "5.00", is_reversal=True)])]), {5: _REFUSED}
    )
    books.partial_refund(9502, 9002, "5.00", "REFUND_PROCESSED")
    row = books.add(
        "partner_disbursements", amount="5.00", partner_code="VS", is_reversal=True, target_id=9502,
        target_type="partial_refund",
    )  # fmt: skip
    books.batch(501, "DISBURSEMENT", "INBOX.F3535.20261119040108")
    books.journal(501, 50002, [("partial_refund", 9502)], partner_code="VS")
    answer(
        books, Batch(501, journals=[(50002, [JournalPair(f"9002-{row}-PR", "5.00", is_reversal=True)])]), {4: _REFUSED}
    )


def _refuse_a_batch_and_charge_what_was_credited(books: EjvBooks) -> None:
    account = books.account(name="Ministry of Batches")
    books.invoice(account, 9003, "30.00")
    books.invoice(account, 9004, "35.00", "CREDITED", refund_date="2026-11-15")
    for number, journal, invoice in ((502, 50003, 9003), (503, 50004, 9004)):
        books.batch(number, "PAYMENT", f"INBOX.F3535.20261119040{number}")
        books.journal(number, journal, [("invoice", invoice)], payment_account_id=account)
    answer(books, Batch(502, journals=[(50003, [JournalPair("9003", "30.00")])]), {"BH": "9001 BAD"})
    answer(books, Batch(503, journals=[(50004, [JournalPair("9004", "35.00")])]), {})


def _bounce_a_credited_invoice(books: SettlementBooks) -> None:
    account = books.account("800198")
    books.paid_invoice(account, "REG01239002", "25.00", "PADRC0098", id=1239002)
    books.change("UPDATE invoices SET invoice_status_code = 'CREDITED', refund_date = '2026-11-05' WHERE id = 1239002")
    books.apply(
        bounce("PADRC0098", "800198", "REG01239002", "25.00", day="10-Nov-26"), name="BCR_PAYMENT_APPL_20261110.csv"
    )


def _pay_a_credited_invoice(books: SettlementBooks) -> None:
    account = books.account("800199")
    books.invoice(account, "REG01239001", "20.00", id=1239001, status="CREDITED")
    books.apply(
        Line("PADP", "PADRC0099", "20.00", "800199", "REG01239001", day="09-Nov-26"),
        name="BCR_PAYMENT_APPL_20261109.csv",
    )


def _make_statements_twice(books: StatementBooks) -> None:
    account = books.with_setting("DAILY", notified=True)
    for method in ("PAD", "CC"):
        books.invoice(account, "2026-11-10 10:00", method)
    books.generate(now="2026-11-11 01:01")
    books.generate("2026-11-10", now="2026-11-12 01:01")


def test_every_decision_with_a_predicate_has_its_scenario_and_leaves_nothing_to_explain(compare: Compare) -> None:
    outcome = compare()

    assert findings(outcome) == set()
    assert explained(outcome).keys() == {one.id for one in DECISIONS} == REFERENCE.keys()
    assert outcome.exit_code == 0


@pytest.mark.parametrize(
    ("table", "column", "theirs", "ours"),
    [
        ("ejv_files", "completed_on", "set", None),
        ("ejv_files", "disbursement_status_code", "COMPLETED", "ACKNOWLEDGED"),
        ("ejv_links", "message", "REFUSED", "2099 ACCEPTED"),
        ("refunds_partial", "status", "REFUND_PROCESSED", "REFUND_REQUESTED"),
        ("invoice_references", "status_code", "ACTIVE", "CANCELLED"),
        ("invoices", "paid", "25", "0"),
        ("invoices", "payment_date", "2026-11-02 00:00:00", None),
        ("statements", "payment_methods", "CC,PAD", "PAD,CC"),
        ("statements", "notification_status_code", "PENDING", "SKIP"),
        ("non_sufficient_funds", "description", "a reason", None),
    ],
)
def test_the_same_column_with_other_values_is_not_excused(
    table: str, column: str, theirs: str | None, ours: str | None
) -> None:
    row: dict[str, str | None] = {
        "file_type": "PAYMENT", "payment_method_code": "PAD", "invoice_status_code": "PAID", "invoice_number": "REG1",
    }  # fmt: skip

    assert decision_for(ShadowDifference(table, "1", column, theirs, ours, row, row)) is None


def test_the_ids_of_decisions_are_those_of_the_documents() -> None:
    written = {
        (name, page.name)
        for page in sorted((ROOT / "docs/decisions").glob("*.md"))
        for name in re.findall(r"^\| (D-[A-Z]+-[0-9]+): ", page.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert written == {(one.id, one.page) for one in DECISIONS}
