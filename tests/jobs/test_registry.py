"""Every job that is listed can run, and every room is ours."""

import importlib
import shlex
from pathlib import Path

import click
import pytest

import config.settings
from config.errors import UsageError
from config.settings import Settings
from jobs.commands.cli import build_cli
from jobs.commands.whole_help import WholeHelpGroup
from jobs.job import Job, by_name, load
from jobs.parameters import REASON
from tasks import JOBS
from tools import TOOLS

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
def test_the_targets_of_a_job_are_there(job: Job) -> None:
    assert callable(job.load_task())
    assert isinstance(load(job.arguments), type)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
def test_the_settings_a_job_needs_are_there(job: Job) -> None:
    for name in job.needs:
        assert issubclass(getattr(config.settings, name), Settings)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: str(job.name))
def test_a_job_has_a_summary_a_runbook_and_examples_that_parse(job: Job) -> None:
    cli = build_cli((job,), use_sandbox=lambda: None, late={})
    command = cli.commands[job.name]

    assert job.summary.endswith(".")
    assert len(job.runbook.splitlines()) > 3
    assert job.examples
    for example in job.examples:
        name, *words = shlex.split(example)
        assert name == job.name
        context = command.make_context(name, words)
        values = {
            key: value for key, value in context.params.items() if key not in {"dry_run", "as_json", "sandbox", "shard"}
        }
        job.load_arguments(values)


def test_a_name_used_twice_is_refused() -> None:
    job = Job(name="A_JOB", summary="", run="one:run", arguments="one:Arguments")
    twin = Job(name="A_JOB", summary="", run="two:run", arguments="two:Arguments")

    with pytest.raises(ValueError, match="two jobs are named A_JOB: rename two:run or one:run"):
        by_name((job, twin))


def test_the_command_line_refuses_two_jobs_of_one_name() -> None:
    with pytest.raises(ValueError, match="two jobs are named"):
        build_cli((JOBS[0], JOBS[0]), use_sandbox=lambda: None, late={})


@pytest.mark.parametrize(
    "room",
    [
        "access",
        "config",
        "console",
        "jobs",
        "diagnosis",
        "tasks",
        "tools",
        "connectors",
        "database",
        "sandbox",
        "invoke_jobs",
    ],
)
def test_the_rooms_are_ours_and_no_distribution_of_that_name(room: str) -> None:
    found = importlib.import_module(room).__file__

    assert found is not None
    assert Path(found).resolve().is_relative_to(ROOT)
    assert ".venv" not in Path(found).resolve().relative_to(ROOT).parts


def test_a_command_is_named_as_its_job() -> None:
    cli = build_cli(JOBS, use_sandbox=lambda: None, late={})

    commands = [name for name in cli.list_commands(click.Context(cli)) if name.isupper()]
    assert commands == sorted(job.name for job in JOBS)


def test_a_dry_run_needs_no_reason(capsys: pytest.CaptureFixture[str]) -> None:
    asked: list[str] = []
    dry_run = click.Option(["--dry-run"], is_flag=True, is_eager=True)
    command = click.Command("x", params=[REASON, dry_run], callback=lambda reason, dry_run: asked.append(reason))

    command.main(["--dry-run"], standalone_mode=False)
    with pytest.raises(click.MissingParameter, match="reason"):
        command.main([], standalone_mode=False)

    assert asked == ["a dry run"]


def test_a_blank_reason_is_refused() -> None:
    command = click.Command("x", params=[REASON], callback=lambda reason: None)

    with pytest.raises(UsageError, match="is blank: say who asked"):
        command.main(["--reason", "  "], standalone_mode=False)


@pytest.mark.parametrize("tool", [one for _, group in TOOLS.values() for one in group], ids=lambda tool: str(tool.name))
def test_every_reason_that_is_required_is_the_one_that_a_dry_run_does_not_need(tool: Job) -> None:
    assert [one for one in tool.parameters if one.name == "reason" and one.required and one is not REASON] == []


def test_a_list_of_commands_shows_whole_sentences() -> None:
    sentence = "Show " + "each of them " * 12 + "to its end."
    group = WholeHelpGroup("things", commands=[click.Command("list", help=f"{sentence}\n\nExample:")])

    assert sentence in " ".join(group.get_help(click.Context(group)).split())
