"""An entrypoint like invoke_jobs.py, with jobs that do what their arguments say. The scheduler's tests start it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import click

from config.errors import SourceUnavailable
from jobs.commands.cli import build_cli, main
from jobs.job import Job
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome


class Arguments:
    """How long to work, whether to fail, and whether only once."""

    def __init__(self, seconds: float = 0, fail: bool = False, heal: str | None = None) -> None:
        self.seconds = seconds
        self.fail = fail
        self.heal = heal


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Work so long, in steps at which it may be asked to stop."""
    if arguments.heal and not Path(arguments.heal).exists():
        Path(arguments.heal).touch()
        raise SourceUnavailable("It fails the first time.")
    if arguments.fail:
        raise SourceUnavailable("It was told to fail.")
    for _ in range(int(arguments.seconds * 20)):
        context.stop.wait(0.05)
    return Outcome()


def _job(name: str) -> Job:
    return Job(
        name=name,
        summary="Do what the arguments say.",
        run=f"{__name__}:run",
        arguments=f"{__name__}:Arguments",
        parameters=(
            click.Option(["--seconds"], type=float, default=0),
            click.Option(["--fail"], is_flag=True),
            click.Option(["--heal"]),
        ),
        examples=(name,),
    )


NAMES = ("PROBE", "OTHER", "KILLED", "LATE")

if __name__ == "__main__":
    sys.exit(main(build_cli(tuple(map(_job, (*NAMES, "check"))), use_sandbox=lambda: None, late={})))
