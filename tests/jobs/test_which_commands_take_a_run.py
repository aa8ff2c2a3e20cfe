"""A person who only asks, or mistypes, leaves no run; what the clock starts always does."""

import pytest
from sqlalchemy import Engine, text

from config.errors import ExitCode, UsageError
from jobs.run.outcome import Outcome
from tasks.generate_statements.arguments import Arguments
from tests.jobs.conftest import RunJob, job_that


def runs(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT status FROM pay_jobs.job_runs ORDER BY id")))


def mistyped(*_: object) -> Outcome:
    raise UsageError("No payment account has the auth account id 'nobody'.")


def test_a_question_by_hand_leaves_no_run_and_one_of_the_clock_does(
    run_job: RunJob, settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    question = job_that(lambda context, _: Outcome(notes=[f"run {context.run_id}"]), reads_only=True)

    assert run_job(question).outcome.notes == ["run None"]
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")
    run_job(question)

    assert runs(engine) == ["done"]


def test_a_question_is_answered_beside_a_run_that_holds_the_lock(run_job: RunJob) -> None:
    asked: list[ExitCode] = []

    def meanwhile(*_: object) -> Outcome:
        asked.append(run_job(job_that(lambda *_: Outcome(), reads_only=True)).exit_code)
        return Outcome()

    run_job(job_that(meanwhile))

    assert asked == [ExitCode.DONE]


def test_a_command_that_a_person_mistyped_leaves_no_run_and_one_of_the_clock_does(
    run_job: RunJob, settings: pytest.MonkeyPatch, engine: Engine
) -> None:
    result = run_job(job_that(mistyped))
    assert (result.exit_code, result.run_id) == (ExitCode.USAGE, None)

    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")
    run_job(job_that(mistyped))

    assert runs(engine) == ["failed"]


def test_a_mistyped_command_that_had_done_something_keeps_its_run(run_job: RunJob, engine: Engine) -> None:
    def begun(context: object, _: object) -> Outcome:
        context.record_progress({"last_file": "a.csv"})  # type: ignore[attr-defined]
        return mistyped()

    run_job(job_that(begun))

    assert runs(engine) == ["failed"]


def test_a_mistyped_command_whose_row_cannot_be_removed_keeps_it_with_its_outcome(
    run_job: RunJob, engine: Engine
) -> None:
    with engine.begin() as connection:
        connection.execute(text(
            "CREATE FUNCTION pay_jobs.refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'"
        ))  # fmt: skip
        connection.execute(text(
            "CREATE TRIGGER refuse BEFORE DELETE ON pay_jobs.job_runs EXECUTE FUNCTION pay_jobs.refuse()"
        ))  # fmt: skip
    try:
        run_job(job_that(mistyped))
    finally:
        with engine.begin() as connection:
            connection.execute(text("DROP FUNCTION pay_jobs.refuse CASCADE"))

    assert runs(engine) == ["failed"]


def test_looking_for_gaps_is_a_question() -> None:
    assert (Arguments(gaps=True).reads_only, Arguments(fill_gaps=True).reads_only) == (True, False)
