"""A decision that excuses all of a lost file or batch hides no fault of ours in it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text

from config.settings import DatabaseSettings
from database.engine import make_engine
from tests.tools.compare_shadow.conftest import LATER
from tests.tools.compare_shadow.worlds_apart import ShadowWorlds
from tools.compare_shadow.decisions import decision_for
from tools.compare_shadow.evidence import Evidence
from tools.compare_shadow.held_by_verify import broken_by_ours
from tools.compare_shadow.reading import one_snapshot
from tools.compare_shadow.tables import TABLES
from tools.compare_shadow.task import ShadowFindings, compared

_OF_FILE, _OF_BATCH = "id = 1239004", "id = 9210"
_RECEIPT, _PAYMENT = "invoice_id = 1239004", "receipt_number = 'PADRC0204'"
_BOUNCED = "invoice_number = 'REG01239017'"
_FEE = f"id = (SELECT invoice_id FROM non_sufficient_funds WHERE {_BOUNCED})"
_BOOKED, _CHARGED = "invoice_id = 9210", "receipt_number LIKE '%FI00051010%'"
# What a fault of ours could have left in the file that theirs lost, in a bounce that theirs missed, in a batch it lost.
_PLANTED = (
    f"UPDATE invoices SET paid = 23 WHERE {_OF_FILE}",
    f"UPDATE invoices SET payment_date = '2026-11-09' WHERE {_OF_FILE}",
    f"UPDATE invoices SET invoice_status_code = 'PARTIAL_PAID' WHERE {_OF_FILE}",
    f"UPDATE invoice_references SET status_code = 'ACTIVE' WHERE {_RECEIPT}",
    f"UPDATE receipts SET receipt_amount = 23 WHERE {_RECEIPT}",
    f"UPDATE receipts SET receipt_date = '2026-11-09' WHERE {_RECEIPT}",
    f"UPDATE receipts SET receipt_number = 'PADRC0299' WHERE {_RECEIPT}",
    f"DELETE FROM receipts WHERE {_RECEIPT}",
    "INSERT INTO receipts (invoice_id, receipt_number, receipt_amount, receipt_date)"
    " VALUES (1239004, 'PADRC0204', 1, '2026-11-13')",
    f"UPDATE payments SET paid_amount = 23 WHERE {_PAYMENT}",
    f"UPDATE payments SET invoice_amount = 23 WHERE {_PAYMENT}",
    f"UPDATE payments SET payment_date = '2026-11-09' WHERE {_PAYMENT}",
    f"UPDATE payments SET payment_status_code = 'FAILED' WHERE {_PAYMENT}",
    f"UPDATE payments SET payment_method_code = 'CC' WHERE {_PAYMENT}",
    f"UPDATE payments SET payment_account_id = payment_account_id + 1 WHERE {_PAYMENT}",
    f"UPDATE payments SET payment_system_code = 'BCOL' WHERE {_PAYMENT}",
    f"UPDATE payments SET created_by = 'somebody' WHERE {_PAYMENT}",
    f"UPDATE payments SET is_routing_slip = true WHERE {_PAYMENT}",
    f"DELETE FROM payments WHERE {_PAYMENT}",
    "UPDATE cas_settlements SET processed_on = NULL WHERE file_name = 'BCR_PAYMENT_APPL_20261113.csv'",
    f"UPDATE invoices SET total = 31 WHERE {_FEE}",
    f"UPDATE invoices SET invoice_status_code = 'PAID' WHERE {_FEE}",
    f"UPDATE invoices SET overdue_date = '2026-12-15' WHERE {_FEE}",
    f"UPDATE invoice_references SET invoice_number = 'REG01239016' WHERE invoice_{_FEE}",
    f"UPDATE payment_line_items SET total = 31 WHERE invoice_{_FEE}",
    f"UPDATE non_sufficient_funds SET cfs_account = '800216' WHERE {_BOUNCED}",
    f"UPDATE payments SET paid_amount = 17 WHERE {_BOUNCED} AND receipt_number = 'PADRC0317'",
    "UPDATE invoices SET paid = 17 WHERE id = 1239017",
    "UPDATE cfs_accounts SET status = 'ACTIVE' WHERE cfs_account = '800217'",
    "UPDATE cfs_accounts SET version = 3 WHERE cfs_account = '800217'",
    "UPDATE cfs_accounts_history SET status = 'FREEZE' WHERE cfs_account = '800217'",
    "UPDATE payment_accounts SET has_nsf_invoices = NULL"
    " WHERE id = (SELECT account_id FROM cfs_accounts WHERE cfs_account = '800217')",
    f"UPDATE invoices SET paid = 19 WHERE {_OF_BATCH}",
    f"UPDATE invoices SET payment_date = '2026-11-09' WHERE {_OF_BATCH}",
    f"UPDATE invoices SET invoice_status_code = 'APPROVED' WHERE {_OF_BATCH}",
    f"UPDATE invoice_references SET status_code = 'CANCELLED' WHERE {_BOOKED}",
    f"UPDATE receipts SET receipt_amount = 19 WHERE {_BOOKED}",
    f"UPDATE receipts SET receipt_date = '2026-11-09' WHERE {_BOOKED}",
    f"DELETE FROM receipts WHERE {_BOOKED}",
    f"UPDATE payments SET paid_amount = 19 WHERE {_CHARGED}",
    f"UPDATE payments SET invoice_amount = 19 WHERE {_CHARGED}",
    f"UPDATE payments SET payment_date = '2026-11-09' WHERE {_CHARGED}",
    f"UPDATE payments SET payment_account_id = payment_account_id + 1 WHERE {_CHARGED}",
    f"DELETE FROM payments WHERE {_CHARGED}",
    "UPDATE ejv_files SET disbursement_status_code = 'ERRORED' WHERE id = 510",
    "UPDATE ejv_files SET feedback_file_ref = 'FEEDBACK.OF.ANOTHER' WHERE id = 510",
    "UPDATE ejv_headers SET disbursement_status_code = 'ERRORED' WHERE id = 51010",
    "UPDATE ejv_links SET disbursement_status_code = 'ERRORED' WHERE ejv_header_id = 51010",
    "UPDATE ejv_links SET message = '2099 REFUSED' WHERE ejv_header_id = 51010",
)
# Nothing of the file or the batch in ours either: both agree, and only the stored rows tell.
_NOT_APPLIED = (
    f"UPDATE invoices SET invoice_status_code = 'APPROVED', paid = 0, payment_date = NULL WHERE {_OF_FILE};"
    f" UPDATE invoice_references SET status_code = 'ACTIVE' WHERE {_RECEIPT};"
    f" DELETE FROM receipts WHERE {_RECEIPT}; DELETE FROM payments WHERE {_PAYMENT}",
    f"UPDATE invoices SET invoice_status_code = 'APPROVED', paid = 0, payment_date = NULL WHERE {_OF_BATCH};"
    f" UPDATE invoice_references SET status_code = 'ACTIVE' WHERE {_BOOKED};"
    f" DELETE FROM receipts WHERE {_BOOKED}; DELETE FROM payments WHERE {_CHARGED}",
)


@pytest.fixture
def ours(worlds_apart: ShadowWorlds) -> Iterator[Connection]:
    """A connection to the second copy; whatever is changed on it is rolled back."""
    engine = make_engine(DatabaseSettings(url=SecretStr(worlds_apart.ours)), application_name="tests", pooled=False)
    with engine.connect() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        yield connection
        connection.rollback()
    engine.dispose()


def test_what_ours_has_of_a_lost_file_and_batch_breaks_no_invariant(
    worlds_apart: ShadowWorlds, ours: Connection
) -> None:
    lost = {id_: worlds_apart.evidence.subjects[id_] for id_ in ("D-PAD-04", "D-EJV-10")}

    assert list(broken_by_ours(ours, Evidence(lost), LATER)) == []


def test_a_change_planted_in_a_lost_file_or_batch_is_a_finding(worlds_apart: ShadowWorlds, ours: Connection) -> None:
    with one_snapshot("--theirs", SecretStr(worlds_apart.theirs)) as theirs:
        before = _findings(theirs, ours, worlds_apart.evidence, " ".join(_PLANTED))
        unseen = []
        for planted in (*_PLANTED, *_NOT_APPLIED):
            with _changed(ours, planted):
                if _findings(theirs, ours, worlds_apart.evidence, planted) <= before:
                    unseen.append(planted)

    assert unseen == [], "\n".join(unseen)


@contextmanager
def _changed(ours: Connection, planted: str) -> Iterator[None]:
    """Change it for a while. The comparison reads by cursors of the server, which is no way to change anything."""
    with closing(ours.connection.cursor()) as cursor:
        cursor.execute(f"SAVEPOINT planted; {planted}")
        yield
        cursor.execute("ROLLBACK TO planted")


def _findings(theirs: Connection, ours: Connection, evidence: Evidence, changed: str) -> set[tuple[str, str, str]]:
    """Return what no decision explains in the tables that a statement names, and what is broken in ours."""
    counts = ShadowFindings()
    tables = [table for table in TABLES if f" {table.name} " in changed]
    differing = (one for table in tables for one in compared([theirs, ours], table, None, counts, lambda: None))
    found = {(one.table, one.key, one.column) for one in differing if decision_for(one, evidence) is None}
    return found | {(one.code, one.row, one.found) for one in broken_by_ours(ours, evidence, LATER)}
