"""Which settlement rows count, and which receipts they write, stands in one place; statements take it from there."""

from sqlalchemy import text

from database.counted_rows import counts, receipt
from database.sql import statements
from tests.pay_database import PayDatabase


def test_a_statement_that_asks_whether_a_row_counts_asks_it_of_its_alias() -> None:
    statement = statements("tasks.pad_reconcile")["keep_applied"].text

    assert f"AND {counts('earlier')}" in statement
    assert "<<" not in statement


def test_what_was_applied_or_paid_or_covers_a_part_on_account_counts(database: PayDatabase) -> None:
    rows = [
        ("SETTLE_PAD", "applied", "", True),
        ("BOUNCE", "applied", "undone", True),
        ("SETTLE_ONE", "already_applied", "payment_written", True),
        ("SETTLE_ONE", "already_applied", "invoice_paid", False),
        ("SKIP", "skipped", "partial_credit", True),
        ("MEMO_PART", "skipped", "partial_credit", False),
        ("SETTLE_PAD", "rejected", "paid_already", False),
    ]
    values = ", ".join(f"('{kind}', '{outcome}', '{rule}')" for kind, outcome, rule, _ in rows)
    asked = text(f"SELECT {counts('row')} FROM (VALUES {values}) AS row (kind, outcome, rule)")

    with database.begin() as session:
        assert session.execute(asked).scalars().all() == [expected for *_, expected in rows]


def test_a_part_payment_writes_a_receipt_under_its_application_id_and_any_other_row_under_its_source(
    database: PayDatabase,
) -> None:
    rows = "('PART_ONE', 41, 'OB1'), ('PART_ONE', NULL, 'OB1'), ('SETTLE_ONE', 42, 'OB1')"
    asked = text(f"SELECT {receipt('row')} FROM (VALUES {rows}) AS row (kind, application_id, source_number)")

    with database.begin() as session:
        assert session.execute(asked).scalars().all() == ["41", "OB1", "OB1"]
