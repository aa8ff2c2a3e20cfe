"""How much the schema pay_jobs grows a year: bytes a row with its indexes, times the rows a year (docs/growth.md)."""

import psycopg2

from benchmarks.harness import Figure, maintain, pay_database, script, show

_ROWS = 100_000
_ROWS_A_YEAR = {
    "outbox": 1_250_000,
    "settlement_rows": 1_250_000,
    "feedback_lines": 1_250_000,
    "cgi_mentions": 1_250_000,
    "bounce_rows": 100_000,
    "job_runs": 104_000,
    "scheduled_runs": 104_000,
    "stale_invoices": 250_000,
}


def measure() -> None:
    """Fill each table that grows, and show what a row and a year take."""
    with pay_database() as address:
        maintain(address, script("growth_rows", rows=_ROWS), "VACUUM")
        figures = [_figure(address, table, rows) for table, rows in _ROWS_A_YEAR.items()]
    show(f"Growth of pay_jobs, {_ROWS:,} rows a table", figures)


def _figure(address: str, table: str, rows: int) -> Figure:
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_table_size(%(name)s), pg_indexes_size(%(name)s)", {"name": f"pay_jobs.{table}"})
            ((heap, indexes),) = cursor.fetchall()
    finally:
        connection.close()
    megabytes = rows * (heap + indexes) / _ROWS / 1_000_000
    return Figure(table, f"{heap // _ROWS} + {indexes // _ROWS} bytes a row, {rows:,} rows a year: {megabytes:,.0f} MB")
