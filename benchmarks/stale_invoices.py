"""STALE_INVOICE_REPORT: many invoices of which some are stuck, beside the plain SQL that finds them.

The floor is one statement by hand that finds the stuck invoices with their joined evidence, read to its end by a
client, on the same data and in turn with the report.
"""

import io
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg2

from benchmarks.harness import ENTRYPOINT, Figure, _PeakMemory, compile_program, maintain, median, script, show
from benchmarks.points import MeasuredPoint, keep
from sandbox import postgres
from sandbox.cfs.process import RunningCfs, start_cfs
from sandbox.up import prepare_pay_database, upgrade

_UNCHECKED = "SET session_replication_role = replica; "
AT_ONCE = 8
LATENCY = Decimal("0.1")
LOOKUPS = 2_000
ACCOUNTS = 5_000
_WORDS = ("STALE_INVOICE_REPORT", "--no-cfs", "--as-of", "2026-11-20")


@dataclass(frozen=True)
class MeasuredReport:
    """One finished command."""

    seconds: float
    peak_mb: float


def measure(invoices: int, stuck: int, runs: int) -> None:
    """Measure a report over so many invoices, and the look-ups in CFS."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        server = postgres.start(home / "postgres")
        cfs = start_cfs()
        try:
            address = postgres.create_database(server)
            prepare_pay_database(address, None)
            upgrade(address)
            _fill(address, invoices, invoices // stuck)
            _measure_report(address, home, invoices, runs)
            _measure_lookups(address, cfs)
        finally:
            cfs.stop()
            server.stop()


def measure_many(invoices: int, stuck: int) -> None:
    """Measure a report over so many invoices of which far more are stuck than on any real night."""
    with postgres.temporary_server() as server:
        address = postgres.create_database(server)
        prepare_pay_database(address, None)
        upgrade(address)
        _fill(address, invoices, invoices // stuck)
        seconds, rows = _floor(address)
        report = _run(_WORDS, {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"})
    show(
        f"STALE_INVOICE_REPORT, {invoices:,} invoices of which {rows:,} are stuck, without CFS",
        [
            Figure("floor: plain SQL with the joined evidence", f"{seconds:.2f} s"),
            Figure("report", f"{report.seconds:.2f} s, {report.seconds / rows * 1e6:.0f} us a stuck invoice"),
            Figure("peak memory", f"{report.peak_mb:.0f} MB", "250 MB", report.peak_mb <= 250),
        ],
    )


def _fill(address: str, invoices: int, every: int) -> None:
    maintain(address, _UNCHECKED + script("stale_accounts", accounts=ACCOUNTS))
    maintain(
        address,
        f"{_UNCHECKED}SET work_mem = '64MB'; "
        + script("stale_invoices", invoices=invoices, every=every, accounts=ACCOUNTS),
    )
    maintain(address, _UNCHECKED + script("stale_surroundings"))
    maintain(address, "VACUUM", "CHECKPOINT")


def _measure_report(address: str, home: Path, invoices: int, runs: int) -> None:
    environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
    floors, plain, files = [], [], []
    rows = 0
    for _ in range(runs):
        seconds, rows = _floor(address)
        floors.append(seconds)
        plain.append(_run(_WORDS, environment))
        files.append(
            _run((*_WORDS, "--xlsx", str(home / "stuck.xlsx"), "--html", str(home / "stuck.html")), environment)
        )
    floor, report = median(floors), median([run.seconds for run in plain])
    keep(MeasuredPoint("STALE_INVOICE_REPORT", invoices, report, floor))
    more = median([run.seconds for run in files]) - report
    peak, most = max(run.peak_mb for run in plain), max(run.peak_mb for run in files)
    show(
        f"STALE_INVOICE_REPORT, {invoices:,} invoices of which {rows:,} are stuck, without CFS",
        [
            Figure("floor: plain SQL with the joined evidence", f"{floor:.2f} s"),
            Figure("report", f"{report:.2f} s, {report / floor:.2f} x floor", "3 x floor", report <= 3 * floor),
            Figure("peak memory", f"{peak:.0f} MB", "250 MB", peak <= 250),
            Figure("xlsx and html on top", f"{more:.1f} s", "30 s", more <= 30),
            Figure("peak memory with them", f"{most:.0f} MB", "400 MB", most <= 400),
        ],
    )


def _measure_lookups(address: str, cfs: RunningCfs) -> None:
    """Ask about as many invoices as there are look-ups, at the bound and without a rate limit."""
    cfs.admin.order_faults({"kind": "slow", "path": "/invs/[^/]+/", "count": 0, "seconds": LATENCY})
    account = _account_with(address, LOOKUPS)
    words = ("STALE_INVOICE_REPORT", "--as-of", "2026-11-20", "--method", "PAD", "--account", account)
    environment = {"DATABASE_URL": address, "LOG_LEVEL": "ERROR", "CFS_MAX_PER_SECOND": "10000", **cfs.environment()}
    without = _run((*words, "--no-cfs"), environment).seconds
    seconds = _run(words, environment).seconds - without
    asked = len(cfs.admin.calls(method="GET"))
    bound = asked * float(LATENCY) / AT_ONCE
    show(
        f"STALE_INVOICE_REPORT, {asked:,} look-ups at {LATENCY * 1000:.0f} ms, {AT_ONCE} at once",
        [
            Figure("look-ups x latency / concurrency", f"{bound:.1f} s"),
            Figure("report, less itself without CFS", f"{seconds:.1f} s, {seconds / bound:.2f} x", "1.3 x",
                   seconds <= 1.3 * bound),
        ],
    )  # fmt: skip


def _account_with(address: str, count: int) -> str:
    """Put that many sent invoices on one account, and return it."""
    maintain(address, script("sent_to_one_account", count=count))
    return "1"


def _floor(address: str) -> tuple[float, int]:
    floor = script("stale_invoices_floor")
    connection = psycopg2.connect(address, options="-c timezone=UTC")
    try:
        with connection.cursor() as cursor:
            began = time.perf_counter()
            sink = _LineCounter()
            cursor.copy_expert(f"COPY ({floor}) TO STDOUT", sink)
            return time.perf_counter() - began, sink.lines
    finally:
        connection.close()


class _LineCounter(io.RawIOBase):
    """Reads lines to their end and forgets them."""

    lines = 0

    def write(self, data: object) -> int:
        assert isinstance(data, str | bytes)
        self.lines += data.count("\n" if isinstance(data, str) else b"\n")  # type: ignore[arg-type]
        return len(data)


def _run(words: tuple[str, ...], environment: dict[str, str]) -> MeasuredReport:
    """Run a command as a person would; its own headline says how long the run took."""
    compile_program()
    command = [sys.executable, str(ENTRYPOINT), *words]
    process = subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    memory = _PeakMemory(process.pid)
    output = process.stdout.read()
    if process.wait() not in {0, 3}:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}: {output}")
    headline = next(line for line in output.splitlines() if line.startswith("STALE_INVOICE_REPORT finished in"))
    return MeasuredReport(float(headline.split(" in ")[1].split(" s")[0]), memory.peak_mb)
