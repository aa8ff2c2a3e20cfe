"""`sandbox`: start, stop and show the embedded default, and walk through it."""

import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from sandbox import state
from sandbox.demo_data import DemoSize

ENTRYPOINT = Path(__file__).resolve().parent.parent / "invoke_jobs.py"
NIGHT = "2022-06-25"
MONDAY = "2022-06-27"
Steps = tuple[tuple[str, tuple[str, ...]], ...]


def sandbox_command() -> click.Group:
    """Return the group of commands on the sandbox."""

    @click.group("sandbox", help="Real parts on this machine, for trying things out: PostgreSQL, S3, SFTP, CFS.")
    def sandbox() -> None: ...

    default = DemoSize()
    accounts = click.option("--accounts", default=default.weekly_accounts, show_default=True, help="Weekly accounts.")
    invoices = click.option("--invoices", default=default.invoices, show_default=True, help="Invoices in the week.")

    @sandbox.command(help="Start it; the first time, load a believable pay database.")
    @accounts
    @invoices
    def up(accounts: int, invoices: int) -> None:
        from sandbox import up as parts

        settings = parts.up(DemoSize(weekly_accounts=accounts, invoices=invoices), say=click.echo)
        click.echo("The sandbox is up. Add --sandbox to any command, or use it yourself:")
        for name, value in settings.items():
            click.echo(f"  export {name}='{value}'")

    @sandbox.command(help="Stop it. Its data stays for the next `up`, unless --forget.")
    @click.option("--forget", is_flag=True, help="Delete its data as well.")
    def down(forget: bool) -> None:
        from sandbox import up as parts

        was_there = parts.down(forget=forget)
        click.echo("The sandbox is down." if was_there else "There was no sandbox.")

    @sandbox.command(help="Show whether it is running and how to reach it. Exit 0 if it is, 1 if not.")
    def status() -> int:
        settings = state.running()
        if settings is None:
            click.echo("The sandbox is down. Start it: python3 invoke_jobs.py sandbox up")
            return 1
        click.echo(f"The sandbox is up, in {state.home()}.")
        for name, value in settings.items():
            click.echo(f"  {name}={value}")
        return 0

    @sandbox.command(help="Start it and walk through the jobs, showing each command as an operator would type it.")
    @accounts
    @invoices
    def demo(accounts: int, invoices: int) -> int:
        from sandbox import feedback_demo
        from sandbox import up as parts

        settings = parts.up(DemoSize(weekly_accounts=accounts, invoices=invoices), say=click.echo)
        code = walk(STATEMENTS)
        code = code or walk(_settlement(settings["DATABASE_URL"]))
        code = code or walk(feedback_demo.steps(settings["DATABASE_URL"], state.home(), now=datetime.now(UTC)))
        code = code or walk(_slips_and_stuck(state.home() / "stale.html"))
        click.secho("\nThe sandbox is still up: add --sandbox to any command; `sandbox down` stops it.", bold=True)
        return code

    return sandbox


def _settlement(database_url: str) -> Steps:
    """Lay a settlement file out as CAS would, and give the steps that take it from there."""
    from sandbox import cfs_part, settlement_demo, sftp_server

    sftp, cfs = sftp_server.find_running(state.home()), cfs_part.find_running(state.home())
    assert sftp is not None and cfs is not None
    with closing(cfs.admin) as admin:
        name = settlement_demo.lay_out(database_url, sftp, admin)
    return (
        (f"CAS has put {name} into its SFTP directory. What would it do?", ("PAD_RECONCILE", "--dry-run", "--sandbox")),
        ("Apply it: one payment bounced, one row is for nobody we know.", ("PAD_RECONCILE", "--sandbox")),
        ("Again: nothing is applied twice.", ("PAD_RECONCILE", "--sandbox")),
        ("The files there were.", ("files", "list", "--sandbox")),
    )


def _slips_and_stuck(page: Path) -> Steps:
    return (
        (
            "CFS cannot edit a receipt: what would it take to correct the slips that were counted wrong?",
            ("ROUTING_SLIP_RECREATE", "--only", "correction", "--dry-run", "--sandbox"),
        ),
        (
            "Correct them: each step is looked up in CFS first.",
            ("ROUTING_SLIP_RECREATE", "--only", "correction", "--sandbox"),
        ),
        (
            f"What stands still on the Monday after that week, why, and whose turn is it? All of it is in {page}.",
            ("STALE_INVOICE_REPORT", "--as-of", MONDAY, "--html", str(page), "--sandbox"),
        ),
        ("What ran.", ("history", "--sandbox", "--limit", "20")),
    )


STATEMENTS: Steps = (
    ("Every job there is.", ("list",)),
    ("Is everything in order?", ("doctor", "--sandbox")),
    (f"The night of {NIGHT}, a Saturday: daily and weekly statements.", ("GENERATE_STATEMENTS", NIGHT, "--sandbox")),
    ("The same night again changes nothing.", ("GENERATE_STATEMENTS", NIGHT, "--sandbox")),
    (
        "Which daily statements of that week are missing?",
        ("GENERATE_STATEMENTS", "--gaps", "--since", "2022-06-24", "--until", NIGHT, "--sandbox"),
    ),
    (
        "Make exactly those.",
        ("GENERATE_STATEMENTS", "--fill-gaps", "--since", "2022-06-24", "--until", NIGHT, "--sandbox"),
    ),
)


def walk(steps: Steps) -> int:
    """Run commands one by one as a person would; stop at the first that fails (exit 3 asks for a look, no more)."""
    for why, words in steps:
        click.secho(f"\n# {why}\n$ python3 invoke_jobs.py {' '.join(words)}", bold=True)
        code = subprocess.run([sys.executable, str(ENTRYPOINT), *words], check=False).returncode
        if code not in {0, 3}:
            return code
    return 0
