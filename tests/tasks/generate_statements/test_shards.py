"""All shards of n together make what one whole run makes."""

import threading
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import event

from database.engine import Database
from tests.statement_factory import Statement, StatementBooks

SATURDAY = "2022-06-25"


@pytest.fixture
def pay_with_many(pay: StatementBooks) -> StatementBooks:
    """Twelve accounts; two have a statement already, one of them twice."""
    for number in range(12):
        method = ("PAD", "EFT", "DIRECT_PAY")[number % 3]
        account = pay.with_setting(("DAILY", "WEEKLY")[number % 2], method, notified=number % 4 == 0)
        invoices = [pay.invoice(account, f"2022-06-25 {hour}:00", method) for hour in range(10, 10 + number % 4)]
        if number in {4, 5}:
            first = SATURDAY if number % 2 == 0 else "2022-06-19"
            for _ in range(number - 3):
                pay.statement(account, ("DAILY", "WEEKLY")[number % 2], first, SATURDAY, invoices=invoices[:1])
    return pay


def content(statements: list[Statement]) -> list[tuple[Any, ...]]:
    """Return everything but the ids of statements."""
    return sorted(tuple(value for name, value in vars(one).items() if name != "id") for one in statements)


def whole_run(pay: StatementBooks) -> tuple[list[tuple[Any, ...]], dict[str, int]]:
    """Return what one whole run makes, and take it back."""
    with pay.database.engine.connect() as connection:
        in_a_dry_run = StatementBooks(Database(connection.engine, dry_run=True))
        outcome = in_a_dry_run.generate(SATURDAY)
        made = content(in_a_dry_run.statements())
        assert in_a_dry_run.database._outer is not None
        in_a_dry_run.database._outer.close()
    return made, dict(+outcome.counts)


@pytest.mark.parametrize("count", [2, 3, 5, 16])
def test_all_shards_together_equal_one_whole_run(pay_with_many: StatementBooks, count: int) -> None:
    expected, _ = whole_run(pay_with_many)

    for number in range(count, 0, -1):
        pay_with_many.generate(SATURDAY, shard=f"{number}/{count}")

    assert content(pay_with_many.statements()) == expected


def test_a_shard_makes_only_statements_of_its_accounts(pay_with_many: StatementBooks) -> None:
    before = len(pay_with_many.statements())

    pay_with_many.generate(SATURDAY, shard="2/3")

    made = pay_with_many.statements()[before:]
    assert made
    assert {int(one.account[1:]) % 3 for one in made} == {1}


def test_the_counts_of_all_shards_add_up_to_those_of_one_whole_run(pay_with_many: StatementBooks) -> None:
    _, expected = whole_run(pay_with_many)

    outcomes = [pay_with_many.generate(SATURDAY, shard=f"{number}/3") for number in (1, 2, 3)]

    added = {name: sum(one.counts[name] for one in outcomes) for one in outcomes for name in one.counts}
    assert {name: value for name, value in added.items() if value} == expected


@pytest.mark.parametrize(("parallel", "shard_count"), [(2, 1), (4, 1), (3, 2)])
def test_work_in_parallel_equals_one_whole_run(pay_with_many: StatementBooks, parallel: int, shard_count: int) -> None:
    expected, _ = whole_run(pay_with_many)

    for number in range(1, shard_count + 1):
        pay_with_many.generate(SATURDAY, parallel=parallel, shard=f"{number}/{shard_count}")

    assert content(pay_with_many.statements()) == expected


@pytest.mark.parametrize("dry_run", [False, True])
def test_shards_are_worked_at_once_and_in_a_dry_run_one_after_the_other(
    pay_with_many: StatementBooks, dry_run: bool
) -> None:
    asked_by = {threading.current_thread().name}
    database = Database(pay_with_many.database.engine, dry_run=dry_run)
    event.listen(database.engine, "before_cursor_execute", lambda *_: asked_by.add(threading.current_thread().name))
    try:
        StatementBooks(database).generate(SATURDAY, parallel=3)
    finally:
        database.close()

    assert (len(asked_by) == 2) is dry_run


def test_the_shards_find_the_gaps_of_the_whole(pay_with_many: StatementBooks) -> None:
    window: dict[str, Any] = {"gaps": True, "since": "2022-06-20", "until": SATURDAY}

    def lacking(shard: str = "1/1") -> Counter[Any]:
        rows = pay_with_many.generate(**window, shard=shard).tables[0].rows
        return Counter({(kind, first, last): accounts for kind, first, last, accounts, _, _ in rows})

    assert sum((lacking(f"{number}/4") for number in (1, 2, 3, 4)), Counter()) == lacking()


def test_a_period_in_which_a_shard_owes_nothing_asks_five_things_and_any_other_twelve(pay: StatementBooks) -> None:
    asked: list[str] = []
    event.listen(pay.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    account = pay.with_setting("DAILY", "PAD")
    pay.invoice(account, "2022-06-24 10:00", "PAD")
    theirs = account.id % 2 + 1
    asked.clear()

    pay.generate("2022-06-24", shard=f"{3 - theirs}/2")  # a day, and the rest of a week
    in_vain = len(asked)
    pay.generate("2022-06-24", shard=f"{theirs}/2")

    assert (in_vain, len(asked) - in_vain) == (5 + 5, 12 + 5)
