"""Which arguments go together, and what a wrong one is told."""

from datetime import date
from typing import Any

import click
import pytest

from config.errors import UsageError
from jobs.commands.cli import build_cli
from tasks.generate_statements import JOB
from tasks.generate_statements.arguments import Arguments
from tests.statement_factory import StatementBooks, day

TODAY = date(2022, 6, 26)
DAYS = {"day", "first", "last", "since", "until"}


def arguments(**given: Any) -> Arguments:
    read: dict[str, Any] = {name: day(value) if name in DAYS else value for name, value in given.items()}
    return Arguments(**read)


def read(*words: str) -> tuple[Arguments, str | None]:
    """Return the arguments that words are read as, and the shard."""
    command = build_cli((JOB,), use_sandbox=lambda: None, late={}).commands[JOB.name]
    params = command.make_context(JOB.name, list(words)).params
    return JOB.load_arguments({one.name: params[one.name] for one in JOB.parameters}), params["shard"]


def test_the_examples_of_the_help_are_read_as_they_are_meant() -> None:
    assert [read(*example.split()[1:]) for example in JOB.examples] == [
        (arguments(day="2022-06-25"), None),
        (arguments(), None),
        (arguments(day="2022-06-25", account="1234"), None),
        (arguments(first="2022-06-20", last="2022-06-25", only_account="1234"), None),
        (arguments(gaps=True, since="2022-01-01"), None),
        (arguments(fill_gaps=True, since="2022-01-01"), None),
        (arguments(day="2022-06-25"), "3/16"),
    ]


@pytest.mark.parametrize(("count", "is_taken"), [(0, False), (1, True), (16, True), (17, False)])
def test_up_to_sixteen_shards_are_worked_at_once(count: int, is_taken: bool) -> None:
    if is_taken:
        assert read("--parallel", str(count))[0].parallel == count
    else:
        with pytest.raises(click.BadParameter):
            read("--parallel", str(count))


def test_one_shard_is_worked_at_once_unless_said_and_the_help_says_so() -> None:
    command = build_cli((JOB,), use_sandbox=lambda: None, late={}).commands[JOB.name]

    assert read()[0].parallel == Arguments().parallel == 1
    assert "[default: 1; 1<=x<=16]" in command.get_help(click.Context(command))


@pytest.mark.parametrize(
    ("given", "mode"),
    [
        ({}, "night"),
        ({"day": "2022-06-25"}, "day"),
        ({"day": "2022-06-25", "account": "1234"}, "day"),
        ({"first": "2022-06-20", "last": "2022-06-25"}, "range"),
        ({"gaps": True}, "gaps"),
        ({"fill_gaps": True, "since": "2022-01-01"}, "fill"),
    ],
)
def test_the_arguments_choose_the_way_of_working(given: dict[str, Any], mode: str) -> None:
    assert arguments(**given).mode == mode


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"day": "2022-06-25", "gaps": True}, "a date and --gaps do not go together: choose one."),
        ({"gaps": True, "fill_gaps": True}, "--gaps and --fill-gaps do not go together: choose one."),
        (
            {"day": "2022-06-25", "first": "2022-06-20", "last": "2022-06-25"},
            "a date and --from/--to do not go together: choose one.",
        ),
        (
            {"day": "2022-06-25", "last": "2022-06-25"},
            "a date and --from/--to do not go together: choose one.",
        ),
        ({"first": "2022-06-20"}, "--from and --to go together, like --from 2022-06-20 --to 2022-06-25."),
        ({"last": "2022-06-20"}, "--from and --to go together, like --from 2022-06-20 --to 2022-06-25."),
        ({"first": "2022-06-26", "last": "2022-06-25"}, "--from 2022-06-26 is after --to 2022-06-25."),
        ({"since": "2022-06-20"}, "--since and --until say where to look for gaps: add --gaps or --fill-gaps."),
        (
            {"gaps": True, "since": "2022-06-26", "until": "2022-06-25"},
            "--since 2022-06-26 is after --until 2022-06-25.",
        ),
        (
            {"day": "2022-06-25", "account": "1234", "only_account": "5678"},
            "Two accounts are named, 1234 and 5678: name one.",
        ),
    ],
)
def test_arguments_that_contradict_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        arguments(**given)

    assert str(refused.value) == message


def test_one_account_may_be_named_twice() -> None:
    assert arguments(day="2022-06-25", account="1234", only_account="1234").auth_account == "1234"


def test_without_a_date_the_day_is_yesterday() -> None:
    assert arguments().days(TODAY) == [date(2022, 6, 25)]


def test_a_range_has_both_its_ends() -> None:
    assert arguments(first="2022-06-24", last="2022-06-25").days(TODAY) == [date(2022, 6, 24), date(2022, 6, 25)]


@pytest.mark.parametrize("given", [{"day": "2022-06-26"}, {"first": "2022-06-20", "last": "2022-06-26"}])
def test_a_day_that_is_not_over_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refused:
        arguments(**given).days(TODAY)

    assert str(refused.value) == "2022-06-26 is not over yet: the last day that can be covered is 2022-06-25."


def test_gaps_are_not_looked_for_on_a_day_that_is_not_over() -> None:
    with pytest.raises(UsageError) as refused:
        arguments(gaps=True, until="2022-06-26").window(TODAY)

    assert str(refused.value) == "--until 2022-06-26 is not over yet: the last day that can be covered is 2022-06-25."


def test_gaps_may_be_looked_for_up_to_yesterday() -> None:
    assert arguments(gaps=True, since="2022-06-25", until="2022-06-25").window(TODAY) == (
        date(2022, 6, 25),
        date(2022, 6, 25),
    )


def test_a_since_after_the_last_day_looked_at_is_refused() -> None:
    with pytest.raises(UsageError, match="--since 2022-06-25 is after 2022-06-24, the last day looked at"):
        arguments(gaps=True, since="2022-06-25").window(TODAY)


def test_a_day_that_is_over_in_utc_only_is_refused(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    with pytest.raises(UsageError, match="2022-06-25 is not over yet"):
        pay.generate("2022-06-25", now="2022-06-25 23:59")
