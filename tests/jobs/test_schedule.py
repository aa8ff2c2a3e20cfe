"""The schedule is checked whole, each mistake with its line; what it says is shown in words."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from config.business_time import BUSINESS_ZONE
from config.errors import ConfigError
from config.schedule import BASE, ENVIRONMENTS, read_schedule
from jobs.commands.cli import _words_of, main
from jobs.commands.schedule_commands import _checking_itself, schedule_command
from jobs.job import by_name
from tasks import JOBS
from tests.json_output import read_json, rows_of
from tools import BY_CLOCK

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAMES = [job.name for job in (*JOBS, *BY_CLOCK)]


@pytest.fixture
def cli() -> click.Group:
    command = schedule_command(NAMES, Path("invoke_jobs.py"), clock=lambda: NOW)
    return click.Group(commands={"schedule": command})


def changed(folder: Path, *replacements: tuple[str, str]) -> Path:
    """Return the schedule with mistakes in it."""
    text = BASE.read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "schedule.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("environment", [None, *ENVIRONMENTS])
def test_every_job_of_this_installation_has_a_schedule_in_every_environment(environment: str | None) -> None:
    schedule = read_schedule(environment)

    assert [said for said in schedule.strangers(NAMES) if "has no entry" in said] == []


@pytest.mark.parametrize("environment", [None, *ENVIRONMENTS])
def test_every_scheduled_command_is_understood_and_stands_in_the_ledger_as_in_the_schedule(
    environment: str | None,
) -> None:
    named = by_name((*JOBS, *BY_CLOCK))
    for name, scheduled in read_schedule(environment).jobs.items():
        job = named[scheduled.job or name]
        values = click.Command(name, params=list(job.parameters)).make_context(name, list(scheduled.arguments)).params
        job.load_arguments(values)
        assert _words_of(job, values) == list(scheduled.arguments)


def test_the_sandbox_has_the_times_of_production() -> None:
    """The sheet's environments are dev, test, sandbox and prod; the last two use the base file (schedules.md 1)."""
    assert read_schedule("sandbox").jobs == read_schedule("prod").jobs == read_schedule().jobs


def test_all_mistakes_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    lines = BASE.read_text(encoding="utf-8").splitlines()
    path = changed(
        tmp_path,
        ("cron: 1 1 * * *", "cron: 1 1 1 * mon"),
        ("deadline: 6h", "deadline: six hours"),
        ("missed: {run: latest, up_to: 20h}", "missed: {run: latest}"),
        ("tolerance: 20m", "tolerant: 20m"),
        ("port: 5432", "port: 0"),
    )

    with pytest.raises(ConfigError) as caught:
        read_schedule(None, path)

    said = str(caught.value)
    line = next(number for number, text in enumerate(lines, 1) if "1 1 * * *" in text and "cron:" in text)
    assert f"schedule.yaml:{line}: jobs.GENERATE_STATEMENTS.cron: it sets both" in said
    assert f"schedule.yaml:{line + 1}: jobs.GENERATE_STATEMENTS.deadline: 'six hours' is no length of time" in said
    assert f"schedule.yaml:{line + 2}: jobs.GENERATE_STATEMENTS.missed: say up to which age" in said
    assert "jobs.PAD_RECONCILE.tolerant: Extra inputs are not permitted" in said
    assert "cluster.egress.0.port" in said
    assert len(said.splitlines()) == 6


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        ("2026-11-20", "06:00", "20:55"),
        ("2026-11-21", "06:00", "18:55"),
        ("2026-11-22", "09:00", "20:55"),
        ("2026-11-23", "06:00", "20:55"),
    ],
)
def test_routing_slips_are_worked_while_cfs_is_open(day: str, first: str, last: str) -> None:
    begin, end = (datetime.fromisoformat(f"{day}T{at}-07:00") for at in (first, last))
    midnight = begin.replace(hour=0)

    instants = read_schedule().jobs["ROUTING_SLIP_RECREATE"].times.between(midnight, midnight + timedelta(days=1))

    assert (instants[0], instants[-1]) == (begin, end)
    assert len(instants) == (end - begin) / timedelta(minutes=5) + 1


def test_a_wrong_expression_of_several_is_named(tmp_path: Path) -> None:
    path = changed(tmp_path, ("cron: 1 1 * * *", 'cron: ["1 1 * * *", "1 1 1 * mon"]'))

    with pytest.raises(ConfigError, match=r"jobs.GENERATE_STATEMENTS.cron: '1 1 1 \* mon': it sets both"):
        read_schedule(None, path)


@pytest.mark.parametrize("cron", ["[]", "7"])
def test_a_job_that_names_no_expression_is_a_mistake(tmp_path: Path, cron: str) -> None:
    path = changed(tmp_path, ("cron: 1 1 * * *", f"cron: {cron}"))

    with pytest.raises(ConfigError, match="expected a cron expression, or a list of some"):
        read_schedule(None, path)


@pytest.mark.parametrize(
    ("right", "wrong", "example"),
    [
        ("cpu: 500m", "cpu: half", "500m"),
        ("memory: 512Mi", "memory: 512 MB", "512Mi"),
        ("secrets: [pay-jobs-database", "secrets: [Pay_Database", "pay-jobs-database"),
    ],
)
def test_what_is_written_wrongly_is_told_with_an_example_and_without_the_pattern(
    right: str, wrong: str, example: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as error:
        read_schedule(None, changed(tmp_path, (right, wrong)))
    assert f"is not understood: expected like {example}" in str(error.value)
    assert "[" not in str(error.value) and "\\" not in str(error.value)


def test_a_repeated_name_is_a_mistake(tmp_path: Path) -> None:
    path = changed(tmp_path, ("  EJV_FEEDBACK_CHECK:", "  PAD_RECONCILE:"))

    with pytest.raises(ConfigError, match=r"schedule.yaml:\d+: PAD_RECONCILE stands here a second time"):
        read_schedule(None, path)


def test_a_file_that_is_not_yaml_says_where(tmp_path: Path) -> None:
    path = tmp_path / "schedule.yaml"
    path.write_text("jobs:\n  A: [1\n", encoding="utf-8")

    with pytest.raises(ConfigError, match=r"schedule.yaml:\d+: "):
        read_schedule(None, path)


def test_a_file_that_no_entry_takes_is_a_mistake(tmp_path: Path) -> None:
    path = changed(tmp_path, ("job: PAD_RECONCILE\n    source", "job: PAD_RECONCILED\n    source"))

    with pytest.raises(ConfigError, match="files are taken by an entry of `jobs`; there is no PAD_RECONCILED"):
        read_schedule(None, path)


def test_an_overlay_changes_single_values_and_its_mistakes_carry_its_own_name(tmp_path: Path) -> None:
    path = changed(tmp_path)
    overlay = tmp_path / "schedule.dev.yaml"
    overlay.write_text("jobs:\n  PAD_RECONCILE:\n    deadline: 5m\nfiles: []\n", encoding="utf-8")

    schedule = read_schedule("dev", path)
    overlay.write_text("jobs:\n  PAD_RECONCILE:\n    deadline: soon\n", encoding="utf-8")

    assert schedule.jobs["PAD_RECONCILE"].deadline == timedelta(minutes=5)
    assert schedule.jobs["PAD_RECONCILE"].cron == read_schedule().jobs["PAD_RECONCILE"].cron
    assert schedule.files == ()
    with pytest.raises(ConfigError, match=r"schedule.dev.yaml:3: jobs.PAD_RECONCILE.deadline"):
        read_schedule("dev", path)


def test_next_shows_local_time_and_utc(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(cli, ["schedule", "next", "--job", "GENERATE_STATEMENTS", "--count", "2", "--json"])

    rows = rows_of(read_json(capsys.readouterr().out), "coming")
    assert code == 0
    assert [(row["local"], row["utc"]) for row in rows] == [
        ("Mon 2026-11-23 01:01 -0700", "2026-11-23 08:01"),
        ("Tue 2026-11-24 01:01 -0700", "2026-11-24 08:01"),
    ]


@pytest.mark.parametrize("begin", ["0001-01-01", "9999-12-31T23:00", "tomorrow"])
def test_a_time_that_no_schedule_reaches_is_a_wrong_command(
    cli: click.Group, capsys: pytest.CaptureFixture[str], begin: str
) -> None:
    code = main(cli, ["schedule", "next", "--from", begin])

    assert (code, f"--from {begin!r}" in capsys.readouterr().err) == (2, True)


def test_next_reads_from_in_the_schedules_zone(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    words = [
        "schedule",
        "next",
        "--job",
        "ROUTING_SLIP_RECREATE",
        "--count",
        "2",
        "--from",
        "2026-12-24T20:50",
        "--json",
    ]

    main(cli, words)

    rows = rows_of(read_json(capsys.readouterr().out), "coming")
    assert [row["local"] for row in rows] == ["Thu 2026-12-24 20:55 -0700", "Fri 2026-12-25 06:00 -0700"]


def test_explain_says_it_in_words_and_shows_the_nights(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(cli, ["schedule", "explain", "30 1 * * *", "--zone", "America/Toronto"])

    said = capsys.readouterr().out
    assert code == 0
    assert "At 01:30, America/Toronto time." in said
    assert "2027-03-14: 02:00 EST becomes 03:00 EDT, an hour is left out" in said
    assert "2027-11-07: 02:00 EDT becomes 01:00 EST, an hour comes twice" in said
    assert said.count("Sun 2027-11-07 01:30 -0400") == 1
    assert "Sun 2027-11-07 01:30 -0500" not in said


def test_the_check_of_a_scheduler_reads_the_schedule_that_it_runs_by(tmp_path: Path) -> None:
    path = tmp_path / "schedule.yaml"

    schedule = _checking_itself(read_schedule("prod"), "prod", path)

    assert schedule.check is not None
    assert schedule.check.arguments == ("--tell", "--env", "prod", "--file", str(path))


def test_explain_refuses_what_readers_read_differently(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(cli, ["schedule", "explain", "0 2 * * 0"])

    assert code == 2
    assert "name them, mon to sat as a range" in capsys.readouterr().err


def test_an_entry_can_run_a_job_with_arguments_under_a_name_of_its_own() -> None:
    schedule = read_schedule()
    entry = schedule.jobs["PAD_RECONCILE_CREDITS"]

    assert entry.command("PAD_RECONCILE_CREDITS") == ("PAD_RECONCILE", "--sync-all-credits")
    assert list(schedule.enabled_jobs(["PAD_RECONCILE"])) == ["PAD_RECONCILE", "PAD_RECONCILE_CREDITS"]
    assert [said for said in schedule.strangers(job.name for job in JOBS) if "CREDITS" in said] == []


def test_the_preflight_runs_before_the_journals_of_every_evening_weekends_too() -> None:
    """docs/specs/schedules.md section 2: EJV_PARTNER at 19:01 and EJV_PAYMENT at 20:01, every day."""
    preflight = read_schedule("prod").jobs["EJV_PREFLIGHT"].times
    monday = datetime(2026, 11, 23, 12, 0, tzinfo=BUSINESS_ZONE)
    looks = preflight.between(monday, monday + timedelta(days=7))
    assert looks == [datetime(2026, 11, 23 + n, 18, 0, tzinfo=BUSINESS_ZONE) for n in range(7)]
