"""The command line, in this process: what it refuses, what it explains, what it leaves alone."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from jobs.commands.cli import build_cli, main
from jobs.commands.ledger_commands import history, show
from tasks import JOBS
from tasks.elsewhere import ELSEWHERE, RUN_BY_PAYMENT_JOBS
from tests.docs.demo import whole_command_line
from tests.jobs.conftest import RunJob, job_that
from tests.jobs.test_runner import PROMISED, add_code
from tests.json_output import read_json, rows_of

ROOT = Path(__file__).resolve().parents[2]


def nothing() -> None:
    """Leave the sandbox alone."""


@pytest.fixture
def cli() -> click.Group:
    late = {
        "history": ("Show the newest runs.", lambda: history),
        "show": ("Show one run.", lambda: show),
    }
    return build_cli(JOBS, elsewhere=ELSEWHERE, use_sandbox=nothing, late=late)


def every_command(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    """Return the words of each command there is."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        yield (*above, name)
        if isinstance(command, click.Group):
            yield from every_command(command, *above, name)


def test_no_help_text_breaks_a_command_to_copy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = whole_command_line(monkeypatch)

    def examples(columns: str) -> dict[tuple[str, ...], list[str]]:
        monkeypatch.setenv("COLUMNS", columns)
        found = {}
        for words in every_command(whole):
            main(whole, [*words, "--help"])
            said = capsys.readouterr().out.partition("\nOptions:")[0].splitlines()
            found[words] = [line.strip() for line in said if line.strip().startswith("python3 ")]
        return found

    narrow = examples("40")
    assert narrow == examples("4000")
    assert sum(map(len, narrow.values())) > 60


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["GENERATE_STATEMENT"], "Unknown job 'GENERATE_STATEMENT'. Did you mean GENERATE_STATEMENTS?"),
        (["generate_statements"], "Unknown job 'generate_statements'. Did you mean GENERATE_STATEMENTS?"),
        (["histroy"], "Unknown job 'histroy'. Did you mean history?"),
        (["GENERATE_STATEMENTS", "25.6.2022"], "'25.6.2022' is not a date: expected yyyy-mm-dd, like 2022-06-25."),
        (["GENERATE_STATEMENTS", "20220625"], "'20220625' is not a date: expected yyyy-mm-dd, like 2022-06-25."),
        (["GENERATE_STATEMENTS", "2022-06-31"], "'2022-06-31' is not a date: expected yyyy-mm-dd, like 2022-06-25."),
        (
            ["GENERATE_STATEMENTS", "--from", "0202-06-25", "--to", "2022-06-25"],
            "'0202-06-25' is before 2000: is the year right?",
        ),
        (["GENERATE_STATEMENTS", "0001-01-01"], "'0001-01-01' is before 2000: is the year right?"),
        (["GENERATE_STATEMENTS", "2022-06-25", ""], "The word after 2022-06-25 is empty: is a variable not set?"),
        (["PAD_RECONCILE", "--file", ""], "The word after --file is empty: is a variable not set?"),
        (["PAD_RECONCILE", "--file="], "--file has no value: is a variable not set?"),
        (["GENERATE_STATEMENTS", "--gap"], "No such option '--gap'"),
        (["GENERATE_STATEMENTS", "--parallel", "17"], "17 cannot be used: expected a whole number, from 1 to 16."),
        (["GENERATE_STATEMENTS", "--parallel", "x"], "'x' cannot be used: expected a whole number, from 1 to 16."),
        (
            ["GENERATE_STATEMENTS", "2022-06-25", "1", "7"],
            "1 word too many: 7. GENERATE_STATEMENTS takes [DAY]",
        ),
        (["PAD_RECONCILE", "a.csv"], "PAD_RECONCILE takes options only. Did you mean --file a.csv?"),
        (["PAD_RECONCILE", "a;b.csv"], "PAD_RECONCILE takes options only. Did you mean --file 'a;b.csv'?"),
        (["--dry-run", "GENERATE_STATEMENTS"], "first: python3 invoke_jobs.py COMMAND --dry-run."),
        (["GENERATE_STATEMENTS", "--from", "2022-06-25"], "--from and --to go together"),
        (
            ["STALE_INVOICE_REPORT", "--method", "EFT", "--method=PAD"],
            "--method was typed 2 times and takes one value.",
        ),
        (["STALE_INVOICE_REPORT", "--csv", "-"], "- is not taken for stdout here: name the file to write."),
        (["history", "--limit", "1", "--limit", "2"], "--limit was typed 2 times and takes one value."),
    ],
)
def test_a_wrong_command_is_refused_with_what_was_expected(
    cli: click.Group, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(cli, words) == 2

    out, err = capsys.readouterr()
    assert said in err
    assert out == ""


@pytest.mark.parametrize(
    ("words", "limits"),
    [
        (["STALE_INVOICE_REPORT", "--days", "1000000"], "from 0 to 36500"),
        (["STALE_INVOICE_REPORT", "--max-stuck", "3000000000"], "from 0 to 2147483647"),
        (["verify", "--days", "1000000"], "from 1 to 36500"),
        (["show", "9223372036854775808"], "from 1 to 9223372036854775807"),
        (["replay-event", "--from-outbox", "9223372036854775808", "--dry-run"], "from 1 to 9223372036854775807"),
    ],
)
def test_a_number_that_nothing_here_can_hold_is_refused_with_the_largest_that_can_be_used(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], limits: str
) -> None:
    assert main(whole_command_line(monkeypatch), words) == 2
    assert f"cannot be used: expected a whole number, {limits}." in capsys.readouterr().err


def test_every_number_on_the_command_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = whole_command_line(monkeypatch)

    def commands(group: click.Group) -> Iterator[click.Command]:
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            assert command is not None
            yield from commands(command) if isinstance(command, click.Group) else [command]

    numbers = [
        (command.name, one.name, one.type.max if isinstance(one.type, click.IntRange) else None)
        for command in commands(whole)
        for one in command.params
        if isinstance(one.type, click.types.IntParamType)
    ]
    assert [found for found in numbers if found[2] is None] == []
    assert len(numbers) > 20


def test_an_unknown_job_that_resembles_none_is_told_which_there_are(
    cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, ["xyzzy"]) == 2

    assert "Unknown job 'xyzzy'. There are: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["CREATE_INVOICES", "create_invoices", "EJV_PAYMENT"])
def test_a_job_of_the_reference_that_is_not_here_is_refused_with_who_runs_it(
    cli: click.Group, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(cli, [name]) == 2

    err = capsys.readouterr().err
    assert f"{name} is not run by this program, but by the payment-jobs of SBC Pay." in err
    assert "Did you mean" not in err


def test_the_jobs_that_run_elsewhere_are_those_of_the_timetable() -> None:
    schedules = (ROOT / "docs/specs/schedules.md").read_text(encoding="utf-8")
    timetable = schedules.partition("## 2. Job timetable")[2].partition("### 2.1")[0]
    ours = {job.name for job in JOBS} | {"ROUTING_SLIP"}

    assert set(re.findall(r"^\| ([A-Z_]{2,}) \|", timetable, re.MULTILINE)) - ours == RUN_BY_PAYMENT_JOBS


@pytest.mark.parametrize("name", ["STATEMENT", "RECONCILE_ALL", "REPORT"])
def test_no_name_is_suggested_rather_than_a_wrong_one(
    cli: click.Group, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert main(cli, [name]) == 2

    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize("words", [["GENERATE_STATEMENT", "--json"], ["GENERATE_STATEMENTS", "nonsense", "--json"]])
def test_a_usage_error_under_json_is_one_object(
    cli: click.Group, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    assert main(cli, words) == 2

    [line] = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    assert said.keys() >= PROMISED
    assert (said["job"], said["status"], said["exit_code"], said["run_id"]) == (words[0], "failed", 2, None)


def test_a_group_without_a_command_shows_its_help_once(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    cli.add_command(click.Group("explain", help="Tell the life of a thing."))

    assert main(cli, ["explain"]) == 2

    err = capsys.readouterr().err
    assert (err.count("Usage:"), err.count("Error:")) == (1, 0)


def test_help_shows_the_examples_an_operator_would_copy(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    for job in JOBS:
        assert main(cli, [job.name, "--help"]) == 0

        said = capsys.readouterr().out
        for example in job.examples:
            assert f"  python3 invoke_jobs.py {example}\n" in said


def test_help_lists_every_job_and_command(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(cli, ["--help"]) == 0

    said = capsys.readouterr().out
    for name in [*(job.name for job in JOBS), "list", "history", "show"]:
        assert f"  {name} " in said
    assert "75 another run holds the lock" in " ".join(said.split())


def test_the_list_has_each_job_with_an_example(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(cli, ["list"]) == 0

    said = capsys.readouterr().out
    for job in JOBS:
        assert job.summary in said
        assert f"python3 invoke_jobs.py {job.examples[0]}" in said


def test_the_list_under_json_is_one_object(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(cli, ["list", "--json"]) == 0

    listed = rows_of(read_json(capsys.readouterr().out), "jobs")
    assert [job["job"] for job in listed] == [job.name for job in JOBS]


def _end_of(program: str) -> tuple[int, str]:
    """Return the exit code of a program of its own, and what it complains of."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", [["list"], ["--help"], ["GENERATE_STATEMENTS", "--help"]])
def test_no_heavy_library_is_imported_before_a_job_needs_it(words: list[str]) -> None:
    program = (
        "import sys, invoke_jobs\n"
        f"sys.argv[1:] = {words}\n"
        "code = invoke_jobs.main()\n"
        "heavy = {'sqlalchemy', 'psycopg2', 'pydantic', 'alembic', 'rich', 'structlog', 'minio', 'paramiko', 'httpx'}\n"
        "sys.exit(code or ', '.join(heavy & sys.modules.keys()) or 0)\n"
    )

    assert _end_of(program) == (0, "")


def test_a_poll_without_files_imports_nothing_that_only_other_runs_need() -> None:
    program = (
        "import sys\n"
        "from jobs.job import load\n"
        "load('jobs.lifecycle.runner:execute'), load('jobs.lifecycle.delivery:deliver_own')\n"
        "load('tasks.pad_reconcile.task:run'), load('tasks.ejv_feedback_check.task:run')\n"
        "load('database.engine:make_engine')(load('config.settings:DatabaseSettings')(url='postgresql://h/d'),"
        " application_name='a')\n"
        "unneeded = {'rich', 'pygments', 'attr', 'invoke', 'yaml', 'minio', 'urllib3', 'httpx', 'alembic',"
        " 'sqlalchemy.orm', 'sqlalchemy.dialects.postgresql.asyncpg', 'asyncio.events', 'ssl', 'importlib.metadata'}\n"
        "sys.exit(', '.join(unneeded & sys.modules.keys()) or max(0, len(sys.modules) - 675))\n"
    )

    assert _end_of(program) == (0, "")


def test_a_request_to_the_object_store_imports_nothing_for_the_administration_of_buckets() -> None:
    program = (
        "import sys\n"
        "from jobs.job import load\n"
        "load('connectors.object_store_http:CheckedUploads')\n"
        "unneeded = {'minio.minioadmin', 'minio.crypto', 'minio.lifecycleconfig', 'minio.replicationconfig',"
        " 'minio.select', 'configparser', 'tarfile', 'Crypto', 'argon2'}\n"
        "sys.exit(', '.join(unneeded & sys.modules.keys()) or 0)\n"
    )

    assert _end_of(program) == (0, "")


def test_a_report_without_cfs_imports_nothing_for_calls_and_of_the_holidays_only_ours() -> None:
    program = (
        "import sys\n"
        "from datetime import UTC, datetime\n"
        "from jobs.job import load\n"
        "load('jobs.lifecycle.runner:execute'), load('tasks.stale_invoice_report.task:run')\n"
        "load('diagnosis.cutoffs:cutoffs_at')(datetime(2026, 11, 20, tzinfo=UTC), days=20)\n"
        "unneeded = {'httpx', 'minio', 'urllib3', 'xlsxwriter', 'asyncio.events', 'holidays.countries.france'}\n"
        "sys.exit(', '.join(unneeded & sys.modules.keys()) or 0)\n"
    )

    assert _end_of(program) == (0, "")


def test_history_and_show_tell_of_a_run(cli: click.Group, run_job: RunJob, capsys: pytest.CaptureFixture[str]) -> None:
    result = run_job(job_that(add_code), day="2022-06-25")
    capsys.readouterr()

    assert main(cli, ["history"]) == 0
    shown = capsys.readouterr().out
    assert main(cli, ["history", "--json", "--job", "A_JOB"]) == 0
    [run] = rows_of(read_json(capsys.readouterr().out), "runs")
    assert main(cli, ["show", str(result.run_id), "--json"]) == 0
    said = read_json(capsys.readouterr().out)
    assert main(cli, ["show", str(result.run_id)]) == 0

    assert "A_JOB 2022-06-25" in shown
    assert (run["status"], run["counts"]) == ("done", {"codes_added": 1})
    assert (rows_of(said, "run"), rows_of(said, "rejects")) == ([run], [])
    assert "1 codes added" in capsys.readouterr().out


def test_history_of_a_job_has_no_other_runs(
    cli: click.Group, run_job: RunJob, capsys: pytest.CaptureFixture[str]
) -> None:
    run_job(job_that(add_code))
    capsys.readouterr()

    assert main(cli, ["history", "--json", "--job", "OTHER_JOB"]) == 0

    assert rows_of(read_json(capsys.readouterr().out), "runs") == []


def test_history_of_a_job_that_never_ran_names_those_that_did(
    cli: click.Group, run_job: RunJob, capsys: pytest.CaptureFixture[str]
) -> None:
    run_job(job_that(add_code))
    capsys.readouterr()

    assert main(cli, ["history", "--job", "B_JOB"]) == 0

    assert capsys.readouterr().out == "The ledger has no run of B_JOB; it has runs of A_JOB.\n"


def test_history_before_the_first_run_says_that_there_was_none(
    cli: click.Group, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, ["history"]) == 0

    assert capsys.readouterr().out == "No job has run yet: the ledger is empty.\n"


def test_a_run_that_is_not_there_is_refused(
    cli: click.Group, settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, ["show", "42"]) == 2

    assert "There is no run 42: `history` shows those there are." in capsys.readouterr().err
