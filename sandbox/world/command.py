"""`sandbox simulate`: nights of a seeded world from the command line."""

import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from config.errors import ExitCode, UsageError
from config.plurals import counted
from jobs.parameters import DAY, MOST_DAYS, MOST_ROWS, json_option
from jobs.run.result import print_json
from sandbox import state

if TYPE_CHECKING:
    from sandbox.world.chronicle import Chronicle
    from sandbox.world.story import Story

SHOWN = 20
_TOLD_EVERY = 10


@click.command("simulate")
@click.option("--nights", type=click.IntRange(1, MOST_DAYS), default=7, show_default=True, help="How many.")
@click.option(
    "--seed", type=click.IntRange(0, MOST_ROWS), default=1, show_default=True, help="The same seed, the same world."
)
@click.option("--from", "first", type=DAY, default="2026-01-01", show_default=True, help="The first day.")
@click.option(
    "--faults", default="none", show_default=True, help="What strikes runs: all, none, or kinds like kill,lost."
)
@click.option("--without", multiple=True, metavar="ACTOR", help="Who does nothing. Repeatable.")
@click.option("--situations", is_flag=True, help="List what a world must get into, and how often this one did.")
@click.option("--keep", is_flag=True, help="Keep the world's data, to look into it.")
@json_option
def simulate(
    *,
    nights: int,
    seed: int,
    first: date,
    faults: str,
    without: tuple[str, ...],
    situations: bool,
    keep: bool,
    as_json: bool,
) -> int:
    """Let nights of a seeded world pass, with customers, CAS, CGI and CFS, and hold every row against a model. Exit 0
    if all stood as it must, 3 at the first night where something did not.
    """
    story = _story(seed, nights, first, faults, without)
    return _simulate(story, _folder_to_keep(seed) if keep else None, situations=situations, as_json=as_json)


def _story(seed: int, nights: int, first: date, faults: str, without: tuple[str, ...]) -> "Story":
    """Return what was asked for. Raises UsageError for a kind of fault or an actor that there is not."""
    from sandbox.world.faults import KINDS
    from sandbox.world.night import ACTORS
    from sandbox.world.story import Story

    kinds = {"all": KINDS, "none": ()}.get(faults, tuple(filter(None, faults.split(","))))
    for given, known, what in ((kinds, KINDS, "kind of fault"), (without, ACTORS, "actor")):
        for one in given:
            if one not in known:
                raise UsageError(f"There is no {what} {one!r}. There are: {', '.join(known)}.")
    return Story(seed, nights, first, tuple(one for one in KINDS if one in kinds), without)


def _simulate(story: "Story", folder: Path | None, *, situations: bool, as_json: bool) -> int:
    from sandbox.world.simulate import own_parts, shrink, simulate
    from sandbox.world.world_night import WorldNight

    began = time.monotonic()

    def passed(night: WorldNight) -> None:
        number = (night.day - story.first).days + 1
        if number % _TOLD_EVERY == 0:
            click.echo(f"{night.day}: night {number:,}, {len(night.world.model.invoices):,} invoices", err=as_json)

    shown = story
    with ExitStack() as stack:
        parts = stack.enter_context(own_parts(keep=folder))
        done = simulate(parts, story, passed)
        if done.problems:
            for line in (f"Night {done.nights:,} is wrong:", *_first(done.problems), "Looking for a shorter story."):
                click.echo(line, err=as_json)
            shown = shrink(parts, replace(story, nights=done.nights), done.problems[0])
    code = ExitCode.ATTENTION if done.problems else ExitCode.DONE
    if done.problems:
        answer = (
            f"Night {done.nights:,} of seed {story.seed} ({done.day}) is wrong. The shortest story that "
            f"shows it: python3 invoke_jobs.py {shown.command()} --keep"
        )
    else:
        seconds = time.monotonic() - began
        answer = (
            f"{counted(story.nights, 'night')} of seed {story.seed} from {story.first}: everything stood as it must. "
            f"{len(done.chronicle.reached):,} of {len(done.chronicle.awaited):,} situations were reached. "
            f"Digest {done.digest}, {seconds:.0f} s."
        )
    notes = []
    if folder is not None:
        notes.append(
            f"Look into it: PAY_JOBS_SANDBOX={folder} python3 invoke_jobs.py sandbox up, then any command with "
            f"PAY_JOBS_SANDBOX={folder} and --sandbox."
        )
    if as_json:
        tables: dict[str, list[dict[str, Any]]] = {
            "problems": [{"problem": problem} for problem in done.problems],
            "situations": done.chronicle.situations(),
            "happened": [{"what": one, "times": times} for one, times in sorted(done.chronicle.happened.items())],
        }
        print_json("sandbox simulate", tables, answer=answer, notes=notes, code=code)
    else:
        _say([*(_reached(done.chronicle) if situations else []), answer, *notes])
    return int(code)


def _say(lines: list[str]) -> None:
    for line in lines:
        click.echo(line)


def _reached(chronicle: "Chronicle") -> list[str]:
    return [f"  {one['times']:>6,}  {one['situation']}" for one in chronicle.situations()]


def _first(problems: list[str]) -> list[str]:
    more = [f"  and {len(problems) - SHOWN:,} more"] if len(problems) > SHOWN else []
    return [*(f"  {problem}" for problem in problems[:SHOWN]), *more]


def _folder_to_keep(seed: int) -> Path:
    folder = state.home() / f"world-{seed}"
    if folder.exists():
        raise UsageError(f"{folder} has an earlier world of this seed: delete it, or leave out --keep.")
    return folder
