"""A run that ended badly keeps the last lines of its log: masked, bounded, and read as they were told."""

import logging
from typing import Any

import click
import pytest
from sqlalchemy import Engine, text

from config.errors import ExitCode, SourceUnavailable
from config.log_tail import KEPT_LINES, MOST_CHARACTERS
from jobs.commands.cli import main
from jobs.commands.ledger_commands import show
from jobs.run import ledger
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tests.jobs.conftest import RunJob, job_that
from tests.json_output import read_json, rows_of

BANK = "004512345"


def kept(engine: Engine, run_id: int | None) -> list[ledger.LogLine]:
    assert run_id is not None
    with engine.connect() as connection:
        return ledger.log_of(connection, run_id)


def as_stored(engine: Engine, run_id: int | None) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT log::text FROM pay_jobs.job_runs WHERE id = :id"), {"id": run_id}))


def many_lines_and_a_failure(context: RunContext, _arguments: Any) -> Outcome:
    for number in range(300):
        context.log.info("file.listed", number=number)
    raise SourceUnavailable("The SFTP server of CAS does not answer.")


def says_secrets(context: RunContext, _arguments: Any) -> Outcome:
    context.log.warning("cfs.asked", password="hunter2!", header=f"Bearer {'a1b2' * 6}", bank_account_number=BANK)
    logging.getLogger("urllib3").warning("token=%s for account number %s", "abc" * 9, BANK)
    raise RuntimeError(f"bank account number: {BANK}")


def says_much(context: RunContext, _arguments: Any) -> Outcome:
    for number in range(100):
        context.log.info("answer.read", number=number, body="x" * 3_000)
    return Outcome(rejects=[Reject("a.csv", "held")])


def says_what_cannot_be_stored(context: RunContext, _arguments: Any) -> Outcome:
    logging.getLogger("urllib3").warning("%d rows", "no number")
    context.log.info("rate.measured", rate=float("nan"), most=float("inf"), name="a\x00b\ud800")
    return Outcome(rejects=[Reject("a.csv", "held")])


def test_a_run_that_failed_keeps_its_last_lines_up_to_the_error(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(many_lines_and_a_failure))

    lines = kept(engine, result.run_id)
    assert result.exit_code is ExitCode.FAILED
    assert len(lines) == KEPT_LINES
    assert (lines[0].event, lines[0].facts, lines[0].level) == ("file.listed", "number=101", "info")
    assert (lines[-1].event, lines[-1].level) == ("run.failed", "error")
    assert "The SFTP server of CAS does not answer." in lines[-1].facts
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_a_run_that_is_done_keeps_none(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(lambda context, _: context.log.info("said") or Outcome()))

    assert kept(engine, result.run_id) == []


def test_no_secret_and_no_bank_account_is_kept(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(says_secrets))

    stored = as_stored(engine, result.run_id)
    assert {line.event for line in kept(engine, result.run_id)} >= {"run.started", "cfs.asked", "run.failed"}
    assert "RuntimeError" in kept(engine, result.run_id)[-1].traceback
    assert [secret for secret in ("hunter2", "a1b2", "abcabc", BANK) if secret in stored] == []


def test_what_is_kept_is_bounded_and_the_newest_lines_stay(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(says_much))

    lines = kept(engine, result.run_id)
    assert result.status == "attention"
    assert len(as_stored(engine, result.run_id)) < MOST_CHARACTERS + 4 * KEPT_LINES
    assert 20 < len(lines) < 40
    assert lines[-1].facts.startswith("number=99  body=xxx")


def test_show_prints_the_last_lines_and_json_has_them_all(
    run_job: RunJob, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    result = run_job(job_that(many_lines_and_a_failure))
    group = click.Group(commands={"show": show})
    capsys.readouterr()

    assert main(group, ["show", str(result.run_id)]) == 0
    said = capsys.readouterr().out
    assert main(group, ["show", str(result.run_id), "--json"]) == 0
    told = read_json(capsys.readouterr().out)

    assert "number=299" in said
    assert "number=200" not in said
    assert f"180 earlier lines: python3 invoke_jobs.py show {result.run_id} --json" in said
    assert [line["event"] for line in rows_of(told, "log")][-2:] == ["file.listed", "run.failed"]
    assert len(rows_of(told, "log")) == KEPT_LINES


def test_lines_that_cannot_be_put_into_words_do_not_hide_how_the_run_ended(run_job: RunJob, engine: Engine) -> None:
    result = run_job(job_that(says_what_cannot_be_stored))

    with engine.connect() as connection:
        ended = connection.execute(
            text("SELECT status, exit_code, rejects FROM pay_jobs.job_runs WHERE id = :id"), {"id": result.run_id}
        ).one()
    lines = kept(engine, result.run_id)
    assert tuple(ended) == ("attention", 3, 1)
    assert "a line of urllib3 that cannot be shown: TypeError" in {line.event for line in lines}
    assert "rate=NaN  most=Infinity" in next(line.facts for line in lines if line.event == "rate.measured")
