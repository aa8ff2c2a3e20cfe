"""Void with transactions: KEEP, CANCEL and mixed plans, with children, and everything that is wrong with a plan."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.errors import InputRefused, UsageError
from connectors.cfs import InvoiceLine
from tests.routing_slip_factory import GL_ACCOUNT, NOW, Slips
from tests.tasks.routing_slip_recreate.scenarios import (
    CHILD,
    PARENT,
    THIRD,
    VOID_ALL,
    link_to_bounced,
    with_transactions,
)
from tests.tools.verify.watch import all_findings


def statuses(slips: Slips) -> list[tuple[Any, ...]]:
    rows = slips.records(
        "SELECT invoice_status_code AS invoice, reference.status_code AS reference, paid, payment_date"
        "  FROM invoices LEFT JOIN invoice_references AS reference ON reference.invoice_id = invoices.id"
        " ORDER BY invoices.id"
    )
    return [tuple(one.values()) for one in rows]


def decided(slips: Slips, path: Path, *decisions: str) -> str:
    slips.dry_run(void=PARENT, plan=str(path))
    plan = json.loads(path.read_text())
    for invoice, decision in zip(plan["invoices"], decisions, strict=True):
        invoice["decision"] = decision
    path.write_text(json.dumps(plan))
    return str(path)


def test_cancelling_all_brings_every_invoice_to_zero_and_closes_the_account(slips: Slips) -> None:
    with_transactions(slips)
    outcome = slips.run(**VOID_ALL, cancel_all=True)
    assert (outcome.exit_code, outcome.counts["slips_voided"]) == (0, 1)
    assert statuses(slips) == [("CANCELLED", "CANCELLED", 0, None)] * 2
    assert set(slips.due().values()) == {"0.00"}
    assert {one["status"] for one in slips.receipts().values()} == {"REV"}
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["account"], slip["remaining_amount"]) == ("VOID", "INACTIVE", 0)
    assert [slips.slip(one)["cas_version_suffix"] for one in (PARENT, CHILD)] == [2, 2]
    assert slips.our_receipts() == {}
    payments = slips.records("SELECT DISTINCT payment_status_code AS status FROM payments")
    assert payments == [{"status": "FAILED"}]


def test_keeping_all_leaves_the_invoices_owed_and_the_account_frozen(slips: Slips) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    assert statuses(slips) == [("CREATED", "ACTIVE", 0, None)] * 2
    assert slips.due() == {"REG00000001": "40.00", "REG00000002": "25.00"}
    assert slips.slip(PARENT)["account"] == "FREEZE"


def test_a_mixed_plan_does_to_each_invoice_what_it_says(slips: Slips, tmp_path: Path) -> None:
    with_transactions(slips)
    plan = decided(slips, tmp_path / "plan.json", "CANCEL", "KEEP")
    slips.run(void=PARENT, plan=plan, reason="ticket 1")
    assert [one[0] for one in statuses(slips)] == ["CANCELLED", "CREATED"]
    assert slips.due() == {"REG00000001": "0.00", "REG00000002": "25.00"}
    assert slips.slip(PARENT)["account"] == "FREEZE"
    assert [slips.slip(one)["remaining_amount"] for one in (PARENT, CHILD)] == [0, 0]
    assert slips.record("SELECT reason FROM pay_jobs.operations WHERE kind = 'slip void_transactions'") == {
        "reason": "ticket 1"
    }


def test_what_is_kept_is_paid_by_the_next_slip_that_is_linked(slips: Slips) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    slips.deposit(THIRD, "70.00")
    slips.link(THIRD, PARENT)
    outcome = slips.run()
    assert outcome.rejects == []
    assert [one[:2] for one in statuses(slips)] == [("PAID", "COMPLETED")] * 2
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["remaining_amount"]) == ("ACTIVE", Decimal("5.00"))
    moved = slips.rows("SELECT kind, amount::text FROM pay_jobs.slip_movements WHERE slip = :n ORDER BY id", n=PARENT)
    assert moved[-2:] == [("linked", "70.00"), ("voided", "-65.00")]
    assert slips.receipts()[f"{THIRD}L"]["unapplied"] == "5.00"
    paid = slips.records("SELECT payment_status_code AS status FROM payments WHERE invoice_number IS NOT NULL")
    assert [one["status"] for one in paid] == ["COMPLETED"] * 2


def given_money_left_after_what_a_void_kept(slips: Slips) -> None:
    """Void 80.00 with 65.00 kept, and pay these with 70.00 of another slip."""
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    slips.deposit(THIRD, "70.00")
    slips.link(THIRD, PARENT)
    slips.run()


def test_what_is_left_of_a_slip_linked_to_a_voided_one_can_be_refunded(slips: Slips) -> None:
    given_money_left_after_what_a_void_kept(slips)
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    assert slips.run().rejects == []
    slip = slips.slip(PARENT)
    assert (slip["remaining_amount"], slip["refund_amount"], slip["cas_mismatch"]) == (0, 5, False)
    assert slips.receipts()[f"{THIRD}L"]["unapplied"] == "0.00"


def test_a_voided_slip_in_use_again_can_be_voided_again(slips: Slips) -> None:
    given_money_left_after_what_a_void_kept(slips)
    for _ in range(2):
        assert slips.run(**VOID_ALL, keep_all=True).rejects == []
        slips.change("UPDATE routing_slips SET status = 'ACTIVE' WHERE number = :n", n=PARENT)
    slips.set_status(PARENT, "VOID")
    assert {one["status"] for one in slips.receipts().values()} == {"REV"}
    assert slips.due() == {"REG00000001": "40.00", "REG00000002": "25.00"}


def test_a_deposit_that_bounces_after_it_paid_what_a_void_kept_is_taken_back(slips: Slips) -> None:
    given_money_left_after_what_a_void_kept(slips)
    slips.bounce(PARENT)
    outcome = slips.run()
    assert outcome.counts["slips_nsf"] == 1
    assert {one["status"] for one in slips.receipts().values()} == {"REV"}
    assert slips.due() == {"REG00000001": "40.00", "REG00000002": "25.00", "REG00000003": "30.00"}


def test_a_voided_slip_whose_kept_invoices_took_all_stays_void(slips: Slips) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    slips.deposit(THIRD, "65.00")
    slips.link(THIRD, PARENT)
    slips.run()
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["remaining_amount"]) == ("VOID", 0)


def test_a_voided_slip_of_which_nothing_is_owed_any_more_is_active_once_a_slip_is_linked_to_it(slips: Slips) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    slips.deposit(THIRD, "70.00")
    slips.link(THIRD, PARENT)
    slips.change("UPDATE invoices SET invoice_status_code = 'CANCELLED'")

    for _ in range(2):
        assert slips.run().rejects == []

    slip = slips.slip(PARENT)
    assert (slip["status"], slip["remaining_amount"]) == ("ACTIVE", Decimal("70.00"))
    assert slips.receipts()[f"{THIRD}L"]["unapplied"] == "70.00"
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_a_recovered_slip_that_staff_voided_stays_void_while_a_slip_is_linked_to_it(slips: Slips) -> None:
    link_to_bounced(slips)
    slips.run()
    slips.set_status(PARENT, "VOID")
    slips.deposit(THIRD, "70.00")
    slips.link(THIRD, PARENT)

    assert slips.run().counts["slips_linked"] == 1

    assert slips.slip(PARENT)["status"] == "VOID"


def test_an_approved_transaction_that_cfs_never_saw_can_be_cancelled_and_not_kept(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.spend(PARENT, "20.00")
    with pytest.raises(InputRefused, match="REG00000001 is APPROVED and not in CFS yet"):
        slips.run(**VOID_ALL, keep_all=True)
    slips.run(**VOID_ALL, cancel_all=True)
    assert statuses(slips) == [("CANCELLED", None, 0, None)]


def test_a_refund_asked_for_while_an_invoice_is_kept_is_not_lost(slips: Slips) -> None:
    with_transactions(slips)

    def ask_back(point: str) -> None:
        if point == "before closing":
            slips.refund_transaction(1)

    slips.run(**VOID_ALL, keep_all=True, checkpoint=ask_back)
    assert [one[0] for one in statuses(slips)] == ["REFUND_REQUESTED", "CREATED"]
    slips.create_invoices()
    assert slips.due() == {"REG00000001": "0.00", "REG00000002": "25.00"}
    assert slips.slip(PARENT)["remaining_amount"] == 0


def test_a_disbursed_invoice_that_is_cancelled_is_reported(slips: Slips) -> None:
    with_transactions(slips)
    slips.change("UPDATE invoices SET disbursement_status_code = 'COMPLETED' WHERE id = 1")
    outcome = slips.run(**VOID_ALL, cancel_all=True)
    assert outcome.exit_code == 3
    assert "REG00000001 is cancelled and was disbursed" in outcome.rejects[0].detail


def test_receipts_that_differ_from_cfs_stop_the_void_before_anything_is_sent(slips: Slips) -> None:
    with_transactions(slips)
    slips.change("UPDATE receipts SET receipt_amount = receipt_amount - 1 WHERE invoice_id = 1")
    books = slips.cfs.admin.state()
    outcome = slips.run(**VOID_ALL, cancel_all=True)
    assert outcome.exit_code == 3
    assert "40.00 are applied to invoice REG00000001" in outcome.rejects[0].detail
    assert "add up to 39.00" in outcome.rejects[0].detail
    assert slips.slip(PARENT)["status"] == "HOLD"
    assert slips.cfs.admin.state()["receipts"] == books["receipts"]
    slips.change("UPDATE receipts SET receipt_amount = receipt_amount + 1 WHERE invoice_id = 1")
    assert slips.run().counts["slips_voided"] == 1


def test_a_dollar_at_an_invoice_that_is_not_ours_stops_the_void(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00", paid=["20.00"])
    site = slips.site(PARENT)
    slips.client.create_invoice(site, "REG00000099", [InvoiceLine("x", Decimal("1.00"), GL_ACCOUNT)], at=NOW)
    slips.client.apply_receipt(site, PARENT, "REG00000099")
    outcome = slips.run(**VOID_ALL, cancel_all=True)
    assert "1.00 are applied to invoice REG00000099" in outcome.rejects[0].detail
    assert "our receipts of REG00000099 add up to nothing, it is not open on this slip" in outcome.rejects[0].detail
    assert slips.slip(PARENT)["status"] == "HOLD"


def test_a_plain_run_continues_a_void_and_a_second_void_is_refused(slips: Slips) -> None:
    with_transactions(slips)
    slips.run_killed_at("answered 2 unapply receipt", **VOID_ALL, keep_all=True)
    with pytest.raises(UsageError, match="in progress already"):
        slips.run(**VOID_ALL, keep_all=True)
    assert slips.run().counts["slips_voided"] == 1


def test_a_dry_run_writes_the_plan_and_changes_nothing(slips: Slips, tmp_path: Path) -> None:
    with_transactions(slips)
    before = slips.final_state()
    outcome = slips.dry_run(void=PARENT, plan=str(tmp_path / "plan.json"))
    assert outcome.notes[0] == f"Written: {tmp_path / 'plan.json'}"
    assert [one["decision"] for one in json.loads((tmp_path / "plan.json").read_text())["invoices"]] == ["", ""]
    assert slips.final_state() == before


def test_a_slip_that_staff_voided_with_transactions_is_voided_as_the_job_advises(slips: Slips, tmp_path: Path) -> None:
    with_transactions(slips)
    slips.set_status(PARENT, "VOID")
    (told,) = slips.run().rejects
    assert f"slips void {PARENT} --dry-run writes the plan to edit" in told.detail

    plan = decided(slips, tmp_path / "plan.json", "CANCEL", "CANCEL")
    outcome = slips.run(void=PARENT, plan=plan, reason="ticket 1")

    assert (outcome.rejects, outcome.counts["slips_voided"]) == ([], 1)
    assert {one["status"] for one in slips.receipts().values()} == {"REV"}
    assert (slips.slip(PARENT)["status"], slips.slip(PARENT)["account"]) == ("VOID", "INACTIVE")
    assert slips.run().rejects == []


def test_a_slip_that_was_voided_with_kept_transactions_is_not_voided_again(slips: Slips) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    with pytest.raises(InputRefused, match="its status is VOID"):
        slips.run(**VOID_ALL, cancel_all=True)


def test_a_dry_run_with_decisions_shows_every_call(slips: Slips) -> None:
    with_transactions(slips)
    before = slips.final_state()
    (table,) = slips.dry_run(void=PARENT, cancel_all=True).tables
    assert [row[3] for row in table.rows].count("unapply receipt") == 3
    assert slips.final_state() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plan: plan.update(slip="999"), "it is for slip 999"),
        (lambda plan: plan["invoices"].pop(), "REG00000002 is not decided"),
        (lambda plan: plan["invoices"][0].update(decision="MAYBE"), "REG00000001 is decided 'MAYBE'"),
        (lambda plan: plan["invoices"][0].update(total="1.00"), "REG00000001 is now PAID for 40.00"),
        (lambda plan: plan["invoices"][0].update(invoice=True), r"true is no invoice id \(expected a whole number"),
        (
            lambda plan: plan["invoices"][0].update(invoice=float(plan["invoices"][0]["invoice"])),
            r"\.0 is no invoice id",
        ),
        (lambda plan: plan["invoices"][0].update(invoice=[1]), r"\[1\] is no invoice id"),
        (lambda plan: plan["invoices"][0].update(decision=["KEEP"]), r"is decided \['KEEP'\]"),
        (lambda plan: plan["invoices"][0].update(invoice=77), "invoice 77 is no open transaction"),
        (lambda plan: plan["invoices"].append(plan["invoices"][0]), "REG00000001 is decided more than once"),
        (lambda plan: plan.pop("invoices"), "has not the shape"),
    ],
)
def test_a_wrong_plan_is_refused_with_what_is_wrong(slips: Slips, tmp_path: Path, change: Any, said: str) -> None:
    with_transactions(slips)
    path = Path(decided(slips, tmp_path / "plan.json", "KEEP", "KEEP"))
    plan = json.loads(path.read_text())
    change(plan)
    path.write_text(json.dumps(plan))
    with pytest.raises(UsageError, match=said):
        slips.run(void=PARENT, plan=str(path), reason="ticket 1")
    assert slips.slip(PARENT)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"void": "999999999"}, UsageError, "There is no routing slip '999999999'"),
        ({"void": CHILD}, UsageError, "is linked to 206000010"),
        ({"void": PARENT}, UsageError, "needs --plan FILE, --cancel-all or --keep-all"),
        ({**VOID_ALL, "plan": "/nowhere/plan.json"}, UsageError, "cannot be read: No such file"),
    ],
)
def test_a_wrong_command_is_refused(slips: Slips, arguments: dict[str, Any], error: type, said: str) -> None:
    with_transactions(slips)
    with pytest.raises(error, match=said):
        slips.run(**arguments)


def test_a_slip_with_work_in_flight_cannot_be_voided_and_all_reasons_are_named(slips: Slips) -> None:
    with_transactions(slips)
    slips.refund_transaction(1)
    slips.deposit(THIRD, "5.00")
    slips.link(THIRD, PARENT)
    slips.change("UPDATE routing_slips SET cas_mismatch = TRUE WHERE number = :n", n=PARENT)
    with pytest.raises(InputRefused) as refused:
        slips.run(**VOID_ALL, cancel_all=True)
    for reason in ("the link of slip 206000036", "REG00000001 is REFUND_REQUESTED", "cas_mismatch"):
        assert reason in str(refused.value)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"\xff{}", b'{"slip": NaN}', b"", b"null"])
def test_a_plan_that_is_not_a_json_object_is_refused_in_words(slips: Slips, tmp_path: Path, content: bytes) -> None:
    with_transactions(slips)
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="has not the shape that --dry-run writes"):
        slips.run(void=PARENT, plan=str(path), reason="ticket 1")


@pytest.mark.parametrize("at_once", [True, False])
def test_what_slips_linked_to_a_voided_one_paid_is_off_its_balance_also_where_they_were_linked_at_once(
    slips: Slips, at_once: bool
) -> None:
    with_transactions(slips)
    slips.run(**VOID_ALL, keep_all=True)
    for number, total in ((THIRD, "40.00"), ("206000044", "25.50")):
        slips.deposit(number, total)
        slips.link(number, PARENT)
        if not at_once:
            slips.run()

    slips.run()

    parent = slips.slip(PARENT)
    assert (parent["status"], parent["remaining_amount"]) == ("ACTIVE", Decimal("0.50"))
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}
