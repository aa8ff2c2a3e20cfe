"""A partial credit is made once, within what was paid, in CFS and in the pay database."""

from decimal import Decimal
from typing import Any

import pytest

from config.errors import ExitCode, InputRefused, UsageError
from connectors.cfs import CfsRejected, CfsUnavailable
from tests.tools.repair_partial_credit.conftest import FEE_GL, SERVICE_GL, CreditDesk
from tools.repair_partial_credit.arguments import Arguments


def test_a_credit_is_in_cfs_and_whole_in_the_pay_database(desk: CreditDesk) -> None:
    outcome = desk.run("70=5.00", "70:service=1.50", "71=10.00")

    assert outcome.exit_code == ExitCode.DONE
    assert desk.memos() == {"20001": Decimal("-16.50")}
    assert desk.state() == {
        "credits": [("20001", "900101", True, "16.5", "16.5", 7)],
        "parts": [
            (70, "BASE_FEES", Decimal("5.00"), True, "REFUND_PROCESSED", 7),
            (70, "SERVICE_FEES", Decimal("1.50"), True, "REFUND_PROCESSED", 7),
            (71, "BASE_FEES", Decimal("10.00"), True, "REFUND_PROCESSED", 7),
        ],
        "account": [(Decimal("16.50"),)],
        "invoice": [("PAID", Decimal("31.50"), Decimal("16.50"), True)],
        "refunds": [(7, "INVOICE", "APPROVAL_NOT_REQUIRED", "ticket 4711", "pay-jobs", True, 3)],
    }
    assert desk.journal() == ["done"]


def test_a_credit_keeps_the_account_as_it_was_and_leaves_no_name_on_the_invoice(desk: CreditDesk) -> None:
    desk.books.change("UPDATE invoices SET updated_by = 'idir/person', updated_name = 'A Person'")

    desk.run("70=5.00")

    assert desk.books.rows("SELECT id, pad_credit, version FROM payment_accounts_history") == [
        (desk.account.id, None, 1)
    ]
    assert desk.books.rows("SELECT pad_credit, version FROM payment_accounts") == [(Decimal("5.00"), 2)]
    assert desk.books.rows("SELECT updated_by, updated_name FROM invoices") == [(None, None)]


def test_each_part_goes_to_the_gl_of_its_line(desk: CreditDesk) -> None:
    (table,) = desk.run("70=5.00", "70:service=1.50").tables

    assert [(row["part"], row["credited"], row["GL"]) for row in table.records()] == [
        ("BASE_FEES", Decimal("5.00"), "112.32041.35301.1278.3200000.000000.0000"),
        ("SERVICE_FEES", Decimal("1.50"), "112.32041.35301.1279.3200000.000000.0000"),
    ]


def test_a_dry_run_shows_the_memo_and_changes_nothing(desk: CreditDesk) -> None:
    before = desk.state()

    outcome = desk.run("70=5.00", dry_run=True)

    assert outcome.tables[0].title == "Credit memo of 5.00 CAD for invoice 7 on site 900101"
    assert (desk.state(), desk.memos(), desk.journal()) == (before, {}, [])


def test_a_memo_on_a_profile_no_longer_in_use_is_reported(desk: CreditDesk) -> None:
    desk.books.change("UPDATE cfs_accounts SET status = 'INACTIVE'")

    outcome = desk.run("70=5.00")

    assert outcome.notes[0].startswith("The CFS profile of the invoice is INACTIVE: CFS uses the memo only for")


def test_fees_that_a_partner_is_paid_are_told_and_service_fees_are_not(desk: CreditDesk) -> None:
    desk.books.change(
        f"UPDATE distribution_codes SET disbursement_distribution_code_id = {SERVICE_GL}"
        f" WHERE distribution_code_id = {FEE_GL}"
    )

    outcome = desk.run("70=5.00", "70:service=1.50")

    assert outcome.notes[0].startswith("5.00 CAD of it are a partner's fees. Nothing is taken back")


def test_an_invoice_is_credited_once(desk: CreditDesk) -> None:
    desk.run("70=15.00")
    before = desk.state()

    with pytest.raises(UsageError, match=r"was refunded on 2026-..-.. \(15.00 CAD\), and an invoice is refunded once"):
        desk.run("70=5.00")

    assert (desk.state(), list(desk.memos().values())) == (before, [Decimal("-15.00")])


def test_what_an_earlier_refund_took_of_a_line_is_not_credited_again(desk: CreditDesk) -> None:
    desk.books.change(
        "INSERT INTO refunds_partial (payment_line_item_id, invoice_id, refund_type, refund_amount, created_on,"
        " created_by) VALUES (70, 7, 'BASE_FEES', 15, now(), 'test')"
    )

    with pytest.raises(
        UsageError, match=r"has only 5.00 CAD left to credit \(20.00 CAD, of which 15.00 CAD was refunded"
    ):
        desk.run("70=5.01")


@pytest.mark.parametrize(
    ("change", "lines", "words"),
    [
        (None, ["70=20.01"], "line 70 has only 20.00 CAD left"),
        (None, ["71:service=1.00"], r"does not have the service fee of line 71; it has 70 \(20.00 CAD left\)"),
        (None, ["99=1.00"], "does not have line 99"),
        ("invoices SET refund = 25", ["70=6.51"], r"has only 6.50 CAD left to refund \(31.50 CAD paid"),
        ("invoices SET paid = NULL", ["70=1.00"], "has only 0 CAD left"),
        ("invoices SET invoice_status_code = 'APPROVED'", ["70=1.00"], "is APPROVED; only a PAID one"),
        ("invoices SET invoice_status_code = 'CREDITED'", ["70=1.00"], "is CREDITED; only a PAID one"),
        ("invoices SET payment_method_code = 'EFT'", ["70=1.00"], "paid by EFT, not by PAD"),
        ("payment_line_items SET line_item_status_code = 'CANCELLED'", ["70=1.00"], "no active lines"),
        (f"distribution_codes SET end_date = '2026-01-01' WHERE distribution_code_id = {FEE_GL}", ["70=1.00"],
         r"GL code of line 70 \(test\) is not complete or not in force"),
        (f"distribution_codes SET client = '' WHERE distribution_code_id = {SERVICE_GL}", ["70:service=1.00"],
         "GL code of the service fee of line 70"),
        ("cfs_accounts SET cfs_site = '999999'", ["70=1.00"], "CFS does not have the site"),
        ("invoices SET corp_type_code = 'BCA'", ["70=1.00"], "of the product BCA, which allows no refunds"),
        ("payment_methods SET partial_refund = false WHERE code = 'PAD'", ["70=1.00"], "refunded as a whole only"),
        ("invoices SET refund_date = '2026-11-01'", ["70=1.00"], r"was refunded on 2026-11-01 \(0.00 CAD\)"),
    ],
)  # fmt: skip
def test_what_must_not_be_credited_is_refused_before_cfs_is_asked(
    desk: CreditDesk, change: str | None, lines: list[str], words: str
) -> None:
    if change:
        desk.books.change(f"UPDATE {change}")
    before = desk.state()

    with pytest.raises(UsageError, match=words):
        desk.run(*lines)

    assert (desk.state(), desk.memos(), desk.journal()) == (before, {}, [])


def test_an_unknown_invoice_is_refused(desk: CreditDesk) -> None:
    with pytest.raises(UsageError, match="no invoice 8"):
        desk.run("70=1.00", invoice=8)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("PENDING_APPROVAL", "by idir/person, which awaits approval: resolve that first"),
        ("APPROVAL_NOT_REQUIRED", "which is APPROVAL_NOT_REQUIRED"),
        ("APPROVED", "which is APPROVED"),
    ],
)
def test_another_refund_of_the_invoice_comes_first(desk: CreditDesk, status: str, words: str) -> None:
    desk.books.add("refunds", invoice_id=7, status=status, type="INVOICE", requested_by="idir/person")

    with pytest.raises(UsageError, match=words):
        desk.run("70=1.00")

    assert (desk.memos(), desk.journal()) == ({}, [])


def test_a_declined_refund_does_not_block(desk: CreditDesk) -> None:
    desk.books.add("refunds", invoice_id=7, status="DECLINED", type="INVOICE")

    assert desk.run("70=1.00").exit_code == ExitCode.DONE


def test_where_a_second_person_approves_the_screen_is_named(desk: CreditDesk) -> None:
    desk.books.change("UPDATE invoices SET corp_type_code = 'VS'")
    desk.books.change("UPDATE corp_types SET refund_approval = true WHERE code = 'VS'")

    with pytest.raises(UsageError, match=r"needs a second person .* on the refund screen of the Pay web"):
        desk.run("70=1.00")

    assert (desk.memos(), desk.journal(), desk.state()["refunds"]) == ({}, [], [])


def test_an_account_without_a_whole_cfs_profile_is_refused(desk: CreditDesk) -> None:
    desk.books.change("UPDATE cfs_accounts SET cfs_site = NULL")

    with pytest.raises(InputRefused, match="profile is not complete"):
        desk.run("70=1.00")


def test_cfs_being_away_leaves_nothing_begun(desk: CreditDesk) -> None:
    desk.cfs.admin.set_options(availability="drop")
    before = desk.state()

    with pytest.raises(CfsUnavailable) as raised:
        desk.run("70=1.00")

    assert raised.value.exit_code == ExitCode.FAILED
    assert (desk.state(), desk.journal()) == (before, [])


def test_what_cfs_refuses_is_closed_and_can_be_tried_again(desk: CreditDesk) -> None:
    desk.cfs.admin.order_faults({"kind": "error_before", "method": "POST", "path": "/cms/", "status": 400})

    with pytest.raises(CfsRejected):
        desk.run("70=1.00")
    desk.run("70=1.00")

    assert desk.journal() == ["dropped", "done"]
    assert (len(desk.memos()), len(desk.state()["refunds"])) == (1, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"lines": ()},
        {"lines": ("70=1.00",), "memo": "20001"},
        {"memo": "20001", "not_made": True},
        {"lines": ("70=1.00", "70=2.00")},
        *(
            {"lines": (text,)}
            for text in ("70", "70=", "70=0.00", "70=-1.00", "70=1.005", "70=1,00", "x=1", "70:gst=1")
        ),
    ],
    ids=str,
)
def test_arguments_that_make_no_sense_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        Arguments(7, **({"reason": "r"} | values))
