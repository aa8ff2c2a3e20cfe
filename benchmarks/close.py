"""close: a day and a month of a demo made large, beside the time and memory they may take."""

import psycopg2

from benchmarks.harness import Figure, MeasuredCommand, maintain, median, pay_database, run_job, run_sql, script, show
from benchmarks.points import MeasuredPoint, keep
from sandbox.demo_data import DemoSize

_DAY_SECONDS, _MONTH_SECONDS, _MEMORY_MB = 3.0, 20.0, 200
# The day and the month in which most invoices were made.
_BUSIEST = (
    "SELECT CAST(date_trunc(%s, created_on - interval '8 hours') AS date) AS span, count(*)"
    " FROM invoices GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1"
)


def measure(invoices: int, runs: int, *, weeks: int = 1) -> None:
    """Measure close on the invoices of some weeks: the busiest day, and the busiest month."""
    with pay_database(DemoSize(weekly_accounts=max(12_583, invoices // 20), invoices=invoices)) as address:
        if weeks > 1:
            run_sql(address, script("spread_invoices", weeks=weeks))
        maintain(address, "VACUUM ANALYZE", "CHECKPOINT")
        day, of_day = busiest(address, "day")
        month, of_month = busiest(address, "month")
        environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
        days = [run_job(["close", day], environment) for _ in range(runs + 1)][1:]
        months = [run_job(["close", "--month", month[:7]], environment) for _ in range(runs + 1)][1:]
    keep(MeasuredPoint("close of a day", of_day, median([one.result["seconds"] for one in days])))
    keep(MeasuredPoint("close of a month", of_month, median([one.result["seconds"] for one in months])))
    _show(f"close of a day of {of_day:,} invoices, of {invoices:,} in all", days, _DAY_SECONDS)
    _show(f"close of a month of {of_month:,} invoices, of {invoices:,} in all", months, _MONTH_SECONDS)


def busiest(address: str, span: str) -> tuple[str, int]:
    """Return the day or month in which most invoices were made, and how many."""
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(_BUSIEST, (span,))
        first, count = cursor.fetchone() or ("", 0)
    connection.close()
    return str(first), int(count)


def _show(title: str, done: list[MeasuredCommand], limit: float) -> None:
    seconds = median([one.result["seconds"] for one in done])
    peak = max(one.peak_mb for one in done)
    show(
        title,
        [
            Figure("the run", f"{seconds:.2f} s", f"{limit:.0f} s", seconds <= limit),
            Figure("the whole command", f"{median([one.wall for one in done]):.2f} s"),
            Figure("peak memory of the process", f"{peak:.0f} MB", f"{_MEMORY_MB} MB", peak <= _MEMORY_MB),
        ],
    )
