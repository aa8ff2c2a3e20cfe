"""A change outside leaves only with a fresh look and a claim that is asked directly before it."""

from collections.abc import Iterable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy.exc import OperationalError

from config.errors import SourceUnavailable
from connectors.effects import (
    LOOK_GOOD_FOR,
    ClaimLost,
    Clocks,
    LateEffect,
    Observation,
    change,
    checked_by,
    last_checks,
)


class OutsideWorld:
    """Something outside, that one may change; time passes as a test says, and others may take the claim."""

    def __init__(self, *, pauses: Iterable[float] = (), lost_at: float | None = None) -> None:
        self.seconds = 0.0
        self.pauses = iter(pauses)
        self.lost_at = lost_at
        self.effects: list[float] = []
        self.looks: list[float] = []

    def clocks(self) -> Clocks:
        return Clocks(self.seconds, self.seconds)

    def pause(self) -> None:
        self.seconds += next(self.pauses, 0.0)

    def look(self) -> Observation[int]:
        self.pause()
        self.looks.append(self.seconds)
        return Observation(bool(self.effects), len(self.effects))

    def claim(self) -> None:
        self.pause()
        if self.lost_at is not None and self.seconds >= self.lost_at:
            raise ClaimLost("it was taken")

    def send(self, _seen: int) -> str:
        self.pause()
        last_checks()
        self.effects.append(self.seconds)
        return "made"

    def change(self) -> tuple[Observation[int], str | None]:
        with checked_by(self.claim):
            return change(self.look, self.send, late=lambda _answer: "two are there", clocks=self.clocks)


@given(some.lists(some.floats(0, 12), max_size=12), some.none() | some.floats(0, 40))
def test_wherever_a_run_stands_still_it_sends_with_its_claim_and_a_fresh_look_or_not_at_all(
    pauses: list[float], lost_at: float | None
) -> None:
    world = OutsideWorld(pauses=pauses, lost_at=lost_at)

    try:
        world.change()
    except (ClaimLost, LateEffect, SourceUnavailable) as error:
        assert bool(world.effects) == isinstance(error, LateEffect)
    assert len(world.effects) <= 1
    for sent in world.effects:
        assert sent - world.looks[-1] <= LOOK_GOOD_FOR
        assert lost_at is None or sent < lost_at


def test_what_is_there_already_is_not_sent() -> None:
    world = OutsideWorld()
    world.effects.append(0.0)

    seen, answer = world.change()

    assert (seen.made, answer, len(world.effects)) == (True, None, 1)


def test_a_look_that_is_always_too_old_sends_nothing() -> None:
    world = OutsideWorld(pauses=[0.0, 6.0, 0.0] * 9)

    with pytest.raises(SourceUnavailable, match="3 looks in a row were more than 5 seconds old"):
        world.change()
    assert (len(world.looks), world.effects) == (3, [])


def test_a_claim_whose_session_has_ended_is_lost() -> None:
    world = OutsideWorld()

    def ended() -> None:
        raise OperationalError("SELECT 1", {}, Exception("terminating connection"))

    with checked_by(ended), pytest.raises(ClaimLost, match="terminating connection"):
        world.change()
    assert world.effects == []


def test_a_claim_that_was_lost_on_the_way_is_late_only_where_two_effects_are_there() -> None:
    asked: list[int] = []

    def lost_the_second_time() -> None:
        asked.append(1)
        if len(asked) > 1:
            raise ClaimLost("it was taken")

    for told, raised in (("", ClaimLost), ("two are there", LateEffect)):
        asked.clear()
        world = OutsideWorld()
        with checked_by(lost_the_second_time), pytest.raises(raised):
            change(world.look, world.send, late=partial(_said, told), clocks=world.clocks)


def _said(told: str, _answer: str) -> str:
    return told


def test_a_clock_that_was_set_back_makes_no_look_younger() -> None:
    assert Clocks(10, 500).seconds_until(Clocks(20, 400)) == 10
    assert Clocks(10, 500).seconds_until(Clocks(10, 800)) == 300
