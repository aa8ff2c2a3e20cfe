"""Every command has --json, and what it prints has one shape, also where the command is refused."""

from collections.abc import Iterator
from decimal import Decimal

import click
import jsonschema
import pytest

from config.errors import ExitCode, SourceUnavailable
from jobs.commands.cli import main
from jobs.run.outcome import Outcome, Reject, Table
from jobs.run.result import RunResult, show
from tasks import JOBS
from tests.docs.demo import whole_command_line
from tests.json_output import SCHEMA, read_json, rows_of

# What runs until it is stopped, walks through other commands, or writes files where it is told to.
_WITHOUT = {"console", "schedule run", "sandbox demo", "artifacts get"}


def leaves(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(words), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*words, name))


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    return whole_command_line(monkeypatch)


def test_every_command_has_json_and_a_refusal_has_the_shape_of_a_run(
    cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = dict(leaves(cli))

    assert commands.keys() >= _WITHOUT
    for name in sorted(commands.keys() - _WITHOUT):
        assert any("--json" in parameter.opts for parameter in commands[name].params), name
        code = main(cli, [*name.split(), "--json", "--no-such-option"])
        said = read_json(capsys.readouterr().out)
        assert (code, said["exit_code"], said["status"]) == (ExitCode.USAGE, 2, "failed"), name
        assert said["error"], name


def test_a_run_with_everything_in_it_has_the_shape(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome(answer="Two things.", artifacts=["a/b.csv"], notes=["a note"])
    outcome.counts["rows_read"] = 2
    outcome.rejects.append(Reject("line 7", "unknown", "why", "files list", Decimal("12.50")))
    outcome.tables += [
        Table("b.csv: 2 rows", ("CFS number", "made (UTC)", ""), [("REG1", None, Decimal("1.00"))], "outcomes"),
        Table("c.csv: 1 row", ("CFS number", "made (UTC)", ""), [], "outcomes"),
    ]

    show(RunResult("A_JOB", run_id=4, outcome=outcome, failure=SourceUnavailable("CFS is away")), as_json=True)

    said = read_json(capsys.readouterr().out)
    assert [table["title"] for table in said["tables"]] == ["b.csv: 2 rows", "c.csv: 1 row"]
    assert said["tables"][0]["rows"] == [{"cfs_number": "REG1", "made_utc": None, "value": "1.00"}]
    assert (said["rejects"][0]["amount"], said["counts"]) == ("12.50", {"rows_read": 2})


def test_the_list_of_jobs_has_the_shape(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(cli, ["list", "--json"]) == ExitCode.DONE
    assert [row["job"] for row in rows_of(read_json(capsys.readouterr().out), "jobs")] == [job.name for job in JOBS]


@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["schedule", "next"], "coming"),
        (["schedule", "explain", "1 1 * * *"], "coming"),
        (["manifests", "--env", "dev"], "objects"),
        (["run-job", "GENERATE_STATEMENTS", "2022-06-25", "--env", "dev"], "objects"),
        (["db", "sql", "--table", "outbox"], "sql"),
        (["db", "grants", "--role", "somebody"], "sql"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_commands_that_need_no_database_answer_in_the_shape(
    cli: click.Group, words: list[str], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, [*words, "--json"]) == ExitCode.DONE
    assert rows_of(read_json(capsys.readouterr().out), key)


def test_a_wrong_shape_would_be_found() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"job": "x"}, SCHEMA)
