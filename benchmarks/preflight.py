"""ejv preflight: thousands of ministries' GL codes in use, in the pay database of a demo made large."""

from benchmarks.harness import Figure, maintain, median, pay_database, run_job, script, show
from sandbox.demo_data import DemoSize

_LIMIT = 1.0


def measure(codes: int, invoices: int, runs: int) -> None:
    """Measure ejv preflight on so many codes that wait to be used, beside so many invoices."""
    with pay_database(DemoSize(invoices=invoices)) as address:
        maintain(address, script("codes_in_use", codes=codes), "VACUUM ANALYZE", "CHECKPOINT")
        environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
        done = [run_job(["ejv", "preflight"], environment) for _ in range(runs + 1)][1:]
    seconds = median([one.result["seconds"] for one in done])
    counts = done[0].result["counts"]
    show(
        f"ejv preflight, {codes:,} more codes in use, {invoices:,} invoices",
        [
            Figure("the run", f"{seconds:.2f} s", f"{_LIMIT} s", seconds <= _LIMIT),
            Figure("codes it looked at", f"{counts['codes_in_use']:,}"),
            Figure("codes with something wrong", f"{counts['codes_wrong']:,}"),
        ],
    )
