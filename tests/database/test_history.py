"""A row that keeps versions is in its history as it was, and its version is raised."""

import re
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from database.engine import Database
from database.pay.history import KEYS, WITHOUT_USER, keep_versions

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 14, 0, 7, 123456)
ROOMS = ("tools", "tasks", "diagnosis", "jobs", "connectors")
ROWS = {
    "payment_accounts": "INSERT INTO payment_accounts (auth_account_id, name, pad_credit, has_nsf_invoices)"
    " VALUES ('A1', 'Hôtel \"Zoë\" \\ & Co', 12345678901234567.89, '2026-11-05 12:34:56.000001') RETURNING id",
    "cfs_accounts": "INSERT INTO cfs_accounts (cfs_account, status, bank_account_number) VALUES ('800101', 'ACTIVE',"
    " 'gAAAAA==') RETURNING id",
    "distribution_codes": "SELECT min(distribution_code_id) FROM distribution_codes",
    "corp_types": "UPDATE corp_types SET payment_methods = ARRAY['PAD', 'EFT'] WHERE code = 'BEN' RETURNING code",
    "refunds_partial": """
        WITH invoice AS (
               INSERT INTO invoices (invoice_status_code, total, payment_method_code, created_by, created_on)
               VALUES ('PAID', 10, 'PAD', 'test', now()) RETURNING id
             ),
             line AS (
               INSERT INTO payment_line_items (invoice_id, filing_fees, total, line_item_status_code, fee_schedule_id)
               SELECT id, 10, 10, 'ACTIVE', 1 FROM invoice RETURNING id
             )
        INSERT INTO refunds_partial (invoice_id, payment_line_item_id, refund_amount, created_on, created_by,
                                     updated_by)
        SELECT invoice.id, line.id, 1.05, now(), 'test', 'idir/person' FROM invoice, line RETURNING id""",
}


def found(database: Database, statement: str, **values: Any) -> list[dict[str, Any]]:
    with database.begin() as session:
        return [dict(row) for row in session.execute(text(statement), values).mappings()]


@pytest.mark.parametrize("table", KEYS)
def test_the_row_stands_in_the_history_as_it_was(database: Database, table: str) -> None:
    with database.begin() as session:
        key = session.execute(text(ROWS[table])).scalar_one()
    (before,) = found(database, f"SELECT * FROM {table} WHERE {KEYS[table]} = :key", key=key)

    for nth in (1, 2):
        with database.begin() as session:
            keep_versions(session, table, [key], NOW)
        (now,) = found(database, f"SELECT * FROM {table} WHERE {KEYS[table]} = :key", key=key)
        assert now["version"] == before["version"] + nth
    (first, second) = found(database, f"SELECT * FROM {table}_history ORDER BY version")

    assert first == before | {"changed": NOW}
    changed = {"version": before["version"] + 1}
    nobody: dict[str, Any] = {"updated_by": None, "updated_name": None} if table in WITHOUT_USER else {}
    assert second == before | changed | nobody | {"changed": NOW}


def test_other_rows_and_no_rows_are_left_alone(database: Database) -> None:
    before = found(database, "SELECT * FROM distribution_codes ORDER BY 1")
    with database.begin() as session:
        keep_versions(session, "distribution_codes", [], NOW)
        keep_versions(session, "distribution_codes", [-1], NOW)

    assert found(database, "SELECT * FROM distribution_codes ORDER BY 1") == before
    assert found(database, "SELECT * FROM distribution_codes_history") == []


def test_a_row_that_another_session_is_changing_is_kept_as_that_session_left_it(database: Database) -> None:
    with database.begin() as session:
        key = session.execute(text(ROWS["cfs_accounts"])).scalar_one()
    with database.begin() as other:
        keep_versions(other, "cfs_accounts", [key], NOW)
        other.execute(text("UPDATE cfs_accounts SET status = 'INACTIVE'"))
        waiting = threading.Thread(target=freeze, args=(database, key))
        waiting.start()
        while not found(database, "SELECT FROM pg_locks WHERE NOT granted"):
            time.sleep(0.01)
    waiting.join()

    assert found(database, "SELECT version, status FROM cfs_accounts_history ORDER BY version") == [
        {"version": 1, "status": "ACTIVE"},
        {"version": 2, "status": "INACTIVE"},
    ]
    assert found(database, "SELECT version, status FROM cfs_accounts") == [{"version": 3, "status": "FREEZE"}]


def freeze(database: Database, key: int) -> None:
    with database.begin() as session:
        keep_versions(session, "cfs_accounts", [key], NOW)
        session.execute(text("UPDATE cfs_accounts SET status = 'FREEZE'"))


def statements(table: str) -> list[tuple[Path, str]]:
    """Return every statement of ours that changes rows of a table."""
    changes = re.compile(rf"\bUPDATE {table}\b.*?(?=\bWHERE\b|\bFROM\b)", re.DOTALL)
    paths = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in {".sql", ".py"})
    return [(path, change) for path in paths for change in changes.findall(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("table", KEYS)
def test_every_package_that_changes_such_rows_keeps_their_versions(table: str) -> None:
    for path, _change in statements(table):
        package = path.parent.parent if path.suffix == ".sql" else path.parent
        code = "".join(one.read_text(encoding="utf-8") for one in package.glob("*.py"))
        assert f'keep_versions(session, "{table}"' in code, path


def test_every_change_of_an_invoice_leaves_no_name_of_a_user() -> None:
    changes = statements("invoices")
    assert len(changes) >= 9
    for path, change in changes:
        assert "updated_by" in change and "updated_name" in change, path
