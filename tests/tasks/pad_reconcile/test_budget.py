"""What a file of plain rows costs the database, in what holds on a busy machine: statements, and buffers looked at."""

from typing import Any

import pytest

from tests.settlement_factory import Line, SettlementBooks
from tests.statement_costs import before_each_statement, buffers_looked_at

ROWS = 2_000
LINES = [Line("PADP", f"R{n}", "31.50", f"{800000 + n % 50}", f"REG{n:08}") for n in range(1, ROWS + 1)]
JUDGES = ("Find the references", "Decide what becomes", "Settle among the rows", "Choose the invoices that the applied")
WRITES = ("Write a receipt for each application", "Complete the references", "Mark the invoices paid",
          "Write a receipt for each invoice", "Write the completed payment", "Record every row")  # fmt: skip


@pytest.fixture
def large_books(books: SettlementBooks) -> SettlementBooks:
    for number in range(50):
        books.account(str(800000 + number))
    books.change(
        "INSERT INTO invoices (id, created_by, created_on, invoice_status_code, total, paid, payment_method_code, "
        "payment_account_id, cfs_account_id, corp_type_code) "
        "SELECT n, 'x', timestamp '2026-11-04 20:00', 'APPROVED', 31.50, 0, 'PAD', cfs.account_id, cfs.id, 'BCR' "
        f"FROM generate_series(1, {ROWS}) AS n JOIN cfs_accounts AS cfs ON cfs.cfs_account = (800000 + n % 50)::text"
    )
    books.change(
        "INSERT INTO invoice_references (invoice_id, invoice_number, status_code, created_on) "
        f"SELECT n, 'REG' || lpad(n::text, 8, '0'), 'ACTIVE', now() FROM generate_series(1, {ROWS}) AS n"
    )
    books.change("ANALYZE")
    return books


def test_a_file_of_one_kind_takes_few_statements(large_books: SettlementBooks) -> None:
    statements: list[str] = []

    def note(_cursor: Any, statement: str, _values: Any) -> str:
        statements.append(statement)
        return statement

    with before_each_statement(large_books.database.engine, note):
        outcome = large_books.apply(*LINES)

    assert outcome.counts["rows_applied"] == ROWS
    assert len(statements) <= 48


def test_judging_looks_at_few_buffers_a_row_and_writing_at_those_of_keys_and_indexes(
    large_books: SettlementBooks,
) -> None:
    with buffers_looked_at(large_books.database.engine, (*JUDGES, *WRITES)) as looked_at:
        outcome = large_books.apply(*LINES)

    assert outcome.counts["rows_applied"] == ROWS
    assert set(looked_at) == {*JUDGES, *WRITES}
    assert sum(looked_at[name] for name in JUDGES) <= 6 * ROWS
    assert sum(looked_at[name] for name in WRITES) <= 75 * ROWS
