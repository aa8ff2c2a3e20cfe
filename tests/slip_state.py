"""The state of all routing slips in both systems: kept, put back, and compared; one statement each."""

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from database.engine import Database
from sandbox.cfs.process import RunningCfs

_JOURNAL = ("pay_jobs.operation_steps", "pay_jobs.operations")
_PAY = (
    "receipts",
    "invoice_references",
    "payment_line_items",
    "payments",
    "invoices",
    "routing_slips",
    "cfs_accounts",
    "cfs_accounts_history",
    "payment_accounts",
)
_TABLES = (*_JOURNAL, *_PAY)
_SEQUENCES = ("invoices_id_seq", "payment_accounts_id_seq", "cfs_accounts_id_seq", "routing_slips_id_seq")
_FORGET = "; ".join(f"DELETE FROM {table}" for table in _TABLES)
_OPERATIONS = "pg_get_serial_sequence('pay_jobs.operations', 'id')"
_COUNT_OPERATIONS = f"SELECT setval({_OPERATIONS}, coalesce(max(id), 1), max(id) IS NOT NULL) FROM pay_jobs.operations"
_KEEP = "SELECT " + ", ".join(
    [
        *(f"(SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]')::text FROM {table} AS one)" for table in _TABLES),
        *(f"(SELECT jsonb_build_array(last_value, is_called) FROM {one})" for one in _SEQUENCES),
    ]
)
_SEEN = {
    "slips": "SELECT number, status, total, remaining_amount, parent_number, cas_version_suffix, refund_amount,"
    " cas_mismatch FROM routing_slips ORDER BY number",
    "accounts": "SELECT account_id, status FROM cfs_accounts ORDER BY id",
    "invoices": "SELECT id, routing_slip, invoice_status_code, total, paid, payment_date, refund_date, corp_type_code"
    " FROM invoices ORDER BY id",
    "lines": "SELECT invoice_id, total, fee_schedule_id FROM payment_line_items ORDER BY invoice_id",
    "references": "SELECT invoice_id, invoice_number, reference_number, status_code FROM invoice_references"
    " ORDER BY invoice_id, id",
    "payments": "SELECT receipt_number, invoice_number, payment_status_code FROM payments ORDER BY id",
    "receipts": "SELECT invoice_id, receipt_number, receipt_amount::numeric(19,2) FROM receipts"
    " ORDER BY invoice_id, receipt_number",
    "in work": "SELECT subject, kind, state FROM pay_jobs.operations ORDER BY id",
}
_SEE = "SELECT " + ", ".join(
    f"(SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]')::text FROM ({query}) AS one)" for query in _SEEN.values()
)


@dataclass(frozen=True)
class SlipState:
    """Both systems as they were at one moment."""

    rows: dict[str, str]
    sequences: dict[str, tuple[int, bool]]
    cfs: dict[str, Any]


def save_slips(database: Database, cfs: RunningCfs) -> SlipState:
    """Return both systems as they are now."""
    with database.begin() as session:
        kept = tuple(session.execute(text(_KEEP)).one())
    rows = dict(zip(_TABLES, kept, strict=False))
    sequences = dict(zip(_SEQUENCES, kept[len(_TABLES) :], strict=True))
    return SlipState(rows, sequences, cfs.admin.state())


def put_slips_back(database: Database, cfs: RunningCfs, saved: SlipState) -> None:
    """Bring both systems back to what they were."""
    insert = [
        f"INSERT INTO {table} OVERRIDING SYSTEM VALUE"
        f" SELECT * FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows_{number} AS jsonb))"
        for number, table in reversed(list(enumerate(_TABLES)))
        if saved.rows[table] != "[]"
    ]
    reset = [f"SELECT setval('{one}', {value}, {called})" for one, (value, called) in saved.sequences.items()]
    values = {f"rows_{number}": saved.rows[table] for number, table in enumerate(_TABLES)}
    _run(database, "; ".join([_FORGET, *insert, *reset, _COUNT_OPERATIONS]), **values)
    cfs.admin.put_back(saved.cfs)


def final_state(database: Database, cfs: RunningCfs) -> dict[str, Any]:
    """Return all of both systems that has to be the same after a disturbed run."""
    with database.begin() as session:
        found = session.execute(text(_SEE)).one()
    seen = {name: json.loads(one, parse_float=Decimal) for name, one in zip(_SEEN, found, strict=True)}
    books = cfs.admin.state()
    return {
        **seen,
        "cfs receipts": {
            number: (one["is_reversed"], one["receipt_amount"], one["unapplied_amount"], one["applied"])
            for number, one in books["receipts"].items()
        },
        "cfs invoices": {
            number: (one["total"], one["amount_due"], one["receipts"]) for number, one in books["invoices"].items()
        },
        "cfs memos": books["memos"],
    }


def _run(database: Database, statements: str, **values: str) -> None:
    with database.begin() as session:
        session.execute(text(statements), values)
