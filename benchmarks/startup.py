"""How much a command costs before it does anything."""

from benchmarks.harness import Figure, median, run_job, show


def measure(runs: int) -> None:
    """Measure `list`."""
    processes = [run_job(("list",), {}) for _ in range(runs + 1)][1:]
    cpu = median([process.cpu for process in processes])
    show("Start", [Figure("CPU of `list`", f"{cpu:.2f} s", "0.3 s", cpu < 0.3)])
