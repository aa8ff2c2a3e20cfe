"""Killed at any point of any operation, the next run ends where an undisturbed one does: in CFS and in the database.

Death is an exception that nothing catches, thrown where the process could die: it leaves what SIGKILL leaves, because
every entry of the journal is committed before the point is reached. test_sigkill.py kills real processes.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.routing_slip_factory import Slips
from tests.slip_state import SlipState
from tests.tasks.routing_slip_recreate.scenarios import SCENARIOS, Scenario

AFTER_THE_EFFECT = ("answered", "before closing")
# Before a step the journal and CFS hold what they held after the last one.
OTHER = ("planned", "intended", "after closing")


@dataclass(frozen=True)
class UndisturbedRun:
    """A scenario before its run, the points at which that run could have died, and its end."""

    before: SlipState
    points: list[str]
    expected: dict[str, Any]


def undisturbed(slips: Slips, scenario: Scenario) -> UndisturbedRun:
    scenario.prepare(slips)
    before = slips.save()
    points = slips.points(**scenario.arguments)
    return UndisturbedRun(before, points, slips.final_state())


def compare_after_each_death(slips: Slips, scenario: Scenario, whole: UndisturbedRun, points: list[str]) -> None:
    for point in points:
        slips.put_back(whole.before)
        assert slips.run_killed_at(point, **scenario.arguments), point
        outcome = slips.run()
        assert outcome.rejects == [], point
        assert slips.final_state() == whole.expected, point
        assert slips.cfs.admin.books()["violations"] == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_after_the_effect_of_any_call_the_next_run_ends_in_the_same_state(
    slips: Slips, scenario: Scenario
) -> None:
    whole = undisturbed(slips, scenario)
    chosen = [point for point in whole.points if point.startswith(AFTER_THE_EFFECT)]
    assert len(chosen) == scenario.posts + 1
    compare_after_each_death(slips, scenario, whole, chosen)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_at_every_other_point_as_well(slips: Slips, scenario: Scenario) -> None:
    whole = undisturbed(slips, scenario)
    chosen = [point for point in whole.points if point.startswith(OTHER)]
    compare_after_each_death(slips, scenario, whole, chosen)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_again_and_again_the_last_run_still_ends_in_the_same_state(slips: Slips, scenario: Scenario) -> None:
    whole = undisturbed(slips, scenario)
    slips.put_back(whole.before)
    slips.run_killed_at(whole.points[0], **scenario.arguments)
    for point in whole.points:
        slips.run_killed_at(point)
    slips.run()
    assert slips.final_state() == whole.expected
