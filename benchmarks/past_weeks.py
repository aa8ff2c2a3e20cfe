"""Weeks of the past behind a demo's week: what was settled then, and what this service kept of it, made by sets.

A week of the past is the demo's own, of half of its accounts and without what is open, under new numbers.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg2
from psycopg2 import extensions

from benchmarks.harness import script
from sandbox.paydb import advance_sequences
from sandbox.sql_files import statement

# Tables that grow for as long as the jobs run.
OWN_TABLES = (
    "settlement_rows", "feedback_lines", "feedback_batches", "inbound_files", "settlement_figures", "bounce_rows",
    "cgi_files", "cgi_mentions", "outbox", "job_runs", "scheduled_runs", "stale_reports", "stale_invoices",
)  # fmt: skip
PAY_TABLES = (
    "invoices", "payment_line_items", "invoice_references", "receipts", "payments", "ejv_files", "ejv_headers",
    "ejv_links", "routing_slips", "statements", "statement_invoices",
)  # fmt: skip
_NUMBERED = ("pay_jobs.inbound_files", "pay_jobs.cgi_files", "pay_jobs.job_runs", "pay_jobs.stale_reports")
GROWING = (*PAY_TABLES, *(f"pay_jobs.{table}" for table in OWN_TABLES))
WEEKS_A_YEAR = 52


@dataclass(frozen=True)
class WeekOfRows:
    """How many rows of its own a week has: settlement rows, as many feedback lines, and runs."""

    rows: int = 1_250_000 // WEEKS_A_YEAR
    job_runs: int = 10_000 // WEEKS_A_YEAR


def add_past_weeks(address: str, weeks: int, of: WeekOfRows, sunday: date) -> None:
    """Add weeks of the past, the oldest first, to a database that holds the demo's week.

    sunday  the first day of the demo's week
    Autovacuum leaves the tables alone from now on: what it reads would count as touched by a command.
    """
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("SET maintenance_work_mem = '512MB'")
            for table in GROWING:
                cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            with _without_plain_indexes(cursor):
                cursor.execute(script("past_patterns"))
                highest, patterns = _highest(cursor), _counted(cursor, "bank_payments", "settled_links")
                for nth in range(1, weeks + 1):
                    numbers = patterns | _numbers(highest, nth, of)
                    cursor.execute(script("past_week", **numbers, back=weeks + 1 - nth, sunday=sunday))
                    connection.commit()
            connection.commit()
        with connection, connection.cursor() as cursor:
            advance_sequences(connection)
            for table in _NUMBERED:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
    finally:
        connection.close()


def _highest(cursor: extensions.cursor) -> dict[str, int]:
    """Return the highest number of each kind in the demo's week."""
    tables = {"invoices": "invoices", "batches": "ejv_files", "journals": "ejv_headers", "slips": "routing_slips",
              "statements": "weekly_settings"}  # fmt: skip
    highest = {}
    for name, table in tables.items():
        column = "nth" if name == "statements" else "id"
        cursor.execute(f"SELECT coalesce(max({column}), 0) FROM {table}")
        ((highest[name],),) = cursor.fetchall()
    return highest


def _counted(cursor: extensions.cursor, *tables: str) -> dict[str, int]:
    found = {}
    for table in tables:
        cursor.execute(f"SELECT count(*) FROM {table}")
        ((found[table],),) = cursor.fetchall()
    return found


def _numbers(highest: dict[str, int], nth: int, of: WeekOfRows) -> dict[str, int]:
    """Return below which numbers those of a week begin, and how many rows it has."""
    return {
        **{name: number * nth for name, number in highest.items()},
        **{f"pattern_{name}": number for name, number in highest.items()},
        "files": 10 * nth,
        "runs": of.job_runs * nth,
        "rows": of.rows,
        "job_runs": of.job_runs,
        "nth": nth,
    }


@contextmanager
def _without_plain_indexes(cursor: extensions.cursor) -> Iterator[None]:
    cursor.execute(statement("list_plain_indexes"), {"tables": list(GROWING)})
    aside = cursor.fetchall()
    for drop, _ in aside:
        cursor.execute(drop)
    yield
    for _, make in aside:
        cursor.execute(make)
