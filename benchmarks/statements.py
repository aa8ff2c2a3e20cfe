"""GENERATE_STATEMENTS: the night of 2022-06-25, beside one hand-written statement that inserts the same rows."""

from benchmarks.harness import Figure, MeasuredCommand, maintain, median, pay_database, run_job, run_sql, script, show
from benchmarks.points import MeasuredPoint, keep
from sandbox.demo_data import DemoSize

NIGHT = ("GENERATE_STATEMENTS", "2022-06-25")
EMPTY = ("TRUNCATE statements, statement_invoices RESTART IDENTITY CASCADE", "CHECKPOINT")
_HALVE = (
    "DELETE FROM statement_invoices WHERE id % 2 = 0",
    "VACUUM ANALYZE statements, statement_invoices",
    "CHECKPOINT",
)


def measure(times: int, runs: int) -> None:
    """Measure the night at `times` the size of a real one."""
    size = DemoSize(weekly_accounts=12_583 * times, daily_accounts=25 * times, invoices=60_000 * times)
    with pay_database(size) as address:
        _measure(address, size, runs)


def _measure(address: str, size: DemoSize, runs: int) -> None:
    environment = {"DATABASE_URL": address, "LOG_LEVEL": "WARNING"}
    floors, firsts, parallels, again, halved = [], [], [], [], []
    for _ in range(runs):
        maintain(address, *EMPTY)
        floors.append(run_sql(address, script("statements_floor")))
        maintain(address, *EMPTY)
        firsts.append(run_job(NIGHT, environment))
        again.append(run_job(NIGHT, environment))
        maintain(address, *_HALVE)
        halved.append(run_job(NIGHT, environment))
        maintain(address, *EMPTY)
        parallels.append(run_job((*NIGHT, "--parallel", "2"), environment))
    floor = median(floors)
    first = _seconds(firsts)
    on_top = median([process.wall - process.result["seconds"] for process in firsts])
    peak = max(process.peak_mb for process in firsts)
    both = _seconds(parallels)
    counts = firsts[0].result["counts"]
    wall = median([process.wall for process in firsts])
    keep(MeasuredPoint(NIGHT[0], counts["statements_created"], wall, floor))
    show(
        f"GENERATE_STATEMENTS, {size.weekly_accounts:,} weekly and {size.daily_accounts:,} daily accounts, "
        f"{size.invoices:,} invoices: {counts['statements_created']:,} statements, {counts['invoices_linked']:,} links",
        [
            Figure("floor: one SQL statement", f"{floor:.2f} s"),
            Figure("first run", f"{first:.2f} s, {first / floor:.2f} x floor", "1.5 x floor", first <= 1.5 * floor),
            Figure("process on top of the run", f"{on_top:.2f} s", "1 s", on_top <= 1),
            Figure("peak memory", f"{peak:.0f} MB", "100 MB", peak <= 100),
            _ratio("again, nothing to change", _seconds(again), first),
            _ratio("again, every second link lost", _seconds(halved), first),
            Figure("--parallel 2", f"{both:.2f} s, {both / floor:.2f} x floor", "below floor", both < floor),
        ],
    )


def _ratio(what: str, seconds: float, first: float) -> Figure:
    return Figure(what, f"{seconds:.2f} s, {seconds / first:.2f} x first run", "2 x first run", seconds <= 2 * first)


def _seconds(processes: list[MeasuredCommand]) -> float:
    return median([process.result["seconds"] for process in processes])
