"""Every job that is listed can run, and every room is ours."""

import importlib
import shlex
from pathlib import Path

import click
import pytest

import config.settings
from config.settings import Settings
from jobs.commands.cli import build_cli
from jobs.job import Job, by_name, load
from tasks import JOBS

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
