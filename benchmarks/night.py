"""A whole night on one database: what the clock starts from the answer of CGI to the file of CAS, each a process.

Two run at once where they do not meet: the answers of CGI and the statements, then what looks at the night, then the
corrections and the file of the day.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from benchmarks import ejv_feedback, routing_slips, settlement
from benchmarks.close import busiest
from benchmarks.harness import Figure, MeasuredCommand, maintain, run_job, run_sql, running_parts, script, show
from benchmarks.statements import NIGHT
from sandbox import cfs_part, object_store, postgres, sftp_server
from sandbox.demo_data import DemoSize
from sandbox.up import prepare_pay_database, upgrade

ROWS, LINES, SLIPS, WEEKS = 100_000, 100_000, 200, 33
_ONE_STAYS_OPEN_IN = 1_000  # of the weeks before
LATENCY = Decimal("0.02")
_SECONDS, _MEMORY_MB = 60.0, 200
_LANES = 2
_AFTER_SETTLEMENT, _AFTER_FEEDBACK, _AFTER_SLIPS = 10_000_000, 20_000_000, 30_000_000


def measure(invoices: int) -> None:
    """Measure the night over so many invoices, of which one in 33 is of the week whose statements are made."""
    size = DemoSize(invoices=invoices, routing_slips=0)
    with running_parts(sftp_server, object_store, cfs_part) as (server, home, parts):
        address = postgres.create_database(server)
        prepare_pay_database(address, size)
        upgrade(address)
        run_sql(
            address,
            script("spread_invoices", weeks=WEEKS),
            script("take_back_old_invoices", weeks=WEEKS, every=_ONE_STAYS_OPEN_IN),
        )
        day, _ = busiest(address, "day")
        settlement.add_books(address, ROWS, _AFTER_SETTLEMENT)
        ejv_feedback.add_books(address, LINES, _AFTER_FEEDBACK)
        routing_slips.add_books(address, SLIPS, _AFTER_SLIPS)
        run_sql(address, script("invoice_lines"))
        maintain(address, "VACUUM ANALYZE", "CHECKPOINT")
        settlement.deliver(home, ROWS)
        ejv_feedback.deliver(home, LINES, _AFTER_FEEDBACK)
        cfs = cfs_part.find_running(home)
        assert cfs is not None
        routing_slips.open_books(cfs.admin, SLIPS, LATENCY, _AFTER_SLIPS)
        environment = {**parts, "DATABASE_URL": address, "LOG_LEVEL": "WARNING", "CFS_MAX_PER_SECOND": "1000"}
        began = time.perf_counter()
        done = [one for together in _clock(day) for one in _at_once(together, environment)]
        wall = time.perf_counter() - began
    _check(dict(done))
    _show(invoices, wall, done)


def _clock(day: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Return the commands of the night in their order, those together of which two run at once."""
    return (
        (("EJV_FEEDBACK_CHECK",), NIGHT),
        (("verify",), ("close", day), ("STALE_INVOICE_REPORT", "--no-cfs", "--as-of", "2022-06-27")),
        (("ROUTING_SLIP_RECREATE",), ("PAD_RECONCILE",)),
    )


def _at_once(commands: tuple[tuple[str, ...], ...], environment: dict[str, str]) -> list[tuple[str, MeasuredCommand]]:
    with ThreadPoolExecutor(_LANES) as pool:
        done = pool.map(lambda words: run_job(words, environment), commands)
        return [(words[0], one) for words, one in zip(commands, done, strict=True)]


def _check(done: dict[str, MeasuredCommand]) -> None:
    """Hold that each did what it was there for."""
    expected = {
        ("EJV_FEEDBACK_CHECK", "items_paid"): LINES // 2,
        ("GENERATE_STATEMENTS", "statements_created"): 12_608,
        ("ROUTING_SLIP_RECREATE", "slips_in_agreement"): SLIPS,
        ("PAD_RECONCILE", "rows_applied"): ROWS,
    }
    for (job, count), number in expected.items():
        assert done[job].result["counts"][count] == number, done[job].result


def _show(invoices: int, wall: float, done: list[tuple[str, MeasuredCommand]]) -> None:
    peak = max(one.peak_mb for _, one in done)
    parts = [
        Figure(job, f"{one.wall:.1f} s, {one.cpu:.1f} s of processor in its process, {one.peak_mb:.0f} MB")
        for job, one in done
    ]
    show(
        f"A night: 12,608 statements, {ROWS:,} settlement rows, {LINES:,} feedback lines, {SLIPS} corrections at "
        f"{LATENCY * 1000:.0f} ms a call; report, verify and close over {invoices:,} invoices",
        [
            *parts,
            Figure("the whole night", f"{wall:.1f} s", f"{_SECONDS:.0f} s", wall <= _SECONDS),
            Figure("peak memory of a process", f"{peak:.0f} MB", f"{_MEMORY_MB} MB", peak <= _MEMORY_MB),
        ],
    )
