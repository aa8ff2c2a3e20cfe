"""CFS fails in every way it knows, at every call: the state in the end is the undisturbed one."""

import contextlib
from typing import Any

import pytest

from config.errors import SourceUnavailable
from tests.routing_slip_factory import Saved, Slips
from tests.tasks.routing_slip_recreate.scenarios import PARENT, SCENARIOS, Scenario, correction, link

CHANGES = r"(rcpts/|reverse|apply|adjustment|invs/|creditbalance/)"
FEW = tuple(one for one in SCENARIOS if one.name in {"link-to-bounced", "correction", "refund", "nsf"})
REST = tuple(one for one in SCENARIOS if one not in FEW)


def undisturbed(slips: Slips, scenario: Scenario) -> tuple[Saved, dict[str, Any], int]:
    """Give the scenario before its run, its end, and how many looks the run takes."""
    scenario.prepare(slips)
    before, calls = slips.save(), len(slips.calls())
    slips.run(**scenario.arguments)
    looks = [one for one in slips.calls()[calls:] if one.startswith("GET")]
    return before, slips.final_state(), len(looks)


def end_of_the_night(slips: Slips, scenario: Scenario, before: Saved, *faults: dict[str, object]) -> dict[str, Any]:
    """Run with faults, then twice more without, as the next runs do; give the end."""
    slips.put_back(before)
    slips.cfs.admin.order_faults(*faults)
    with contextlib.suppress(SourceUnavailable):
        slips.run(**scenario.arguments)
    slips.cfs.admin.order_faults()
    slips.run()
    return slips.final_state()


def strike(slips: Slips, scenario: Scenario, *kinds: dict[str, object]) -> None:
    before, expected, _ = undisturbed(slips, scenario)
    for fault in kinds:
        for nth in range(1, scenario.posts + 1):
            order = {"method": "POST", "path": CHANGES, "nth": nth, **fault}
            assert end_of_the_night(slips, scenario, before, order) == expected, order


@pytest.mark.parametrize("scenario", FEW, ids=str)
def test_a_lost_answer_is_looked_up_and_the_run_goes_on(slips: Slips, scenario: Scenario) -> None:
    before, expected, _ = undisturbed(slips, scenario)
    for nth in range(1, scenario.posts + 1):
        slips.put_back(before)
        slips.cfs.admin.order_faults({"kind": "lost_answer", "method": "POST", "path": CHANGES, "nth": nth})
        assert slips.run(**scenario.arguments).rejects == []
        assert slips.final_state() == expected


@pytest.mark.parametrize("scenario", FEW[1:3], ids=str)
def test_a_500_before_anything_was_done_leaves_the_slip_to_the_next_run(slips: Slips, scenario: Scenario) -> None:
    strike(slips, scenario, {"kind": "error_before", "status": 500})


@pytest.mark.slow
@pytest.mark.parametrize("scenario", REST, ids=str)
def test_lost_answers_and_500s_at_every_call_of_the_other_operations(slips: Slips, scenario: Scenario) -> None:
    strike(slips, scenario, {"kind": "lost_answer"}, {"kind": "error_before", "status": 500})


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_change_that_was_made_and_answered_400_or_503_is_found_made(slips: Slips, scenario: Scenario) -> None:
    strike(slips, scenario, {"kind": "error_after", "status": 400}, {"kind": "error_after", "status": 503})


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_change_refused_with_404_is_parked_and_made_by_the_next_run(slips: Slips, scenario: Scenario) -> None:
    strike(slips, scenario, {"kind": "error_before", "status": 404, "reason": "[Trx Errors = [9999] try later]"})


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_look_that_wrongly_finds_nothing_never_makes_money_appear_twice(slips: Slips, scenario: Scenario) -> None:
    before, expected, looks = undisturbed(slips, scenario)
    for nth in range(1, looks + 1):
        order = {"kind": "error_before", "status": 404, "method": "GET", "nth": nth}
        assert end_of_the_night(slips, scenario, before, order) == expected, order


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_a_token_that_dies_before_any_call_is_replaced(slips: Slips, scenario: Scenario) -> None:
    before, expected, looks = undisturbed(slips, scenario)
    for nth in range(1, looks + scenario.posts + 1, 2):
        slips.put_back(before)
        slips.cfs.admin.order_faults({"kind": "refuse_401", "path": "cfs/parties/.*", "nth": nth})
        assert slips.run(**scenario.arguments).rejects == []
        assert slips.final_state() == expected


def test_an_effect_that_comes_late_is_not_sent_again_blindly(slips: Slips) -> None:
    link(slips)
    slips.cfs.admin.order_faults({"kind": "late_effect", "method": "POST", "path": "reverse", "seconds": 1})
    with pytest.raises(SourceUnavailable):
        slips.run()
    # The next run may come before the effect does, and then finds it between its look and its call.
    slips.run()
    assert {one["status"] for one in slips.receipts().values()} == {"open", "REV"}
    assert "206000028L" in slips.receipts()


def test_with_cfs_down_for_the_night_nothing_changes_and_the_morning_does_it_all(slips: Slips) -> None:
    correction(slips)
    before = slips.final_state()
    for down in ("cfs_down", "drop"):
        slips.cfs.admin.set_options(availability=down)
        with pytest.raises(SourceUnavailable, match="left for the next run"):
            slips.run()
    slips.cfs.admin.set_options(availability="open")
    assert {**slips.final_state(), "in work": []} == {**before, "in work": []}
    assert slips.run().counts["slips_corrected"] == 1


def test_with_cfs_away_the_other_slips_are_left_without_asking_for_each(slips: Slips) -> None:
    for number in range(206000100, 206000110):
        slips.deposit(str(number), "10.00")
        slips.set_status(str(number), "VOID")
    slips.cfs.admin.set_options(availability="cfs_down")
    with pytest.raises(SourceUnavailable, match="10 left"):
        slips.run()
    assert len([call for call in slips.cfs.admin.calls() if call["path"] == "/oauth/token"]) <= 4 * 3


def test_receipts_that_leave_out_their_list_of_invoices_are_asked_again(slips: Slips) -> None:
    correction(slips)
    slips.cfs.admin.set_options(drop_filled_invoices=True, seed=3)
    outcome = slips.run()
    assert outcome.rejects == []
    assert len(slips.our_receipts()) == 2


def test_validation_errors_that_come_as_404_are_understood(slips: Slips) -> None:
    correction(slips)
    slips.cfs.admin.set_options(validation_status=404, apply_of_nothing=False)
    slips.run_killed_at("answered 3 apply receipt")
    assert slips.run().rejects == []
    assert slips.slip(PARENT)["status"] == "ACTIVE"
