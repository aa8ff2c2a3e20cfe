"""Run the benchmarks: python -m benchmarks [--only NAME] [--large]."""

import platform

import click

from benchmarks import ejv_feedback, growth, routing_slips, settlement, stale_invoices, startup, statements, verify


@click.command()
@click.option(
    "--only",
    type=click.Choice(["startup", "statements", "settlement", "feedback", "slips", "stale", "verify", "growth"]),
)
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1))
@click.option("--large", is_flag=True, help="Ten times the data as well.")
def main(only: str | None, runs: int, large: bool) -> None:
    """Measure, and print tables in Markdown."""
    print(f"Python {platform.python_version()}, {platform.machine()}, {runs} runs, medians")
    if only in {None, "startup"}:
        startup.measure(runs)
    if only in {None, "statements"}:
        statements.measure(1, runs)
        if large:
            statements.measure(10, max(1, runs // 2))
    if only in {None, "settlement"}:
        settlement.measure(100_000, runs)
        if large:
            settlement.measure(1_000_000, 1)
    if only in {None, "feedback"}:
        ejv_feedback.measure(100_000, runs)
        if large:
            ejv_feedback.measure(1_000_000, 1)
    if only in {None, "slips"}:
        routing_slips.measure(200, runs)
    if only in {None, "stale"}:
        stale_invoices.measure(*((2_000_000, 60_000) if large else (200_000, 6_000)), runs)
    if only in {None, "verify"}:
        verify.measure(60_000, runs)
        if large:
            verify.measure(2_000_000, 1)
    if only in {None, "growth"}:
        growth.measure()


main()
