"""The console on a large pay database: 20 people who each ask for a page once a second, beside what a page may take."""

import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import httpx

from benchmarks.harness import ENTRYPOINT, Figure, _PeakMemory, maintain, pay_database, script, show

PEOPLE = 20
SECONDS = 30
MOST_MS, MOST_BYTES, MOST_MB = 100, 60_000, 200
ACCOUNTS = 5_000
_UNCHECKED = "SET session_replication_role = replica; "


def measure(invoices: int, rows: int, runs: int) -> None:
    """Measure the pages over so many invoices, settlement rows and runs."""
    with pay_database() as address:
        _fill(address, invoices, rows, runs)
        _measure_pages(address, invoices, rows, runs)


def _fill(address: str, invoices: int, rows: int, runs: int) -> None:
    maintain(address, _UNCHECKED + script("stale_accounts", accounts=ACCOUNTS))
    maintain(address, _UNCHECKED + script("stale_invoices", invoices=invoices, every=33, accounts=ACCOUNTS))
    maintain(address, _UNCHECKED + script("console_books", rows=rows, runs=runs, files=500))
    maintain(address, "VACUUM ANALYZE", "CHECKPOINT")


def _measure_pages(address: str, invoices: int, rows: int, runs: int) -> None:
    process = subprocess.Popen(
        [sys.executable, str(ENTRYPOINT), "console", "--local", "--port", "0", "--monitor-port", "0"],
        env={**os.environ, "DATABASE_URL": address, "LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    memory = _PeakMemory(process.pid)
    try:
        found = re.search(r"http://[\d.:]+", process.stdout.readline())
        assert found is not None
        took, sizes = _visit(found[0], _addresses(runs))
    finally:
        process.terminate()
        process.wait(20)
    _show(f"console, {invoices:,} invoices, {rows:,} rows, {runs:,} runs", took, sizes, memory.peak_mb)


def _addresses(runs: int) -> dict[str, str]:
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return {
        "/": "/",
        "/runs": "/runs",
        "/runs, failed": "/runs?status=failed",
        "/runs/N": f"/runs/{runs - 3}",
        "/runs/N, failed": f"/runs/{runs - runs % 997}",
        "/files": "/files",
        "/files/N": "/files/7",
        "/files/N, searched": "/files/7?q=REG00900",
        "/statements": "/statements",
        "/statements/DAY": "/statements/2026-11-21",
        "/money": "/money",
        "/money/DAY": f"/money/{yesterday}",
        "/stuck": "/stuck",
        "/outside": "/outside",
        "/find invoice": "/find?kind=invoice&q=1000001",
        "/find account": "/find?kind=account&q=401",
        "/find file": "/find?q=BCR_PAYMENT_APPL_20261101.csv",
    }


def _visit(url: str, addresses: dict[str, str]) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Return the milliseconds of each answer, and the size of the largest, by page; the first answers do not count."""
    took: dict[str, list[float]] = defaultdict(list)
    sizes: dict[str, int] = defaultdict(int)
    with httpx.Client(base_url=url, timeout=60) as first:
        for path in addresses.values():
            first.get(path).raise_for_status()
    end = time.monotonic() + SECONDS

    def person(number: int) -> None:
        chosen = random.Random(number)
        with httpx.Client(base_url=url, timeout=60) as client:
            time.sleep(number / PEOPLE)
            while time.monotonic() < end:
                name = chosen.choice(list(addresses))
                began = time.perf_counter()
                answer = client.get(addresses[name])
                spent = time.perf_counter() - began
                took[name].append(spent * 1000)
                sizes[name] = max(sizes[name], len(answer.content))
                time.sleep(max(0.0, 1 - spent))

    people = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return took, sizes


def _show(title: str, took: dict[str, list[float]], sizes: dict[str, int], peak_mb: float) -> None:
    figures = []
    for name, spent in took.items():
        spent.sort()
        slow = spent[min(len(spent) - 1, int(0.95 * len(spent)))]
        size = sizes[name]
        value = f"{slow:.0f} ms of {len(spent)}, {size / 1000:.0f} kB"
        is_met = slow <= MOST_MS and size <= MOST_BYTES
        figures.append(Figure(f"p95 of {name}", value, f"{MOST_MS} ms, {MOST_BYTES // 1000} kB", is_met))
    figures.append(Figure("peak memory", f"{peak_mb:.0f} MB", f"{MOST_MB} MB", peak_mb <= MOST_MB))
    show(title, figures)
