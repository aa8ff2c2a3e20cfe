"""What trials beside the reference found of slips: the rows, and what is told of them.

Two are samples of the reference's data (docs/specs/routing-slips.md, sections 3.4 and 3.6): a second refund, and a
bounce with a paid transaction that CFS does not know.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from config.errors import ExitCode, SourceUnavailable
from tests.routing_slip_factory import NOW, Slips
from tests.tasks.routing_slip_recreate.scenarios import (
    CHILD,
    PARENT,
    THIRD,
    correction,
    given_cgi_answered_a_cheque,
    live,
    nsf,
    refund,
)
from tests.tools.verify.watch import all_findings


def given_a_paid_transaction_without_a_reference(slips: Slips) -> None:
    """Deposit 100.00 and pay 30.00 with it, of which CFS and the references know nothing."""
    slips.deposit(PARENT, "100.00")
    invoice = slips.spend(PARENT, "30.00")
    slips.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = 30 WHERE id = :id", id=invoice)


def given_a_refund_of_half(slips: Slips, status: str = "REFUND_AUTHORIZED") -> None:
    """Spend 50.00 of 100.00, and refund or write off the rest."""
    slips.deposit(PARENT, "100.00", paid=["50.00"])
    slips.set_status(PARENT, status)
    slips.run()


def given_the_other_half_is_authorized(slips: Slips) -> None:
    """The API gives the transaction back after the refund, and staff refund that as well."""
    slips.set_status(PARENT, "ACTIVE")
    slips.refund_transaction(slips.record("SELECT min(id) AS id FROM invoices")["id"])
    slips.create_invoices()
    slips.set_status(PARENT, "REFUND_AUTHORIZED")


def refund_of(slips: Slips) -> tuple[str, str | None]:
    slip = slips.slip(PARENT)
    assert (slip["remaining_amount"], slip["cas_mismatch"]) == (0, False)
    assert slips.receipts()[PARENT]["unapplied"] == "0.00"
    return f"{slip['refund_amount']:.2f}", slip["refund_status"]


def test_a_second_refund_counts_what_the_first_took_out(slips: Slips) -> None:
    given_a_refund_of_half(slips)
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("100.00", None)


@pytest.mark.parametrize("status", ["PROCESSED", "CHEQUE_UNDELIVERABLE"])
def test_a_cheque_that_went_out_is_not_in_the_next_one(slips: Slips, status: str) -> None:
    given_a_refund_of_half(slips)
    slips.change("UPDATE routing_slips SET status = 'REFUND_PROCESSED', refund_status = :status", status=status)
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("50.00", "PROCESSING")


def test_a_cheque_that_cgi_accepted_is_not_in_the_next_one_though_the_api_says_that_it_is_in_work(
    slips: Slips,
) -> None:
    given_a_refund_of_half(slips)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8))
    given_the_other_half_is_authorized(slips)
    slips.change("UPDATE routing_slips SET refund_status = 'PROCESSING'")

    assert slips.run().rejects == []

    assert refund_of(slips) == ("50.00", "PROCESSING")


@pytest.mark.parametrize("refused", ["IH", "IL", "NA", "IC"])
def test_a_cheque_of_which_cgi_refused_any_line_is_in_the_next_one(refused: str, slips: Slips) -> None:
    given_a_refund_of_half(slips)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8), refused)
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("100.00", None)


def test_neither_a_cheque_that_was_made_before_a_refund_nor_that_of_another_slip_pays_it(slips: Slips) -> None:
    given_a_refund_of_half(slips)
    given_cgi_answered_a_cheque(slips, NOW + timedelta(hours=8))
    slips.change("UPDATE pay_jobs.feedback_lines SET subject = :other", other=CHILD)
    given_cgi_answered_a_cheque(slips, NOW - timedelta(days=1))
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("100.00", None)


def test_a_cheque_of_the_old_job_that_was_posted_is_not_in_the_next_one(slips: Slips) -> None:
    given_a_refund_of_half(slips)
    slips.change("DELETE FROM pay_jobs.slip_movements")
    slips.add("refunds", routing_slip_id=slips.slip(PARENT)["id"], status="APPROVED", type="ROUTING_SLIP",
              gl_posted=NOW.replace(tzinfo=None))  # fmt: skip
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("50.00", "PROCESSING")


def test_a_cheque_that_was_posted_before_is_not_that_of_a_refund_of_ours(slips: Slips) -> None:
    given_a_refund_of_half(slips)
    slips.add("refunds", routing_slip_id=slips.slip(PARENT)["id"], status="APPROVED", type="ROUTING_SLIP",
              gl_posted=NOW.replace(tzinfo=None) - timedelta(days=1))  # fmt: skip
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("100.00", None)


def test_the_bounce_of_another_slip_takes_no_refund_back(slips: Slips) -> None:
    given_a_refund_of_half(slips)
    slips.deposit(CHILD, "60.00")
    slips.bounce(CHILD)
    assert slips.run().rejects == []
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("100.00", None)


def test_what_was_written_off_is_in_no_cheque(slips: Slips) -> None:
    given_a_refund_of_half(slips, "WRITE_OFF_AUTHORIZED")
    given_the_other_half_is_authorized(slips)

    assert slips.run().rejects == []

    assert refund_of(slips) == ("50.00", "PROCESSING")


def given_three_refunds(slips: Slips, *, paid: str) -> None:
    """Refund 30.00, then 50.00 and 20.00 that are taken back; AP pays the slips that answer a condition before each."""
    slips.deposit(PARENT, "100.00", paid=["50.00", "20.00"])
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.run()
    for invoice in slips.records("SELECT id FROM invoices ORDER BY id"):
        slips.change(f"UPDATE routing_slips SET refund_status = 'PROCESSED' WHERE {paid}")
        slips.refund_transaction(invoice["id"])
        slips.create_invoices()
        assert slips.run().rejects == []


def test_a_third_refund_counts_the_first_and_is_paid_with_the_second_that_ap_has_not_taken(slips: Slips) -> None:
    given_three_refunds(slips, paid="refund_amount = 30")

    assert refund_of(slips) == ("70.00", "PROCESSING")
    taken = slips.rows("SELECT kind, before::text, amount::text FROM pay_jobs.slip_movements ORDER BY id")
    assert taken == [
        ("refunded", None, "-30.00"), ("refunded", "30.00", "-50.00"), ("refunded", None, "-20.00")]  # fmt: skip


def test_each_cheque_that_went_out_counts_in_what_is_left_of_its_slip(slips: Slips) -> None:
    given_three_refunds(slips, paid="true")

    assert refund_of(slips) == ("20.00", "PROCESSING")
    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


def test_a_cheque_that_went_out_still_counts_in_what_is_left_of_its_slip(slips: Slips) -> None:
    given_a_refund_of_half(slips, "WRITE_OFF_AUTHORIZED")
    given_the_other_half_is_authorized(slips)
    slips.run()

    assert all_findings(slips.database, NOW, ("SLIP-LEFT",)) == {}


@pytest.mark.parametrize("prepare", [correction, refund, nsf])
def test_a_slip_that_the_job_changed_names_no_person(slips: Slips, prepare: Callable[[Slips], None]) -> None:
    prepare(slips)
    slips.change("UPDATE routing_slips SET updated_by = 'STAFF', updated_name = 'A Person'")

    slips.run()

    changed = slips.slip(PARENT)
    assert (changed["updated_by"], changed["updated_name"]) == (None, None)


def test_a_refund_that_forgets_a_cent_of_the_first_is_flagged(slips: Slips) -> None:
    refund(slips)
    slips.change("UPDATE routing_slips SET refund_amount = 0.01, refund_status = 'PROCESSED', updated_by = 'STAFF'"
                 " WHERE number = :n", n=PARENT)  # fmt: skip

    (reject,) = slips.run().rejects

    assert "0.01 refunded or written off, and 110.00 are left" in reject.detail
    flagged = slips.slip(PARENT)
    assert (flagged["cas_mismatch"], flagged["updated_by"], flagged["updated_on"]) == (
        True, None, NOW.replace(tzinfo=None))  # fmt: skip


def test_a_corrected_slip_does_not_bring_refunded_money_back(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")
    slips.run()
    slips.correct(PARENT, "120.00")

    (reject,) = slips.run().rejects

    assert "100.00 have left it" in reject.detail
    assert live(slips) == {PARENT: "100.00"}


def test_a_bounce_with_a_paid_transaction_that_cfs_does_not_know_is_finished_and_told(slips: Slips) -> None:
    given_a_paid_transaction_without_a_reference(slips)
    slips.bounce(PARENT)

    outcome = slips.run()

    assert outcome.exit_code == ExitCode.ATTENTION
    (reject,) = outcome.rejects
    assert "for 30.00 is owed and has no reference in force" in reject.detail
    assert slips.slip(PARENT)["account"] == "FREEZE"


def test_a_slip_linked_after_such_a_bounce_does_not_say_that_all_agrees(slips: Slips) -> None:
    given_a_paid_transaction_without_a_reference(slips)
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "60.00")
    slips.link(CHILD, PARENT)

    outcome = slips.run()

    assert slips.receipts()[f"{CHILD}L"]["unapplied"] == "30.00"
    assert any("no reference in force" in one.detail for one in outcome.rejects)
    assert outcome.counts["slips_in_agreement"] < outcome.counts["slips_checked"]


def test_a_refund_is_refused_while_something_is_owed_that_no_job_will_settle(slips: Slips) -> None:
    given_a_paid_transaction_without_a_reference(slips)
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED', paid = 0")
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    (reject,) = slips.run().rejects

    assert "so no job will settle it" in reject.detail


def test_the_fee_invoice_has_the_columns_of_a_pad_fee(slips: Slips) -> None:
    nsf(slips)
    slips.change("UPDATE payment_accounts SET bcol_account = 'BC1234'")

    slips.run()

    fee = slips.record("SELECT * FROM invoices WHERE corp_type_code = 'BCR'")
    line = slips.record("SELECT * FROM payment_line_items WHERE invoice_id = :id", id=fee["id"])
    assert fee["overdue_date"] == datetime(2027, 1, 15, 7, 0)
    assert (fee["bcol_account"], fee["refund"], fee["created_by"]) == ("BC1234", None, "SYSTEM")
    assert (fee["total"], fee["paid"], fee["payment_method_code"], fee["routing_slip"]) == (30, 0, "INTERNAL", PARENT)
    assert fee["cfs_account_id"] == slips.record("SELECT id FROM cfs_accounts WHERE status = 'FREEZE'")["id"]
    assert (line["quantity"], line["waived_fees"], line["total"], line["filing_fees"]) == (None, None, 30, 30)
    assert fee["created_on"] == NOW.replace(tzinfo=None)


def test_the_profile_of_a_slip_keeps_its_versions(slips: Slips) -> None:
    nsf(slips)

    slips.run()

    kept = slips.records("SELECT id, status, version FROM cfs_accounts_history ORDER BY id, version")
    frozen = slips.record("SELECT id, version FROM cfs_accounts WHERE status = 'FREEZE'")
    assert [(one["status"], one["version"] + 1) for one in kept if one["id"] == frozen["id"]] == [
        ("ACTIVE", frozen["version"])
    ]


def test_without_a_fee_in_force_a_bounced_slip_is_left_alone(slips: Slips) -> None:
    nsf(slips)
    slips.change("DELETE FROM distribution_code_links WHERE fee_schedule_id = 53")
    before = slips.final_state()

    outcome = slips.run()

    assert outcome.exit_code == ExitCode.ATTENTION
    assert "no NSF fee in force" in outcome.rejects[0].detail
    assert slips.final_state() == before


def test_a_link_to_a_parent_whose_account_is_inactive_is_refused_untouched(slips: Slips) -> None:
    slips.deposit(PARENT, "50.00")
    slips.deposit(CHILD, "100.00")
    slips.link(CHILD, PARENT)
    slips.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = 1")
    before = slips.final_state()

    outcome = slips.run()
    (reject,) = outcome.rejects

    assert outcome.counts == {"slips_refused": 1}
    assert (reject.reason, f"account of its parent {PARENT} is INACTIVE" in reject.detail) == ("link refused", True)
    assert slips.final_state() == before


# What other writers do while an operation is under way: (where, what, what is told or left).
def status_taken_back(slips: Slips) -> None:
    slips.set_status(PARENT, "ACTIVE")


def total_changed(slips: Slips) -> None:
    slips.correct(PARENT, "130.00")


@pytest.mark.parametrize("change", [status_taken_back, total_changed])
def test_a_slip_that_is_changed_before_the_first_step_is_not_touched(
    slips: Slips, change: Callable[[Slips], None]
) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.correct(PARENT, "120.00")

    def meanwhile(name: str) -> None:
        if name == "intended 1 reverse receipt":
            change(slips)

    with pytest.raises(SourceUnavailable, match="nothing was sent"):
        slips.run(checkpoint=meanwhile)

    assert live(slips) == {PARENT: "100.00"}
    assert slips.run().rejects == []
    assert live(slips) == ({PARENT: "100.00"} if change is status_taken_back else {f"{PARENT}R2": "130.00"})


def test_a_transaction_that_is_bought_while_a_void_runs_keeps_the_slip_from_being_closed(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00")
    slips.set_status(PARENT, "VOID")

    def meanwhile(name: str) -> None:
        if name == "before closing":
            slips.spend(PARENT, "5.00")

    (reject,) = slips.run(checkpoint=meanwhile).rejects

    assert "it has transactions now: REG00000001" in reject.detail
    assert slips.slip(PARENT)["account"] == "ACTIVE"


def test_a_transaction_that_cfs_does_not_know_is_no_part_of_a_correction(slips: Slips) -> None:
    given_a_paid_transaction_without_a_reference(slips)
    slips.change("UPDATE invoices SET invoice_status_code = 'CREATED', paid = 0")
    slips.correct(PARENT, "120.00")

    outcome = slips.run()

    assert outcome.counts["slips_corrected"] == 1
    assert live(slips) == {f"{PARENT}R2": "120.00"}


def test_a_transaction_that_was_refunded_is_no_part_of_a_correction(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00"])
    slips.refund_transaction(1)
    slips.create_invoices()
    slips.correct(PARENT, "120.00")

    (table,) = slips.dry_run().tables

    assert [row[3] for row in table.rows] == ["reverse receipt", "create receipt"]


def test_what_a_receipt_paid_in_the_end_is_written_and_not_what_was_sent(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.correct(PARENT, "120.00")

    def meanwhile(name: str) -> None:
        if name == "answered 4 apply receipt":
            slips.client.unapply_receipt(slips.site(PARENT), f"{PARENT}R2", "REG00000002")

    slips.run(checkpoint=meanwhile)

    assert slips.our_receipts() == {(f"{PARENT}R2", "REG00000001"): 30}


def test_the_dry_run_of_a_bounce_takes_no_number_for_its_fee(slips: Slips) -> None:
    nsf(slips)
    before = slips.record("SELECT last_value FROM invoices_id_seq")

    (table,) = slips.dry_run().tables

    assert [row[4] for row in table.rows][-1] == "REG00000000"
    assert slips.record("SELECT last_value FROM invoices_id_seq") == before


def test_a_bounce_that_dies_before_its_first_step_is_finished_under_the_number_it_took(slips: Slips) -> None:
    nsf(slips)
    assert slips.run_killed_at("planned")

    slips.run()

    assert [one["id"] for one in slips.records("SELECT id FROM invoices ORDER BY id")] == [1, 2]


def test_nothing_is_noted_of_a_correction_that_dies_before_its_first_step(slips: Slips) -> None:
    correction(slips)

    assert slips.run_killed_at("planned")

    assert slips.records("SELECT FROM pay_jobs.operations") == []


def test_a_cent_that_was_spent_counts_in_a_refund(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["0.01"])
    slips.set_status(PARENT, "REFUND_AUTHORIZED")

    assert slips.run().rejects == []

    assert slips.slip(PARENT)["refund_amount"] == Decimal("99.99")


def test_a_refund_asked_for_while_a_bounce_is_worked_stays_asked_for(slips: Slips) -> None:
    nsf(slips)
    invoice = slips.record("SELECT min(id) AS id FROM invoices")["id"]

    def meanwhile(name: str) -> None:
        if name == "before closing":
            slips.change("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = :id", id=invoice)

    slips.run(checkpoint=meanwhile)

    row = slips.record("SELECT invoice_status_code FROM invoices WHERE id = :id", id=invoice)
    assert row["invoice_status_code"] == "REFUND_REQUESTED"


def test_a_refund_asked_for_while_a_link_pays_keeps_no_other_transaction_from_being_paid(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["30.00", "20.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "80.00")
    slips.link(CHILD, PARENT)

    def meanwhile(name: str) -> None:
        if name == "before closing":
            slips.change("UPDATE invoices SET invoice_status_code = 'REFUND_REQUESTED' WHERE id = 1")

    slips.run(checkpoint=meanwhile)

    statuses = slips.rows("SELECT invoice_status_code FROM invoices ORDER BY id")
    assert statuses == [("REFUND_REQUESTED",), ("PAID",), ("PAID",)]


def test_a_bounce_that_staff_tell_of_while_a_link_pays_is_worked(slips: Slips) -> None:
    slips.deposit(PARENT, "100.00", paid=["60.00"])
    slips.bounce(PARENT)
    slips.run()
    slips.deposit(CHILD, "10.00")
    slips.link(CHILD, PARENT)
    slips.run()
    slips.deposit(THIRD, "20.00")
    slips.link(THIRD, PARENT)

    def meanwhile(name: str) -> None:
        if name == "before closing":
            slips.bounce(PARENT)

    slips.run(checkpoint=meanwhile)
    slips.run()

    assert slips.slip(PARENT)["status"] == "NSF"
    assert live(slips) == {}
    assert slips.due() == {"REG00000001": "60.00", "REG00000002": "30.00", "REG00000003": "30.00"}


@pytest.mark.parametrize(
    ("change", "found"),
    [("UPDATE cfs_accounts SET status = 'INACTIVE'", "INACTIVE (1)"), ("DELETE FROM cfs_accounts", "gone")],
)
def test_an_account_that_is_closed_while_a_bounce_is_worked_is_not_frozen(
    slips: Slips, change: str, found: str
) -> None:
    nsf(slips)
    before = slips.record("SELECT count(*) AS n FROM invoices")

    def meanwhile(name: str) -> None:
        if name == "before closing":
            slips.change(f"{change} WHERE account_id = 1")

    (reject,) = slips.run(checkpoint=meanwhile).rejects

    assert f"the CFS account of {PARENT} is {found} now, and was ACTIVE" in reject.detail
    assert slips.records("SELECT FROM cfs_accounts WHERE status = 'FREEZE'") == []
    assert slips.record("SELECT count(*) AS n FROM invoices") == before
