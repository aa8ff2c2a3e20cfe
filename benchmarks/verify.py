"""verify: every invariant on a demo made large, beside the time and memory it may take."""

from benchmarks.harness import Figure, MeasuredCommand, maintain, median, pay_database, run_job, show
from benchmarks.points import MeasuredPoint, keep
from sandbox.demo_data import DemoSize

_LIMITS = {60_000: 1.0, 2_000_000: 30.0}
_MEMORY_MB = 150


def measure(invoices: int, runs: int) -> None:
    """Measure verify on so many invoices of customers."""
    with pay_database(DemoSize(weekly_accounts=max(12_583, invoices // 20), invoices=invoices)) as address:
        maintain(address, "VACUUM ANALYZE", "CHECKPOINT")
        done = [run_job(["verify"], {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}) for _ in range(runs + 1)][1:]
    _show(invoices, done)


def _show(invoices: int, done: list[MeasuredCommand]) -> None:
    seconds = median([one.result["seconds"] for one in done])
    peak = max(one.peak_mb for one in done)
    limit = _LIMITS.get(invoices)
    keep(MeasuredPoint("verify", invoices, seconds))
    show(
        f"verify, {invoices:,} invoices",
        [
            Figure("the run", f"{seconds:.2f} s", f"{limit or 0:.0f} s", limit is not None and seconds <= limit),
            Figure("the whole command", f"{median([one.wall for one in done]):.2f} s"),
            Figure("peak memory of the process", f"{peak:.0f} MB", f"{_MEMORY_MB} MB", peak <= _MEMORY_MB),
            Figure("rows that broke an invariant", f"{done[0].result['counts']['findings']:,}", "0",
                   done[0].result["counts"]["findings"] == 0),
        ],
    )  # fmt: skip
