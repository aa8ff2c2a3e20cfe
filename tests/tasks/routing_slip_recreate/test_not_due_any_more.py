"""What an operation that is not due any more did in CFS is not forgotten, and holds up what else the slip needs."""

import pytest

from config.errors import InputRefused
from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate import scenarios
from tests.tasks.routing_slip_recreate.scenarios import CHILD, PARENT, VOID_ALL, live, reverse_in_cfs


@pytest.mark.parametrize("status", ["ACTIVE", "WRITE_OFF_AUTHORIZED"])
def test_a_refund_that_took_money_out_of_cfs_is_not_dropped_while_our_books_do_not_say_so(
    slips: Slips, status: str
) -> None:
    scenarios.refund(slips)
    assert slips.run_killed_at("answered 1 adjust receipt")
    slips.set_status(PARENT, status)

    outcome = slips.run()

    assert (outcome.exit_code, outcome.rejects[0].reason) == (3, "refund parked")
    assert (
        "70.00 have left the receipts in CFS, and 0.00 were refunded or written off here" in outcome.rejects[0].detail
    )
    assert not slips.slip(PARENT)["cas_mismatch"]
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    assert slips.run().counts["slips_refunded"] == 1


def test_a_refund_that_was_settled_by_hand_is_dropped(slips: Slips) -> None:
    scenarios.refund(slips)
    assert slips.run_killed_at("answered 1 adjust receipt")
    slips.set_status(PARENT, "ACTIVE")
    slips.change("UPDATE routing_slips SET refund_amount = 70, remaining_amount = 40 WHERE number = :n", n=PARENT)
    assert "its refund was dropped" in slips.run().notes[0]


def test_what_a_slip_needs_waits_for_an_operation_that_cannot_be_dropped(slips: Slips) -> None:
    scenarios.correction(slips)
    assert slips.run_killed_at("answered 3 apply receipt")
    slips.bounce(PARENT)

    outcome = slips.run()

    assert [one.reason for one in outcome.rejects] == ["correction parked"]
    assert f"Slip {PARENT}: its nsf waits for the correction of slip {PARENT}." in outcome.notes
    assert live(slips) == {f"{PARENT}R2": "120.00"}


def test_a_slip_is_worked_in_the_run_that_drops_what_it_needs_no_more(slips: Slips) -> None:
    scenarios.correction(slips)
    assert slips.run_killed_at("intended 1 reverse receipt")
    slips.bounce(PARENT)
    assert slips.run().counts["slips_nsf"] == 1


def test_a_slip_whose_child_is_parked_cannot_be_voided(slips: Slips) -> None:
    scenarios.link(slips)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    slips.change("UPDATE routing_slips SET total = 100.01 WHERE number = :n", n=CHILD)
    slips.run(slip=CHILD)
    with pytest.raises(InputRefused, match=f"the link of slip {CHILD} is not done"):
        slips.run(**VOID_ALL, cancel_all=True)
    assert slips.slip(PARENT)["status"] == "ACTIVE"
