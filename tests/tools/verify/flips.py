"""Change one cell of a pay table at random, and see whether verify names the row.

A cell is an amount, a status or a date in a row that the jobs wrote, in a column that they write. It gets another value
that the column may hold; verify has to name the row with an invariant, in what it did not say before.
"""

import random
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import psycopg2
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from config.business_time import business_date, naive_utc
from tests.tools.verify.written_columns import DATE, MONEY, written_columns
from tools.verify.arguments import Arguments
from tools.verify.catalogue import CATALOGUE, Invariant
from tools.verify.task import asked_values, findings, sql

# Nothing else in the tables tells what these hold; docs/verify.md says why.
FREE = {
    ("cfs_accounts_history", "changed"),
    ("distribution_codes", "updated_on"),
    ("distribution_codes_history", "changed"),
    ("eft_refunds", "updated_on"),
    ("invoices", "updated_on"),
    ("payment_accounts_history", "changed"),
    ("refunds_partial", "updated_on"),
    ("refunds_partial_history", "changed"),
    ("routing_slips", "updated_on"),
    ("statements", "created_on"),
}
# Only hand tools write these, and no night of a job makes any.
BY_HAND = {("refunds", "requested_date"), ("refunds", "status"), ("refunds_partial", "created_on")}
_CODES = {
    "invoices.invoice_status_code": "SELECT code FROM invoice_status_codes",
    "invoices.disbursement_status_code": "SELECT code FROM disbursement_status_codes",
    "invoice_references.status_code": "SELECT code FROM invoice_reference_status_codes",
    "payments.payment_status_code": "SELECT code FROM payment_status_codes",
    "cfs_accounts.status": "SELECT code FROM cfs_account_status_codes",
    "routing_slips.status": "SELECT code FROM routing_slip_status_codes",
    "payment_line_items.line_item_status_code": "SELECT code FROM line_item_status_codes",
    "statements.notification_status_code": "SELECT code FROM notification_status_codes",
    "partner_disbursements.status_code": "VALUES ('WAITING_FOR_JOB'), ('UPLOADED'), ('ACKNOWLEDGED'), ('COMPLETED'),"
    " ('ERRORED'), ('REVERSED'), ('CANCELLED')",
    "refunds_partial.status": "VALUES ('REFUND_REQUESTED'), ('REFUND_PROCESSING'), ('REFUND_PROCESSED')",
    "refunds.status": "VALUES ('PENDING_APPROVAL'), ('APPROVED'), ('DECLINED'), ('APPROVAL_NOT_REQUIRED')",
    "routing_slips.refund_status": "VALUES ('PROCESSING'), ('PROCESSED'), ('CHEQUE_UNDELIVERABLE')",
    "eft_refunds.status": "VALUES ('PENDING_APPROVAL'), ('APPROVED'), ('DECLINED'), ('COMPLETED'), ('ERRORED')",
    "eft_refunds.cheque_status": "VALUES ('PROCESSED'), ('CHEQUE_UNDELIVERABLE')",
}
_OF_BATCHES = "SELECT code FROM disbursement_status_codes"
# What a finding may call the row of a table: the row itself, or what it belongs to.
_NAMES = {
    "applied_credits": "SELECT ARRAY['applied credit ' || id, 'invoice ' || invoice_id, 'credit ' || credit_id]",
    "cas_settlements": "SELECT ARRAY['file ' || file_name]",
    "cfs_accounts": "SELECT ARRAY['profile ' || id, 'account ' || account_id] || ARRAY(SELECT 'slip ' || number"
    " FROM routing_slips WHERE payment_account_id = account_id)",
    "credits": "SELECT ARRAY['credit ' || id, 'account ' || account_id]",
    "distribution_codes": "SELECT ARRAY['distribution code ' || distribution_code_id]",
    "eft_refunds": "SELECT ARRAY['EFT refund ' || id]",
    "ejv_files": "SELECT ARRAY['batch ' || id]",
    "ejv_headers": "SELECT ARRAY['journal ' || id]",
    "ejv_links": "SELECT ARRAY['link ' || id, 'invoice ' || link_id]",
    "invoice_references": "SELECT ARRAY['invoice ' || invoice_id]",
    "invoices": "SELECT ARRAY['invoice ' || id]",
    "partner_disbursements": "SELECT ARRAY['partner disbursement ' || id]",
    "payment_accounts": "SELECT ARRAY['account ' || id]",
    "payment_line_items": "SELECT ARRAY['invoice ' || invoice_id]",
    "payments": "SELECT ARRAY['payment ' || id, 'slip ' || receipt_number]",
    "receipts": "SELECT ARRAY['invoice ' || invoice_id]",
    "refunds": "SELECT ARRAY['invoice ' || invoice_id, 'slip ' || (SELECT number FROM routing_slips AS slip"
    " WHERE slip.id = routing_slip_id)]",
    "refunds_partial": "SELECT ARRAY['partial refund ' || id, 'invoice ' || invoice_id]",
    "routing_slips": "SELECT ARRAY['slip ' || number]",
    "statements": "SELECT ARRAY['statement ' || id]",
    "cfs_accounts_history": "SELECT ARRAY['profile ' || id]",
    "payment_accounts_history": "SELECT ARRAY['account ' || id]",
    "distribution_codes_history": "SELECT ARRAY['distribution code ' || distribution_code_id]",
    "refunds_partial_history": "SELECT ARRAY['partial refund ' || id]",
}


@dataclass(frozen=True)
class Cell:
    """One cell, by its row's place on disk, and what it is."""

    table: str
    column: str
    kind: str
    place: str
    row: str


@dataclass(frozen=True)
class Flip:
    """A change of one cell, and which invariants named its row."""

    cell: Cell
    before: Any
    after: Any
    named_by: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.cell.table}.{self.cell.column} of {self.cell.row}: {self.before} -> {self.after}"


@dataclass
class Flipper:
    """Cells of a database that the jobs worked on, told from the one it was before."""

    address: str
    before: str
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        """Read which rows the jobs wrote, and what verify says of them as they are."""
        self._session = create_engine(self.address.replace("postgresql://", "postgresql+psycopg2://")).connect()
        self.cells = self._written_cells()
        self._codes: dict[str, list[str]] = {}
        self._values = asked_values(self._session, Arguments(), now=naive_utc(self.now), today=business_date(self.now))
        self.said = {code: self._says(invariant) for code, invariant in _BY_CODE.items()}

    def close(self) -> None:
        """Forget every change."""
        self._session.close()
        self._session.engine.dispose()

    def by_column(self) -> Mapping[tuple[str, str], list[Cell]]:
        """Return the cells of each column that has some."""
        found: dict[tuple[str, str], list[Cell]] = {}
        for cell in self.cells:
            found.setdefault((cell.table, cell.column), []).append(cell)
        return found

    def flip(self, cell: Cell, draw: random.Random) -> Flip | None:
        """Change a cell, ask verify, and put it back; None where the column takes no other value."""
        before = self._session.scalar(
            text(f"SELECT {cell.column} FROM {cell.table} WHERE ctid = :at"), {"at": cell.place}
        )
        after = self._other(cell, before, draw)
        if after == before:
            return None
        names = self._session.scalar(
            text(f"{_NAMES[cell.table]} FROM {cell.table} WHERE ctid = :at"), {"at": cell.place}
        )
        savepoint = self._session.begin_nested()
        try:
            self._session.execute(
                text(f"UPDATE {cell.table} SET {cell.column} = :value WHERE ctid = :at"),
                {"value": after, "at": cell.place},
            )
            named_by = [
                code
                for code, invariant in _BY_CODE.items()
                if cell.table in _tables(invariant)
                and self._says(invariant, {one for one in names if one}) - self.said[code]
            ]
        except DBAPIError:
            return None
        finally:
            if savepoint.is_active:
                savepoint.rollback()
        return Flip(cell, before, after, tuple(named_by))

    def _says(self, invariant: Invariant, names: set[str] | None = None) -> set[tuple[str, str, str]]:
        return {
            (one.row, one.expected, one.found)
            for one in findings(self._session, invariant, self._values)
            if names is None or one.row in names
        }

    def _other(self, cell: Cell, before: Any, draw: random.Random) -> Any:
        if cell.kind == MONEY:
            amount = Decimal(str(before or 0))
            return draw.choice(
                [amount + Decimal("0.01"), amount - Decimal("0.01"), amount + 1000, amount * 2 + 1, amount - 5]
            )
        if cell.kind == DATE:
            if before is None:
                return naive_utc(self.now) - timedelta(days=draw.randint(2, 400))
            if draw.random() < 0.2 and self._is_nullable(cell):
                return None
            return before + draw.choice((-1, 1)) * timedelta(days=draw.randint(2, 400))
        return draw.choice([code for code in self._codes_of(cell) if code != before])

    def _codes_of(self, cell: Cell) -> list[str]:
        key = f"{cell.table}.{cell.column}"
        if key not in self._codes:
            rows = self._session.execute(text(_CODES.get(key, _OF_BATCHES)))
            self._codes[key] = [code for (code,) in rows]
        return self._codes[key]

    def _is_nullable(self, cell: Cell) -> bool:
        return bool(
            self._session.scalar(
                text("SELECT is_nullable = 'YES' FROM information_schema.columns"
                     " WHERE table_name = :table AND column_name = :column"),
                {"table": cell.table, "column": cell.column},
            )
        )  # fmt: skip

    def _written_cells(self) -> list[Cell]:
        columns = written_columns()
        found = []
        for table in sorted({table for table, _ in columns}):
            mine = [column for of, column in sorted(columns) if of == table]
            for place, row, changed in _written_rows(self.before, self.address, table, mine):
                found += [
                    Cell(table, column, columns[table, column], place, row)
                    for column in mine
                    if column in changed or columns[table, column] == MONEY
                ]
        return found


def _written_rows(before: str, after: str, table: str, columns: list[str]) -> Iterator[tuple[str, str, set[str]]]:
    """Return where each row stands that was not there so before, its key, and which columns it has otherwise."""
    key = "distribution_code_id" if table.startswith("distribution_codes") else "id"
    listed = ", ".join(columns)
    old = {row[0]: row[1:] for row in _rows(before, f"SELECT {key}, {listed} FROM {table}")}
    for place, row, *values in _rows(after, f"SELECT CAST(ctid AS text), {key}, {listed} FROM {table} ORDER BY {key}"):
        was = old.get(row)
        changed = {
            column
            for column, value, earlier in zip(columns, values, was or (None,) * len(columns), strict=True)
            if value != earlier
        }
        if changed:
            yield place, str(row), changed


def _rows(address: str, query: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _tables(invariant: Invariant) -> set[str]:
    return set(re.findall(r"\b(?:FROM|JOIN)\s+([a-z_]+)", sql[invariant.name].text))


_BY_CODE = {one.code: one for one in CATALOGUE}
