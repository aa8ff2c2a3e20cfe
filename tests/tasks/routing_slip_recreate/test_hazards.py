"""The hazards of docs/specs/routing-slips.md section 5, and what other jobs left half done (sections 4.0 to 4.5)."""

from decimal import Decimal

import pytest

from connectors.cfs import ReversalComment, ReversalReason
from tests.routing_slip_factory import Slips
from tests.tasks.routing_slip_recreate import scenarios

PARENT, CHILD, THIRD = "206000010", "206000028", "206000036"


def seed_receipt(slips: Slips, number: str, amount: str, *, of: str = PARENT, is_reversed: bool = False) -> None:
    slips.cfs.admin.seed(
        receipts=[
            {
                "site_number": slips.site(of).site,
                "receipt_number": number,
                "receipt_amount": Decimal(amount),
                "is_reversed": is_reversed,
            }
        ]
    )


def reverse_in_cfs(slips: Slips, number: str, of: str = PARENT) -> None:
    slips.client.reverse_receipt(
        slips.site(of), number, reason=ReversalReason.PAYMENT_REVERSAL, comment=ReversalComment.CREATED_IN_ERROR
    )


def live(slips: Slips) -> dict[str, str]:
    return {number: one["amount"] for number, one in slips.receipts().items() if one["status"] == "open"}


def test_linking_a_corrected_slip_reverses_the_receipt_that_is_open_not_the_plain_one(slips: Slips) -> None:
    scenarios.link_after_correction(slips)
    slips.run()
    assert live(slips) == {PARENT: "50.00", f"{CHILD}LR2": "100.00"}


def test_linking_to_a_bounced_slip_keeps_the_other_money_of_the_parent(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount + 7 WHERE number = :n", n=PARENT)
    slips.run()
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("47.00")


@pytest.mark.parametrize(("first", "status"), [(PARENT, "LINKED"), (CHILD, "LINKED")])
def test_a_link_waits_while_either_slip_has_no_profile_in_cfs(slips: Slips, first: str, status: str) -> None:
    for number in (PARENT, CHILD):
        slips.deposit(number, "50.00", account="PENDING" if number == first else "ACTIVE")
    slips.link(CHILD, PARENT)
    outcome = slips.run()
    assert (outcome.exit_code, outcome.counts["slips_waiting"]) == (0, 1)
    assert f"waits for CREATE_CFS_ACCOUNTS: slip {first} has no complete profile in CFS yet" in outcome.notes[0]
    assert slips.slip(CHILD)["status"] == status


def test_a_refund_waits_for_a_transaction_whose_own_refund_is_in_flight(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.refund_transaction(1)
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    outcome = slips.run()
    assert "REG00000001 is REFUND_REQUESTED" in outcome.notes[0]
    assert not slips.slip(PARENT)["cas_mismatch"]
    slips.create_invoices()
    slips.run()
    assert slips.slip(PARENT)["refund_amount"] == Decimal("100.00")


def test_a_correction_of_a_parent_keeps_what_the_childs_receipt_paid(slips: Slips) -> None:
    scenarios.correction_with_child(slips)
    slips.run()
    assert slips.our_receipts() == {
        (f"{CHILD}L", "REG00000002"): Decimal("20.00"),
        (f"{PARENT}R2", "REG00000001"): Decimal("40.00"),
        (f"{PARENT}R2", "REG00000002"): Decimal("5.00"),
    }


def test_a_void_waits_for_the_link_of_a_child(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "40.00", account="PENDING")
    slips.link(CHILD, PARENT)
    slips.set_status(PARENT, "VOID")
    outcome = slips.run()
    assert f"Slip {PARENT}: its void waits for the link of slip {CHILD}." in outcome.notes
    assert live(slips) == {PARENT: "50.00"}


def test_a_link_and_the_void_of_its_parent_are_done_in_one_run(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "40.00")
    slips.link(CHILD, PARENT)
    slips.set_status(PARENT, "VOID")
    outcome = slips.run()
    assert (outcome.counts["slips_linked"], outcome.counts["slips_voided"]) == (1, 1)
    assert live(slips) == {}


def test_money_spent_by_the_api_while_a_correction_runs_is_not_overwritten(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")

    def spend(point: str) -> None:
        if point == "before closing":
            slips.spend(PARENT, "90.00")

    slips.run(checkpoint=spend)
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["remaining_amount"]) == ("COMPLETE", 0)
    slips.create_invoices()
    assert set(slips.due().values()) == {"0.00"}


def test_a_total_corrected_again_while_the_correction_runs_is_corrected_once_more(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")

    def correct(point: str) -> None:
        if point == "before closing":
            slips.correct(PARENT, "110.00")

    assert "changed again to 110.00" in slips.run(checkpoint=correct).rejects[0].detail
    slips.run()
    assert live(slips) == {f"{PARENT}R3": "110.00"}
    assert slips.slip(PARENT)["status"] == "ACTIVE"


def test_a_correction_killed_halfway_and_corrected_again_ends_with_the_newest_total(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    slips.run_killed_at("answered 2 create receipt")
    slips.correct(PARENT, "90.00")
    outcome = slips.run()
    assert outcome.rejects == []
    assert live(slips) == {f"{PARENT}R3": "90.00"}
    assert slips.our_receipts() == {(f"{PARENT}R3", "REG00000001"): Decimal("30.00")}


def test_a_correction_waits_for_an_approved_invoice_and_not_once_it_has_begun(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    slips.run_killed_at("answered 1 reverse receipt")
    slips.spend(PARENT, "5.00")
    assert slips.run().counts["slips_corrected"] == 1
    slips.correct(PARENT, "130.00")
    outcome = slips.run()
    assert "REG00000002 is APPROVED and not in CFS yet" in outcome.notes[0]


def test_an_invoice_left_created_does_not_hold_a_correction_up_for_ever(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED'")
    slips.change("UPDATE invoice_references SET status_code = 'ACTIVE'")
    slips.change("DELETE FROM receipts")
    slips.correct(PARENT, "120.00")
    slips.run()
    assert slips.slip(PARENT)["status"] == "ACTIVE"
    assert slips.our_receipts() == {(f"{PARENT}R2", "REG00000001"): Decimal("30.00")}


@pytest.mark.parametrize("version", [1, 2])
def test_a_correction_that_another_job_left_after_the_reversal_is_finished(slips: Slips, version: int) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE routing_slips SET cas_version_suffix = :v WHERE number = :n", n=PARENT, v=version)
    slips.run()
    assert live(slips) == {f"{PARENT}R2": "120.00"}
    assert slips.slip(PARENT)["cas_version_suffix"] == 2


def test_a_correction_that_another_job_left_after_making_the_receipt_is_finished(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    reverse_in_cfs(slips, PARENT)
    seed_receipt(slips, f"{PARENT}R2", "120.00")
    outcome = slips.run()
    assert outcome.counts["steps_already_true"] == 2
    assert slips.receipts()[f"{PARENT}R2"]["applied"] == {"REG00000001": "30.00"}


@pytest.mark.parametrize("made", [False, True])
def test_a_link_that_another_job_left_half_done_is_finished(slips: Slips, made: bool) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    if made:
        seed_receipt(slips, f"{CHILD}L", "100.00")
    slips.run()
    assert live(slips) == {PARENT: "50.00", f"{CHILD}L": "100.00"}
    assert slips.slip(CHILD)["account"] == "INACTIVE"


def test_a_link_whose_account_was_closed_with_nothing_made_is_repaired_when_named(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE account_id ="
                 " (SELECT payment_account_id FROM routing_slips WHERE number = :n)", n=CHILD)  # fmt: skip
    assert slips.run().notes == ["No slip is in work."]
    slips.run(slip=CHILD)
    assert live(slips) == {PARENT: "50.00", f"{CHILD}L": "100.00"}


def test_a_void_with_a_child_whose_deposit_is_nowhere_is_parked_until_the_child_is_repaired(slips: Slips) -> None:
    scenarios.link(slips)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    slips.set_status(PARENT, "VOID")
    assert f"--slip {CHILD} --only link" in slips.run().rejects[0].detail
    assert slips.run(slip=CHILD, only="link").counts["slips_linked"] == 1
    assert slips.run().counts["slips_voided"] == 1
    assert live(slips) == {}


@pytest.mark.parametrize("fee", ["none", "without reference", "with reference"])
def test_a_bounced_slip_that_another_job_left_frozen_gets_its_fee_once(slips: Slips, fee: str) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED'")
    slips.change("UPDATE invoice_references SET status_code = 'ACTIVE'")
    slips.change("DELETE FROM receipts")
    if fee != "none":
        slips.change("INSERT INTO invoices (payment_method_code, invoice_status_code, total, paid, refund,"
                     " routing_slip, payment_account_id, corp_type_code, created_by, created_on) VALUES"
                     " ('INTERNAL', 'CREATED', 30, 0, 0, :n, 1, 'BCR', 'SYSTEM', now())", n=PARENT)  # fmt: skip
    if fee == "with reference":
        slips.cfs.admin.seed(
            invoices=[
                {"site_number": slips.site(PARENT).site, "invoice_number": "REG00000002", "total": Decimal("30.00")}
            ]
        )
        slips.change("INSERT INTO invoice_references (invoice_id, invoice_number, status_code)"
                     " VALUES (2, 'REG00000002', 'ACTIVE')")  # fmt: skip
        slips.change("INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, total,"
                     " line_item_status_code) VALUES (2, 30, 53, 30, 'ACTIVE')")  # fmt: skip
    for _ in range(2):
        assert slips.run().rejects == []
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-90.00")
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00"}
    assert slips.one("SELECT count(*) AS n FROM payment_line_items")["n"] == 1
    assert slips.one("SELECT count(*) AS n FROM invoice_references WHERE status_code = 'ACTIVE'")["n"] == 2


def test_a_fee_that_the_balance_cannot_explain_is_parked(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    slips.change("INSERT INTO invoices (payment_method_code, invoice_status_code, total, routing_slip,"
                 " payment_account_id, corp_type_code, created_by, created_on) VALUES"
                 " ('INTERNAL', 'CREATED', 30, :n, 1, 'BCR', 'SYSTEM', now())", n=PARENT)  # fmt: skip
    slips.change("UPDATE routing_slips SET remaining_amount = -71")
    outcome = slips.run()
    assert outcome.exit_code == 3
    assert "the balance -71.00 is neither -60.00 nor -90.00" in outcome.rejects[0].detail


def test_a_recovered_slip_that_bounces_again_is_worked_though_its_account_is_frozen(slips: Slips) -> None:
    scenarios.link_to_bounced(slips)
    slips.run()
    slips.bounce(PARENT)
    outcome = slips.run()
    assert outcome.counts["slips_nsf"] == 1
    assert live(slips) == {}
    assert slips.one("SELECT count(*) AS n FROM payment_line_items")["n"] == 2
    assert "its balance is -220.00 now, and its transactions and the fee say -120.00" in outcome.rejects[0].detail


def test_children_linked_before_and_after_the_bounce_are_told_apart_by_the_balance(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    for number, total in ((CHILD, "5.00"), (THIRD, "95.00")):
        slips.deposit(number, total)
    slips.link(CHILD, PARENT)
    slips.bounce(PARENT)
    slips.link(THIRD, PARENT)
    outcome = slips.run()
    assert outcome.rejects == []
    assert live(slips) == {f"{THIRD}L": "95.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("5.00")


def test_children_that_the_balance_cannot_tell_apart_are_left_to_a_person(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    for number in (CHILD, THIRD):
        slips.deposit(number, "95.00")
    slips.link(CHILD, PARENT)
    slips.bounce(PARENT)
    slips.link(THIRD, PARENT)
    outcome = slips.run()
    assert "does not tell which of them came after the bounce" in outcome.rejects[0].detail
    assert set(live(slips)) == {PARENT, CHILD, THIRD}


@pytest.mark.parametrize("work", ["correction", "void"])
def test_a_recovered_slip_is_corrected_and_voided_though_its_account_is_frozen(slips: Slips, work: str) -> None:
    slips.deposit(PARENT, "100.00")
    slips.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    if work == "void":
        slips.set_status(PARENT, "VOID")
    else:
        slips.correct(PARENT, "90.00")
    outcome = slips.run()
    assert sum(outcome.counts[name] for name in ("slips_corrected", "slips_voided")) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_slip_linked_to_a_bounced_one_pays_only_if_it_came_after_the_bounce(slips: Slips, after: bool) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.deposit(CHILD, "130.00")
    if after:
        slips.bounce(PARENT)
        slips.link(CHILD, PARENT)
    else:
        slips.link(CHILD, PARENT)
        slips.bounce(PARENT)
    outcome = slips.run()
    assert (outcome.counts["slips_nsf"], outcome.counts["slips_linked"]) == (1, 1)
    assert live(slips) == ({f"{CHILD}L": "130.00"} if after else {})
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("40.00" if after else "-90.00")
    assert slips.slip(PARENT)["status"] == ("ACTIVE" if after else "NSF")


def test_a_refund_requested_before_the_bounce_can_still_be_cancelled_in_cfs(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.refund_transaction(1)
    slips.bounce(PARENT)
    slips.run()
    slips.create_invoices()
    assert slips.due()["REG00000001"] == "0.00"


def test_a_refund_that_does_not_add_up_is_flagged_and_not_touched_again(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.change("UPDATE routing_slips SET remaining_amount = 99.99")
    outcome = slips.run()
    assert outcome.exit_code == 3
    assert slips.slip(PARENT)["cas_mismatch"]
    assert slips.run().exit_code == 0
    slips.change("UPDATE routing_slips SET remaining_amount = 100, cas_mismatch = FALSE")
    assert slips.run().counts["slips_refunded"] == 1
