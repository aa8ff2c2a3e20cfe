"""A slip that is linked to one whose void with transactions is in progress keeps its money."""

from decimal import Decimal

import pytest

from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate.scenarios import (
    CHILD,
    PARENT,
    THIRD,
    VOID_ALL,
    live,
    reverse_in_cfs,
    seed_receipt,
    with_transactions,
)


def given_a_link_after_a_void_died(slips: Slips, point: str = "planned", decision: str = "keep_all") -> None:
    with_transactions(slips)
    assert slips.run_killed_at(point, **VOID_ALL, **{decision: True})
    slips.deposit(THIRD, "70.00")
    slips.link(THIRD, PARENT)


def undo_the_link(slips: Slips) -> None:
    """Do in the pay database what the account of the parked void says."""
    slips.change("UPDATE routing_slips SET parent_number = NULL, status = 'ACTIVE', remaining_amount = 70"
                 " WHERE number = :n", n=THIRD)  # fmt: skip
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount - 70 WHERE number = :n", n=PARENT)


def deposit_of(slips: Slips, number: str) -> str:
    paid = slips.record("SELECT payment_status_code AS status FROM payments WHERE receipt_number = :n", n=number)
    return str(paid["status"])


@pytest.mark.parametrize("point", ["planned", "answered 2 unapply receipt", "before closing"])
def test_a_slip_linked_while_the_void_of_its_parent_is_open_is_not_voided_with_it(slips: Slips, point: str) -> None:
    given_a_link_after_a_void_died(slips, point)

    outcome = slips.run()

    assert outcome.exit_code == 3
    (reject,) = outcome.rejects
    assert reject.reason == "void_transactions parked"
    assert f"its void was decided before slip {THIRD} was linked to it" in reject.detail
    assert outcome.notes == [f"Slip {THIRD}: its link waits for the void_transactions of slip {PARENT}."]
    assert slips.receipts()[THIRD]["unapplied"] == "70.00"
    assert f"{THIRD}L" not in slips.receipts()
    assert (slips.slip(PARENT)["status"], slips.slip(PARENT)["remaining_amount"]) == ("HOLD", Decimal("85.00"))
    assert deposit_of(slips, THIRD) == "COMPLETED"
    assert slips.slip(THIRD)["cas_version_suffix"] == 1


@pytest.mark.parametrize("decision", ["keep_all", "cancel_all"])
def test_a_slip_linked_while_the_steps_of_the_void_run_is_not_written_off_with_it(slips: Slips, decision: str) -> None:
    with_transactions(slips)
    slips.deposit(THIRD, "70.00")

    def link(point: str) -> None:
        if point == "before closing":
            slips.link(THIRD, PARENT)

    outcome = slips.run(**VOID_ALL, **{decision: True}, checkpoint=link)

    assert f"its void was decided before slip {THIRD} was linked to it" in outcome.rejects[0].detail
    assert (slips.slip(PARENT)["status"], slips.slip(PARENT)["remaining_amount"]) == ("HOLD", Decimal("85.00"))
    assert (deposit_of(slips, THIRD), slips.slip(THIRD)["cas_version_suffix"]) == ("COMPLETED", 1)


@pytest.mark.parametrize("point", ["planned", "before closing"])
def test_once_the_link_is_undone_the_void_is_finished_and_a_new_link_pays_what_was_kept(
    slips: Slips, point: str
) -> None:
    given_a_link_after_a_void_died(slips, point)
    assert f"undo the link of slip {THIRD} in the pay database" in slips.run().rejects[0].detail
    undo_the_link(slips)
    outcome = slips.run()
    assert (outcome.rejects, outcome.counts["slips_voided"]) == ([], 1)
    assert (slips.slip(PARENT)["status"], slips.slip(PARENT)["remaining_amount"]) == ("VOID", 0)

    slips.link(THIRD, PARENT)
    outcome = slips.run()

    assert (outcome.rejects, outcome.counts["slips_linked"]) == ([], 1)
    assert (slips.slip(PARENT)["status"], slips.slip(PARENT)["remaining_amount"]) == ("ACTIVE", Decimal("5.00"))
    assert live(slips) == {f"{THIRD}L": "70.00"}


def test_once_the_link_is_undone_a_void_that_cancels_leaves_the_other_slip_its_money(slips: Slips) -> None:
    given_a_link_after_a_void_died(slips, "before closing", "cancel_all")
    slips.run()
    undo_the_link(slips)

    outcome = slips.run()

    assert (outcome.rejects, outcome.counts["slips_voided"]) == ([], 1)
    assert live(slips) == {THIRD: "70.00"}
    assert (slips.slip(THIRD)["status"], slips.slip(THIRD)["remaining_amount"]) == ("ACTIVE", Decimal("70.00"))


def test_a_void_that_sent_nothing_is_given_up_by_setting_its_slip_active_and_the_link_is_made(slips: Slips) -> None:
    given_a_link_after_a_void_died(slips)
    assert f"set slip {PARENT} to ACTIVE, which gives this void up" in slips.run().rejects[0].detail
    slips.set_status(PARENT, "ACTIVE")

    outcome = slips.run()

    assert outcome.rejects == []
    assert f"Slip {PARENT}: its void_transactions was dropped" in outcome.notes[0]
    assert live(slips) == {PARENT: "50.00", f"{CHILD}L": "30.00", f"{THIRD}L": "70.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("85.00")


def test_a_link_waits_for_a_void_that_changed_cfs_whatever_status_its_parent_was_given(slips: Slips) -> None:
    given_a_link_after_a_void_died(slips, "before closing")
    slips.set_status(PARENT, "ACTIVE")

    outcome = slips.run()

    assert f"Slip {THIRD}: its link waits for the void of slip {PARENT}, which was decided without it." in outcome.notes
    assert live(slips) == {THIRD: "70.00"}


def test_a_void_whose_plan_names_no_members_is_held_up_by_a_link_too(slips: Slips) -> None:
    given_a_link_after_a_void_died(slips)
    slips.change("UPDATE pay_jobs.operations SET plan = plan - 'members'")

    assert f"its void was decided before slip {THIRD} was linked to it" in slips.run().rejects[0].detail

    undo_the_link(slips)
    assert slips.run().counts["slips_voided"] == 1
    assert live(slips) == {THIRD: "70.00"}


def test_a_link_that_an_earlier_release_made_under_a_void_is_undone_as_the_account_says(slips: Slips) -> None:
    given_a_link_after_a_void_died(slips)
    void = "UPDATE pay_jobs.operations SET state = :s, plan = plan - 'members' WHERE kind = 'slip void_transactions'"
    slips.change(void, s="dropped")
    slips.set_status(PARENT, "ACTIVE")
    assert slips.run().counts["slips_linked"] == 1
    slips.set_status(PARENT, "HOLD")
    slips.change(void, s="planned")

    assert f"reverse receipt {THIRD}L, and make the deposit anew on its own site" in slips.run().rejects[0].detail

    reverse_in_cfs(slips, f"{THIRD}L")
    seed_receipt(slips, f"{THIRD}R2", "70.00", of=THIRD)
    undo_the_link(slips)
    slips.change("UPDATE routing_slips SET cas_version_suffix = 2 WHERE number = :n", n=THIRD)
    slips.change("UPDATE cfs_accounts SET status = 'ACTIVE' WHERE account_id ="
                 " (SELECT payment_account_id FROM routing_slips WHERE number = :n)", n=THIRD)  # fmt: skip
    assert slips.run().counts["slips_voided"] == 1
    slips.link(THIRD, PARENT)
    assert slips.run().counts["slips_linked"] == 1
    assert live(slips) == {f"{THIRD}LR2": "70.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("5.00")


def test_the_receipt_that_a_void_misses_of_a_slip_linked_before_is_made_while_the_void_is_open(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00", paid=["20.00"])
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    (reject,) = slips.run(**VOID_ALL, keep_all=True).rejects
    assert f"run ROUTING_SLIP_RECREATE --slip {CHILD} --only link" in reject.detail

    assert slips.run(slip=CHILD, only="link").counts["slips_linked"] == 1

    assert slips.run().counts["slips_voided"] == 1
    assert live(slips) == {}
