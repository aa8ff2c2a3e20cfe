"""Weeks of the past behind a demo's week: what was settled then, and what this service kept of it, made by sets.

A week of the past is the demo's own, of half of its accounts and without what is open, under new numbers; the demo's
own week has the highest, as the newest rows do. Two tables are filled side by side, each without its indexes, which are
made when the last week is in.
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date

import psycopg2
from psycopg2 import extensions

from benchmarks.harness import script
from sandbox.paydb import advance_sequences

# Tables that grow for as long as the jobs run.
OWN_TABLES = (
    "settlement_rows", "feedback_lines", "feedback_batches", "inbound_files", "settlement_figures", "bounce_rows",
    "cgi_files", "cgi_mentions", "outbox", "job_runs", "scheduled_runs", "stale_reports", "stale_invoices",
    "open_items",
)  # fmt: skip
PAY_TABLES = (
    "invoices", "payment_line_items", "invoice_references", "receipts", "payments", "ejv_files", "ejv_headers",
    "ejv_links", "routing_slips", "refunds", "partner_disbursements", "statements", "statement_invoices",
)  # fmt: skip
_NUMBERED = ("pay_jobs.inbound_files", "pay_jobs.cgi_files", "pay_jobs.job_runs", "pay_jobs.stale_reports")
GROWING = (*PAY_TABLES, *(f"pay_jobs.{table}" for table in OWN_TABLES))
WEEKS_A_YEAR = 52
_LONGEST = (
    "invoices", "payment_line_items", "invoice_references", "pay_jobs.settlement_rows", "pay_jobs.feedback_lines",
    "payments", "receipts", "statement_invoices", "pay_jobs.open_items", "statements",
)  # fmt: skip
_SIDE_BY_SIDE = 2
_PUT_ASIDE = "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = %s::regclass"
_TABLE = re.compile(r"^INSERT INTO ([\w.]+) ", re.MULTILINE)


@dataclass(frozen=True)
class WeekOfRows:
    """How many rows of its own a week has: settlement rows, as many feedback lines, and runs."""

    rows: int = 1_250_000 // WEEKS_A_YEAR
    job_runs: int = 10_000 // WEEKS_A_YEAR


def add_past_weeks(
    address: str, weeks: int, of: WeekOfRows, sunday: date, *, say: Callable[[str], None] = lambda _line: None
) -> None:
    """Add weeks of the past, the oldest first, to a database that holds the demo's week.

    sunday  the first day of the demo's week
    Autovacuum leaves the tables alone from now on: what it reads would count as touched by a command.
    """
    with _connected(address) as connection, connection.cursor() as cursor:
        for table in GROWING:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        highest = _highest(cursor)
        cursor.execute(script("past_patterns"))
        counted = _counted(cursor, "bank_payments", "settled_links")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(script("number_demo_last", **{name: (weeks + 1) * number for name, number in highest.items()}))
    numbers = [
        {**counted, **_numbers(highest, nth, of), "back": weeks + 1 - nth, "sunday": sunday}
        for nth in range(1, weeks + 1)
    ]
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for line in pool.map(lambda statement: _fill(address, statement, numbers), _statements()):
            say(line)
    with _connected(address) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA past CASCADE")
        advance_sequences(connection)
        for table in _NUMBERED:
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("CHECKPOINT")


def _statements() -> list[str]:
    """Return the statement that fills each table with a week, those that take longest first."""
    text = script("past_week")
    found = {match[1]: one for one in text.split(";\n") if (match := _TABLE.search(one))}
    return [found.pop(table) for table in _LONGEST] + list(found.values())


def _fill(address: str, statement: str, numbers: Sequence[dict[str, object]]) -> str:
    """Fill a table week by week, its indexes afterwards, and say what it came to."""
    match = _TABLE.search(statement)
    assert match is not None
    table, began, rows = match[1], time.perf_counter(), 0
    with _connected(address) as connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
        cursor.execute(_PUT_ASIDE, (table,))
        for week in numbers:
            cursor.execute(statement.format(**week))
            rows += cursor.rowcount
        cursor.execute(f"REINDEX TABLE {table}")
        cursor.execute(f"VACUUM ANALYZE {table}")
    return f"{table}: {rows:,} rows in {time.perf_counter() - began:,.0f} s"


@contextmanager
def _connected(address: str) -> Iterator[extensions.connection]:
    """Open a connection that commits each statement."""
    with closing(psycopg2.connect(address, options="-c timezone=UTC")) as connection:
        connection.autocommit = True
        yield connection


def _highest(cursor: extensions.cursor) -> dict[str, int]:
    """Return the highest number of each kind in the demo's week."""
    tables = {"invoices": "invoices", "batches": "ejv_files", "journals": "ejv_headers", "slips": "routing_slips",
              "statements": "statement_settings"}  # fmt: skip
    highest = {}
    for name, table in tables.items():
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        ((highest[name],),) = cursor.fetchall()
    return highest


def _counted(cursor: extensions.cursor, *tables: str) -> dict[str, int]:
    found = {}
    for table in tables:
        cursor.execute(f"SELECT count(*) FROM past.{table}")
        ((found[table],),) = cursor.fetchall()
    return found


def _numbers(highest: dict[str, int], nth: int, of: WeekOfRows) -> dict[str, int]:
    """Return below which numbers those of a week begin, and how many rows it has."""
    return {
        **{name: number * nth for name, number in highest.items()},
        "files": 10 * nth,
        "runs": of.job_runs * nth,
        "rows": of.rows,
        "job_runs": of.job_runs,
        "nth": nth,
    }
