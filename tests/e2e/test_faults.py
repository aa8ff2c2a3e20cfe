"""Two at once, killed in the middle, asked to stop: nothing half-done stays, and the next run finishes it."""

import signal
from typing import Any

import pytest

from tests.e2e.conftest import Operator, held_back
from tests.json_output import rows_of
from tests.statement_factory import Statement, StatementBooks

pytestmark = pytest.mark.slow
SATURDAY = "2022-06-25"
NIGHT = ("GENERATE_STATEMENTS", SATURDAY)


def runs(operator: Operator) -> list[dict[str, Any]]:
    """Return the ledger, oldest first."""
    found: list[dict[str, Any]] = rows_of(operator.run("history", "--json").json, "runs")
    return found[::-1]


def content(statements: list[Statement]) -> list[dict[str, Any]]:
    """Return everything but ids, which a sequence deals out with gaps."""
    return [{name: value for name, value in vars(one).items() if name != "id"} for one in statements]


@pytest.fixture
def undisturbed(operator: Operator, pay: StatementBooks) -> list[dict[str, Any]]:
    """What a run makes that nobody disturbs, taken back."""
    assert operator.run(*NIGHT).code == 0
    made = content(pay.statements())
    with pay.database.begin() as session:
        for table in ("statement_invoices", "statements", "pay_jobs.job_runs"):
            session.exec_driver_sql(f"DELETE FROM {table}")
    return made


def test_of_two_at_once_the_second_is_told_who_is_at_work(
    operator: Operator, pay: StatementBooks, undisturbed: list[dict[str, Any]], database_url: str
) -> None:
    with held_back(database_url) as until_it_waits:
        first = operator.start(*NIGHT)
        until_it_waits()
        second = operator.run(*NIGHT)
    done = first.end()

    assert (done.code, second.code) == (0, 75)
    first_run, second_run = runs(operator)
    assert (
        f"GENERATE_STATEMENTS is running already: run {first_run['id']} in pod pod-7, database process " in second.err
    )
    assert (first_run["status"], second_run["status"]) == ("done", "locked")
    assert second.out.startswith("GENERATE_STATEMENTS did not run: another run is in progress")
    assert content(pay.statements()) == undisturbed


def test_of_many_at_once_none_makes_a_duplicate(
    operator: Operator, pay: StatementBooks, undisturbed: list[dict[str, Any]]
) -> None:
    codes = [process.end().code for process in [operator.start(*NIGHT) for _ in range(4)]]

    assert set(codes) <= {0, 75}
    assert 0 in codes
    assert content(pay.statements()) == undisturbed


def test_a_run_that_was_killed_is_finished_by_the_next_one(
    operator: Operator, pay: StatementBooks, undisturbed: list[dict[str, Any]], database_url: str
) -> None:
    with held_back(database_url) as until_it_waits:
        killed = operator.start(*NIGHT)
        until_it_waits()
        killed.send_signal(signal.SIGKILL)
        assert killed.end().code == -signal.SIGKILL
        half = pay.keys()
    [lost] = runs(operator)

    said = operator.run(*NIGHT)

    assert half == [("1234", "DAILY", SATURDAY, SATURDAY)]
    assert lost["status"] == "lost"
    assert said.code == 0
    assert f"An earlier run of this job was lost: run {lost['id']} (GENERATE_STATEMENTS 2022-06-25)" in said.out
    assert "last period DAILY 2022-06-25" in said.out
    assert [run["status"] for run in runs(operator)] == ["lost", "done"]
    assert content(pay.statements()) == undisturbed


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_asked_to_stop_while_a_statement_runs_stops_at_once(
    operator: Operator, pay: StatementBooks, database_url: str, asked: signal.Signals
) -> None:
    with held_back(database_url) as until_it_waits:
        process = operator.start(*NIGHT)
        until_it_waits()
        process.send_signal(asked)
        said = process.end()

    [run] = runs(operator)
    assert said.code == 1
    assert said.out.startswith("GENERATE_STATEMENTS stopped on request after ")
    assert "The run was asked to stop; the transaction that was open was rolled back." in said.err
    assert (run["status"], run["exit_code"], run["progress"]["last_period"]) == (
        "interrupted", 1, "DAILY 2022-06-25",
    )  # fmt: skip
    assert pay.keys() == [("1234", "DAILY", SATURDAY, SATURDAY)]


def test_a_run_after_an_interruption_finishes_the_night(
    operator: Operator, pay: StatementBooks, undisturbed: list[dict[str, Any]], database_url: str
) -> None:
    with held_back(database_url) as until_it_waits:
        process = operator.start(*NIGHT)
        until_it_waits()
        process.send_signal(signal.SIGTERM)
        process.end()

    said = operator.run(*NIGHT)

    assert said.code == 0
    assert content(pay.statements()) == undisturbed


def test_filling_that_was_killed_is_continued_where_it_stopped(
    operator: Operator, pay: StatementBooks, database_url: str
) -> None:
    fill = ("GENERATE_STATEMENTS", "--fill-gaps", "--since", "2022-06-24", "--until", SATURDAY)
    with held_back(database_url) as until_it_waits:
        killed = operator.start(*fill)
        until_it_waits()
        killed.send_signal(signal.SIGKILL)
        killed.end()
    made_first = pay.statements()

    said = operator.run(*fill, "--json")

    assert len(made_first) == 2
    assert pay.statements()[:2] == made_first
    assert (said.code, said.json["counts"]["statements_created"]) == (0, 2)


def test_a_table_that_others_lock_for_long_fails_the_run_cleanly(
    operator: Operator, pay: StatementBooks, database_url: str
) -> None:
    with held_back(database_url):
        said = operator.run(*NIGHT, DATABASE_LOCK_TIMEOUT="0.3")

    assert said.code == 1
    assert "Another session held a lock for longer than the lock timeout" in said.err
    assert operator.run(*NIGHT).code == 0
