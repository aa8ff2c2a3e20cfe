"""`schedule`: what runs when, in words, and the long-running scheduler."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from config.business_time import BUSINESS_ZONE_NAME
from config.cron import Cron, CronTimes
from config.errors import UsageError
from config.schedule import BASE, ENVIRONMENTS, Schedule, read_schedule
from jobs.commands.schedule_words import coming_runs, describe, nights, warnings
from jobs.commands.whole_help import WholeHelpGroup
from jobs.parameters import FIRST_YEAR, json_option, sandbox_option, use_sandbox
from jobs.run.context import system_clock
from jobs.run.outcome import Outcome, Table
from jobs.run.result import RunResult
from jobs.terminal import say, show_table

LAST_YEAR = 2100

environment_option = click.option(
    "--env",
    "environment",
    type=click.Choice(ENVIRONMENTS),
    envvar="DEPLOYMENT_ENV",
    help="With the overlay of this environment; default DEPLOYMENT_ENV, else none.",
)
file_option = click.option(
    "--file", "file", type=click.Path(path_type=Path), default=BASE, help="Another schedule than config/schedule.yaml."
)


def schedule_command(
    jobs: Sequence[str],
    entrypoint: Path,
    *,
    clock: Callable[[], datetime] = system_clock,
) -> click.Group:
    """Return the group of commands on the schedule.

    jobs        the names of the jobs this installation has
    entrypoint  what the scheduler starts for each run
    """

    @click.group("schedule", cls=WholeHelpGroup, help="What runs when: next, explain; and the scheduler: run.")
    def schedule() -> None: ...

    @schedule.command(
        "next",
        help="Show the coming runs.\n\nExamples:\n\n  python3 invoke_jobs.py schedule next --job PAD_RECONCILE"
        "\n\n  python3 invoke_jobs.py schedule next --from 2026-12-24T17:00 --count 40",
    )
    @click.option("--job", help="Only this job.")
    @click.option("--count", default=10, show_default=True, type=click.IntRange(1, 1000), help="How many.")
    @click.option("--from", "begin", help="From this time in the schedule's zone, like 2026-12-24T17:00; default now.")
    @json_option
    @environment_option
    @file_option
    def next_runs(
        *, job: str | None, count: int, begin: str | None, as_json: bool, environment: str | None, file: Path
    ) -> None:
        found = read_schedule(environment, file)
        named = {name: one.times for name, one in found.commands.items() if one.enabled}
        if job is not None:
            if job not in named:
                raise UsageError(f"{job} has no schedule; there are {', '.join(named)}.")
            named = {job: named[job]}
        table = coming_runs(named, _instant(begin, found.zone) if begin else clock(), count)
        _show("schedule next", [table], [f"Note: {stranger}." for stranger in found.strangers(jobs)], as_json=as_json)

    @schedule.command(
        help="Put a cron expression into words, and show the nights on which clocks change."
        '\n\nExamples:\n\n  python3 invoke_jobs.py schedule explain "*/5 6-20 * * mon-fri"'
        '\n\n  python3 invoke_jobs.py schedule explain "1 1 * * *" --zone America/Toronto'
    )
    @click.argument("cron")
    @click.option("--zone", default=BUSINESS_ZONE_NAME, show_default=True, help="The time zone.")
    @click.option("--from", "begin", help="From this time in the zone; default now.")
    @json_option
    def explain(cron: str, zone: str, begin: str | None, as_json: bool) -> None:
        try:
            read = Cron(cron, zone)
        except ValueError as error:
            raise UsageError(f"{cron!r} cannot be used: {error}.") from None
        after = _instant(begin, zone) if begin else clock()
        around = list(nights(read, after))
        tables = [
            coming_runs({cron: CronTimes((read,))}, after, 5),
            *(replace(table, title=f"{said} {table.title}") for said, table in around),
        ]
        notes = warnings(read, after)
        if not around:
            notes.append(f"The clocks of {zone} do not change in the coming year.")
        _show("schedule explain", tables, [describe(read), *notes], as_json=as_json)

    @schedule.command(
        help="Run every job at its time until told to stop. Each run is a process of its own.\n\nExample:"
        "\n\n  python3 invoke_jobs.py schedule run --env prod"
    )
    @click.option("--port", type=click.IntRange(0, 65535), help="Serve /healthz, /readyz and /metrics here; 0: any.")
    @click.option("--host", default="0.0.0.0", show_default=True, help="The address to serve on.")  # noqa: S104
    @sandbox_option
    @environment_option
    @file_option
    def run(*, port: int | None, host: str, sandbox: bool, environment: str | None, file: Path) -> int:
        from jobs.scheduler.process import run_scheduler

        found = _checking_itself(read_schedule(environment, file), environment, file)
        if sandbox:
            use_sandbox()
        chosen = found.cluster.scheduler.port if port is None else port
        return run_scheduler(found, jobs, entrypoint, address=(host, chosen), clock=clock)

    return schedule


def _checking_itself(schedule: Schedule, environment: str | None, file: Path) -> Schedule:
    """Give the `check` that the scheduler starts the schedule that the scheduler runs by."""
    if schedule.check is None:
        return schedule
    same = (*(("--env", environment) if environment else ()), *(("--file", str(file)) if file != BASE else ()))
    check = schedule.check.model_copy(update={"arguments": (*schedule.check.arguments, *same)})
    return schedule.model_copy(update={"check": check})


def _instant(text: str, zone: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--from {text!r} was not understood: expected like 2026-12-24T17:00.") from None
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise UsageError(f"--from {text!r}: is the year right? It can be {FIRST_YEAR} to {LAST_YEAR}.")
    return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _show(command: str, tables: list[Table], notes: list[str], *, as_json: bool) -> None:
    if as_json:
        RunResult(job=command, outcome=Outcome(tables=tables, notes=notes)).write_json(sys.stdout)
        return
    for note in notes:
        say(note)
    for table in tables:
        show_table(table, most=None)
