"""`sandbox simulate`: nights of a seeded world from the command line."""

import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import click

from config.errors import ExitCode, UsageError
from jobs.parameters import DAY
from sandbox import state

SHOWN = 20
_TOLD_EVERY = 10


def simulate_command() -> click.Command:
    """Return the command."""

    @click.command(
        "simulate",
        help="Let nights of a seeded world pass, with customers, CAS, CGI and CFS, and hold every row against a model. "
        "Exit 0 if all stood as it must, 3 at the first night where something did not.",
    )
    @click.option("--nights", type=click.IntRange(min=1), default=7, show_default=True, help="How many.")
    @click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same world.")
    @click.option("--from", "first", type=DAY, default="2026-01-01", show_default=True, help="The first day.")
    @click.option("--keep", is_flag=True, help="Keep the world's data, to look into it.")
    def simulate(nights: int, seed: int, first: date, keep: bool) -> int:
        return _simulate(nights, seed, first, _folder_to_keep(seed) if keep else None)

    return simulate


def _simulate(nights: int, seed: int, first: date, folder: Path | None) -> int:
    from sandbox.world.night import Night
    from sandbox.world.simulate import own_parts, simulate

    began = time.monotonic()

    def passed(night: Night) -> None:
        number = (night.day - first).days + 1
        if number % _TOLD_EVERY == 0:
            click.echo(f"{night.day}: night {number:,}, {len(night.world.model.invoices):,} invoices")

    with ExitStack() as stack:
        parts = stack.enter_context(own_parts(keep=folder))
        done = simulate(parts, seed=seed, nights=nights, first=first, passed=passed)
    if done.problems:
        _tell_problems(done.problems)
        click.echo(
            f"Night {done.nights:,} of seed {seed} ({done.day}) is wrong. Repeat it: python3 invoke_jobs.py sandbox "
            f"simulate --seed {seed} --from {first} --nights {done.nights} --keep"
        )
    else:
        seconds = time.monotonic() - began
        click.echo(
            f"{nights:,} nights of seed {seed} from {first} on: everything stood as it must, in "
            f"{done.situations:,} different situations. Digest {done.digest}, {seconds:.0f} s."
        )
    if folder is not None:
        click.echo(
            f"Look into it: PAY_JOBS_SANDBOX={folder} python3 invoke_jobs.py sandbox up, then any command with "
            f"PAY_JOBS_SANDBOX={folder} and --sandbox."
        )
    return int(ExitCode.ATTENTION if done.problems else ExitCode.DONE)


def _tell_problems(problems: list[str]) -> None:
    for problem in problems[:SHOWN]:
        click.echo(f"  {problem}")
    if len(problems) > SHOWN:
        click.echo(f"  and {len(problems) - SHOWN:,} more")


def _folder_to_keep(seed: int) -> Path:
    folder = state.home() / f"world-{seed}"
    if folder.exists():
        raise UsageError(f"{folder} has an earlier world of this seed: delete it, or leave out --keep.")
    return folder
