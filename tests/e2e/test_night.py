"""The entrypoint as an operator types it: the night, one account, gaps, dry run, history."""

import json
import shlex

import pytest

from tests.dumps import dump
from tests.e2e.conftest import Operator
from tests.json_output import rows_of
from tests.statement_factory import StatementBooks

pytestmark = pytest.mark.slow
SATURDAY = "2022-06-25"
MADE = [
    ("1234", "DAILY", "2022-06-25", "2022-06-25"),
    ("5678", "WEEKLY", "2022-06-19", "2022-06-25"),
    ("9012", "WEEKLY", "2022-06-19", "2022-06-25"),
]


def test_the_night_by_date(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run("GENERATE_STATEMENTS", SATURDAY)

    assert said.code == 0
    assert pay.keys() == MADE
    assert [len(one.invoices) for one in pay.statements()] == [2, 3, 3]
    headline, *counts = said.out.splitlines()
    assert headline.startswith("GENERATE_STATEMENTS finished in ")
    assert headline.endswith(" s [run 1]")
    assert [line.split(maxsplit=1) for line in counts] == [["3", "statements created"], ["8", "invoices linked"]]


def test_the_log_goes_to_stderr_as_json_and_ends_with_the_run(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run("GENERATE_STATEMENTS", SATURDAY)

    events = [json.loads(line) for line in said.err.splitlines()]
    assert [event["event"] for event in events] == ["run.started", "period.done", "period.done", "run.finished"]
    assert {event["run_id"] for event in events} == {1}


def test_one_account_only(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run("GENERATE_STATEMENTS", SATURDAY, "5678")

    assert said.code == 0
    assert pay.keys() == MADE[1:2]


def test_json_is_one_object(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run("GENERATE_STATEMENTS", SATURDAY, "--json")

    assert said.code == 0
    assert (said.json["job"], said.json["status"], said.json["exit_code"], said.json["run_id"]) == (
        "GENERATE_STATEMENTS", "done", 0, 1,
    )  # fmt: skip
    assert (said.json["counts"], said.json["error"]) == ({"statements_created": 3, "invoices_linked": 8}, None)


def test_a_second_run_changes_nothing(operator: Operator, pay: StatementBooks) -> None:
    operator.run("GENERATE_STATEMENTS", SATURDAY)
    before = pay.written()

    said = operator.run("GENERATE_STATEMENTS", SATURDAY, "--json")

    assert pay.written() == before
    assert {name: value for name, value in said.json["counts"].items() if value} == {"statements_kept": 3}


def test_a_dry_run_leaves_no_trace_and_says_what_would_have_changed(
    operator: Operator, pay: StatementBooks, database_url: str
) -> None:
    before = dump(database_url)

    said = operator.run("GENERATE_STATEMENTS", SATURDAY, "--dry-run")

    assert dump(database_url) == before
    assert said.code == 0
    assert "GENERATE_STATEMENTS would finish (dry run of " in said.out
    assert "3  statements created" in said.out


def test_all_shards_together_make_the_night(operator: Operator, pay: StatementBooks) -> None:
    codes = [operator.run("GENERATE_STATEMENTS", SATURDAY, "--shard", f"{number}/2").code for number in (1, 2)]

    assert codes == [0, 0]
    assert pay.keys() == MADE


def test_pods_of_an_indexed_job_together_make_the_night(operator: Operator, pay: StatementBooks) -> None:
    for index in ("0", "1"):
        operator.run("GENERATE_STATEMENTS", SATURDAY, JOB_COMPLETION_INDEX=index, JOB_COMPLETION_COUNT="2")

    assert pay.keys() == MADE


GAPS = ("GENERATE_STATEMENTS", "--gaps", "--since", "2022-06-24", "--until", SATURDAY)


def test_gaps_exit_3_and_each_repair_can_be_copied_from_its_line(operator: Operator, pay: StatementBooks) -> None:
    found = operator.run(*GAPS)
    repairs = [
        line[line.index("python3") :] for line in found.out.splitlines() if "python3" in line and "All" not in line
    ]

    codes = [operator.run(*shlex.split(repair)[2:]).code for repair in repairs]

    assert found.code == 3
    assert codes and set(codes) == {0}
    assert operator.run(*GAPS).code == 0


def test_gaps_as_json(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run(*GAPS, "--account", "5678", "--json")

    assert (said.code, said.json["status"]) == (3, "attention")
    assert rows_of(said.json, "missing") == [
        {
            "kind": "WEEKLY",
            "from": "2022-06-19",
            "to": "2022-06-25",
            "accounts": 1,
            "for_example": "5678",
            "command": "python3 invoke_jobs.py GENERATE_STATEMENTS 2022-06-25 5678",
        }
    ]


def test_filling_shows_the_plan_and_makes_what_is_missing(operator: Operator, pay: StatementBooks) -> None:
    said = operator.run("GENERATE_STATEMENTS", "--fill-gaps", "--since", "2022-06-24", "--until", SATURDAY)

    assert said.code == 0
    assert said.out.index("Plan: statements to make") < said.out.index("4  statements created")
    assert operator.run(*GAPS).code == 0


def test_history_and_show_tell_what_ran(operator: Operator, pay: StatementBooks) -> None:
    operator.run("GENERATE_STATEMENTS", SATURDAY, "5678")

    [run] = rows_of(operator.run("history", "--json").json, "runs")
    shown = operator.run("show", "1")

    assert (run["command"], run["status"], run["triggered_by"]) == (
        "GENERATE_STATEMENTS 2022-06-25 5678", "done", "hand:olive",
    )  # fmt: skip
    assert "GENERATE_STATEMENTS 2022-06-25 5678" in shown.out


def test_the_list_needs_no_setting(operator: Operator) -> None:
    said = operator.run("list", DATABASE_URL=None)

    assert (said.code, said.err) == (0, "")
    assert "python3 invoke_jobs.py GENERATE_STATEMENTS 2022-06-25" in said.out
