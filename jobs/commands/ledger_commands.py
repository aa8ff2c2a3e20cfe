"""`history` and `show`: read the run ledger."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from config.errors import UsageError
from config.masking import mask
from config.settings import DatabaseSettings, read
from config.visible import to_json
from database.engine import make_engine
from database.errors import explain
from jobs.run import ledger
from jobs.run.outcome import Table
from jobs.terminal import say, show_table


def history_command(use_sandbox: Callable[[], None]) -> click.Command:
    """Return the command that lists runs."""

    @click.command(
        "history",
        help="Show the newest runs.\n\nExample:\n\n  python3 invoke_jobs.py history --job PAD_RECONCILE",
    )
    @click.option("--job", help="Only runs of this job.")
    @click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.option("--sandbox", is_flag=True, help="Read the sandbox's ledger.")
    def history(job: str | None, limit: int, as_json: bool, sandbox: bool) -> None:
        if sandbox:
            use_sandbox()
        with ledger_connection() as connection:
            runs = ledger.newest(connection, job=job, limit=limit)
            known = ", ".join(ledger.jobs(connection)) or "no job"
        if as_json:
            click.echo(to_json(mask({"runs": [asdict(run) for run in runs]})))
            return
        if not runs:
            say(f"The ledger has no run of {job or 'any job'}; it has runs of {known}.")
            return
        rows = [
            (
                run.id,
                run.command,
                f"{run.started_on:%Y-%m-%d %H:%M:%S}",
                run.seconds,
                run.status,
                run.exit_code,
                run.rejects,
            )
            for run in runs
        ]
        show_table(
            Table("Runs (UTC)", ("run", "command", "started", "seconds", "status", "exit", "rejects"), rows), most=None
        )

    return history


def show_command(use_sandbox: Callable[[], None]) -> click.Command:
    """Return the command that shows one run."""

    @click.command("show", help="Show one run of the ledger.\n\nExample:\n\n  python3 invoke_jobs.py show 42")
    @click.argument("run_id", type=click.IntRange(1))
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @click.option("--sandbox", is_flag=True, help="Read the sandbox's ledger.")
    def show(run_id: int, as_json: bool, sandbox: bool) -> None:
        if sandbox:
            use_sandbox()
        with ledger_connection() as connection:
            run = ledger.find(connection, run_id)
        if run is None:
            raise UsageError(f"There is no run {run_id}: `history` shows those there are.")
        if as_json:
            click.echo(to_json(mask(asdict(run))))
            return
        rows = [(name.replace("_", " "), value) for name, value in asdict(run).items() if value not in (None, {}, [])]
        show_table(Table(f"Run {run_id}", ("field", "value"), rows), most=None)

    return show


@contextmanager
def ledger_connection() -> Iterator[Connection]:
    """Connect to the pay database to read the ledger; errors come in our own words."""
    engine = make_engine(read(DatabaseSettings), application_name="pay-jobs history", pooled=False)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise explain(error) from error
