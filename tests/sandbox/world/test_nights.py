"""Nights of a seeded world: the five jobs through the runner, and every row where an independent model says."""

import re
from datetime import date

import pytest
from click.testing import CliRunner

from sandbox.commands import sandbox
from sandbox.world.actors.accounts import settle_in
from sandbox.world.actors.customers import bill
from sandbox.world.night import TYPED, pass_night
from sandbox.world.night_checks import model_agrees
from sandbox.world.world import WorldParts, open_world
from sandbox.world.world_night import WorldNight

# A month that ends, and the night after which British Columbia would have changed its clocks.
FIRST = date(2026, 10, 29)


def test_a_cell_that_is_not_as_it_must_be_is_named_beside_what_an_added_check_says(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        account = next(iter(world.model.accounts.values()))
        invoice = bill(world, account, world.chance.of("test"))
        world.tables.change("invoices", invoice.id, paid=1000)

        night = pass_night(world, [model_agrees, lambda night: [f"{night.day} was looked at"]])

    assert night.problems == [
        f"invoice {invoice.id} (PAD): paid must be 0.00, and is 1000.00",
        f"{FIRST} was looked at",
    ]


def test_feedback_that_waits_since_an_evening_without_its_server_may_be_read_by_hand(
    parts: WorldParts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WorldNight, "stands_still", lambda _night, job, *_kinds, **_values: job == "EJV_FEEDBACK_CHECK")
    with open_world(parts, seed=1, first=FIRST) as world:
        settle_in(world)
        pass_night(world, [])
        assert world.unread
        day = WorldNight(world, world.clock.today)

        typed = TYPED["EJV_FEEDBACK_CHECK"](day, world.chance.of("test"))
        assert typed is not None
        typed()

        assert [*day.problems, *model_agrees(day)] == []
        assert [run.job for run in day.runs] == ["EJV_FEEDBACK_CHECK"]


def test_the_command_lets_nights_pass_on_parts_of_its_own() -> None:
    asked = CliRunner().invoke(sandbox, ["simulate", "--nights", "1", "--seed", "2", "--from", str(FIRST)])

    assert re.fullmatch(
        r"1 night of seed 2 from 2026-10-29: everything stood as it must. \d+ of \d+ situations were reached."
        r" Digest [0-9a-f]{16}, \d+ s.\n",
        asked.output,
    )
