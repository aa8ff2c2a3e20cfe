"""Where CFS and our books contradict each other nothing is guessed: the slip is parked with an account of it."""

from decimal import Decimal
from typing import Any

import pytest

from connectors.cfs import InvoiceLine, ReceiptActivity
from tests.routing_slip_factory import GL_ACCOUNT, NOW, Slips
from tests.tasks.routing_slip_recreate import scenarios
from tests.tasks.routing_slip_recreate.scenarios import CHILD, PARENT, THIRD, live, reverse_in_cfs, seed_receipt


def test_a_link_whose_new_receipt_has_another_amount_is_parked(slips: Slips) -> None:
    scenarios.link(slips)
    seed_receipt(slips, f"{CHILD}L", "99.00")
    outcome = slips.run()
    (reject,) = outcome.rejects
    assert (outcome.exit_code, reject.where, reject.reason) == (3, CHILD, "link parked")
    for part in ("CFS says: receipt 206000028L is open for 99.00", "We say: it is to be made for 100.00",
                 "Either (1)", "Or (2)"):  # fmt: skip
        assert part in reject.detail
    assert slips.record("SELECT state FROM pay_jobs.operations")["state"] == "refused"
    assert slips.slip(CHILD)["account"] == "ACTIVE"


@pytest.mark.parametrize("spent", [False, True])
def test_a_link_of_a_deposit_of_which_cfs_has_another_amount_is_parked(slips: Slips, spent: bool) -> None:
    scenarios.link(slips)
    if spent:
        slips.client.adjust_receipt(slips.site(CHILD), CHILD, amount=Decimal("0.01"), activity=ReceiptActivity.REFUND)
    else:
        slips.change("UPDATE routing_slips SET total = 100.01 WHERE number = :n", n=CHILD)
    outcome = slips.run()
    assert f"slip {CHILD} is a deposit of" in outcome.rejects[0].detail
    assert set(live(slips)) == {PARENT, CHILD}


@pytest.mark.parametrize("lost", ["bounced", "voided"])
def test_a_correction_does_not_recreate_a_lost_deposit(slips: Slips, lost: str) -> None:
    if lost == "bounced":
        scenarios.link_to_bounced(slips)
    else:
        scenarios.with_transactions(slips)
        slips.run(**scenarios.VOID_ALL, keep_all=True)
        slips.deposit(THIRD, "70.00")
        slips.link(THIRD, PARENT)
    slips.run()
    before = live(slips)
    slips.correct(PARENT, "120.00")
    outcome = slips.run()
    assert f"the deposit of slip {PARENT} bounced or was voided" in outcome.rejects[0].detail
    assert live(slips) == before


def test_a_deposit_that_is_in_cfs_twice_is_parked_and_continues_once_a_person_has_decided(slips: Slips) -> None:
    scenarios.correction(slips)
    seed_receipt(slips, f"{PARENT}R2", "120.00")
    assert "receipts 206000010 and 206000010R2 are both open" in slips.run().rejects[0].detail
    assert slips.receipts()[PARENT]["status"] == "open"
    reverse_in_cfs(slips, PARENT)
    assert slips.run().counts["slips_corrected"] == 1


def test_a_deposit_that_cfs_does_not_have_is_parked(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.set_status(PARENT, "VOID")
    slips.cfs.admin.put_back({**slips.cfs.admin.state(), "receipts": {}, "journal": {"entries": []}})
    before = len(slips.calls())
    outcome = slips.run()
    assert slips.calls()[before:] == ["GET receipt"]
    assert "there is no receipt 206000010" in outcome.rejects[0].detail
    slips.empty()


def test_a_void_of_a_slip_whose_version_was_never_made_in_cfs_and_whose_deposit_is_reversed_is_parked(
    slips: Slips,
) -> None:
    slips.deposit(PARENT, "50.00")
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE routing_slips SET cas_version_suffix = 2")
    slips.set_status(PARENT, "VOID")
    (reject,) = slips.run().rejects
    assert f"there is no receipt {PARENT}R2" in reject.detail
    assert slips.slip(PARENT)["account"] == "ACTIVE"


def test_one_parked_slip_does_not_stop_the_others(slips: Slips) -> None:
    scenarios.link(slips)
    seed_receipt(slips, f"{CHILD}L", "99.00")
    for number in range(206000100, 206000106):
        slips.deposit(str(number), "10.00")
        slips.set_status(str(number), "VOID")
    outcome = slips.run(concurrency=4)
    assert (outcome.counts["slips_voided"], outcome.counts["slips_parked"]) == (6, 1)


def test_a_parked_slip_that_a_person_settles_is_closed(slips: Slips) -> None:
    scenarios.link(slips)
    seed_receipt(slips, f"{CHILD}L", "99.00")
    slips.run()
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    outcome = slips.run()
    assert outcome.exit_code == 0
    assert "its link was dropped" in outcome.notes[0]
    assert slips.record("SELECT state FROM pay_jobs.operations")["state"] == "dropped"


def given_a_closed_account_and_nothing_made(slips: Slips) -> None:
    """Let another job reverse the deposit of a linked slip, close its account, and die."""
    scenarios.link(slips)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")


@pytest.mark.parametrize("when", ["refused", "planned"])
def test_a_repair_of_a_lost_deposit_that_was_parked_stays_so_until_it_is_done(slips: Slips, when: str) -> None:
    given_a_closed_account_and_nothing_made(slips)
    if when == "refused":
        slips.cfs.admin.order_faults({"kind": "error_before", "method": "POST", "path": "rcpts/$", "status": 400,
                                      "reason": "[Trx Errors = [9999] try later]"})  # fmt: skip
    else:
        slips.change("UPDATE routing_slips SET total = 100.01 WHERE number = :n", n=CHILD)
    (first,) = slips.run(slip=CHILD).rejects
    assert f"run ROUTING_SLIP_RECREATE --slip {CHILD} again" in first.detail
    slips.change("UPDATE routing_slips SET total = 100 WHERE number = :n", n=CHILD)

    for _ in range(2):
        outcome = slips.run()
        assert (outcome.exit_code, outcome.counts) == (3, {"slips_parked": 1})
        assert f"There is no receipt {CHILD}L under its parent {PARENT}" in outcome.rejects[0].detail

    assert slips.run(slip=CHILD).counts["slips_linked"] == 1
    assert live(slips) == {PARENT: "50.00", f"{CHILD}L": "100.00"}


def test_a_parked_link_is_dropped_once_its_parent_was_voided_by_hand(slips: Slips) -> None:
    given_a_closed_account_and_nothing_made(slips)
    slips.change("UPDATE routing_slips SET total = 100.01 WHERE number = :n", n=CHILD)
    slips.run(slip=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE'")
    outcome = slips.run()
    assert (outcome.exit_code, "its link was dropped" in outcome.notes[0]) == (0, True)


@pytest.mark.parametrize("scenario", ["correction", "void", "nsf"])
def test_what_took_a_deposit_back_is_not_dropped_while_no_receipt_holds_it(slips: Slips, scenario: str) -> None:
    slips.deposit(PARENT, "100.00")
    if scenario == "correction":
        slips.correct(PARENT, "120.00")
    elif scenario == "void":
        slips.set_status(PARENT, "VOID")
    else:
        slips.bounce(PARENT)
    assert slips.run_killed_at("answered 1 reverse receipt")
    slips.set_status(PARENT, "ACTIVE")
    for _ in range(2):
        (reject,) = slips.run().rejects
        assert reject.reason == f"{scenario} parked"
        assert f"none of the receipts of slip {PARENT} is open" in reject.detail
    seed_receipt(slips, f"{PARENT}R2", "100.00")
    assert "was dropped" in slips.run().notes[0]


def test_a_correction_that_changed_cfs_is_not_dropped_while_our_receipts_differ(slips: Slips) -> None:
    close_account_before_closing(slips)
    outcome = slips.run()
    assert (outcome.exit_code, outcome.counts["slips_parked"]) == (3, 1)
    assert "the slip is CORRECTION, its CFS account INACTIVE" in outcome.rejects[0].detail
    assert "CFS applied 30.00 of receipt 206000010R2 to REG00000001, our receipts say 0.00" in outcome.rejects[0].detail
    assert slips.record("SELECT state FROM pay_jobs.operations")["state"] == "refused"


def test_a_refund_that_has_nothing_left_to_take_is_dropped(slips: Slips) -> None:
    slips.deposit(PARENT, "10.00")
    slips.change("UPDATE routing_slips SET remaining_amount = 0")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.add("pay_jobs.operations", kind="slip refund", subject=f"slip {PARENT}", state="planned", plan="{}",
              command="x")  # fmt: skip
    assert "its refund was dropped" in slips.run().notes[0]


def test_an_operation_that_cannot_be_dropped_keeps_no_other_of_its_family(slips: Slips) -> None:
    close_account_before_closing(slips)
    slips.deposit(CHILD, "10.00")
    slips.change("UPDATE routing_slips SET parent_number = :p WHERE number = :n", p=PARENT, n=CHILD)
    slips.add("pay_jobs.operations", kind="slip link", subject=f"slip {CHILD}", state="planned", plan="{}", command="x")
    outcome = slips.run()
    assert outcome.counts["slips_parked"] == 1
    assert [note for note in outcome.notes if f"Slip {CHILD}: its link was dropped" in note] == outcome.notes != []


def test_a_link_that_paid_and_is_not_due_any_more_is_looked_up_under_its_parent_and_the_version_that_was_made(
    slips: Slips,
) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "130.00", version=2)
    slips.change("UPDATE routing_slips SET cas_version_suffix = 1 WHERE number = :n", n=CHILD)
    slips.link(CHILD, PARENT)
    assert slips.run_killed_at("answered 3 apply receipt")
    slips.set_status(CHILD, "ACTIVE")
    (reject,) = slips.run().rejects
    assert reject.reason == "link parked"
    assert f"CFS applied 60.00 of receipt {CHILD}LR2 to REG00000001, our receipts say 0.00" in reject.detail


def test_a_correction_of_a_slip_that_was_linked_meanwhile_is_looked_up_on_its_own_site(slips: Slips) -> None:
    scenarios.correction(slips)
    assert slips.run_killed_at("answered 3 apply receipt")
    slips.deposit(THIRD, "10.00")
    slips.link(PARENT, THIRD)
    first = slips.run().rejects[0]
    assert (first.where, first.reason) == (PARENT, "correction parked")
    assert f"CFS applied 30.00 of receipt {PARENT}R2 to REG00000001, our receipts say 0.00" in first.detail


def test_a_correction_whose_account_is_gone_is_not_dropped(slips: Slips) -> None:
    scenarios.correction(slips)
    assert slips.run_killed_at("answered 3 apply receipt")
    slips.change("DELETE FROM cfs_accounts")
    (reject,) = slips.run().rejects
    assert "because its CFS account is gone: give it back its row in cfs_accounts" in reject.detail
    assert slips.record("SELECT state FROM pay_jobs.operations")["state"] == "refused"


def test_a_correction_whose_account_is_opened_again_is_finished(slips: Slips) -> None:
    close_account_before_closing(slips)
    slips.run()
    slips.change("UPDATE cfs_accounts SET status = 'ACTIVE'")
    assert slips.run().counts["slips_corrected"] == 1
    assert slips.our_receipts() == {
        ("206000010R2", "REG00000001"): Decimal("30.00"),
        ("206000010R2", "REG00000002"): Decimal("20.00"),
    }


def test_a_slip_that_is_corrected_again_before_cfs_answers_goes_to_its_end(
    slips: Slips, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenarios.correction(slips)
    reverse = slips.client.reverse_receipt

    def reverse_and_correct(*asked: Any, **more: Any) -> Any:
        answer = reverse(*asked, **more)
        slips.change(f"UPDATE routing_slips SET total = total + 7, remaining_amount = remaining_amount + 7"
                     f" WHERE number = '{PARENT}'")  # fmt: skip
        return answer

    monkeypatch.setattr(slips.client, "reverse_receipt", reverse_and_correct)

    outcome = slips.run()

    assert outcome.counts["slips_corrected"] >= 1
    assert {one["state"] for one in slips.records("SELECT state FROM pay_jobs.operations")} == {"done"}


def close_account_before_closing(slips: Slips) -> None:
    """Let a correction change CFS, and its account be closed by hand before the pay tables are written."""
    scenarios.correction(slips)

    def close(point: str) -> None:
        if point == "before closing":
            slips.change("UPDATE cfs_accounts SET status = 'INACTIVE'")

    assert slips.run(checkpoint=close).counts["slips_parked"] == 1


def test_a_receipt_changed_by_somebody_else_is_not_adjusted(slips: Slips) -> None:
    scenarios.refund(slips)

    def spend(point: str) -> None:
        if point == "answered 1 adjust receipt":
            site = slips.site(PARENT)
            slips.client.unapply_receipt(site, PARENT, "REG00000001")

    outcome = slips.run(checkpoint=spend)
    assert outcome.exit_code == 3
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("110.00")


def test_a_void_slip_with_transactions_is_refused_and_the_way_on_is_named(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.set_status(PARENT, "VOID")
    outcome = slips.run()
    assert f"slips void {PARENT} --dry-run" in outcome.rejects[0].detail
    assert slips.receipts()[PARENT]["status"] == "open"


@pytest.mark.parametrize("status", ["HOLD", "ACTIVE"])
def test_a_status_changed_under_the_last_write_parks_the_slip(slips: Slips, status: str) -> None:
    scenarios.correction(slips)

    def change(point: str) -> None:
        if point == "before closing":
            slips.set_status(PARENT, status)

    outcome = slips.run(checkpoint=change)
    assert f"its status is {status} now, and was CORRECTION" in outcome.rejects[0].detail
    assert slips.slip(PARENT)["cas_version_suffix"] == 1


def test_receipts_that_differ_after_the_work_are_reported(slips: Slips) -> None:
    scenarios.correction(slips)

    def meddle(point: str) -> None:
        if point == "answered 4 apply receipt":
            site = slips.site(PARENT)
            slips.client.create_invoice(site, "REG00000099", [InvoiceLine("x", Decimal("5.00"), GL_ACCOUNT)], at=NOW)
            slips.client.apply_receipt(site, f"{PARENT}R2", "REG00000099")

    outcome = slips.run(checkpoint=meddle)
    assert (outcome.counts["slips_checked"], outcome.counts["slips_in_agreement"]) == (1, 0)
    assert outcome.answer == "1 slip worked; what CFS has applied equals our receipts for 0."
    assert "CFS applied 5.00 of receipt 206000010R2 to REG00000099, our receipts say 0.00" in outcome.rejects[0].detail


def test_an_invoice_that_cfs_has_over_another_total_is_paid_as_cfs_says_and_reported(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.change("UPDATE invoices SET total = 31 WHERE id = 1")
    slips.correct(PARENT, "120.00")
    outcome = slips.run()
    assert "invoice REG00000001 is for 30.00 in CFS, and for 31.00 here" in outcome.rejects[0].detail
    assert slips.record("SELECT paid FROM invoices")["paid"] == Decimal("30.00")
