"""A job that is given databases by address needs no pay database of ours."""

import pytest
from sqlalchemy import Engine, text

from config.errors import ExitCode, UsageError
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tests.jobs.conftest import RunJob, job_that


def test_it_runs_without_the_settings_of_a_pay_database(run_job: RunJob, settings: pytest.MonkeyPatch) -> None:
    settings.delenv("DATABASE_URL")

    result = run_job(job_that(lambda *_: Outcome(answer="looked"), on_pay_database=False))

    assert (result.exit_code, result.outcome.answer) == (ExitCode.DONE, "looked")


@pytest.mark.parametrize("trigger", ["hand", "cronjob"])
def test_it_leaves_no_run_whoever_starts_it(
    run_job: RunJob, settings: pytest.MonkeyPatch, engine: Engine, trigger: str
) -> None:
    settings.setenv("PAY_JOBS_TRIGGER", trigger)

    result = run_job(job_that(lambda *_: Outcome(), on_pay_database=False))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pay_jobs.job_runs")) == 0
    assert result.run_id is None


def test_what_it_raises_is_told_as_of_any_job(run_job: RunJob) -> None:
    def refused(*_: object) -> Outcome:
        raise UsageError("Nothing was compared.")

    result = run_job(job_that(refused, on_pay_database=False))

    assert result.exit_code == ExitCode.USAGE
    assert "Nothing was compared." in str(result.error)


def test_it_cannot_reach_for_the_pay_database_all_the_same(run_job: RunJob) -> None:
    def reaching(context: RunContext, _: object) -> Outcome:
        with context.database.begin():
            return Outcome()

    result = run_job(job_that(reaching, on_pay_database=False))

    assert result.exit_code == ExitCode.FAILED
    assert "this job has no pay database" in str(result.error)
