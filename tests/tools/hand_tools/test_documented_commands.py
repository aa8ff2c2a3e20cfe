"""Every command that README.md and docs/operations.md tell people to type is one that the command line knows."""

import re
import shlex
from pathlib import Path

import click
import pytest

import invoke_jobs

ROOT = Path(__file__).resolve().parents[3]
_COMMAND = re.compile(r"python3 invoke_jobs\.py ([^`\n]+)")
_SHELL = re.compile(r"\\?\|| {3}|$")  # what follows is a pipe, or the next column


def documented() -> list[str]:
    """Give the words after the entrypoint, as often as they stand in the documents."""
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/operations.md")]
    found = [_SHELL.split(command, maxsplit=1)[0].strip() for text in texts for command in _COMMAND.findall(text)]
    return sorted({command for command in found if command != "..."})


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """The whole command line, as the entrypoint puts it together."""
    found: list[click.Group] = []
    monkeypatch.setattr("jobs.commands.cli.main", found.append)
    invoke_jobs.main()
    return found[0]


def parse(command: click.Command, name: str, words: list[str], parent: click.Context | None = None) -> None:
    """Parse a command and its options without running it. Raises click.ClickException where it is not known."""
    context = command.make_context(name, words, parent)
    if isinstance(command, click.Group):
        member, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert member is not None and found is not None
        parse(found, member, rest, context)


@pytest.mark.parametrize("line", documented())
def test_a_documented_command_is_known(cli: click.Group, line: str) -> None:
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


def test_every_question_about_the_jobs_has_its_place() -> None:
    guide = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    answered = {int(number) for number in re.findall(r"^### (\d+)\. ", guide, re.MULTILINE)}
    elsewhere = {
        int(number)
        for number in re.findall(r"^\| (\d+) \| ", guide.partition("### Not about the jobs")[2], re.MULTILINE)
    }

    assert answered | elsewhere == set(range(1, 22))
    assert not answered & elsewhere
