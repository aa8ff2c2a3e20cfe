"""CFS fails in every way it knows, at every call: the state in the end is the undisturbed one."""

import contextlib
from dataclasses import replace
from typing import Any

import pytest

from config.errors import SourceUnavailable
from connectors.cfs import CfsReceipt, CfsSite
from tests.routing_slip_factory import Slips
from tests.slip_state import SlipState
from tests.tasks.routing_slip_recreate.scenarios import PARENT, SCENARIOS, Scenario, correction, link

CHANGES = r"(rcpts/|reverse|apply|adjustment|invs/|creditbalance/)"
CORRECTION = next(one for one in SCENARIOS if one.name == "correction")


def undisturbed(slips: Slips, scenario: Scenario) -> tuple[SlipState, dict[str, Any], int]:
    """Return the scenario before its run, its end, and how many looks the run takes."""
    scenario.prepare(slips)
    before, calls = slips.save(), len(slips.calls())
    slips.run(**scenario.arguments)
    looks = [one for one in slips.calls()[calls:] if one.startswith("GET")]
    return before, slips.final_state(), len(looks)


def end_of_the_night(slips: Slips, scenario: Scenario, before: SlipState, *faults: dict[str, object]) -> dict[str, Any]:
    """Run with faults, then twice more without, as the next runs do; return the end."""
    slips.put_back(before)
    slips.cfs.admin.order_faults(*faults)
    with contextlib.suppress(SourceUnavailable):
        slips.run(**scenario.arguments)
    slips.cfs.admin.order_faults()
    slips.run()
    return slips.final_state()


def strike(slips: Slips, scenario: Scenario, fault: dict[str, object]) -> None:
    """Let one change after the other fail, each in a night of its own."""
    before, expected, _ = undisturbed(slips, scenario)
    for nth in range(1, scenario.posts + 1):
        order = {"method": "POST", "path": CHANGES, "nth": nth, **fault}
        assert end_of_the_night(slips, scenario, before, order) == expected, order


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_changes_that_were_made_and_not_acknowledged_are_looked_up_and_the_run_continues(
    slips: Slips, scenario: Scenario
) -> None:
    before, expected, _ = undisturbed(slips, scenario)
    for fault in (
        {"kind": "lost_answer"},
        {"kind": "error_after", "status": 400, "reason": "[Trx Errors = [9999] number already exists]"},
        {"kind": "error_after", "status": 503},
    ):
        slips.put_back(before)
        slips.cfs.admin.order_faults({"method": "POST", "path": CHANGES, "count": 0, **fault})
        assert slips.run(**scenario.arguments).rejects == []
        assert slips.final_state() == expected, fault


@pytest.mark.slow
def test_tokens_that_die_before_every_call_are_replaced(slips: Slips) -> None:
    for scenario in SCENARIOS:
        slips.empty()
        before, expected, looks = undisturbed(slips, scenario)
        slips.put_back(before)
        # Every call is refused once: the odd ones of those that come.
        every = ({"kind": "refuse_401", "path": "cfs/parties/.*", "nth": 2 * one + 1} for one in range(looks + 20))
        slips.cfs.admin.order_faults(*every)
        assert slips.run(**scenario.arguments).rejects == []
        assert slips.final_state() == expected, scenario


def test_a_500_before_anything_was_done_leaves_the_slip_to_the_next_run(slips: Slips) -> None:
    strike(slips, CORRECTION, {"kind": "error_before", "status": 500})


@pytest.mark.slow
@pytest.mark.parametrize("scenario", [one for one in SCENARIOS if one is not CORRECTION], ids=str)
def test_a_500_at_any_call_of_the_other_operations_as_well(slips: Slips, scenario: Scenario) -> None:
    strike(slips, scenario, {"kind": "error_before", "status": 500})


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
    with pytest.raises(SourceUnavailable, match=r"10 left.* The first left is slip 206000100: CFS gave no token"):
        slips.run()
    assert len(slips.events("slip.note")) == 10
    assert len([call for call in slips.cfs.admin.calls() if call["path"] == "/oauth/token"]) <= 4 * 3


def test_receipts_that_leave_out_their_list_of_invoices_are_asked_again(slips: Slips) -> None:
    correction(slips)
    slips.cfs.admin.set_options(drop_filled_invoices=True, seed=3)
    outcome = slips.run()
    assert outcome.rejects == []
    assert len(slips.our_receipts()) == 2


def test_a_list_that_stays_away_is_never_taken_for_empty(slips: Slips, monkeypatch: pytest.MonkeyPatch) -> None:
    before, expected, _ = undisturbed(slips, CORRECTION)
    monkeypatch.setattr("tasks.routing_slip_recreate.cfs_view.LOOKS_FOR_A_LIST", 1)
    for seed in range(1, 6):
        slips.put_back(before)
        slips.cfs.admin.set_options(drop_filled_invoices=True, seed=seed)
        with contextlib.suppress(SourceUnavailable):
            slips.run()
        slips.cfs.admin.set_options(drop_filled_invoices=False)
        slips.run()
        assert slips.final_state() == expected


def test_what_a_receipt_paid_is_not_written_while_cfs_leaves_it_out(
    slips: Slips, monkeypatch: pytest.MonkeyPatch
) -> None:
    correction(slips)
    get = slips.client.get_receipt

    def leave_out(point: str) -> None:
        def without_its_list(site: CfsSite, number: str) -> CfsReceipt | None:
            receipt = get(site, number)
            return receipt and replace(receipt, invoices=(), invoices_listed=False)

        if point == "answered 4 apply receipt":
            monkeypatch.setattr(slips.client, "get_receipt", without_its_list)

    with pytest.raises(SourceUnavailable, match=f"CFS leaves out which invoices receipt {PARENT}R2 paid"):
        slips.run(checkpoint=leave_out)
    monkeypatch.undo()

    assert slips.run().counts["slips_corrected"] == 1
    assert len(slips.our_receipts()) == 2


def hide_the_invoices_of(slips: Slips, monkeypatch: pytest.MonkeyPatch, *numbers: str) -> None:
    """Let CFS leave out what some receipts paid, however often it is asked."""
    get = slips.client.get_receipt

    def without_its_list(site: CfsSite, asked: str) -> CfsReceipt | None:
        receipt = get(site, asked)
        return replace(receipt, invoices=(), invoices_listed=False) if receipt and asked in numbers else receipt

    monkeypatch.setattr(slips.client, "get_receipt", without_its_list)


@pytest.mark.parametrize("scenario", ["refund", "correction", "void-cancelling"])
def test_a_receipt_that_hides_what_it_paid_is_not_taken_for_one_that_money_has_left(
    slips: Slips, monkeypatch: pytest.MonkeyPatch, scenario: str
) -> None:
    (asked,) = (one for one in SCENARIOS if one.name == scenario)
    before, expected, _ = undisturbed(slips, asked)
    slips.put_back(before)
    hide_the_invoices_of(slips, monkeypatch, PARENT)

    with pytest.raises(SourceUnavailable, match=f"CFS leaves out which invoices receipt {PARENT} paid"):
        slips.run(**asked.arguments)
    monkeypatch.undo()

    assert not slips.slip(PARENT)["cas_mismatch"]
    slips.run()
    assert slips.final_state() == expected


def test_receipts_that_hide_what_they_paid_do_not_hold_up_other_slips(
    slips: Slips, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [str(number) for number in range(206000100, 206000105)]
    for number in numbers:
        slips.deposit(number, "10.00", paid=["4.00"])
        slips.set_status(number, "REFUND_AUTHORIZED")
    hide_the_invoices_of(slips, monkeypatch, *numbers[:4])
    with pytest.raises(SourceUnavailable, match="1 slip worked and 4 left"):
        slips.run()
    assert slips.slip(numbers[4])["refund_amount"] == 6


def test_what_an_operation_that_is_not_due_any_more_paid_is_not_told_while_cfs_leaves_it_out(
    slips: Slips, monkeypatch: pytest.MonkeyPatch
) -> None:
    correction(slips)
    slips.run_killed_at("intended 1 reverse receipt")
    slips.change("UPDATE pay_jobs.operation_steps SET attempts = 1")
    slips.set_status(PARENT, "ACTIVE")
    hide_the_invoices_of(slips, monkeypatch, PARENT)

    (reject,) = slips.run().rejects
    monkeypatch.undo()

    assert f"cannot be looked up: CFS leaves out which invoices receipt {PARENT} paid" in reject.detail
    assert "was dropped" in slips.run().notes[0]


def test_validation_errors_that_come_as_404_are_understood(slips: Slips) -> None:
    correction(slips)
    slips.cfs.admin.set_options(validation_status=404, apply_of_nothing=False)
    slips.run_killed_at("answered 3 apply receipt")
    assert slips.run().rejects == []
    assert slips.slip(PARENT)["status"] == "ACTIVE"
