"""`sandbox`: start, stop and show the embedded default, and walk through it."""

from collections.abc import Mapping
from functools import partial

import click

from config.errors import ExitCode
from config.visible import to_json
from jobs.commands.whole_help import WholeHelpGroup
from jobs.parameters import MOST_ROWS, json_option
from jobs.run.result import answer_json, print_json
from sandbox import state
from sandbox.demo_data import DemoSize
from sandbox.world.command import simulate


@click.group("sandbox", cls=WholeHelpGroup)
def sandbox() -> None:
    """Real parts on this machine, for trying things out: PostgreSQL, S3, SFTP, CFS."""


_DEFAULT = DemoSize()
_ROWS = click.IntRange(0, MOST_ROWS)
_accounts = click.option(
    "--accounts", default=_DEFAULT.weekly_accounts, show_default=True, type=_ROWS, help="Weekly accounts."
)
_invoices = click.option(
    "--invoices", default=_DEFAULT.invoices, show_default=True, type=_ROWS, help="Invoices in the week."
)


@sandbox.command()
@_accounts
@_invoices
@json_option
def up(accounts: int, invoices: int, as_json: bool) -> None:
    """Start it; the first time, load a believable pay database."""
    from sandbox import up as parts

    say = partial(click.echo, err=as_json)
    settings = parts.up(DemoSize(weekly_accounts=accounts, invoices=invoices), say=say)
    if as_json:
        _print_settings("sandbox up", settings)
        return
    click.echo("The sandbox is up. Add --sandbox to any command, or use it yourself:")
    for name, value in settings.items():
        click.echo(f"  export {name}='{value}'")


@sandbox.command()
@click.option("--forget", is_flag=True, help="Delete its data as well.")
@json_option
def down(forget: bool, as_json: bool) -> None:
    """Stop it. Its data stays for the next `up`, unless --forget."""
    from sandbox import up as parts

    was_there = parts.down(forget=forget)
    said = "The sandbox is down." if was_there else "There was no sandbox."
    if as_json:
        print_json("sandbox down", {}, answer=said)
    else:
        click.echo(said)


@sandbox.command()
@json_option
def status(as_json: bool) -> int:
    """Show whether it is running and how to reach it. Exit 0 if it is, 1 if not."""
    settings = state.running()
    if as_json:
        _print_settings("sandbox status", settings)
        return ExitCode.FAILED if settings is None else ExitCode.DONE
    if settings is None:
        click.echo("The sandbox is down. Start it: python3 invoke_jobs.py sandbox up")
        return 1
    click.echo(f"The sandbox is up, in {state.home()}.")
    for name, value in settings.items():
        click.echo(f"  {name}={value}")
    return 0


@sandbox.command()
@_accounts
@_invoices
def demo(accounts: int, invoices: int) -> int:
    """Start it and walk through the jobs, showing each command as an operator would type it."""
    from sandbox import demo as shown
    from sandbox import up as parts

    settings = parts.up(DemoSize(weekly_accounts=accounts, invoices=invoices), say=click.echo)
    todo = shown.steps(settings["DATABASE_URL"], state.home())
    code = shown.walk(todo, run=shown.run_command, say=click.echo)
    click.echo(shown.farewell(state.home()))
    return code


sandbox.add_command(simulate)


def _print_settings(command: str, settings: Mapping[str, str] | None) -> None:
    """Print where the sandbox is; `settings` is None where it is down."""
    if settings is None:
        print_json(command, {"settings": []}, answer="The sandbox is down.", code=ExitCode.FAILED)
        return
    rows = [{"name": name, "value": value} for name, value in settings.items()]
    shown = answer_json(command, {"settings": rows}, answer=f"The sandbox is up, in {state.home()}.")
    click.echo(to_json(shown))  # its passwords are of this machine only, and somebody is to use them
