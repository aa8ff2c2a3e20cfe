"""Run the benchmarks: python -m benchmarks [--only NAME] [--large] [--years N]."""

import platform
from collections.abc import Callable

import click

from benchmarks import (
    chart,
    close,
    console,
    ejv_feedback,
    growth,
    night,
    points,
    preflight,
    routing_slips,
    settlement,
    shadow,
    shards,
    stale_invoices,
    startup,
    statements,
    verify,
    wrong_freeze,
    years,
)

_BENCHMARKS: dict[str, Callable[[int], object]] = {
    "startup": startup.measure,
    "statements": lambda runs: statements.measure(1, runs),
    "shards": lambda runs: shards.measure(12_583, 60_000, runs),
    "settlement": lambda runs: settlement.measure(100_000, runs),
    "feedback": lambda runs: ejv_feedback.measure(100_000, runs),
    "slips": lambda runs: routing_slips.measure(200, runs),
    "undo": lambda _runs: wrong_freeze.measure(200),
    "stale": lambda runs: stale_invoices.measure(200_000, 6_000, runs),
    "preflight": lambda runs: preflight.measure(2_000, 60_000, runs),
    "verify": lambda runs: verify.measure(60_000, runs),
    "close": lambda runs: close.measure(60_000, runs),
    "shadow": lambda runs: shadow.measure(100_000, runs),
    "night": lambda _runs: night.measure(200_000),
    "console": lambda _runs: console.measure(200_000, 100_000, 10_000),
    "growth": lambda _runs: growth.measure(),
}


def _stale_invoices(runs: int) -> None:
    stale_invoices.measure(2_000_000, 60_000, runs)
    stale_invoices.measure_many(2_000_000, 1_000_000)


_LARGE: dict[str, Callable[[int], object]] = {
    "statements": lambda runs: statements.measure(10, max(1, runs // 2)),
    "settlement": lambda _runs: settlement.measure(1_000_000, 1),
    "feedback": lambda _runs: ejv_feedback.measure(1_000_000, 1),
    "undo": lambda _runs: wrong_freeze.measure(500),
    "stale": _stale_invoices,
    "verify": lambda _runs: verify.measure(2_000_000, 1),
    "close": lambda _runs: close.measure(2_000_000, 1, weeks=14),
    "night": lambda _runs: night.measure(2_000_000),
    "console": lambda _runs: console.measure(2_000_000, 1_000_000, 100_000),
}


@click.command()
@click.option("--only", type=click.Choice(list(_BENCHMARKS)))
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1))
@click.option("--large", is_flag=True, help="Ten times the data as well.")
@click.option(
    "--years", "after", type=click.IntRange(2), help="Only what a day touches after so many years, and after one."
)
def main(only: str | None, runs: int, large: bool, after: int | None) -> None:
    """Measure, print tables in Markdown, and draw docs/benchmarks.svg."""
    if after is not None:
        years.measure(after)
        return
    print(f"Python {platform.python_version()}, {platform.machine()}, {runs} runs, medians")
    for name, measure in _BENCHMARKS.items():
        if only in {None, name}:
            measure(runs)
            if large and name in _LARGE:
                _LARGE[name](runs)
    chart.PLACE.write_text(chart.draw(points.read()), encoding="utf-8")


main()
