"""Nights of a seeded world: the five jobs through the runner, and every row where an independent model says."""

from dataclasses import replace
from datetime import date

import pytest

from sandbox.world.actors.accounts import settle_in
from sandbox.world.actors.customers import bill
from sandbox.world.night import pass_day
from sandbox.world.simulate import simulate
from sandbox.world.world import Parts, open_world
from tests.conftest import Server

# A month that ends, and the night after which British Columbia would have changed its clocks.
FIRST = date(2026, 10, 29)


@pytest.mark.parametrize("seed", [1, 2])
def test_after_some_nights_everything_stands_where_the_model_says(parts: Parts, seed: int) -> None:
    done = simulate(parts, seed=seed, nights=4, first=FIRST)

    assert done.wrong is None or done.wrong.problems == []
    assert done.nights == 4


def test_the_same_seed_gives_the_same_pay_tables(parts: Parts, server: Server, template: str) -> None:
    first = simulate(parts, seed=3, nights=2, first=FIRST)
    again = replace(parts, database_url=server.create("the_same_world", template))
    second = simulate(again, seed=3, nights=2, first=FIRST)
    server.drop("the_same_world")

    assert second.digest == first.digest


def test_a_cell_that_is_not_as_it_must_be_is_named(parts: Parts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        account = next(iter(world.model.accounts.values()))
        invoice = bill(world, account, world.chance.of("test"))
        world.tables.change("invoices", invoice.id, paid=1000)

        night = pass_day(world)

    assert night.problems == [f"invoice {invoice.id} (PAD): paid must be 0.00, and is 1000.00"]


def test_a_check_that_was_added_is_asked_after_the_night(parts: Parts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        night = pass_day(world, [lambda night: [f"{night.day} was looked at"]])

    assert night.problems == [f"{FIRST} was looked at"]
