"""`history` and `show`: read the run ledger."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date
from typing import Any

import click
from sqlalchemy import Connection

from config.business_time import BUSINESS_ZONE, day_start
from config.command_line import typed
from config.errors import UsageError
from config.plurals import counted
from database.archived import where_older_rows_are
from jobs.commands.pay_database import pay_connection
from jobs.parameters import DAY, ROW_ID, json_option, sandbox_option
from jobs.run import ledger
from jobs.run.causes import attention_table
from jobs.run.figures import as_lines
from jobs.run.ledger import LogLine, Run
from jobs.run.outcome import Reject, Table
from jobs.run.result import print_json
from jobs.run.run_in_words import how_it_ended, run_facts
from jobs.terminal import say, show_table

SHOWN_LINES = 20


@click.command("history")
@click.option("--job", help="Only runs of this job.")
@click.option("--status", type=click.Choice(ledger.STATUSES), help="Only runs that ended so, or are in progress.")
@click.option("--since", type=DAY, help="Only runs that began on this day or later, by Vancouver time.")
@click.option("--by", type=click.Choice(["clock", "hand"]), help="Only what the clock started, or what people did.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
@json_option
@sandbox_option
def history(
    *, job: str | None, status: str | None, since: date | None, by: str | None, limit: int, as_json: bool,
    sandbox: bool,
) -> None:  # fmt: skip
    """Show the newest runs.

    Examples:

      python3 invoke_jobs.py history --job PAD_RECONCILE

      python3 invoke_jobs.py history --status attention --by clock --since 2022-06-25
    """
    with pay_connection("history", sandbox=sandbox) as connection:
        runs = ledger.newest(
            connection,
            job=job,
            status=status,
            since=day_start(since).replace(tzinfo=UTC) if since else None,
            by_clock=by == "clock" if by else None,
            limit=limit,
        )
        known = ", ".join(ledger.jobs(connection))
    if as_json:
        print_json("history", {"runs": [_as_json(run) for run in runs]})
        return
    if not runs:
        asked = " like that" if status or since or by else ""
        no_run = f"The ledger has no run{asked} of {job or 'any job'}"
        say(f"{no_run}; it has runs of {known}." if known else "No job has run yet: the ledger is empty.")
        return
    show_table(_runs_table(runs), most=None)


def find_run(connection: Connection, run_id: int, *, shown_by: str) -> Run:
    """Return a run. Raises UsageError where there is none, with the command that shows those there are."""
    run = ledger.find(connection, run_id)
    if run is None:
        unknown = f"There is no run {run_id}: `{shown_by}` shows those there are."
        raise UsageError(" ".join([unknown, *where_older_rows_are(connection, run_id)]))
    return run


@click.command("show")
@click.argument("run_id", metavar="RUN", type=ROW_ID)
@json_option
@sandbox_option
def show(run_id: int, as_json: bool, sandbox: bool) -> None:
    """Show one run: how it went, what needs attention, and what it stored.

    Example:

      python3 invoke_jobs.py show 42
    """
    with pay_connection("show", sandbox=sandbox) as connection:
        run = find_run(connection, run_id, shown_by="history")
        rejects = ledger.rejects_of(connection, run_id)
        log = ledger.log_of(connection, run_id)
    if as_json:
        print_json("show", _everything(run, rejects, log))
    else:
        _show_run(run, rejects, log)


def _runs_table(runs: Sequence[Run]) -> Table:
    columns = ("run", "command", "started", "UTC", "seconds", "status", "exit", "rejects", "by")
    rows = [
        (
            run.id,
            run.command,
            f"{run.started_on.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}",
            f"{run.started_on.astimezone(UTC):%H:%M:%S}",
            run.seconds,
            run.status,
            run.exit_code,
            run.rejects,
            run.triggered_by,
        )
        for run in runs
    ]
    return Table("Runs (Vancouver time)", columns, rows, "runs")


def _as_json(run: Run) -> dict[str, Any]:
    """Return a run with the number of its rejects, not all of which may have been kept."""
    facts = asdict(run)
    return {**facts, "rejects_in_all": facts.pop("rejects")}


def _everything(run: Run, rejects: Sequence[Reject], log: Sequence[LogLine]) -> dict[str, Any]:
    return {
        "run": [_as_json(run)],
        "rejects": [asdict(one) for one in rejects],
        "log": [{**asdict(one), "at": one.at.isoformat()} for one in log],
    }


def _show_run(run: Run, rejects: Sequence[Reject], log: Sequence[LogLine]) -> None:
    say(f"Run {run.id}: {run.command} {how_it_ended(run)}")
    if run.error:
        say(f"Error: {run.error}")
    show_table(Table(f"Run {run.id}", ("what", "which"), list(run_facts(run).items())), most=None)
    for line in as_lines(run.counts):
        say(f"  {line}")
    show_table(attention_table(rejects, in_all=run.rejects), most=None)
    for note in run.notes:
        say(note)
    if run.artifacts:
        say(f"To fetch what it stored: {typed('artifacts get', run.id)}")
    _show_log(run, log)


def _show_log(run: Run, log: Sequence[LogLine]) -> None:
    """Show the last lines of the log; the whole of what was kept is in --json and in the console."""
    rows = [
        (f"{one.at.astimezone(BUSINESS_ZONE):%H:%M:%S}", one.level, one.event, f"{one.facts}\n{one.traceback}".strip())
        for one in log[-SHOWN_LINES:]
    ]
    show_table(Table("Its log", ("at", "level", "what", "facts"), rows), most=None)
    if len(log) > SHOWN_LINES:
        say(f"{counted(len(log) - SHOWN_LINES, 'earlier line')}: {typed('show', run.id, '--json')}")
