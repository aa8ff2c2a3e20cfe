"""Each operation, undisturbed: what CFS has, what we have, and how many calls it took."""

from decimal import Decimal

from tests.routing_slip_factory import Slips

PARENT, CHILD, THIRD = "206000010", "206000028", "206000036"


def test_a_linked_childs_deposit_moves_to_the_parents_site_under_the_number_with_the_l(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    outcome = slips.run()
    assert (outcome.exit_code, outcome.counts["slips_linked"], outcome.rejects) == (0, 1, [])
    assert {number: one["status"] for number, one in slips.receipts().items()} == {
        PARENT: "open",
        CHILD: "REV",
        f"{CHILD}L": "open",
    }
    assert slips.slip(CHILD)["account"] == "INACTIVE"
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("150.00")


def test_a_void_slips_receipts_are_reversed_its_childrens_too(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.set_status(PARENT, "VOID")
    outcome = slips.run()
    assert outcome.counts["slips_voided"] == 1
    assert {one["status"] for one in slips.receipts().values()} == {"REV"}
    slip = slips.slip(PARENT)
    assert (slip["account"], slip["remaining_amount"], slip["cas_version_suffix"]) == ("INACTIVE", 0, 2)
    assert slips.slip(CHILD)["status"] == "LINKED"


def test_a_bounced_slip_owes_its_transactions_again_and_the_fee(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.bounce(PARENT)
    outcome = slips.run()
    assert (outcome.counts["slips_nsf"], outcome.rejects) == (1, [])
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["account"], slip["remaining_amount"]) == ("NSF", "FREEZE", Decimal("-80.00"))
    invoices = slips.records("SELECT invoice_status_code, total, paid, payment_date FROM invoices ORDER BY id")
    assert [tuple(one.values()) for one in invoices] == [
        ("CREATED", Decimal(amount), 0, None) for amount in ("30.00", "20.00", "30.00")
    ]
    assert slips.due() == {"REG00000001": "30.00", "REG00000002": "20.00", "REG00000003": "30.00"}
    references = slips.records("SELECT status_code, reference_number FROM invoice_references ORDER BY invoice_id")
    assert [one["status_code"] for one in references] == ["ACTIVE"] * 3
    assert all(one["reference_number"] for one in references)
    assert slips.record("SELECT invoice_id, fee_schedule_id FROM payment_line_items") == {
        "invoice_id": 3,
        "fee_schedule_id": 53,
    }
    assert slips.our_receipts() == {}
    assert slips.record("SELECT payment_status_code AS s FROM payments WHERE is_routing_slip")["s"] == "FAILED"


def test_the_deposits_of_a_bounced_slips_children_fail_with_it(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.deposit(CHILD, "40.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.bounce(PARENT)
    slips.run()
    assert slips.slip(PARENT)["remaining_amount"] == Decimal("-30.00")
    failed = slips.records("SELECT receipt_number FROM payments WHERE payment_status_code = 'FAILED' ORDER BY id")
    assert [one["receipt_number"] for one in failed] == [PARENT, CHILD]


def test_a_slip_linked_to_a_bounced_one_pays_what_it_owes(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "130.00")
    slips.link(CHILD, PARENT)
    outcome = slips.run()
    assert outcome.rejects == []
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["account"], slip["remaining_amount"]) == ("ACTIVE", "FREEZE", Decimal("40.00"))
    assert slips.receipts()[f"{CHILD}L"]["unapplied"] == "40.00"
    assert set(slips.due().values()) == {"0.00"}
    assert slips.our_receipts() == {
        (f"{CHILD}L", "REG00000001"): Decimal("60.00"),
        (f"{CHILD}L", "REG00000002"): Decimal("30.00"),
    }
    statuses = slips.records("SELECT DISTINCT invoice_status_code AS invoice, status_code AS reference FROM invoices"
                          " JOIN invoice_references ON invoice_id = invoices.id")  # fmt: skip
    assert statuses == [{"invoice": "PAID", "reference": "COMPLETED"}]


def test_a_corrected_slip_has_a_new_receipt_that_pays_the_same_transactions(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.correct(PARENT, "120.00")
    outcome = slips.run()
    assert (outcome.counts["slips_corrected"], outcome.rejects, outcome.notes) == (1, [], [])
    slip = slips.slip(PARENT)
    assert (slip["status"], slip["cas_version_suffix"], slip["remaining_amount"]) == ("ACTIVE", 2, Decimal("70.00"))
    assert slips.receipts()[PARENT]["status"] == "REV"
    assert slips.receipts()[f"{PARENT}R2"] == {
        "status": "open",
        "amount": "120.00",
        "unapplied": "70.00",
        "applied": {"REG00000001": "30.00", "REG00000002": "20.00"},
    }
    assert slips.our_receipts() == {
        (f"{PARENT}R2", "REG00000001"): Decimal("30.00"),
        (f"{PARENT}R2", "REG00000002"): Decimal("20.00"),
    }
    assert outcome.answer == "1 slip worked; what CFS has applied equals our receipts for all."


def test_a_correction_that_leaves_nothing_completes_the_slip(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "30.00")
    slips.run()
    assert slips.slip(PARENT)["status"] == "COMPLETE"


def test_a_correction_below_what_was_spent_leaves_an_invoice_open_and_says_so(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.correct(PARENT, "40.00")
    outcome = slips.run()
    assert outcome.exit_code == 3
    assert "REG00000002: 10.00 of 20.00 are still due" in outcome.rejects[0].detail + outcome.rejects[0].reason
    assert slips.our_receipts()[(f"{PARENT}R2", "REG00000002")] == Decimal("10.00")


def test_an_authorized_refund_takes_what_is_left_out_of_every_receipt(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.deposit(CHILD, "40.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    outcome = slips.run()
    assert (outcome.counts["slips_refunded"], outcome.rejects) == (1, [])
    slip = slips.slip(PARENT)
    assert (slip["remaining_amount"], slip["refund_amount"]) == (0, Decimal("110.00"))
    assert [slips.receipts()[one]["unapplied"] for one in (PARENT, f"{CHILD}L")] == ["0.00", "0.00"]


def test_an_authorized_write_off_does_the_same_under_its_own_name(slips: Slips) -> None:
    slips.deposit(PARENT, "12.34")
    slips.set_status(PARENT, "WRITE_OFF_AUTHORIZED")
    slips.run()
    assert slips.cfs.admin.state()["receipts"][PARENT]["adjustments"] == [
        {"amount": "12.34", "activity_name": "Write-off Adjustment FAS", "comment": ""}
    ]
    assert slips.slip(PARENT)["status"] == "WRITE_OFF_AUTHORIZED"


def test_a_second_run_finds_nothing_to_do_and_asks_cfs_nothing(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.deposit(CHILD, "40.00")
    slips.deposit(THIRD, "10.00")
    slips.correct(PARENT, "120.00")
    slips.link(CHILD, PARENT)
    slips.set_status(THIRD, "VOID")
    slips.run()
    before, state = len(slips.calls()), slips.final_state()
    outcome = slips.run()
    assert outcome.notes == ["No slips are in progress."]
    assert len(slips.calls()) == before
    assert slips.final_state() == state


def test_a_bounce_keeps_the_account_as_it_was_and_leaves_no_name_on_its_transactions(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.change("UPDATE invoices SET updated_by = 'idir/person', updated_name = 'A Person'")
    slips.bounce(PARENT)
    slips.run()
    assert slips.records("SELECT status, version FROM cfs_accounts") == [{"status": "FREEZE", "version": 2}]
    assert slips.records("SELECT status, version FROM cfs_accounts_history") == [{"status": "ACTIVE", "version": 1}]
    assert slips.records("SELECT FROM invoices WHERE updated_by IS NOT NULL OR updated_name IS NOT NULL") == []
