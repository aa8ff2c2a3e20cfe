"""`history` and `show`: what a run left, for people and as JSON."""

from collections.abc import Callable
from decimal import Decimal

import click
import pytest

from jobs.commands.cli import main
from jobs.commands.ledger_commands import history, show
from jobs.run.outcome import Outcome, Reject
from tests.jobs.conftest import RunJob, job_that
from tests.json_output import read_json, rows_of

Type = Callable[..., str]
NEXT = 'python3 invoke_jobs.py files replay a.csv --reason "..."'


@pytest.fixture
def typed(settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Type:
    commands = {"history": history, "show": show}

    def run(*words: object) -> str:
        capsys.readouterr()
        assert main(click.Group(commands=commands), [str(word) for word in words]) == 0
        return capsys.readouterr().out

    return run


def leaves_rejects(*_: object) -> Outcome:
    outcome = Outcome(notes=["b.csv waits until a.csv can be moved."])
    outcome.counts.update(rows_read=1200, rows_rejected=2)
    outcome.rejects += [
        Reject("a.csv", "held", "it is empty", NEXT),
        Reject("b.csv line 7", "no invoice", "REG00000007", amount=Decimal("8.50")),
    ]
    return outcome


def test_show_says_how_it_went_and_what_needs_attention_with_the_next_command(run_job: RunJob, typed: Type) -> None:
    result = run_job(job_that(leaves_rejects))

    said = typed("show", result.run_id)

    assert said.startswith(f"Run {result.run_id}: A_JOB needs attention, exit 3\n")
    for words in ("1,200 rows read", "hand, olive", "Vancouver (", "no invoice", "8.50", "b.csv waits until"):
        assert words in said
    assert NEXT in " ".join(said.split()) or "files replay" in said
    assert "{" not in said


def test_show_gives_the_rejects_as_objects(run_job: RunJob, typed: Type) -> None:
    result = run_job(job_that(leaves_rejects))

    shown = read_json(typed("show", result.run_id, "--json"))

    [run] = rows_of(shown, "run")
    assert (run["rejects_in_all"], run["counts"]["rows_read"]) == (2, 1200)
    assert rows_of(shown, "rejects")[0] == {
        "where": "a.csv", "reason": "held", "detail": "it is empty", "command": NEXT, "amount": None,
    }  # fmt: skip


def test_history_tells_what_the_clock_started_from_what_people_did(
    run_job: RunJob, settings: pytest.MonkeyPatch, typed: Type
) -> None:
    run_job(job_that(leaves_rejects, name="BY_HAND"))
    settings.setenv("PAY_JOBS_TRIGGER", "cronjob")
    run_job(job_that(leaves_rejects, name="BY_CLOCK"))

    assert "BY_HAND" not in typed("history", "--by", "clock", "--status", "attention")
    assert "BY_CLOCK" not in typed("history", "--by", "hand", "--since", "2022-06-25")
    assert "no run like that of any job" in typed("history", "--status", "failed")
