"""The hazards of docs/specs/routing-slips.md section 5, and what other jobs left half done (sections 4.0 to 4.5)."""

from decimal import Decimal

import pytest

from tests.routing_slip_factory import NOW, Slips
from tests.tasks.routing_slip_recreate import scenarios
from tests.tasks.routing_slip_recreate.scenarios import (
    CHILD,
    PARENT,
    THIRD,
    given_a_bounced_slip_with_one_linked,
    live,
    reverse_in_cfs,
    seed_receipt,
)
from tests.tools.verify.watch import all_findings


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


def test_a_refund_beside_something_owed_is_refused_and_not_left_to_another_job(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED'")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    outcome = slips.run()
    assert (outcome.exit_code, outcome.counts) == (3, {"slips_refused": 1})
    assert outcome.rejects[0].detail.startswith("REG00000001 is CREATED, so it is owed, and no job takes it")
    assert slips.slip(PARENT)["refund_amount"] is None


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
    assert outcome.counts == {"slips_waiting": 2}
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


def test_a_total_that_was_corrected_and_corrected_back_is_made_anew_once(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.correct(PARENT, "120.00")
    slips.correct(PARENT, "100.00")
    assert slips.run().rejects == []
    assert live(slips) == {f"{PARENT}R2": "100.00"}
    assert slips.slip(PARENT)["cas_version_suffix"] == 2


def test_a_correction_killed_halfway_and_corrected_again_ends_with_the_newest_total(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    slips.run_killed_at("answered 2 create receipt")
    slips.correct(PARENT, "90.00")
    outcome = slips.run()
    assert outcome.rejects == []
    assert live(slips) == {f"{PARENT}R3": "90.00"}
    assert slips.our_receipts() == {(f"{PARENT}R3", "REG00000001"): Decimal("30.00")}
    moved = slips.record("SELECT before, amount FROM pay_jobs.slip_movements WHERE slip = :n", n=PARENT)
    assert moved == {"before": Decimal("100.00"), "amount": Decimal("-10.00")}


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


def test_a_recovered_slip_that_bounces_again_is_worked_though_its_account_is_frozen(slips: Slips) -> None:
    scenarios.link_to_bounced(slips)
    slips.run()
    slips.bounce(PARENT)
    outcome = slips.run()
    assert outcome.counts["slips_nsf"] == 1
    assert live(slips) == {}
    assert slips.record("SELECT count(*) AS n FROM payment_line_items")["n"] == 2
    assert "its balance is -220.00 now, and its transactions and the fee say -120.00" in outcome.rejects[0].detail


@pytest.mark.parametrize("by_another_job", [False, True])
def test_a_slip_that_bounces_again_before_its_fee_is_paid_is_charged_a_second_one(
    slips: Slips, by_another_job: bool
) -> None:
    slips.deposit(PARENT, "100.00", paid=["100.00"])
    slips.bounce(PARENT)
    slips.run()
    if by_another_job:
        slips.change("DELETE FROM pay_jobs.operation_steps")
        slips.change("DELETE FROM pay_jobs.operations")
    slips.deposit(CHILD, "110.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.bounce(PARENT)

    outcome = slips.run()

    assert live(slips) == {}
    owed = slips.rows("SELECT invoice_status_code, total::text FROM invoices ORDER BY id")
    assert owed == [("CREATED", "100.00"), ("CREATED", "30.00"), ("CREATED", "30.00")]
    assert set(slips.due().values()) == {"100.00", "30.00"}
    (told,) = outcome.rejects
    assert "its balance is -260.00 now, and its transactions and the fee say -160.00" in told.detail


@pytest.mark.parametrize("named", [None, PARENT])
def test_a_slip_that_bounces_again_after_a_link_paid_a_part_is_worked_though_another_job_worked_the_first_bounce(
    slips: Slips, named: str | None
) -> None:
    slips.deposit(PARENT, "100.00", paid=["100.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.change("DELETE FROM pay_jobs.operation_steps")
    slips.change("DELETE FROM pay_jobs.operations")
    slips.deposit(CHILD, "50.00")
    slips.link(CHILD, PARENT)
    slips.run()
    assert slips.slip(PARENT)["status"] == "ACTIVE"
    slips.bounce(PARENT)

    outcome = slips.run(slip=named)

    assert live(slips) == {}
    assert slips.due() == {"REG00000001": "100.00", "REG00000002": "30.00", "REG00000003": "30.00"}
    (told,) = outcome.rejects
    assert "its balance is -260.00 now, and its transactions and the fee say -160.00" in told.detail
    assert slips.run().counts["slips_nsf"] == 0


def given_a_bounce_that_left_a_transaction_of_the_day(slips: Slips) -> None:
    """Let a slip bounce before CREATE_INVOICES takes what was bought the same day, which it then finds no money for."""
    slips.deposit(PARENT, "100.00")
    slips.spend(PARENT, "40.00")
    slips.bounce(PARENT)
    slips.run()
    slips.create_invoices()
    assert slips.record("SELECT invoice_status_code AS status FROM invoices WHERE id = 1") == {"status": "PAID"}
    assert slips.our_receipts() == {}


def test_what_create_invoices_took_for_paid_after_a_bounce_is_owed_again_and_charged_no_second_fee(
    slips: Slips,
) -> None:
    given_a_bounce_that_left_a_transaction_of_the_day(slips)
    moved = slips.records("SELECT * FROM pay_jobs.slip_movements")

    assert slips.run().rejects == []

    assert slips.rows("SELECT invoice_status_code, total::text FROM invoices ORDER BY id") == [
        ("CREATED", "40.00"), ("CREATED", "30.00")]  # fmt: skip
    assert slips.rows("SELECT status_code FROM invoice_references") == [("ACTIVE",), ("ACTIVE",)]
    assert slips.due() == {"REG00000001": "40.00", "REG00000002": "30.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-70.00")
    assert slips.records("SELECT * FROM pay_jobs.slip_movements") == moved
    assert slips.run().notes == ["No slips are in progress."]


def test_what_was_taken_for_paid_after_a_bounce_and_is_paid_in_cfs_is_told(slips: Slips) -> None:
    given_a_bounce_that_left_a_transaction_of_the_day(slips)
    seed_receipt(slips, f"{PARENT}R2", "50.00")
    slips.client.apply_receipt(slips.site(PARENT), f"{PARENT}R2", "REG00000001")

    (told,) = slips.run().rejects

    assert told.detail == f"CFS applied 40.00 of receipt {PARENT}R2 to REG00000001, our receipts say 0.00"
    assert live(slips) == {f"{PARENT}R2": "50.00"}


def test_a_slip_over_the_old_amount_and_the_fee_pays_what_was_bought_on_the_day_of_the_bounce(slips: Slips) -> None:
    given_a_bounce_that_left_a_transaction_of_the_day(slips)
    slips.deposit(CHILD, "70.00")
    slips.link(CHILD, PARENT)

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000001": "0.00", "REG00000002": "0.00"}
    parent = slips.slip(PARENT)
    assert (parent["status"], parent["remaining_amount"]) == ("ACTIVE", Decimal("0.00"))


@pytest.mark.parametrize("paid", [[], ["60.00"]])
def test_a_fee_that_was_waived_is_not_charged_again(slips: Slips, paid: list[str]) -> None:
    slips.deposit(PARENT, "100.00", paid=paid)
    slips.bounce(PARENT)
    slips.run()
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE corp_type_code = 'BCR'")
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount + 30")

    assert slips.run().notes == ["No slips are in progress."]
    assert slips.run(slip=PARENT).counts["slips_nsf"] == 0


@pytest.mark.parametrize("linked_before", [False, True])
def test_what_create_invoices_took_for_paid_after_a_bounce_that_another_job_worked_is_charged_no_second_fee(
    slips: Slips, linked_before: bool
) -> None:
    slips.deposit(PARENT, "100.00")
    if linked_before:
        slips.deposit(CHILD, "10.00")
        slips.link(CHILD, PARENT)
        slips.run()
    slips.spend(PARENT, "40.00")
    slips.bounce(PARENT)
    slips.run()
    slips.change("DELETE FROM pay_jobs.operation_steps")
    slips.change("DELETE FROM pay_jobs.operations")
    slips.create_invoices()

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000001": "40.00", "REG00000002": "30.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-70.00")
    assert slips.run().notes == ["No slips are in progress."]


def test_a_slip_that_bounces_again_after_another_job_linked_one_that_paid_a_part_is_worked(slips: Slips) -> None:
    given_a_bounced_slip_with_one_linked(slips, "20.00")
    slips.change("UPDATE routing_slips SET remaining_amount = 0 WHERE number = :n", n=PARENT)
    slips.change("DELETE FROM pay_jobs.operation_steps")
    slips.change("DELETE FROM pay_jobs.operations")
    slips.bounce(PARENT)

    (told,) = slips.run().rejects

    assert live(slips) == {}
    assert slips.due() == {"REG00000001": "100.00", "REG00000002": "30.00", "REG00000003": "30.00"}
    assert "its balance is -150.00 now, and its transactions and the fee say -160.00" in told.detail
    assert slips.run().notes == ["No slips are in progress."]


def given_a_second_bounce_and_a_third_slip(slips: Slips, total: str, *, is_since: bool) -> None:
    """Let 100.00 bounce, and then the 130.00 that paid for them; a slip is linked before that or since."""
    given_a_bounced_slip_with_one_linked(slips, "130.00")
    slips.deposit(THIRD, total)
    for happening in (slips.bounce, lambda parent: slips.link(THIRD, parent))[:: 1 if is_since else -1]:
        happening(PARENT)


def put_back(slips: Slips, amount: int) -> None:
    slips.change(
        "UPDATE routing_slips SET remaining_amount = remaining_amount + :a WHERE number = :n", a=amount, n=PARENT
    )


@pytest.mark.parametrize("corrected", [0, 100])
@pytest.mark.parametrize("is_since", [True, False])
def test_the_balance_tells_at_a_second_bounce_whether_a_slip_was_linked_since_also_where_it_was_not_corrected(
    slips: Slips, is_since: bool, corrected: int
) -> None:
    """The API took the deposit that bounced before off again, until somebody puts it back."""
    given_a_second_bounce_and_a_third_slip(slips, "50.00", is_since=is_since)
    put_back(slips, corrected)

    rejects = slips.run().rejects

    told = [one.detail for one in rejects if "does not cover" not in one.detail]
    assert ["correct the balance" in one for one in told] == ([] if corrected else [True])
    assert live(slips) == ({f"{THIRD}L": "50.00"} if is_since else {})


@pytest.mark.parametrize("is_since", [True, False])
def test_a_slip_that_is_as_large_as_what_bounced_before_is_reversed_by_no_guess(slips: Slips, is_since: bool) -> None:
    given_a_second_bounce_and_a_third_slip(slips, "100.00", is_since=is_since)
    put_back(slips, 0 if is_since else 100)

    (told,) = slips.run().rejects

    assert "the balance -130.00 with 130.00 spent or refunded does not tell which" in told.detail
    assert told.detail.endswith(f"set the balance to -230.00 if none did; or to -30.00 if {THIRD} did")
    assert set(live(slips)) == {f"{CHILD}L", THIRD}
    put_back(slips, 100 if is_since else -100)
    slips.run()
    assert live(slips) == ({f"{THIRD}L": "100.00"} if is_since else {})


@pytest.mark.parametrize("is_first_ours", [True, False])
def test_of_a_second_bounce_only_what_had_not_bounced_before_is_noted(slips: Slips, is_first_ours: bool) -> None:
    scenarios.link_to_bounced(slips)
    slips.run()
    if not is_first_ours:
        scenarios.forget_our_work(slips)
    slips.bounce(PARENT)
    slips.run()

    moved = slips.rows("SELECT amount::text FROM pay_jobs.slip_movements WHERE kind = 'bounced' ORDER BY id")
    assert moved == [("-100.00",)] * is_first_ours + [("-130.00",)]


def test_verify_waits_for_the_job_also_where_a_slip_bounces_again(slips: Slips) -> None:
    scenarios.link_to_bounced(slips)
    slips.run()
    slips.bounce(PARENT)
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount + 100 WHERE number = :n", n=PARENT)

    before = all_findings(slips.database, NOW, ("SLIP-LEFT",))
    slips.run()

    assert (before, all_findings(slips.database, NOW, ("SLIP-LEFT",))) == ({}, {})


def test_a_slip_that_is_linked_where_nothing_is_owed_makes_its_bounced_parent_active(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.bounce(PARENT)
    slips.run()
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED'")
    slips.change("UPDATE routing_slips SET remaining_amount = 0")
    slips.deposit(CHILD, "50.00")
    slips.link(CHILD, PARENT)

    for _ in range(2):
        assert slips.run().rejects == []

    assert live(slips) == {f"{CHILD}L": "50.00"}
    parent = slips.slip(PARENT)
    assert (parent["status"], parent["remaining_amount"]) == ("ACTIVE", Decimal("50.00"))


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


def test_a_refund_that_does_not_add_up_is_flagged_and_told_of_by_every_run_that_leaves_it_alone(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.change("UPDATE routing_slips SET remaining_amount = 99.99")
    outcome = slips.run()
    assert outcome.exit_code == 3
    assert f"receipt {PARENT} is open for 100.00, 100.00 unapplied, 0.00 have left it" in outcome.rejects[0].detail
    assert slips.slip(PARENT)["cas_mismatch"]
    for again in (slips.run(), slips.run(slip=PARENT)):
        assert [one.reason for one in again.rejects] == ["refund refused"]
        assert f"receipt {PARENT} is open for 100.00" in again.rejects[0].detail
    slips.change("UPDATE routing_slips SET remaining_amount = 100, cas_mismatch = FALSE")
    assert slips.run().counts["slips_refunded"] == 1


def test_a_slip_that_its_refund_flagged_can_be_corrected(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.change("UPDATE routing_slips SET remaining_amount = 99.99")
    slips.run()
    slips.correct(PARENT, "99.99")
    assert slips.run().counts["slips_corrected"] == 1
    assert live(slips) == {f"{PARENT}R2": "99.99"}


def test_what_a_bounced_child_had_paid_of_an_invoice_is_owed_again(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "40.00")
    slips.link(CHILD, PARENT)
    slips.run()
    assert slips.record("SELECT paid FROM invoices WHERE id = 1")["paid"] == Decimal("40.00")
    slips.bounce(PARENT)
    slips.run()
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00", "REG00000003": "30.00"}
    assert slips.record("SELECT paid FROM invoices WHERE id = 1")["paid"] == 0
