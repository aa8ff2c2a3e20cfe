"""Killed at any point of any operation, the next run ends where an undisturbed one does: in CFS and in the database.

Death is an exception that nothing catches, thrown where the process could die: it leaves what SIGKILL leaves, because
every entry of the journal is committed before the point is reached. test_sigkill.py kills real processes.
"""

from typing import Any

import pytest

from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate.scenarios import SCENARIOS, Scenario

THREE_DEATHS = ("intended", "answered", "before closing")


def prepared(slips: Slips, scenario: Scenario) -> None:
    slips.empty()
    scenario.prepare(slips)


def undisturbed(slips: Slips, scenario: Scenario) -> tuple[list[str], dict[str, Any]]:
    prepared(slips, scenario)
    points = slips.points(**scenario.arguments)
    return points, slips.final_state()


def compared_after_each_death(slips: Slips, scenario: Scenario, points: list[str], expected: dict[str, Any]) -> None:
    for point in points:
        prepared(slips, scenario)
        assert slips.run_killed_at(point, **scenario.arguments), point
        outcome = slips.run()
        assert outcome.rejects == [], point
        assert slips.final_state() == expected, point
        assert slips.cfs.admin.books()["violations"] == []


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_around_any_call_the_next_run_ends_in_the_same_state(slips: Slips, scenario: Scenario) -> None:
    points, expected = undisturbed(slips, scenario)
    chosen = [point for point in points if point.startswith(THREE_DEATHS)]
    assert len([point for point in chosen if point.startswith("answered")]) == scenario.posts
    compared_after_each_death(slips, scenario, chosen, expected)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_at_every_other_point_as_well(slips: Slips, scenario: Scenario) -> None:
    points, expected = undisturbed(slips, scenario)
    chosen = [point for point in points if not point.startswith(THREE_DEATHS)]
    compared_after_each_death(slips, scenario, chosen, expected)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_killed_again_and_again_the_last_run_still_ends_in_the_same_state(slips: Slips, scenario: Scenario) -> None:
    points, expected = undisturbed(slips, scenario)
    prepared(slips, scenario)
    slips.run_killed_at(points[0], **scenario.arguments)
    for point in points:
        slips.run_killed_at(point)
    slips.run()
    assert slips.final_state() == expected
