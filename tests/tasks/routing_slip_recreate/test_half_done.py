"""What other jobs left half done, and no journal tells of, is found in CFS and finished (sections 4.0 to 4.5)."""

import json
from decimal import Decimal

import pytest

from tests.old_schema import written_before
from tests.routing_slip_factory import Slips
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


@pytest.mark.parametrize("version", [1, 2])
def test_a_correction_that_another_job_left_after_the_reversal_is_finished(slips: Slips, version: int) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE routing_slips SET cas_version_suffix = :v WHERE number = :n", n=PARENT, v=version)
    slips.run()
    assert live(slips) == {f"{PARENT}R2": "120.00"}
    assert slips.slip(PARENT)["cas_version_suffix"] == 2
    assert slips.rows("SELECT before::text, amount::text FROM pay_jobs.slip_movements") == [("100.00", "20.00")]


def test_a_correction_that_another_job_left_after_making_the_receipt_is_finished(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")
    reverse_in_cfs(slips, PARENT)
    seed_receipt(slips, f"{PARENT}R2", "120.00")
    outcome = slips.run()
    assert outcome.counts["steps_already_true"] == 2
    assert slips.receipts()[f"{PARENT}R2"]["applied"] == {"REG00000001": "30.00"}


def test_the_journal_names_the_receipt_that_was_taken_back_also_where_another_job_did_it(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", version=2)
    slips.correct(PARENT, "120.00")
    reverse_in_cfs(slips, f"{PARENT}R2")
    seed_receipt(slips, f"{PARENT}R3", "120.00")
    slips.run()
    assert slips.rows("SELECT kind, subject FROM pay_jobs.operation_steps ORDER BY number") == [
        ("reverse receipt", f"{PARENT}R2"), ("create receipt", f"{PARENT}R3")]  # fmt: skip
    assert slips.rows("SELECT before::text, amount::text FROM pay_jobs.slip_movements") == [("100.00", "20.00")]


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


def test_a_half_done_link_of_a_corrected_slip_is_finished_under_the_version_that_cfs_has(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00", version=2)
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, f"{CHILD}R2", of=CHILD)
    slips.change("UPDATE routing_slips SET cas_version_suffix = 1 WHERE number = :n", n=CHILD)
    slips.run()
    assert live(slips) == {PARENT: "50.00", f"{CHILD}LR2": "100.00"}


def test_a_link_whose_account_was_closed_with_nothing_made_is_repaired_when_named(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE account_id ="
                 " (SELECT payment_account_id FROM routing_slips WHERE number = :n)", n=CHILD)  # fmt: skip
    assert slips.run().notes == ["No slips are in progress."]
    slips.run(slip=CHILD)
    assert live(slips) == {PARENT: "50.00", f"{CHILD}L": "100.00"}


@pytest.mark.parametrize("point", ["intended 2 create receipt", "answered 2 create receipt"])
def test_the_repair_of_a_link_that_is_killed_is_finished_by_a_plain_run(slips: Slips, point: str) -> None:
    scenarios.link(slips)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    assert slips.run_killed_at(point, slip=CHILD)
    assert slips.run().counts["slips_linked"] == 1
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


def given_a_bounce_that_another_job_left_frozen(slips: Slips, fee: str) -> None:
    """Deposit 100.00, spend 60.00, and let the job that worked its bounce come as far as it did with the fee."""
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE cfs_accounts SET status = 'FREEZE'")
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED'")
    slips.change("UPDATE invoice_references SET status_code = 'ACTIVE'")
    slips.change("DELETE FROM receipts")
    slips.change("UPDATE payments SET payment_status_code = 'FAILED' WHERE is_routing_slip")
    if fee != "none":
        slips.change("INSERT INTO invoices (payment_method_code, invoice_status_code, total, paid, refund,"
                     " routing_slip, payment_account_id, corp_type_code, created_by, created_on) VALUES"
                     " ('INTERNAL', 'CREATED', 30, 0, 0, :n, 1, 'BCR', 'SYSTEM', now())", n=PARENT)  # fmt: skip
    if fee in {"taken off", "done"}:
        slips.change("UPDATE routing_slips SET remaining_amount = -90")
    if fee in {"with reference", "done"}:
        slips.cfs.admin.seed(
            invoices=[
                {"site_number": slips.site(PARENT).site, "invoice_number": "REG00000002", "total": Decimal("30.00")}
            ]
        )
        slips.change("INSERT INTO invoice_references (invoice_id, invoice_number, status_code)"
                     " VALUES (2, 'REG00000002', 'ACTIVE')")  # fmt: skip
        slips.change("INSERT INTO payment_line_items (invoice_id, filing_fees, fee_schedule_id, total,"
                     " line_item_status_code) VALUES (2, 30, 53, 30, 'ACTIVE')")  # fmt: skip


def bounces_noted(slips: Slips) -> list[str]:
    return [amount for (amount,) in slips.rows("SELECT amount::text FROM pay_jobs.slip_movements"
                                               " WHERE kind = 'bounced' ORDER BY id")]  # fmt: skip


@pytest.mark.parametrize("fee", ["none", "without reference", "taken off", "with reference", "done"])
def test_a_bounced_slip_that_another_job_left_frozen_gets_its_fee_once(slips: Slips, fee: str) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    for _ in range(2):
        assert slips.run().rejects == []
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-90.00")
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00"}
    assert slips.record("SELECT count(*) AS n FROM payment_line_items")["n"] == 1
    assert slips.record("SELECT count(*) AS n FROM invoice_references WHERE status_code = 'ACTIVE'")["n"] == 2


@pytest.mark.parametrize("fee", ["none", "without reference", "taken off", "with reference", "done"])
def test_the_fee_of_a_bounce_that_another_job_worked_is_charged_once_though_it_refunded_as_much_before(
    slips: Slips, fee: str
) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    slips.change("UPDATE routing_slips SET refund_amount = 30, remaining_amount = remaining_amount - 30")
    slips.change("INSERT INTO refunds (routing_slip_id, status, type) VALUES (1, 'APPROVED', 'ROUTING_SLIP')")
    for _ in range(2):
        assert slips.run().rejects == []
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-120.00")
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00"}


@pytest.mark.parametrize("fee", ["without reference", "taken off", "with reference"])
def test_a_fee_that_another_job_began_keeps_its_amount_where_the_fee_in_force_has_changed(
    slips: Slips, fee: str
) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    slips.change("UPDATE fee_codes SET amount = 35 WHERE code ="
                 " (SELECT fee_code FROM fee_schedules WHERE fee_schedule_id = 53)")  # fmt: skip
    assert slips.run().rejects == []
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-90.00")
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00"}
    assert slips.record("SELECT total FROM payment_line_items")["total"] == Decimal("30.00")


def test_a_fee_that_a_run_of_ours_began_keeps_its_amount_where_the_fee_in_force_has_changed(slips: Slips) -> None:
    scenarios.nsf(slips)
    assert slips.run_killed_at("answered 3 create invoice")
    slips.change("UPDATE fee_codes SET amount = 35 WHERE code ="
                 " (SELECT fee_code FROM fee_schedules WHERE fee_schedule_id = 53)")  # fmt: skip
    assert slips.run().rejects == []
    assert slips.record("SELECT max(total) AS total FROM payment_line_items")["total"] == Decimal("30.00")


@pytest.mark.parametrize(
    ("fee", "noted"),
    [
        ("none", ["-100.00"]),
        ("without reference", ["-100.00"]),
        ("taken off", ["-100.00"]),
        ("with reference", ["0.00"]),
        ("done", []),
    ],
)
def test_a_bounce_that_another_job_left_half_done_is_noted_once_by_the_job_that_makes_its_fee_in_cfs(
    slips: Slips, fee: str, noted: list[str]
) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    for _ in range(2):
        slips.run()
    assert bounces_noted(slips) == noted


@pytest.mark.parametrize("fee", ["taken off", "done"])
def test_a_fee_that_was_waived_after_another_job_charged_it_is_not_charged_again(slips: Slips, fee: str) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE id = 2")
    slips.change("UPDATE routing_slips SET remaining_amount = -60")

    assert slips.run().counts["slips_nsf"] == 0
    assert "REG00000003" not in slips.due()


def test_a_waived_fee_is_not_charged_again_where_create_invoices_took_a_transaction_for_paid(slips: Slips) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, "done")
    slips.spend(PARENT, "5.00")
    slips.create_invoices()
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE id = 2")
    slips.change("UPDATE routing_slips SET remaining_amount = -65")

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00", "REG00000003": "5.00"}
    assert slips.record("SELECT invoice_status_code AS status FROM invoices WHERE id = 3") == {"status": "CREATED"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-65.00")
    assert slips.rows("SELECT kind FROM pay_jobs.slip_movements") == []
    assert slips.run().notes == ["No slips are in progress."]


def given_a_link_to_a_bounce_of_another_job_whose_fee_was_waived(slips: Slips) -> None:
    """Let nothing be owed, so that the 130.00 that our job links pay nothing."""
    slips.deposit(PARENT, "100.00")
    slips.bounce(PARENT)
    slips.run()
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED'")
    slips.change("UPDATE routing_slips SET remaining_amount = 0")
    scenarios.forget_our_work(slips)
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    slips.run()


def test_a_new_bounce_is_worked_where_the_double_taking_was_put_right_before_our_run(slips: Slips) -> None:
    given_a_link_to_a_bounce_of_another_job_whose_fee_was_waived(slips)
    slips.bounce(PARENT)
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount + 100 WHERE number = :n", n=PARENT)

    assert slips.run().rejects == []

    assert live(slips) == {}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-30.00")
    assert bounces_noted(slips) == ["-130.00"]
    assert slips.run().notes == ["No slips are in progress."]


@pytest.mark.parametrize("is_since", [True, False])
def test_a_slip_that_bounced_again_before_it_was_linked_is_told_by_the_balance_from_one_that_came_since(
    slips: Slips, is_since: bool
) -> None:
    given_a_link_to_a_bounce_of_another_job_whose_fee_was_waived(slips)
    scenarios.forget_our_work(slips)
    slips.deposit(THIRD, "50.00")
    for happening in (slips.bounce, lambda parent: slips.link(THIRD, parent))[:: 1 if is_since else -1]:
        happening(PARENT)

    assert slips.run().counts["slips_nsf"] == 1

    assert live(slips) == ({f"{THIRD}L": "50.00"} if is_since else {})
    assert bounces_noted(slips) == ["-130.00" if is_since else "-180.00"]


@pytest.mark.parametrize("is_linked_by_us", [True, False])
def test_a_new_bounce_is_worked_where_the_fee_of_the_first_was_waived(slips: Slips, is_linked_by_us: bool) -> None:
    given_a_link_to_a_bounce_of_another_job_whose_fee_was_waived(slips)
    if not is_linked_by_us:
        scenarios.forget_our_work(slips)
    slips.bounce(PARENT)

    outcome = slips.run()

    assert outcome.counts["slips_nsf"] == 1
    assert "its balance is -130.00 now, and its transactions and the fee say -30.00" in outcome.rejects[0].detail
    assert live(slips) == {}
    assert bounces_noted(slips) == ["-130.00"]
    assert slips.run().notes == ["No slips are in progress."]


def test_a_bounce_that_another_job_left_between_two_receipts_is_noted_with_all_of_it(slips: Slips) -> None:
    """It was stuck there, and the next slip's commit took the failed payment along (section 4.0)."""
    scenarios.nsf(slips)
    scenarios.forget_our_work(slips)
    reverse_in_cfs(slips, PARENT)
    slips.change("UPDATE payments SET payment_status_code = 'FAILED' WHERE receipt_number = :n", n=PARENT)

    assert slips.run().rejects == []

    assert bounces_noted(slips) == ["-110.00"]


def given_bounces_whose_fees_were_waived_and_their_balance_left(
    slips: Slips, count: int, deposit: str = "25.00"
) -> None:
    """Let another job have worked the bounces of a deposit with nothing spent."""
    slips.deposit(PARENT, deposit)
    slips.bounce(PARENT)
    slips.run()
    for _ in range(1, count):
        slips.change("INSERT INTO invoices (payment_method_code, invoice_status_code, total, paid, routing_slip,"
                     " payment_account_id, corp_type_code, created_by, created_on) VALUES"
                     " ('INTERNAL', 'CREATED', 30, 0, :n, 1, 'BCR', 'SYSTEM', now())", n=PARENT)  # fmt: skip
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED'")
    slips.change("UPDATE routing_slips SET remaining_amount = :left", left=-30 * count)
    scenarios.forget_our_work(slips)


@pytest.mark.parametrize("count", [1, 2])
def test_a_waived_fee_of_another_job_is_not_charged_again_where_its_amount_was_left_in_the_balance(
    slips: Slips, count: int
) -> None:
    given_bounces_whose_fees_were_waived_and_their_balance_left(slips, count)

    (told,) = slips.run().rejects

    assert f"its balance is -{30 * count}.00 now, and its transactions and the fee say 0.00" in told.detail
    assert slips.due() == {"REG00000001": "30.00"}
    assert bounces_noted(slips) == []
    assert slips.run().notes == ["No slips are in progress."]


@pytest.mark.parametrize("deposit", ["25.00", "100.00"])
def test_a_slip_is_linked_to_a_bounce_of_another_job_whose_waived_fee_was_left_in_the_balance(
    slips: Slips, deposit: str
) -> None:
    """Nothing was linked before, so there was no money that could bounce again."""
    given_bounces_whose_fees_were_waived_and_their_balance_left(slips, 1, deposit=deposit)
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)

    (told,) = slips.run().rejects

    assert "its balance is 100.00 now, and its transactions and the fee say 130.00" in told.detail
    assert live(slips) == {f"{CHILD}L": "130.00"}
    assert slips.slip(PARENT)["status"] == "ACTIVE"


def given_a_second_bounce_after_a_link_of_another_job_that_paid_nothing(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.bounce(PARENT)
    slips.run()
    scenarios.forget_our_work(slips)
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    reverse_in_cfs(slips, CHILD, of=CHILD)
    seed_receipt(slips, f"{CHILD}L", "130.00")
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 2")
    slips.change("UPDATE routing_slips SET remaining_amount = 130, status = 'ACTIVE' WHERE number = :n", n=PARENT)
    slips.bounce(PARENT)


def test_a_second_bounce_is_worked_where_the_fee_of_the_first_was_never_paid(slips: Slips) -> None:
    """The job before ours went on where no receipt could be applied (section 3.7)."""
    given_a_second_bounce_after_a_link_of_another_job_that_paid_nothing(slips)

    outcome = slips.run()

    assert outcome.counts["slips_nsf"] == 1
    assert live(slips) == {}
    assert slips.due() == {"REG00000001": "30.00", "REG00000002": "30.00"}
    assert bounces_noted(slips) == ["-130.00"]
    assert slips.run().notes == ["No slips are in progress."]


@pytest.mark.parametrize("point", ["planned", "answered 1 reverse receipt", "answered 3 create invoice"])
def test_a_second_bounce_that_died_charges_its_own_fee_though_the_balance_was_corrected_meanwhile(
    slips: Slips, point: str
) -> None:
    given_a_second_bounce_after_a_link_of_another_job_that_paid_nothing(slips)
    assert slips.run_killed_at(point)
    slips.change("UPDATE routing_slips SET remaining_amount = -30 WHERE number = :n", n=PARENT)

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000001": "30.00", "REG00000002": "30.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-60.00")
    assert bounces_noted(slips) == ["-130.00"]


@pytest.mark.parametrize("point", ["answered 1 reverse receipt", "answered 3 create invoice"])
def test_a_second_bounce_that_an_earlier_release_began_is_noted_with_all_that_had_not_bounced_before(
    slips: Slips, point: str
) -> None:
    """Its plan does not name what is lost."""
    given_a_bounced_slip_with_one_linked(slips, "130.00")
    slips.bounce(PARENT)
    slips.change("UPDATE routing_slips SET remaining_amount = remaining_amount + 100 WHERE number = :n", n=PARENT)
    assert slips.run_killed_at(point)
    slips.change("UPDATE pay_jobs.operations SET plan = plan - 'lost'")

    assert slips.run().rejects == []

    assert bounces_noted(slips) == ["-100.00", "-130.00"]


def test_a_second_bounce_is_noted_without_the_linked_deposit_that_another_job_lost_before(slips: Slips) -> None:
    """It let no payment of a linked slip fail (section 3.4)."""
    scenarios.nsf(slips)
    slips.run()
    scenarios.forget_our_work(slips)
    slips.change("UPDATE payments SET payment_status_code = 'COMPLETED' WHERE receipt_number = :n", n=CHILD)
    slips.deposit(THIRD, "140.00")
    slips.link(THIRD, PARENT)
    slips.run()
    slips.bounce(PARENT)

    slips.run()

    assert bounces_noted(slips) == ["-140.00"]


@pytest.mark.parametrize("fee", ["none", "without reference", "taken off", "with reference", "done"])
def test_a_slip_linked_to_a_bounce_that_another_job_left_frozen_pays_the_fee_once(slips: Slips, fee: str) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    assert slips.run().rejects == []
    assert live(slips) == {f"{CHILD}L": "130.00"}
    assert slips.due() == {"REG00000001": "0.00", "REG00000002": "0.00"}
    parent = slips.slip(PARENT)
    assert (parent["status"], parent["remaining_amount"]) == ("ACTIVE", Decimal("40.00"))


@pytest.mark.parametrize("fee", ["taken off", "done"])
def test_a_slip_over_the_fee_that_is_linked_to_a_bounce_another_job_worked_is_no_part_of_it(
    slips: Slips, fee: str
) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, fee)
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    slips.run()
    assert live(slips) == {f"{CHILD}L": "30.00"}
    assert slips.due() == {"REG00000001": "30.00", "REG00000002": "30.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-60.00")


def test_a_slip_over_the_fee_is_no_part_of_a_bounce_after_which_create_invoices_took_a_transaction_for_paid(
    slips: Slips,
) -> None:
    """CREATE_INVOICES finds nothing left on any receipt, and takes that for paid (section 4.6)."""
    given_a_bounce_that_another_job_left_frozen(slips, "done")
    slips.spend(PARENT, "5.00")
    slips.create_invoices()
    slips.deposit(CHILD, "30.00")
    slips.link(CHILD, PARENT)
    slips.run()
    assert live(slips) == {f"{CHILD}L": "30.00"}
    assert slips.due() == {"REG00000001": "30.00", "REG00000002": "30.00", "REG00000003": "5.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-65.00")


def test_a_fee_without_a_reference_of_a_slip_that_another_job_freed_is_told_with_what_to_do_about_it(
    slips: Slips,
) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, "without reference")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    slips.set_status(PARENT, "ACTIVE")  # the other job links without a look at the bounce
    assert slips.run().rejects[0].detail.startswith("REG00000002 for 30.00 is owed and has no reference in force")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    (refused,) = slips.run().rejects

    assert refused.reason == "refund refused"
    assert refused.detail == (
        "REG00000002 for 30.00 is owed and has no reference in force, so no job will settle it, nor any receipt pay "
        "it. Either give it a reference: make it in CFS under that number, if it is not there, and add the number to "
        "invoice_references, ACTIVE, for invoice 2. Or cancel it: set the invoice to CANCELLED, and add 30.00 to the "
        f"balance of the slip if it was taken off. Then run ROUTING_SLIP_RECREATE --slip {PARENT}"
    )
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED' WHERE id = 2")
    assert slips.run(slip=PARENT).counts["slips_refunded"] == 1


def test_a_fee_that_the_balance_cannot_explain_is_parked(slips: Slips) -> None:
    given_a_bounce_that_another_job_left_frozen(slips, "without reference")
    slips.change("UPDATE routing_slips SET remaining_amount = -71")
    outcome = slips.run()
    assert outcome.exit_code == 3
    assert (
        "the balance -71.00 is neither -60.00, by what is owed and was linked since, nor -90.00"
        in outcome.rejects[0].detail
    )


@pytest.mark.parametrize(("state", "step"), [("running", "intended"), ("running", "lost"), ("parked", "refused")])
def test_a_write_off_that_was_open_before_there_was_one_journal_is_finished(
    slips: Slips, state: str, step: str
) -> None:
    scenarios.write_off(slips)
    before = slips.save()
    slips.run()
    undisturbed = slips.final_state()
    slips.put_back(before)
    assert slips.run_killed_at("answered 1 adjust receipt")
    number, plan = PARENT, json.dumps(slips.record("SELECT plan FROM pay_jobs.operations")["plan"])
    written_before(
        slips.database.engine,
        "0020",
        f"""
        INSERT INTO pay_jobs.slip_operations (slip, kind, state, plan)
        VALUES ('{number}', 'write_off', '{state}', '{plan.replace(":", chr(92) + ":")}')
        """,
        f"""
        INSERT INTO pay_jobs.slip_steps (operation_id, kind, subject, number, state, request, found, attempts)
        SELECT id, 'adjust receipt', '{number}', 1, '{step}', '{{}}', '', 1 FROM pay_jobs.slip_operations
        """,
    )

    slips.run()

    assert slips.final_state() == undisturbed
    assert slips.records("SELECT attempts FROM pay_jobs.operation_steps") == [{"attempts": 1}]
