"""GENERATE_STATEMENTS of a month in 16 shards, one after the other, beside the same month in one run."""

from benchmarks.harness import Figure, maintain, median, pay_database, run_job, show
from benchmarks.statements import EMPTY
from sandbox.demo_data import DemoSize

SHARDS, MOST = 16, 1.1
_MONTH = ("GENERATE_STATEMENTS", "2022-06-30")


def measure(accounts: int, invoices: int, runs: int) -> None:
    """Measure the statements of so many accounts; the seconds are those of the runs, without the start of a process."""
    size = DemoSize(weekly_accounts=25, daily_accounts=25, monthly_accounts=accounts, invoices=invoices)
    wholes, together, starts = [], [], []
    with pay_database(size) as address:
        environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
        for _ in range(runs):
            maintain(address, *EMPTY)
            whole = run_job(_MONTH, environment)
            wholes.append(whole.result["seconds"])
            maintain(address, *EMPTY)
            parts = [run_job((*_MONTH, "--shard", f"{nth}/{SHARDS}"), environment) for nth in range(1, SHARDS + 1)]
            made = sum(part.result["counts"]["statements_created"] for part in parts)
            assert made == whole.result["counts"]["statements_created"], made
            together.append(sum(part.result["seconds"] for part in parts))
            starts += [part.wall - part.result["seconds"] for part in parts]
    whole_seconds, seconds = median(wholes), median(together)
    show(
        f"GENERATE_STATEMENTS of a month, {accounts:,} accounts, {invoices:,} invoices, in {SHARDS} shards",
        [
            Figure("one run", f"{whole_seconds:.2f} s"),
            Figure("the shards together", f"{seconds:.2f} s, {seconds / whole_seconds:.2f} x one run", f"{MOST} x",
                   seconds <= MOST * whole_seconds),
            Figure("of each shard on top: its process", f"{median(starts):.2f} s"),
        ],
    )  # fmt: skip
