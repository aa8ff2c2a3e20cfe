"""People are told of a failure once an hour, a monitor of every run; neither can change how a run ends."""

import json
from pathlib import Path

import click
import pytest
from sqlalchemy import Engine, text

from config.errors import ConfigError, SourceUnavailable
from config.settings import PingSettings, read
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.outcome import Outcome, Reject
from jobs.run.stopping import StopRequest
from jobs.watch.notice import tell_failure
from tests.jobs.conftest import RunJob, job_that
from tests.monitor import monitoring


class SilentLog:
    """A log that nobody reads."""

    def info(self, *_said: object, **_facts: object) -> None: ...

    error = warning = info


@pytest.fixture
def notices(settings: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "notices"
    settings.setenv("NOTICE_WEBHOOK_URL", folder.as_uri())
    return folder


def sent(folder: Path) -> list[str]:
    """Return the text of every notice."""
    return [json.loads(path.read_text())["text"] for path in sorted(folder.glob("*.json"))]


def fails(_context: object, _arguments: object) -> Outcome:
    raise SourceUnavailable("The server 10.0.0.7 fell silent after 17 seconds.")


def finds_rejects(where: str) -> object:
    return lambda _context, _arguments: Outcome(rejects=[Reject(where, "held")])


def test_a_failed_run_is_told_once_with_the_command_that_shows_it(run_job: RunJob, notices: Path) -> None:
    failed = run_job(job_that(fails))
    run_job(job_that(fails))

    [said] = sent(notices)
    assert said.startswith(f"A_JOB: failed (run {failed.run_id}, exit 1)")
    assert f"python3 invoke_jobs.py show {failed.run_id}" in said


def test_the_same_failure_is_told_again_after_an_hour_with_how_often_it_happened(
    run_job: RunJob, notices: Path, engine: Engine
) -> None:
    for _ in range(3):
        run_job(job_that(fails))
    with engine.begin() as connection:
        connection.execute(text("UPDATE pay_jobs.notices SET sent_on = sent_on - interval '61 minutes'"))

    for path in notices.iterdir():
        path.rename(path.with_suffix(".first.json"))
    run_job(job_that(fails))

    assert [said.endswith("The same happened 2 more times since the last notice.") for said in sent(notices)].count(
        True
    ) == 1
    assert len(sent(notices)) == 2


def test_another_reject_is_another_failure(run_job: RunJob, notices: Path) -> None:
    for where in ("a.csv", "a.csv", "b.csv"):
        run_job(job_that(finds_rejects(where)))  # type: ignore[arg-type]

    said = sent(notices)
    assert len(said) == 2
    assert {"a.csv" in one or "b.csv" in one for one in said} == {True}


def test_good_runs_dry_runs_and_runs_that_find_the_lock_taken_are_not_told(run_job: RunJob, notices: Path) -> None:
    run_job(job_that(lambda _context, _arguments: Outcome()))
    run_job(job_that(fails), dry_run=True)

    def meets_another(_context: object, _arguments: object) -> Outcome:
        assert run_job(job_that(lambda _c, _a: Outcome())).exit_code == 75
        return Outcome()

    run_job(job_that(meets_another))

    assert sent(notices) == []


def test_a_notice_that_cannot_be_sent_is_sent_with_the_next_failure(
    run_job: RunJob, settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "notices"
    in_the_way.write_text("no folder")
    settings.setenv("NOTICE_WEBHOOK_URL", in_the_way.as_uri())
    result = run_job(job_that(fails))

    in_the_way.unlink()
    run_job(job_that(fails))

    assert result.exit_code == 1
    assert len(sent(in_the_way)) == 1


def test_without_a_webhook_a_mail_goes_to_operations(
    run_job: RunJob, settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.setenv("NOTICE_BY_MAIL", "true")
    settings.setenv("NOTIFY_API_URL", tmp_path.as_uri())
    settings.setenv("IT_OPS_EMAIL", "ops@example.org")

    run_job(job_that(fails))

    [mail] = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert mail["recipients"] == "ops@example.org"
    assert mail["content"]["subject"].startswith("A_JOB: failed")


def test_a_killed_run_is_told_by_the_scheduler(settings: pytest.MonkeyPatch, notices: Path) -> None:
    for _ in range(2):
        tell_failure("A_JOB", "The process was killed by signal 9.", log=SilentLog())

    assert sent(notices) == ["A_JOB: ended\nThe process was killed by signal 9."]


def test_a_monitor_hears_how_each_run_of_its_job_goes(run_job: RunJob, settings: pytest.MonkeyPatch) -> None:
    with monitoring() as monitor:
        settings.setenv("PAY_JOBS_PINGS", f"OTHER=https://example.org/other,A_JOB={monitor.url}")
        run_job(job_that(lambda _context, _arguments: Outcome()))
        run_job(job_that(fails))

    assert monitor.signals() == ["/uuid/start", "/uuid", "/uuid/start", "/uuid/fail"]
    rids = [query for _, query, _ in monitor.received]
    assert rids[0] == rids[1] != rids[2] == rids[3]
    assert "fell silent" in monitor.received[-1][2]


def test_a_monitor_hears_nothing_of_a_run_with_other_arguments_or_of_one_shard(
    run_job: RunJob, settings: pytest.MonkeyPatch
) -> None:
    job = job_that(lambda _context, _arguments: Outcome(), parameters=(click.Argument(["day"], required=False),))
    with monitoring() as monitor:
        settings.setenv("PAY_JOBS_PINGS", f"A_JOB={monitor.url}")
        run_job(job, day="2022-06-01")
        run_job(job, shard="1/2")
        assert monitor.signals() == []

        settings.setenv("PAY_JOBS_PINGS", f"A_JOB 2022-06-01={monitor.url}")
        run_job(job, day="2022-06-01")

    assert monitor.signals() == ["/uuid/start", "/uuid"]


@pytest.mark.parametrize("pings", ["A_JOB=http://127.0.0.1:1/uuid", "A_JOB=nowhere", "A_JOB"])
def test_a_monitor_that_is_away_or_misnamed_changes_nothing(
    run_job: RunJob, settings: pytest.MonkeyPatch, pings: str
) -> None:
    settings.setenv("PAY_JOBS_PINGS", pings)

    assert run_job(job_that(lambda _context, _arguments: Outcome())).exit_code == 0


@pytest.mark.parametrize("pings", ["https://monitor.example/a-secret", "https://monitor.example/a-secret=1"])
def test_the_address_of_a_monitor_that_stands_without_its_job_is_not_told(
    settings: pytest.MonkeyPatch, pings: str
) -> None:
    settings.setenv("PAY_JOBS_PINGS", pings)

    with pytest.raises(ConfigError) as error:
        read(PingSettings)

    assert "a pair has no address" in str(error.value)
    assert "a-secret" not in str(error.value)


def test_a_run_whose_scheduled_instant_was_taken_over_gives_way(settings: pytest.MonkeyPatch, engine: Engine) -> None:
    with engine.begin() as connection:
        claim = connection.scalar(
            text("INSERT INTO pay_jobs.scheduled_runs (job, scheduled_for, owner, owner_key, attempt)"
                 " VALUES ('A_JOB', '2026-11-22 08:01+00', 'me', 1, 2) RETURNING id")
        )  # fmt: skip
    ran: list[str] = []

    def does(_context: object, _arguments: object) -> Outcome:
        ran.append("ran")
        return Outcome()

    job = job_that(does)

    settings.setenv("PAY_JOBS_CLAIM", f"{claim}:1")
    old = execute(job, RunRequest({}, "A_JOB"), stop=StopRequest())
    settings.setenv("PAY_JOBS_CLAIM", f"{claim}:2")
    new = execute(job, RunRequest({}, "A_JOB"), stop=StopRequest())
    again = execute(job, RunRequest({}, "A_JOB"), stop=StopRequest())

    assert (old.exit_code, new.exit_code, again.exit_code) == (75, 0, 75)
    assert ran == ["ran"]
