"""compare shadow: a night of statements and of settlement rows in two copies of one pay database."""

from benchmarks.harness import Figure, maintain, median, run_job, running_parts, show
from benchmarks.settlement import PARTS, add_books, deliver
from benchmarks.statements import NIGHT
from sandbox import postgres
from sandbox.demo_data import DemoSize
from sandbox.up import prepare_pay_database, upgrade

_SECONDS, _MEMORY_MB = 30.0, 200
# Beyond the ids of the demo, whose accounts have the statements.
_AFTER = 10_000_000


def measure(rows: int, runs: int) -> None:
    """Measure the comparison after so many settlement rows and the statements of a large night."""
    with running_parts(*PARTS) as (server, home, environment):
        ours = postgres.create_database(server, "ours")
        prepare_pay_database(ours, DemoSize())
        upgrade(ours)
        add_books(ours, rows, _AFTER)
        maintain(ours, "VACUUM ANALYZE")
        deliver(home, rows)
        settings = {**environment, "DATABASE_URL": ours, "LOG_LEVEL": "WARNING"}
        made = run_job(NIGHT, settings).result["counts"]["statements_created"]
        applied = run_job(("PAD_RECONCILE",), settings).result["counts"]["rows_applied"]
        assert applied == rows
        theirs = postgres.create_database(server, "theirs", template="ours")
        for address in (ours, theirs):
            maintain(address, "VACUUM ANALYZE", "CHECKPOINT")
        words = ("compare", "shadow", "--theirs", theirs, "--ours", ours)
        done = [run_job(words, settings) for _ in range(runs)]
    seconds = median([one.wall for one in done])
    peak = max(one.peak_mb for one in done)
    show(
        f"compare shadow, after {made:,} statements and {applied:,} settlement rows",
        [
            Figure("the whole command", f"{seconds:.1f} s", f"{_SECONDS:.0f} s", seconds <= _SECONDS),
            Figure("peak memory of the process", f"{peak:.0f} MB", f"{_MEMORY_MB} MB", peak <= _MEMORY_MB),
            Figure("exit", f"{done[0].result['exit_code']}", "0", done[0].result["exit_code"] == 0),
        ],
    )
