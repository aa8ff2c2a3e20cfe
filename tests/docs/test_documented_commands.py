"""Every command that README.md and docs/operations.md show runs on the demo, and prints what they show."""

import itertools
import os
import re
import shlex
import sys
from pathlib import Path

import click
import pytest

from config.errors import ExitCode
from jobs.commands.cli import main
from sandbox import state
from sandbox.demo import DemoStep, farewell, report_page, steps, walk
from tests.docs.demo import demo, whole_command_line, write_files
from tests.docs.documents import Example, commands, examples, missing, read, without_numbers
from tests.docs.walk import WALK, WIDTHS, on_a_screen
from tests.jobs.conftest import quiet

__all__ = ["quiet"]

MOST_LINES_OF_A_DEMO = 195  # and a few while the sandbox starts
_NOT_RUN = {
    "compare shadow": "the copies are on servers of nobody",
    "schedule run": "runs until it is stopped",
    "console": "serves until it is stopped",
    "sandbox": "the demo runs in one of its own",
    "manifests": "writes openshift/, which other tests read",
}
_REFUSED_ON_THE_DEMO = (
    "outbox retry 42",
    "outbox retry --kind",
    "replay-event --from-outbox 42",
    "repair pad-partial-credit 2 --memo",
    "repair pad-partial-credit 2 --not-made",
    "files ignore FEEDBACK",
    "artifacts get 42",
    "repair wrong-freeze",
)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    return whole_command_line(monkeypatch)


def parse(command: click.Command, name: str, words: list[str], parent: click.Context | None = None) -> None:
    """Parse a command and its options without running it. Raise click.ClickException where it is not known."""
    context = command.make_context(name, words, parent)
    if isinstance(command, click.Group):
        member, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert member is not None and found is not None
        parse(found, member, rest, context)


@pytest.mark.parametrize("line", commands())
def test_a_documented_command_is_known(
    cli: click.Group, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_files(tmp_path)
    try:
        parse(cli, "invoke_jobs.py", shlex.split(line))
    except click.exceptions.Exit as asked_for_help:
        assert asked_for_help.exit_code == 0


@pytest.mark.parametrize(
    "line",
    ["GENERATE_STATEMENT", "explain invioce 1", "check --pong x", "db reindex --index a", "repair pad-invoice x"],
)
def test_a_command_that_is_not_known_would_be_found(cli: click.Group, line: str) -> None:
    with pytest.raises(click.UsageError):
        parse(cli, "invoke_jobs.py", shlex.split(line))


def runnable(cli: click.Group, line: str) -> list[str]:
    """Return the words to run: as documented, with --dry-run where the command has it."""
    words = shlex.split(line)
    found: click.Command = cli
    for word in words:
        if not isinstance(found, click.Group) or word not in found.commands:
            break
        found = found.commands[word]
    has_dry_run = any("--dry-run" in parameter.opts for parameter in found.params)
    return [*words, *(["--dry-run"] if has_dry_run and "--dry-run" not in words else [])]


def decide_to_keep(folder: Path) -> None:
    """Decide KEEP in the plans that a dry run wrote, as a person would in an editor."""
    for plan in folder.glob("void-*.json"):
        plan.write_text(
            plan.read_text(encoding="utf-8").replace('"decision": ""', '"decision": "KEEP"'), encoding="utf-8"
        )


def run(cli: click.Group, words: list[str], folder: Path) -> tuple[int, str, str]:
    """Run a command in a fork of this process, which ends with it; return its exit code, stdout and stderr."""
    out, err = folder / "stdout", folder / "stderr"
    child = os.fork()
    if child == 0:
        code = 70
        try:
            with out.open("w", encoding="utf-8") as sys.stdout, err.open("w", encoding="utf-8") as sys.stderr:
                code = main(cli, words)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_documented_command_runs_on_the_demo_and_prints_what_is_shown(
    cli: click.Group, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One demo for all of them: the files of an evening are applied for real, everything else is a dry run.

    The walk through the FAQ shares it: one command an item, read on a narrow and on a wide screen. So does what
    `make demo` shows, at the end, because it is no dry run.
    """
    walked: dict[tuple[str, int], list[str]] = {}
    shown = {one.command: one for one in examples()}
    problems: dict[str, object] = {}
    with demo(tmp_path, monkeypatch):
        for line in ("PAD_RECONCILE", "EJV_FEEDBACK_CHECK"):
            assert run(cli, [line], tmp_path)[0] == ExitCode.ATTENTION
        for answer, columns in itertools.product(WALK, WIDTHS):
            seen = on_a_screen(cli, shlex.split(answer.command), columns, tmp_path / "stderr")
            (tmp_path / "plan.json").unlink(missing_ok=True)
            if faults := seen.faults(answer):
                walked[answer.item, columns] = faults
        for line in dict.fromkeys([*shown, *commands()]):
            if line.startswith(tuple(_NOT_RUN)):
                continue
            code, printed, complaint = run(cli, runnable(cli, line), tmp_path)
            decide_to_keep(tmp_path)
            expected = {2} if line.startswith(_REFUSED_ON_THE_DEMO) else {0, 3}
            if code not in expected:
                problems[line] = (code, complaint[-500:])
            elif line in shown and (lost := missing(shown[line], printed)):
                problems[line] = lost
        told = tell_the_demo(cli, tmp_path)

    assert (problems, walked) == ({}, {})
    commands_shown = [line for line in told if line.startswith("$ ")]
    assert len(told) <= MOST_LINES_OF_A_DEMO
    assert [line for line in told if line.startswith('{"')] == []
    assert (
        sum(" explain " in line for line in commands_shown) == sum(" repair " in line for line in commands_shown) == 1
    )


def tell_the_demo(cli: click.Group, folder: Path) -> list[str]:
    """Return the lines that `make demo` shows of the sandbox at hand, and check that no command failed."""
    lines: list[str] = []

    def run_here(step: DemoStep) -> tuple[int, str]:
        code, printed, complaint = run(cli, list(step.words), folder)
        assert code in {0, 3}, (step.command, complaint[-500:])
        return code, printed

    assert walk(steps(os.environ["DATABASE_URL"], state.home()), run=run_here, say=lines.append) == 0
    assert report_page(state.home()).exists()
    return "\n".join([*lines, farewell(state.home())]).splitlines()


def test_a_cell_that_is_not_printed_would_be_found() -> None:
    printed = " batch   state      amount \n 5       uploaded   25105.08 \nBatches: 1"
    example = Example("ejv outstanding", ("batch   state      age", "7   uploaded   17.00"))

    assert missing(example, printed) == ["age"]
    assert without_numbers("run 42, REG00000031, 2022-06-19 15:37:12, a13c5ed0-a36f-4260-8b46-cff89a0dcd71") == (
        "run 0 REG0 0 0 0"
    )


def test_every_question_about_the_jobs_has_its_place() -> None:
    guide = read("docs/operations.md")
    answered = {int(number) for number in re.findall(r"^### (\d+)\. ", guide, re.MULTILINE)}
    elsewhere = {
        int(number)
        for number in re.findall(r"^\| (\d+) \| ", guide.partition("### Not about the jobs")[2], re.MULTILINE)
    }

    assert answered | elsewhere == set(range(1, 22))
    assert not answered & elsewhere
