"""How much a command costs before it does anything, and a poll that finds nothing."""

from benchmarks.harness import Figure, median, run_job, running_parts, show
from benchmarks.settlement import PARTS
from sandbox import postgres
from sandbox.up import prepare_pay_database, upgrade


def measure(runs: int) -> None:
    """Measure `list` and an idle poll; the first of each, with cold files, does not count."""
    lists = [run_job(("list",), {}) for _ in range(runs + 1)][1:]
    with running_parts(*PARTS) as (server, _, parts):
        address = postgres.create_database(server)
        prepare_pay_database(address, None)
        upgrade(address)
        environment = {**parts, "DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
        polls = [run_job(("PAD_RECONCILE",), environment) for _ in range(runs + 1)][1:]
    start, poll = (median([one.cpu for one in ran]) for ran in (lists, polls))
    on_top = median([one.wall - one.result["seconds"] for one in polls])
    peak = max(one.peak_mb for one in polls)
    show(
        "Start",
        [
            Figure("CPU of `list`", f"{start:.2f} s", "0.3 s", start < 0.3),
            Figure("CPU of PAD_RECONCILE that finds nothing", f"{poll:.2f} s", "0.35 s", poll <= 0.35),
            Figure("its process on top of the run", f"{on_top:.2f} s", "0.25 s", on_top <= 0.25),
            Figure("its peak memory", f"{peak:.0f} MB", "65 MB", peak <= 65),
        ],
    )
