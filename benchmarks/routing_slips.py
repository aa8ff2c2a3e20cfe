"""ROUTING_SLIP_RECREATE: corrections against a CFS that takes 100 ms a call, beside calls x latency / concurrency.

python -m benchmarks.routing_slips [SLIPS]
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from benchmarks.harness import Figure, MeasuredCommand, maintain, median, pay_database, run_job, script, show
from benchmarks.points import MeasuredPoint, keep
from config.log_setup import configure_log
from connectors.cfs import CfsClient, CfsSite
from sandbox.cfs.process import CfsAdmin, RunningCfs, start_cfs

LATENCY = Decimal("0.1")
CONCURRENCY = 8
FACTOR = Decimal("1.3")


def measure(slips: int, runs: int) -> float:
    """Correct that many slips, print the figures, and return how many times the floor they took."""
    configure_log(level="WARNING")
    with pay_database() as address:
        cfs = start_cfs()
        try:
            measured = [_correct(address, cfs, slips) for _ in range(runs)]
        finally:
            cfs.stop()
    calls = measured[0][1]
    floor = float(calls * LATENCY / CONCURRENCY)
    took = median([process.result["seconds"] for process, *_ in measured])
    process, _, bare = measured[-1]
    keep(MeasuredPoint("ROUTING_SLIP_RECREATE", slips, took, floor))
    show(
        f"ROUTING_SLIP_RECREATE, {slips} corrections at {LATENCY * 1000:.0f} ms a call, {CONCURRENCY} at once",
        [
            Figure("calls to CFS for each slip", f"{calls / slips:.2f}", "7", calls / slips < 7.1),
            Figure("floor: calls x latency / concurrency", f"{floor:.1f} s"),
            Figure("the run", f"{took:.1f} s, {took / floor:.2f} x", f"{FACTOR} x", took / floor <= FACTOR),
            Figure("as many looks by a bare client, as often at once", f"{bare:.1f} s"),
            Figure("processor time, memory", f"{process.cpu:.1f} s, {process.peak_mb:.0f} MB"),
        ],
    )
    return took / floor


def _correct(address: str, cfs: RunningCfs, slips: int) -> tuple[MeasuredCommand, int, float]:
    maintain(address, script("forget_slips"))
    add_books(address, slips)
    maintain(address, "ANALYZE")
    open_books(cfs.admin, slips, LATENCY)
    environment = {"DATABASE_URL": address, "CFS_MAX_PER_SECOND": "1000", "LOG_LEVEL": "WARNING", **cfs.environment()}
    process = run_job(["ROUTING_SLIP_RECREATE", "--concurrency", str(CONCURRENCY)], environment)
    if process.result["counts"].get("slips_in_agreement") != slips:
        raise RuntimeError(f"not every slip was corrected: {process.result}")
    calls = len(cfs.admin.calls())
    return process, calls, _bare(cfs, slips, calls)


def _bare(cfs: RunningCfs, slips: int, calls: int) -> float:
    """Return the seconds that this machine takes for as many looks and nothing else."""
    with CfsClient(cfs.settings(max_per_second=100_000)) as client, ThreadPoolExecutor(CONCURRENCY) as pool:
        began = time.perf_counter()
        for done in [pool.submit(_look, client, number % slips + 1) for number in range(calls)]:
            done.result()
        return time.perf_counter() - began


def _look(client: CfsClient, slip: int) -> None:
    site = CfsSite(str(550000 + slip), str(850000 + slip), str(950000 + slip))
    assert client.get_receipt(site, str(206000000 + slip)) is not None


def add_books(address: str, slips: int, after: int = 0) -> None:
    """Add so many slips that are to be corrected, with ids beyond `after`."""
    maintain(address, script("slip_books", slips=slips, after=after))


def open_books(admin: CfsAdmin, slips: int, latency: Decimal, after: int = 0) -> None:
    """Let CFS know the slips as they were counted first, and take its time over each call.

    latency  in seconds
    """
    numbers = range(1, slips + 1)
    admin.reset()
    admin.seed(
        sites=[
            {"party_number": str(550000 + n), "account_number": str(850000 + n), "site_number": str(950000 + n)}
            for n in numbers
        ],
        invoices=[
            {"site_number": str(950000 + n), "invoice_number": f"REG{after + n:08d}", "total": Decimal(30)}
            for n in numbers
        ],
        receipts=[
            {
                "site_number": str(950000 + n),
                "receipt_number": str(206000000 + n),
                "receipt_amount": Decimal(100),
                "applied_to": [f"REG{after + n:08d}"],
            }
            for n in numbers
        ],
    )
    admin.order_faults({"kind": "slow", "seconds": latency, "count": 0})


if __name__ == "__main__":
    measure(int(sys.argv[1]) if sys.argv[1:] else 200, 1)
