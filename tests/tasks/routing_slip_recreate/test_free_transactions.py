"""Transactions of a slip that cost nothing: the API marks them as paid at once, and CFS never hears of them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.routing_slip_factory import NOW, Slips
from tests.tasks.routing_slip_recreate.scenarios import CHILD, PARENT, VOID_ALL, live
from tests.tools.verify.watch import all_findings

FREE = {"status": "PAID", "paid": Decimal("0.00"), "reference": "COMPLETED", "receipt": "REG00000001"}


def given_a_slip_with_a_free_transaction(slips: Slips, *, paid: tuple[str, ...] = ("30.00",)) -> None:
    """Deposit 100.00, and buy something that is free, as the API has it; then something of each amount."""
    slips.deposit(PARENT, "100.00")
    owner, today = slips.slip(PARENT)["payment_account_id"], NOW.replace(tzinfo=None)
    invoice = slips.add("invoices", payment_method_code="INTERNAL", invoice_status_code="PAID", total=0, paid=0,
                        routing_slip=PARENT, payment_account_id=owner, corp_type_code="CP", created_by="API",
                        created_on=today, payment_date=today)  # fmt: skip
    slips.add("invoice_references", invoice_id=invoice, invoice_number="REG00000001", status_code="COMPLETED")
    slips.add("receipts", invoice_id=invoice, receipt_number="REG00000001", receipt_amount=0, receipt_date=today)
    slips.add("payments", payment_system_code="INTERNAL", payment_method_code="INTERNAL", paid_amount=0,
              payment_status_code="COMPLETED", invoice_number="REG00000001", payment_account_id=owner,
              payment_date=today)  # fmt: skip
    for amount in paid:
        slips.spend(PARENT, amount)
    slips.create_invoices()


def free_transaction(slips: Slips) -> dict[str, Any]:
    """Return what our books have of the free transaction."""
    return slips.record(
        "SELECT invoice_status_code AS status, paid, reference.status_code AS reference, receipt_number AS receipt"
        " FROM invoices LEFT JOIN invoice_references AS reference ON reference.invoice_id = invoices.id"
        " LEFT JOIN receipts ON receipts.invoice_id = invoices.id WHERE invoices.id = 1"
    )


def test_a_correction_leaves_a_free_transaction_as_it_is_and_pays_the_others(slips: Slips) -> None:
    given_a_slip_with_a_free_transaction(slips)
    slips.correct(PARENT, "120.00")

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000002": "0.00"}
    assert free_transaction(slips) == FREE


def test_a_bounce_leaves_a_free_transaction_as_it_is_and_is_worked_once(slips: Slips) -> None:
    given_a_slip_with_a_free_transaction(slips)
    slips.bounce(PARENT)

    assert slips.run().rejects == []

    assert slips.run().notes == ["No slips are in progress."]
    assert slips.due() == {"REG00000002": "30.00", "REG00000003": "30.00"}
    assert free_transaction(slips) == FREE


def test_a_slip_that_is_linked_after_a_bounce_pays_what_is_owed_behind_a_free_transaction(slips: Slips) -> None:
    given_a_slip_with_a_free_transaction(slips)
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "70.00")
    slips.link(CHILD, PARENT)

    assert slips.run().rejects == []

    assert slips.due() == {"REG00000002": "0.00", "REG00000003": "0.00"}
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    assert slips.run().counts["slips_refunded"] == 1
    assert free_transaction(slips) == FREE
    assert all_findings(slips.database, NOW, ("SLIP-LEFT", "PAY-SLIP", "INV-PAID")) == {}


@pytest.mark.parametrize("decision", ["cancel_all", "keep_all"])
@pytest.mark.parametrize("paid", [(), ("30.00",)])
def test_a_void_leaves_a_free_transaction_as_it_is(slips: Slips, decision: str, paid: tuple[str, ...]) -> None:
    given_a_slip_with_a_free_transaction(slips, paid=paid)

    assert slips.run(**{**VOID_ALL, decision: True}).rejects == []

    assert live(slips) == {}
    assert slips.slip(PARENT)["status"] == "VOID"
    assert free_transaction(slips) == FREE


def test_a_slip_whose_only_transaction_was_free_is_voided_by_hand_alone(slips: Slips) -> None:
    given_a_slip_with_a_free_transaction(slips, paid=())
    slips.set_status(PARENT, "VOID")

    (refused,) = slips.run().rejects

    assert refused.detail.startswith("the slip is VOID and has 1 transaction,")
    assert live(slips) == {PARENT: "100.00"}
