"""Refunds of a slip whose own deposit bounced or was voided, and which lives on the deposits linked to it since."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from config.errors import InputRefused
from connectors.cfs import ReceiptActivity
from tests.routing_slip_factory import NOW, Slips
from tests.tasks.routing_slip_recreate.scenarios import (
    CHILD,
    PARENT,
    THIRD,
    VOID_ALL,
    forget_our_work,
    given_a_cheque_is_sent,
    given_cgi_answered_a_cheque,
    live,
    with_transactions,
)
from tests.tools.verify.watch import all_findings


def given_a_bounced_slip_that_lives_on_a_linked_one(slips: Slips) -> None:
    """Let 100.00 bounce with 60.00 spent and a fee of 30.00, and link 130.00: 40.00 are left."""
    slips.deposit(PARENT, "100.00", paid=["40.00", "20.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    slips.run()


def given_a_voided_slip_that_lives_on_a_linked_one(slips: Slips) -> None:
    """Void 80.00 with 65.00 kept, and link 105.00: 40.00 are left."""
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    slips.deposit(THIRD, "105.00")
    slips.link(THIRD, PARENT)
    slips.run()


def refund_what_is_left(slips: Slips) -> None:
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    outcome = slips.run()
    assert (outcome.rejects, outcome.counts["slips_refunded"]) == ([], 1)


def ask_a_transaction_back(slips: Slips, invoice: int) -> None:
    slips.refund_transaction(invoice)
    slips.create_invoices()


@pytest.mark.parametrize(
    ("given", "sums"),
    [
        (given_a_bounced_slip_that_lives_on_a_linked_one, ["40.00", "60.00", "100.00"]),
        (given_a_voided_slip_that_lives_on_a_linked_one, ["40.00", "65.00", "105.00"]),
    ],
    ids=["bounced", "voided"],
)
def test_each_refund_after_a_deposit_was_lost_counts_those_before_it(
    slips: Slips, given: Callable[[Slips], None], sums: list[str]
) -> None:
    given(slips)
    for invoice, refunded in zip((None, 2, 1), sums, strict=True):
        if invoice:
            ask_a_transaction_back(slips, invoice)
        refund_what_is_left(slips)
        slip = slips.slip(PARENT)
        assert (slip["refund_amount"], slip["remaining_amount"]) == (Decimal(refunded), 0)
        assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def given_a_bounce_after(slips: Slips, status: str, *later: str, is_paid: bool = True) -> None:
    """Take 40.00 out of a deposit of 100.00 with 60.00 spent, and let it bounce; `later` are linked since.

    is_paid  whether AP paid a refund before the bounce
    """
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.set_status(PARENT, status)
    assert slips.run().rejects == []
    slips.set_status(PARENT, "ACTIVE")
    if is_paid and status == "REFUND_AUTHORIZED":
        slips.change("UPDATE routing_slips SET refund_status = 'PROCESSED'")
    slips.bounce(PARENT)
    for number, total in zip((CHILD, THIRD), later, strict=False):
        slips.deposit(number, total)
        slips.link(number, PARENT)


def test_what_was_refunded_of_a_deposit_that_bounced_since_is_owed_by_the_client(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED")

    assert slips.run().rejects == []

    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-130.00")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT", "SLIP-STATUS")) == {}


def test_what_ap_had_not_paid_of_a_deposit_that_bounced_since_is_owed_by_nobody_and_is_not_to_be_paid(
    slips: Slips,
) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", "130.00", is_paid=False)
    not_to_be_paid = (
        "40.00 of a deposit that bounced stand in refund_amount, and nobody was paid them: set refund_amount of slip "
        f"{PARENT} to 0 before AP runs at 19:01, or it pays them once a refund is authorized"
    )

    balance, unpaid = slips.run().rejects

    assert "its balance is 0.00 now, and its transactions and the fee say 40.00: correct the balance" in balance.detail
    assert unpaid.detail == not_to_be_paid
    slips.change("UPDATE routing_slips SET remaining_amount = 40 WHERE number = :n", n=PARENT)
    slips.deposit(THIRD, "10.00")
    slips.set_status(THIRD, "REFUND_AUTHORIZED")
    assert slips.run(slip=THIRD).counts["slips_refunded"] == 1
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    assert [one.detail for one in slips.run().rejects] == [not_to_be_paid]
    slips.change("UPDATE routing_slips SET refund_amount = 0 WHERE number = :n", n=PARENT)
    refund_what_is_left(slips)
    assert slips.slip(PARENT)["refund_amount"] == Decimal("40.00")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_what_ap_has_sent_of_a_deposit_that_bounced_since_is_owed(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", is_paid=False)
    given_a_cheque_is_sent(slips, NOW + timedelta(hours=8))

    assert slips.run().rejects == []

    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_a_cheque_that_cgi_accepted_in_an_answer_that_was_not_applied_is_on_its_way(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", is_paid=False)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8))
    slips.change("UPDATE pay_jobs.feedback_lines SET outcome = 'rejected'")

    assert slips.run().rejects == []

    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-130.00")


def test_what_cgi_refused_of_an_older_cheque_or_of_another_slip_says_nothing_of_the_one_that_ap_has_sent(
    slips: Slips,
) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", is_paid=False)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8), "IH")
    slips.change("UPDATE pay_jobs.feedback_lines SET subject = :other", other=CHILD)
    given_cgi_answered_a_cheque(slips, NOW - timedelta(days=1), "IH")

    assert slips.run().rejects == []

    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-130.00")


def test_what_cgi_refused_to_pay_of_a_deposit_that_bounced_since_is_owed_by_nobody(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", is_paid=False)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8), "IH")

    assert len(slips.run().rejects) == 2

    said = all_findings(slips.database, NOW, ("SLIP-LEFT",))
    assert [expected[:11] for expected, _ in said.values()] == ["-90.00 left"]


def test_no_other_payment_by_ap_sends_what_was_refunded_of_a_deposit_that_bounced_since(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", is_paid=False)
    given_a_cheque_is_sent(slips, NOW + timedelta(hours=8))
    slips.change("UPDATE pay_jobs.cgi_mentions SET number = :other", other=CHILD)
    given_a_cheque_is_sent(slips, NOW - timedelta(days=1))
    disbursement = given_a_cheque_is_sent(slips, NOW + timedelta(hours=9))
    slips.change("UPDATE ejv_files SET file_type = 'NON_GOV_DISBURSEMENT' WHERE id = :id", id=disbursement)

    _, unpaid = slips.run().rejects

    assert unpaid.detail.startswith("40.00 of a deposit that bounced stand in refund_amount")


def given_a_refund_of_another_job_before_a_bounce(slips: Slips, status: str) -> None:
    """It noted no movements; the API keeps a row of a refund."""
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.set_status(PARENT, status)
    slips.run()
    slips.set_status(PARENT, "ACTIVE")
    forget_our_work(slips)
    if status == "REFUND_AUTHORIZED":
        slips.add("refunds", routing_slip_id=slips.slip(PARENT)["id"], status="APPROVED", type="ROUTING_SLIP")
    slips.bounce(PARENT)


def test_what_another_job_refunded_of_a_deposit_that_bounced_since_is_owed_by_the_client(slips: Slips) -> None:
    given_a_refund_of_another_job_before_a_bounce(slips, "REFUND_AUTHORIZED")

    assert slips.run().rejects == []

    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-130.00")


def test_what_another_job_wrote_off_of_a_deposit_that_bounced_since_is_owed_by_nobody(slips: Slips) -> None:
    slips.deposit(THIRD, "10.00")
    slips.add("refunds", routing_slip_id=slips.slip(THIRD)["id"], status="APPROVED", type="ROUTING_SLIP")
    given_a_refund_of_another_job_before_a_bounce(slips, "WRITE_OFF_AUTHORIZED")

    balance, unpaid = slips.run().rejects

    assert "its balance is -130.00 now, and its transactions and the fee say -90.00" in balance.detail
    assert unpaid.detail.startswith("40.00 of a deposit that bounced stand in refund_amount")
    slips.change("UPDATE routing_slips SET remaining_amount = -90, refund_amount = 0 WHERE number = :n", n=PARENT)
    assert all_findings(slips.database, NOW, ("SLIP-LEFT", "SLIP-STATUS")) == {}


def test_what_another_job_left_for_ap_is_in_a_refund_of_ours_only_once_somebody_says_what_it_was(slips: Slips) -> None:
    """Another job wrote 40.00 off, and AP posted nothing; then a transaction of 60.00 is taken back."""
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.set_status(PARENT, "WRITE_OFF_AUTHORIZED")
    slips.run()
    forget_our_work(slips)
    slips.add("refunds", routing_slip_id=slips.slip(PARENT)["id"], status="APPROVED", type="ROUTING_SLIP")
    slips.set_status(PARENT, "ACTIVE")
    ask_a_transaction_back(slips, 1)
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    (told,) = slips.run().rejects

    assert (told.reason, told.detail) == (
        "refund refused",
        "40.00 stand in refund_amount from before, and AP pays them when it runs at 19:01: if it has paid them "
        "already, or they were written off, set refund_status to PROCESSED before that, and run ROUTING_SLIP_RECREATE "
        f"--slip {PARENT}; else let AP pay slip {PARENT} first, and ask for this refund again",
    )
    slips.change("UPDATE routing_slips SET refund_status = 'PROCESSED'")
    assert slips.run(slip=PARENT).counts["slips_refunded"] == 1
    slip = slips.slip(PARENT)
    assert (slip["refund_amount"], slip["refund_status"]) == (Decimal("60.00"), "PROCESSING")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_neither_a_link_nor_a_refund_of_another_slip_says_what_became_of_what_another_job_left_for_ap(
    slips: Slips,
) -> None:
    slips.deposit(THIRD, "10.00")
    slips.set_status(THIRD, "REFUND_AUTHORIZED")
    assert slips.run().counts["slips_refunded"] == 1
    slips.add("refunds", routing_slip_id=slips.slip(THIRD)["id"], status="APPROVED", type="ROUTING_SLIP",
              gl_posted=NOW.replace(tzinfo=None))  # fmt: skip
    slips.deposit(PARENT, "60.00")
    slips.deposit(CHILD, "20.00")
    slips.link(CHILD, PARENT)
    assert slips.run().counts["slips_linked"] == 1
    slips.change("UPDATE routing_slips SET refund_amount = 40 WHERE number = :n", n=PARENT)
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    (told,) = slips.run().rejects

    assert told.detail.startswith("40.00 stand in refund_amount from before")
    assert slips.slip(PARENT)["refund_amount"] == 40


def test_what_was_written_off_of_a_deposit_that_bounced_since_is_not_owed_by_the_client(slips: Slips) -> None:
    given_a_bounce_after(slips, "WRITE_OFF_AUTHORIZED")

    (told,) = slips.run().rejects

    assert "its balance is -130.00 now, and its transactions and the fee say -90.00: correct the balance" in told.detail
    assert len(all_findings(slips.database, NOW, ("SLIP-LEFT", "SLIP-STATUS"))) == 1
    slips.change("UPDATE routing_slips SET remaining_amount = -90 WHERE number = :n", n=PARENT)
    assert all_findings(slips.database, NOW, ("SLIP-LEFT", "SLIP-STATUS")) == {}
    slips.change("UPDATE routing_slips SET refund_amount = 0")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


@pytest.mark.parametrize("status", ["REFUND_AUTHORIZED", "WRITE_OFF_AUTHORIZED"])
def test_a_slip_that_was_linked_since_the_bounce_of_one_with_a_refund_is_no_part_of_it(
    slips: Slips, status: str
) -> None:
    given_a_bounce_after(slips, status, "50.00")

    slips.run()

    assert live(slips) == {f"{CHILD}L": "50.00"}
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-80.00")


def test_what_was_refunded_before_the_bounce_is_not_refunded_of_the_next_deposit(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", "130.00")
    slips.run()
    assert slips.slip(PARENT)["remaining_amount"] == 0
    assert slips.receipts()[f"{CHILD}L"]["unapplied"] == "40.00"
    ask_a_transaction_back(slips, 1)
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    (told,) = slips.run().rejects

    assert "40.00 refunded or written off, and 60.00 are left" in told.detail
    slips.client.adjust_receipt(slips.site(PARENT), f"{CHILD}L", amount=Decimal(40), activity=ReceiptActivity.REFUND)
    slips.change("UPDATE routing_slips SET cas_mismatch = FALSE")
    refund_what_is_left(slips)
    assert slips.slip(PARENT)["refund_amount"] == Decimal("60.00")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


@pytest.mark.parametrize("status", ["REFUND_AUTHORIZED", "WRITE_OFF_AUTHORIZED"])
def test_a_slip_out_of_which_something_was_taken_is_not_voided_with_its_transactions(slips: Slips, status: str) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.set_status(PARENT, status)
    slips.run()
    slips.set_status(PARENT, "ACTIVE")

    with pytest.raises(
        InputRefused,
        match=rf"40.00 of it were refunded or written off, .* If the deposit of slip {PARENT} bounced, mark",
    ):
        slips.run(**VOID_ALL, cancel_all=True)

    assert slips.slip(PARENT)["status"] == "ACTIVE"


def test_a_void_of_a_slip_that_lives_on_a_linked_one_is_refused_and_asks_about_the_deposit_that_stands(
    slips: Slips,
) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED", "130.00")
    slips.run()

    with pytest.raises(InputRefused, match=rf"If the deposit of slip {CHILD} bounced, mark slip {PARENT} as NSF"):
        slips.run(**VOID_ALL, cancel_all=True)

    assert live(slips) == {f"{CHILD}L": "130.00"}


def test_a_void_of_a_bounced_slip_with_a_refund_asks_about_no_deposit(slips: Slips) -> None:
    given_a_bounce_after(slips, "REFUND_AUTHORIZED")
    slips.run()
    slips.set_status(PARENT, "ACTIVE")

    with pytest.raises(InputRefused, match=r"receipts\. Ask for the refund of its transactions one by one"):
        slips.run(**VOID_ALL, cancel_all=True)


def test_a_slip_that_was_refunded_whole_is_not_voided(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    refund_what_is_left(slips)
    slips.set_status(PARENT, "VOID")

    (told,) = slips.run().rejects

    assert (told.reason, told.detail[:45]) == ("void refused", "100.00 of it were refunded or written off, an")
    assert live(slips) == {PARENT: "100.00"}


def test_a_slip_that_was_voided_after_a_refund_and_bounced_is_worked_once_its_refusal_is_followed(slips: Slips) -> None:
    """The API knows no way from VOID to NSF, and a void leaves it no balance."""
    slips.deposit(PARENT, "100.00")
    refund_what_is_left(slips)
    slips.change("UPDATE routing_slips SET refund_status = 'PROCESSED'")
    slips.set_status(PARENT, "VOID")

    (told,) = slips.run().rejects

    assert f"If the deposit of slip {PARENT} bounced, set slip {PARENT} to NSF, its balance to -100.00, " in told.detail
    slips.change("UPDATE routing_slips SET remaining_amount = -100")
    slips.set_status(PARENT, "NSF")
    assert slips.run().rejects == []
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-130.00")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_what_another_job_refunded_before_it_worked_the_bounce_is_not_refunded_of_the_next_deposit(
    slips: Slips,
) -> None:
    given_a_bounced_slip_that_lives_on_a_linked_one(slips)
    slips.change("DELETE FROM pay_jobs.slip_movements")
    slips.change("UPDATE routing_slips SET refund_amount = 15, refund_status = 'PROCESSED', remaining_amount = 25"
                 " WHERE number = :n", n=PARENT)  # fmt: skip
    slips.client.adjust_receipt(slips.site(PARENT), f"{CHILD}L", amount=Decimal(15), activity=ReceiptActivity.REFUND)
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}
    refund_what_is_left(slips)
    ask_a_transaction_back(slips, 2)

    refund_what_is_left(slips)

    assert slips.receipts()[f"{CHILD}L"]["unapplied"] == "0.00"


def test_a_second_refund_that_died_and_is_not_due_any_more_is_held_against_all_refunds(slips: Slips) -> None:
    given_a_bounced_slip_that_lives_on_a_linked_one(slips)
    refund_what_is_left(slips)
    ask_a_transaction_back(slips, 2)
    assert slips.run_killed_at("answered 1 adjust receipt")
    slips.set_status(PARENT, "HOLD")

    (reject,) = slips.run().rejects

    assert "60.00 have left the receipts in CFS, and 40.00 were refunded or written off here" in reject.detail
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    assert slips.run().counts["slips_refunded"] == 1
