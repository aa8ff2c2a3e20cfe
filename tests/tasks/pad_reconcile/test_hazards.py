"""Where the reference goes wrong and this job must not: docs/specs/cas-settlement-csv.md section 10."""

import io
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from connectors.inbound.holds import HoldKind
from jobs.inbound.file_format import FileToApply
from jobs.run.outcome import Reject
from tasks.pad_reconcile.apply_file import apply_file
from tests.settlement_factory import (
    FILE,
    NOW,
    Account,
    Line,
    SettlementBooks,
    bounce,
    example,
    fill_example,
    on_account,
    settlement_csv,
)
from tests.tools.verify.watch import all_findings

NUMBER = "REG00000100"
NEXT_FILE = "BCR_PAYMENT_APPL_20261106.csv"
LATER_FILE = "BCR_PAYMENT_APPL_20261107.csv"
FINAL = ("REFUND_REQUESTED", "REFUNDED", "CREDITED", "CANCELLED", "MANUALLY_REFUNDED", "CHARGEBACK",
         "GL_UPDATED_REFUND", "DELETED", "DELETE_ACCEPTED")  # fmt: skip


def paid(books: SettlementBooks, account: Account, number: str = NUMBER, receipt: str = "PR1", id: int = 100) -> None:
    books.paid_invoice(account, number, "60.00", receipt, id=id)


# 1: a row that cannot be applied never stops the others.


@pytest.mark.parametrize(
    "bad",
    [
        Line("PADP", "PR8", "5.00", "800999", NUMBER),
        Line("PADP", "PR8", "5.00", "800102", NUMBER),
        Line("PADP", "PR8", "five", "800101", NUMBER),
        Line("PADP", "PR8", "5.00", "800101", NUMBER, day="2026-11-05"),
        Line("PADP", "PR8", "5.00", "800101", NUMBER, application="x"),
        [*Line("PADP", "PR8", "5.00", "800101", NUMBER).fields(), "too", "many"],
        bounce("PR8", "800999", NUMBER, "5.00"),
        ["\x00"],
    ],
)
def test_a_row_that_cannot_be_applied_stops_no_other(bad: Line | list[str], books: SettlementBooks) -> None:
    fill_example(books)
    books.invoice(books.account("800111"), NUMBER, "5.00")

    books.apply(*example(1), bad, *example(3), name=NEXT_FILE)

    before, wrong, after = books.outcomes()
    assert (before, after) == ("applied", "applied")
    assert wrong.startswith("rejected:")
    assert [receipt for _, _, _, receipt, _ in books.payments() if receipt in {"PADRC0001", "PADRC0002"}] == [
        "PADRC0001",
        "PADRC0002",
    ]


# 4: a bounce of an account that is frozen already.


def test_the_second_bounce_of_a_frozen_account_opens_its_invoice_without_fee_and_lock(books: SettlementBooks) -> None:
    account = books.account("800101")
    paid(books, account)
    paid(books, account, "REG2", "PR2", 200)
    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    outcome = books.apply(bounce("PR2", "800101", "REG2", "60.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.invoices()[200] == ("SETTLEMENT_SCHED", "0.00")
    assert (200, "REG2", "ACTIVE") in books.references()
    assert books.receipts() == []
    assert ("REG2", "PAD", "FAILED", "PR2", "0.00") in books.payments()
    assert len(books.bounces()) == 1
    assert [kind for kind, _ in books.messages()] == [
        "stop_pad",
        "nsf_fee",
        "bc.registry.payment.lockAccount",
        "bc.registry.auth.activity",
        "stop_pad",
    ]
    assert outcome.counts["accounts_frozen"] == 0


def test_two_bounces_of_one_account_in_one_file_are_one_fee_and_one_lock(books: SettlementBooks) -> None:
    account = books.account("800101")
    paid(books, account)
    paid(books, account, "REG2", "PR2", 200)

    outcome = books.apply(
        bounce("PR1", "800101", NUMBER, "60.00"),
        Line("ADJS", "A2", "5.00", "800101", "REG2"),
        bounce("PR2", "800101", "REG2", "60.00"),
    )

    assert {books.invoices()[id_] for id_ in (100, 200)} == {("SETTLEMENT_SCHED", "0.00")}
    assert [number for number, _, _ in books.bounces()] == [NUMBER]
    assert [kind for kind, _ in books.messages()] == [
        "stop_pad",
        "nsf_fee",
        "bc.registry.payment.lockAccount",
        "bc.registry.auth.activity",
    ]
    assert (outcome.counts["payments_bounced"], outcome.counts["accounts_frozen"]) == (2, 1)
    (table,) = [table for table in outcome.tables if "bounced" in table.title]
    assert [(row["PAD"], str(row["fee"])) for row in table.records()] == [
        ("frozen now", "30.00"),
        ("already frozen", "0.00"),
    ]


# 7: a number that two receipts paid.


_PADR1 = bounce("PR1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="40.00", day="06-Nov-26")
_PADR2 = bounce("PR2", "800101", NUMBER, "60.00", day="07-Nov-26")


@pytest.fixture
def paid_twice(books: SettlementBooks) -> SettlementBooks:
    """One number that two receipts paid, 40.00 and 20.00."""
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)
    books.apply(Line("PADP", "PR1", "40.00", "800101", NUMBER), Line("PADP", "PR2", "20.00", "800101", NUMBER))
    return books


@pytest.mark.parametrize("files", [[[_PADR1], [_PADR2]], [[_PADR1, _PADR2]]])
def test_the_other_receipt_of_a_number_bounces_too(files: list[list[Line]], paid_twice: SettlementBooks) -> None:
    names = [NEXT_FILE, "BCR_PAYMENT_APPL_20261107.csv"]
    for name, lines in zip(names, files, strict=False):
        paid_twice.apply(*lines, name=name)

    outcomes = [one for name in names[: len(files)] for one in paid_twice.outcomes(name)]
    assert outcomes == ["applied", "applied:another_receipt"]
    assert paid_twice.payments() == [(NUMBER, "PAD", "FAILED", "PR2", "0.00")]
    assert paid_twice.receipts() == []
    assert (paid_twice.invoices()[100], len(paid_twice.bounces())) == (("SETTLEMENT_SCHED", "0.00"), 1)
    assert [kind for kind, _ in paid_twice.messages()].count("nsf_fee") == 1


@pytest.mark.parametrize("first, left, kept", [
    (("PR1", "60.00"), (200, "PR2", "40.00"), "40.00"), (("PR2", "40.00"), (100, "PR1", "60.00"), "60.00"),
])  # fmt: skip
def test_a_bounce_leaves_the_receipt_of_another_that_paid_the_other_invoice_of_its_number(
    first: tuple[str, str], left: tuple[int, str, str], kept: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100)
    books.invoice(account, NUMBER, "40.00", id=200)
    books.apply(*(Line("PADP", receipt, amount, "800101", NUMBER, original="100.00")
                  for receipt, amount in (("PR1", "60.00"), ("PR2", "40.00"))))  # fmt: skip
    assert books.receipts() == [(100, "PR1", "60.00"), (200, "PR2", "40.00")]

    receipt, amount = first
    books.apply(bounce(receipt, "800101", NUMBER, "100.00", status="Partially PAID", outstanding=amount,
                       day="06-Nov-26"), name=NEXT_FILE)  # fmt: skip

    assert books.receipts() == [left]
    assert books.payments() == [(NUMBER, "PAD", "FAILED", receipt, kept)]

    books.apply(bounce(left[1], "800101", NUMBER, "100.00", day="07-Nov-26"), name="BCR_PAYMENT_APPL_20261107.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261107.csv") == ["applied:another_receipt"]
    assert (books.receipts(), books.payments()) == ([], [(NUMBER, "PAD", "FAILED", left[1], "0.00")])


def _pay_in_parts(books: SettlementBooks, *more: Line, beside: bool = False) -> str:
    """Pay a number by the bank, 20.00 of OB2 and then the rest of OB1, and return what it is over.

    more    rows of the first file
    beside  whether the number has another invoice, which was paid before
    """
    account = books.account("800101")
    bank: dict[str, Any] = {
        "method": "ONLINE_BANKING",
        "profile": books.profile(account.id, "800104", "ONLINE_BANKING"),
    }
    books.invoice(account, NUMBER, "60.00", id=100, **bank)
    if beside:
        books.invoice(account, NUMBER, "15.00", id=200, status="PAID", reference="COMPLETED", paid="15.00", **bank)
        books.receipt(200, "OB0", "15.00")
    books.apply(
        Line("BOLP", "OB2", "20.00", "800104", NUMBER, "Partially PAID", "60.00", "40.00", application="41"), *more
    )
    books.apply(Line("BOLP", "OB1", "40.00", "800104", NUMBER, original="60.00"), name=NEXT_FILE)
    return "75.00" if beside else "60.00"


@pytest.mark.parametrize("beside", [False, True])
def test_a_bounce_takes_the_receipt_of_a_part_payment_and_leaves_the_others(
    beside: bool, books: SettlementBooks
) -> None:
    total = _pay_in_parts(books, beside=beside)

    books.apply(bounce("OB2", "800104", NUMBER, total, status="Partially PAID", outstanding="20.00", day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip

    assert books.receipts() == [(100, "OB1", "40.00"), *([(200, "OB0", "15.00")] if beside else [])]
    kept = "55.00" if beside else "40.00"
    assert (NUMBER, "ONLINE_BANKING", "FAILED", "OB2", kept) in books.payments()
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


def test_a_bounce_takes_the_receipt_of_a_part_payment_of_its_own_file(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100)

    books.apply(
        Line("BOLP", "OB2", "20.00", "800101", NUMBER, "Partially PAID", "60.00", "40.00", application="41"),
        Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"),
        bounce("OB2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="20.00"),
    )

    assert books.outcomes() == ["applied"] * 3
    assert books.receipts() == [(100, "PR1", "40.00")]


def test_a_part_payment_of_a_bank_receipt_for_more_than_its_number_bounces_too(books: SettlementBooks) -> None:
    total = _pay_in_parts(books, on_account("OB2", "800104", "5.00"))
    books.apply(bounce("OB1", "800104", NUMBER, total, status="Partially PAID", outstanding="40.00", day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip
    assert books.receipts() == [(100, "41", "20.00")]

    books.apply(bounce("OB2", "800104", NUMBER, total, day="08-Nov-26"), name="BCR_PAYMENT_APPL_20261108.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261108.csv") == ["applied:another_receipt"]
    assert books.receipts() == []
    assert (NUMBER, "ONLINE_BANKING", "FAILED", "OB2", "0.00") in books.payments()
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("first", "amount", "then"), [("OB2", "20.00", "OB1"), ("OB1", "40.00", "OB2")])
def test_of_two_bank_receipts_that_bounce_the_last_one_has_its_payment_failed_and_nothing_of_them_is_kept(
    first: str, amount: str, then: str, frozen: bool, beside: bool, books: SettlementBooks
) -> None:
    total = _pay_in_parts(books, beside=beside)
    if frozen:
        books.change("UPDATE cfs_accounts SET status = 'FREEZE' WHERE payment_method = 'PAD'")
    books.apply(bounce(first, "800104", NUMBER, total, status="Partially PAID", outstanding=amount, day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip
    left = {"status": "Partially PAID", "outstanding": "60.00"} if beside else {}

    books.apply(bounce(then, "800104", NUMBER, total, day="08-Nov-26", **left), name="BCR_PAYMENT_APPL_20261108.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261108.csv") == ["applied:another_receipt"]
    kept, others = ("15.00", [(200, "OB0", "15.00")]) if beside else ("0.00", [])
    assert books.receipts() == others
    assert books.payments() == [
        (NUMBER, "ONLINE_BANKING", status, one, kept) for status, one in (("DELETED", first), ("FAILED", then))
    ]
    assert books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")
    assert len(books.bounces()) == int(not frozen)
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


def _pay_by_pad_and_bank(books: SettlementBooks, status: str = "ACTIVE") -> None:
    """Pay a number over 60.00 by one PAD payment of two receipts and by a bank receipt, and let the first bounce."""
    books.invoice(books.account("800101", status=status), NUMBER, "60.00", id=100)
    books.apply(
        Line("BOLP", "OB1", "15.00", "800101", NUMBER, "Partially PAID", "60.00", "45.00", application="41"),
        *(Line("PADP", receipt, amount, "800101", NUMBER, original="60.00")
          for receipt, amount in (("PR1", "25.00"), ("PR2", "20.00"))),
    )  # fmt: skip
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="25.00", day="06-Nov-26"),
                name=NEXT_FILE)  # fmt: skip


_OB1_PAID = (NUMBER, "ONLINE_BANKING", "COMPLETED", "OB1", "15.00")


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE"])
def test_the_second_receipt_of_a_pad_payment_that_bounces_leaves_the_payment_of_the_bank(
    status: str, books: SettlementBooks
) -> None:
    _pay_by_pad_and_bank(books, status)

    books.apply(bounce("PR2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="45.00", day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip

    assert books.outcomes(LATER_FILE) == ["applied:another_receipt"]
    assert books.payments() == [_OB1_PAID, (NUMBER, "PAD", "FAILED", "PR2", "15.00")]
    assert books.receipts() == [(100, "41", "15.00")]


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE"])
def test_a_further_line_of_a_receipt_that_bounced_leaves_the_money_of_the_bank(
    status: str, books: SettlementBooks
) -> None:
    _pay_by_pad_and_bank(books, status)
    before = books.receipts()

    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="07-Nov-26"), name=LATER_FILE)

    assert books.payments() == [_OB1_PAID, (NUMBER, "PAD", "FAILED", "PR1", "0.00")]
    assert books.receipts() == before
    assert (100, "41", "15.00") in before


def test_of_a_pad_payment_and_one_of_the_bank_that_bounce_that_of_pad_stays_failed_whichever_is_the_last(
    books: SettlementBooks,
) -> None:
    _pay_by_pad_and_bank(books)
    back = (("OB1", "Partially PAID", "40.00"), ("PR2", "Not PAID", "60.00"))

    for (receipt, status, outstanding), file in zip(back, (LATER_FILE, "BCR_PAYMENT_APPL_20261108.csv"), strict=True):
        books.apply(bounce(receipt, "800101", NUMBER, "60.00", status=status, outstanding=outstanding), name=file)
        assert books.outcomes(file) == ["applied:another_receipt"]

    assert books.payments() == [
        (NUMBER, "ONLINE_BANKING", "DELETED", "OB1", "20.00"), (NUMBER, "PAD", "FAILED", "PR2", "0.00")
    ]  # fmt: skip
    assert books.receipts() == []
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("status", "consolidated"), [("COMPLETED", False), ("CANCELLED", True)])
def test_a_second_bank_receipt_that_bounces_after_the_rest_was_paid_by_card_is_for_a_person(
    status: str, consolidated: bool, frozen: bool, books: SettlementBooks
) -> None:
    total = _pay_in_parts(books)
    if frozen:
        books.change("UPDATE cfs_accounts SET status = 'FREEZE' WHERE payment_method = 'PAD'")
    books.apply(bounce("OB1", "800104", NUMBER, total, status="Partially PAID", outstanding="40.00", day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip
    books.change("UPDATE invoice_references SET status_code = :status WHERE invoice_number = :number", status=status,
                 number=NUMBER)  # fmt: skip
    if consolidated:
        books.reference(100, "REG100-C", "COMPLETED", consolidated=True)
    before = books.payments()

    books.apply(bounce("OB2", "800104", NUMBER, total, day="08-Nov-26"), name="BCR_PAYMENT_APPL_20261108.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261108.csv") == ["rejected:settled_since"]
    assert books.payments() == before


@pytest.mark.parametrize(("status", "after"), [("APPROVED", "SETTLEMENT_SCHED"), ("CREDITED", "CREDITED")])
def test_a_part_payment_that_bounces_before_the_rest_comes_leaves_nothing_paid(
    status: str, after: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status=status)
    books.apply(Line("BOLP", "OB2", "20.00", "800101", NUMBER, "Partially PAID", "60.00", "40.00"))

    books.apply(bounce("OB2", "800101", NUMBER, "60.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.receipts() == []
    assert books.payments() == [(NUMBER, "ONLINE_BANKING", "FAILED", "OB2", "0.00")]
    assert books.invoices()[100] == (after, "0.00")
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize(("row", "receipts"), [
    (bounce("OB2", "800101", NUMBER, "60.00", day="06-Nov-26"), []),
    (bounce("OB2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="45.00"), [("5002", "15.00")]),
    (bounce("OB3", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="40.00"), [("5001", "20.00")]),
    (bounce("OB3", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="30.00"),
     [("5001", "20.00"), ("5002", "15.00")]),
])  # fmt: skip
def test_a_part_payment_that_the_service_before_us_booked_goes_by_what_the_row_says_is_left_of_it(
    row: Line, receipts: list[tuple[str, str]], books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="35.00")
    books.receipt(100, "5001", "20.00")
    books.receipt(100, "5002", "15.00")
    books.payment(account, NUMBER, "OB2", "20.00", method="ONLINE_BANKING")

    books.apply(row, name=NEXT_FILE)

    assert books.outcomes() == ["applied"]
    assert books.receipts() == [(100, *one) for one in receipts]
    is_gone = len(receipts) < 2
    assert books.invoices()[100] == (("SETTLEMENT_SCHED", "0.00") if is_gone else ("PARTIAL_PAID", "35.00"))
    if is_gone:
        assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize(("files", "owed"), [
    ([["on account"], ["bounce"]], "40.00"),
    ([["on account", "bounce"]], "40.00"),
    ([["bounce", "on account"]], "50.00"),
])  # fmt: skip
def test_what_money_on_account_covers_beside_a_part_payment_of_the_service_before_us_stays_paid(
    files: list[list[str]], owed: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="30.00")
    books.receipt(100, "5001", "20.00")
    books.receipt(100, "5002", "10.00")
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    rows = {
        "on account": Line("ONAC", "OB9", "10.00", "800101", NUMBER, "Partially PAID", original="60.00"),
        "bounce": bounce("OB1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding=owed),
    }

    for name, lines in zip((NEXT_FILE, LATER_FILE), files, strict=False):
        books.apply(*(rows[line] for line in lines), name=name)

    assert sorted(books.outcomes()) == ["applied", "skipped:partial_credit"]
    assert books.receipts() == [(100, "5002", "10.00")]


def test_a_bounce_of_which_no_receipt_is_found_among_the_parts_is_told(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="35.00")
    for number, amount in (("5001", "20.00"), ("5002", "15.00")):
        books.receipt(100, number, amount)
    books.payment(account, NUMBER, "OB2", "20.00", method="ONLINE_BANKING")

    outcome = books.apply(bounce("OB3", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="30.00"))

    assert outcome.rejects == [
        Reject(
            f"{FILE} line 2",
            "bounced receipt not found",
            f"5.00 CAD came back of {NUMBER}, and none of its receipts is over that: all stay, over 35.00 CAD",
            f"python3 invoke_jobs.py explain invoice {NUMBER}",
            Decimal("5.00"),
        )
    ]


def test_of_two_part_payments_of_one_amount_that_the_service_before_us_booked_one_goes(books: SettlementBooks) -> None:
    account = books.account("800101")
    memo = books.credit(account, "CM1", "10.00")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="40.00")
    books.applied_credit(memo, account, 100, NUMBER, 7, "10.00")
    for number in ("5001", "5002"):
        books.receipt(100, number, "20.00")
    books.payment(account, NUMBER, "OB2", "20.00", method="ONLINE_BANKING")

    books.apply(bounce("OB2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="30.00"), name=NEXT_FILE)

    assert (books.outcomes(), books.receipts()) == (["applied"], [(100, "5002", "20.00")])


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("own_payments", [False, True])
@pytest.mark.parametrize(("first", "owed", "then"), [("OB2", "40.00", "OB1"), ("OB1", "45.00", "OB2")])
def test_the_second_part_payment_that_the_service_before_us_booked_bounces_too(
    first: str, owed: str, then: str, own_payments: bool, frozen: bool, books: SettlementBooks
) -> None:
    account = books.account("800101", status="FREEZE" if frozen else "ACTIVE")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="35.00")
    books.receipt(100, "5001", "20.00")
    books.receipt(100, "5002", "15.00")
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    if own_payments:
        books.payment(account, NUMBER, "OB2", "15.00", method="ONLINE_BANKING")
    books.apply(bounce(first, "800101", NUMBER, "60.00", status="Partially PAID", outstanding=owed), name=NEXT_FILE)

    books.apply(bounce(then, "800101", NUMBER, "60.00", day="07-Nov-26"), name=LATER_FILE)

    assert books.outcomes() == ["applied", "applied:another_receipt"]
    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert {(status, kept) for _, _, status, _, kept in books.payments()} <= {("FAILED", "0.00"), ("DELETED", "0.00")}
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE"])
@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("back", [
    [("OB1", "60.00"), ("OB2", "40.00")], [("OB1", "60.00"), ("OB2", "60.00")],
    [("OB2", "60.00"), ("OB1", "20.00")], [("OB2", "60.00"), ("OB1", "60.00")],
])  # fmt: skip
def test_a_part_of_the_service_before_us_and_a_rest_of_ours_that_bounce_in_any_order_leave_no_payment_and_nothing_kept(
    back: list[tuple[str, str]], files: int, status: str, books: SettlementBooks
) -> None:
    account = books.account("800101", status=status)
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="20.00")
    books.receipt(100, "5001", "20.00")
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB2", "40.00", "800101", NUMBER, original="60.00"))
    rows = [
        bounce(receipt, "800101", NUMBER, "60.00", outstanding=owed,
               status="Not PAID" if owed == "60.00" else "Partially PAID")
        for receipt, owed in back
    ]  # fmt: skip

    for name, lines in zip((NEXT_FILE, LATER_FILE), [rows] if files == 1 else [rows[:1], rows[1:]], strict=False):
        books.apply(*lines, name=name)

    assert books.outcomes()[1:] == ["applied", "applied:another_receipt"]
    assert {(status, kept) for _, _, status, _, kept in books.payments()} == {("FAILED", "0.00"), ("DELETED", "0.00")}
    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("own_payments", [False, True])
@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize("back", [("OB1", "OB2"), ("OB2", "OB1")])
def test_of_a_number_that_the_service_before_us_settled_part_and_rest_bounce_though_each_row_says_that_nothing_is_paid(
    back: tuple[str, str], files: int, own_payments: bool, books: SettlementBooks
) -> None:
    account = settled_in_two_by_the_service_before_us(books)
    if own_payments:
        books.payment(account, NUMBER, "OB2", "60.00", method="ONLINE_BANKING")
    rows = [bounce(receipt, "800101", NUMBER, "100.00") for receipt in back]

    for name, lines in zip((NEXT_FILE, LATER_FILE), [rows] if files == 1 else [rows[:1], rows[1:]], strict=False):
        books.apply(*lines, name=name)

    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert {(status, kept) for _, _, status, _, kept in books.payments()} <= {("FAILED", "0.00"), ("DELETED", "0.00")}
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("receipt", ["41", "OB2", "7009", "20455"])
def test_a_row_that_says_that_nothing_is_paid_leaves_the_receipts_that_are_known_beside_its_own(
    receipt: str, books: SettlementBooks
) -> None:
    """A part that we booked, one of no Application Id, one of a payment and one of a credit memo."""
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100)
    part = Line("BOLP", "OB2", "20.00", "800101", NUMBER, "Partially PAID", "60.00", "40.00", application="41")
    books.apply(*([part] if receipt == "41" else []),
                Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"))  # fmt: skip
    if receipt != "41":
        books.receipt(100, receipt, "20.00")
    if receipt == "7009":
        books.payment(account, NUMBER, "7009", "20.00", method="ONLINE_BANKING")
    if receipt == "20455":
        books.credit(account, "20455", "20.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"), name=NEXT_FILE)

    assert books.receipts() == [(100, receipt, "20.00")]


@pytest.mark.parametrize(("first", "owed", "left", "then"), [
    ("OB1", "40.00", [(100, "OB2", "100.00")], "OB2"), ("OB2", "60.00", [(100, "4001", "40.00")], "OB1"),
])  # fmt: skip
def test_of_a_number_that_the_service_before_us_settled_part_and_rest_bounce_one_by_one(
    first: str, owed: str, left: list[tuple[int, str, str]], then: str, books: SettlementBooks
) -> None:
    account = settled_in_two_by_the_service_before_us(books)
    books.payment(account, NUMBER, "OB2", "60.00", method="ONLINE_BANKING")

    books.apply(bounce(first, "800101", NUMBER, "100.00", status="Partially PAID", outstanding=owed), name=NEXT_FILE)
    assert books.receipts() == left
    books.apply(bounce(then, "800101", NUMBER, "100.00", day="07-Nov-26"), name=LATER_FILE)

    assert books.outcomes() == ["applied", "applied:another_receipt"]
    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert {(status, kept) for _, _, status, _, kept in books.payments()} == {("FAILED", "0.00"), ("DELETED", "0.00")}
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE"])
def test_beside_a_rest_over_the_whole_invoice_each_part_of_the_service_before_us_that_bounces_is_found(
    status: str, books: SettlementBooks
) -> None:
    account = books.account("800101", status=status)
    books.invoice(account, NUMBER, "60.00", id=100, status="PAID", reference="COMPLETED", paid="60.00")
    for number, amount in (("5001", "20.00"), ("5002", "15.00"), ("OB3", "60.00")):
        books.receipt(100, number, amount)
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    back = (("OB1", "20.00", "5002, OB3"), ("OB2", "35.00", "OB3"), ("OB3", "60.00", ""))

    for day, (receipt, owed, left) in enumerate(back, 5):
        outcome = books.apply(bounce(receipt, "800101", NUMBER, "60.00", status="Partially PAID", outstanding=owed),
                              name=f"BCR_PAYMENT_APPL_2026110{day}.csv")  # fmt: skip
        assert outcome.rejects == []
        assert ", ".join(number for _, number, _ in books.receipts()) == left

    assert books.payments() == [(NUMBER, "ONLINE_BANKING", "FAILED", "OB3", "0.00")]


def test_a_part_that_came_after_a_bounce_hides_no_part_of_the_service_before_us_that_bounces_next(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="35.00")
    for number, amount in (("5001", "20.00"), ("5002", "15.00")):
        books.receipt(100, number, amount)
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    books.apply(bounce("OB1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="45.00"))
    part = Line("BOLP", "OB9", "10.00", "800101", NUMBER, "Partially PAID", "60.00", "35.00", application="41")
    books.apply(part, name=NEXT_FILE)

    books.apply(bounce("OB2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="50.00"), name=LATER_FILE)

    assert books.receipts() == [(100, "41", "10.00")]


def test_of_two_invoices_that_the_service_before_us_settled_under_a_credit_memo_all_receipts_go(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    memo = books.credit(account, "M1", "40.00")
    for id_, total in ((100, "40.00"), (200, "60.00")):
        books.invoice(account, NUMBER, total, id=id_, status="PAID", reference="COMPLETED", paid=total)
        books.receipt(id_, "M1", total)
    books.applied_credit(memo, account, 200, NUMBER, 7, "40.00")
    books.payment(account, NUMBER, "PR1", "60.00")

    books.apply(bounce("PR1", "800101", NUMBER, "100.00", status="Partially PAID", outstanding="60.00"))

    assert books.receipts() == []
    assert all_findings(books.database, NOW, ("INV-PAID",)) == {}


def test_a_part_payment_of_the_service_before_us_that_bounces_after_the_rest_was_paid_by_card_is_for_a_person(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="35.00")
    books.receipt(100, "5001", "20.00")
    books.receipt(100, "5002", "15.00")
    books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")
    books.apply(bounce("OB2", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="40.00"), name=NEXT_FILE)
    books.change("UPDATE invoice_references SET status_code = 'CANCELLED'")
    books.reference(100, "REG100-C", "COMPLETED", consolidated=True)
    before = books.payments()

    books.apply(bounce("OB1", "800101", NUMBER, "60.00", day="07-Nov-26"), name=LATER_FILE)

    assert books.outcomes(LATER_FILE) == ["rejected:settled_since"]
    assert books.payments() == before


def test_the_second_receipt_that_bounces_leaves_the_open_invoice_as_it_is(paid_twice: SettlementBooks) -> None:
    paid_twice.apply(_PADR1, name=NEXT_FILE)
    changed = "SELECT count(*) FROM pay_jobs.bounce_rows WHERE pay_table = 'invoices' AND row_id = 100"
    assert paid_twice.rows(changed) == [(1,)]

    paid_twice.apply(_PADR2, name=LATER_FILE)

    assert paid_twice.outcomes(LATER_FILE) == ["applied:another_receipt"]
    assert paid_twice.rows(changed) == [(1,)]


def test_a_part_payment_of_a_number_that_bounced_before_can_bounce_as_well(books: SettlementBooks) -> None:
    paid(books, books.account("800101", status="FREEZE"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))
    part = Line("BOLP", "OB2", "20.00", "800101", NUMBER, "Partially PAID", "60.00", "40.00", day="06-Nov-26")
    books.apply(part, name=NEXT_FILE)
    assert books.invoices()[100] == ("PARTIAL_PAID", "20.00")

    books.apply(bounce("OB2", "800101", NUMBER, "60.00", day="07-Nov-26"), name=LATER_FILE)

    assert books.outcomes(LATER_FILE) == ["applied:another_receipt"]
    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert books.payments() == [
        (NUMBER, "ONLINE_BANKING", "DELETED", "OB2", "0.00"), (NUMBER, "PAD", "FAILED", "PR1", "0.00")
    ]  # fmt: skip
    assert books.rows("SELECT payment_date::text FROM payments ORDER BY id") == [("2026-11-07 00:00:00",)] * 2


def test_a_second_bounce_that_names_no_receipt_is_of_the_payment_that_is_left(books: SettlementBooks) -> None:
    total = _pay_in_parts(books)
    books.apply(bounce("OB1", "800104", NUMBER, total, status="Partially PAID", outstanding="40.00", day="07-Nov-26"),
                name=LATER_FILE)  # fmt: skip

    books.apply(bounce("", "800104", NUMBER, total, day="08-Nov-26"), name="BCR_PAYMENT_APPL_20261108.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261108.csv") == ["applied:another_receipt"]
    assert books.receipts() == []
    assert books.payments() == [
        (NUMBER, "ONLINE_BANKING", status, one, "0.00") for status, one in (("DELETED", "OB1"), ("FAILED", "OB2"))
    ]


def test_a_receipt_that_bounced_is_taken_from_what_the_failed_payment_keeps_once(paid_twice: SettlementBooks) -> None:
    paid_twice.apply(_PADR1, name=NEXT_FILE)
    assert paid_twice.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "20.00")]

    paid_twice.apply(replace(_PADR1, application="9", day="07-Nov-26"), name="BCR_PAYMENT_APPL_20261107.csv")

    assert paid_twice.outcomes("BCR_PAYMENT_APPL_20261107.csv") == ["already_applied:bounced_before"]
    assert paid_twice.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "20.00")]
    assert paid_twice.receipts() == [(100, "PR2", "20.00")]


@pytest.mark.parametrize(("status", "other", "rule", "why"), [
    ("COMPLETED", None, "settled_since", "is settled since: receipt PR2 came back as well"),
    ("CANCELLED", "COMPLETED", "settled_since", "is settled since: receipt PR2 came back as well"),
    ("CANCELLED", "ACTIVE", "no_longer_open", "is not open any more; its invoices are under REG100-C now: receipt PR2"
     " came back as well, and the failed payment still counts 20.00 CAD"),
    ("CANCELLED", None, "no_longer_open", "is not open any more: receipt PR2 came back as well, and the failed payment"
     " still counts 20.00 CAD"),
])  # fmt: skip
def test_the_other_receipt_of_a_number_that_is_not_open_any_more_is_for_a_person(
    status: str, other: str | None, rule: str, why: str, paid_twice: SettlementBooks
) -> None:
    paid_twice.apply(_PADR1, name=NEXT_FILE)
    paid_twice.change("UPDATE invoice_references SET status_code = :status WHERE invoice_id = 100", status=status)
    if other is not None:
        paid_twice.reference(100, "REG100-C", other, consolidated=True)

    paid_twice.apply(_PADR2, name="BCR_PAYMENT_APPL_20261107.csv")

    assert paid_twice.outcomes("BCR_PAYMENT_APPL_20261107.csv") == [f"rejected:{rule}"]
    assert paid_twice.receipts() == [(100, "PR2", "20.00")]
    assert paid_twice.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "20.00")]
    [(detail,)] = paid_twice.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE rule = :rule", rule=rule)
    assert detail == f"{NUMBER} bounced before and {why}"


# 5: accounts in any status.


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE", "INACTIVE", "PENDING", "PENDING_PAD_ACTIVATION"])
def test_a_paid_row_of_an_account_in_any_status_is_whole(status: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800101", status=status), NUMBER, "60.00", id=100)

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert books.invoices()[100] == ("PAID", "60.00")
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "60.00")]


def test_a_bounce_of_an_account_that_waits_for_its_activation_freezes_it(books: SettlementBooks) -> None:
    paid(books, books.account("800101", status="PENDING_PAD_ACTIVATION"))

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert (books.outcomes(), books.profiles()) == (["applied"], {"800101": "FREEZE"})


# 6 and section 9: payments follow the rows, and a late PAID row frees nobody.


def test_a_late_paid_row_after_the_bounce_changes_nothing(books: SettlementBooks) -> None:
    paid(books, books.account("800101"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))
    before = [books.invoices(), books.references(), books.receipts(), books.payments()]

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), name="BCR_PAYMENT_APPL_20261104.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261104.csv") == ["skipped:card_invoice_shares_number"]
    assert [books.invoices(), books.references(), books.receipts(), books.payments()] == before


def test_a_late_paid_row_of_a_number_that_bounced_without_a_fee_changes_nothing(books: SettlementBooks) -> None:
    paid(books, books.account("800101", status="FREEZE"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))
    before = [books.invoices(), books.references(), books.receipts(), books.payments()]

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), name="BCR_PAYMENT_APPL_20261104.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261104.csv") == ["skipped:bounced_since"]
    assert [books.invoices(), books.references(), books.receipts(), books.payments()] == before


def test_a_late_bounce_of_a_number_that_was_paid_since_by_another_receipt_is_for_a_person(
    books: SettlementBooks,
) -> None:
    account = books.account("800101")
    paid(books, account, receipt="PR2")
    books.change("UPDATE payments SET payment_date = date '2026-11-06'")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="05-Nov-26"))

    assert books.outcomes() == ["rejected:paid_since"]
    assert (books.profiles(), books.invoices()[100]) == ({"800101": "ACTIVE"}, ("PAID", "60.00"))


def test_the_date_of_a_line_over_nothing_beside_a_memo_is_no_finding_of_verify(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "40.00", id=100)

    books.apply(
        Line("PADP", "PR1", "0.00", "800101", NUMBER, day="06-Nov-26", original="40.00"),
        Line("CMAP", "M1", "25.00", "800101", NUMBER, day="03-Nov-26", original="40.00"),
    )

    assert books.invoices()[100][0] == "PAID"
    assert "INV-DATE" not in {code for code, _ in all_findings(books.database, NOW)}


def test_money_pulled_again_after_a_bounce_is_told_while_the_fee_shares_the_number(books: SettlementBooks) -> None:
    paid(books, books.account("800101"))
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))
    before = [books.invoices(), books.references(), books.receipts(), books.payments()]

    books.apply(Line("PADP", "PR2", "60.00", "800101", NUMBER, day="09-Nov-26"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["rejected:card_invoice_shares_number"]
    assert [books.invoices(), books.references(), books.receipts(), books.payments()] == before


@pytest.mark.parametrize("record", ["ONAC", "ONAP", "DRWP", "CMAP"])
def test_money_on_account_and_a_memo_nobody_knows_are_told_where_they_pay_a_bounced_number_with_its_fee(
    record: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    paid(books, account)
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))

    outcome = books.apply(Line(record, "OB9", "90.00", "800101", NUMBER, application="7"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["rejected:card_invoice_shares_number"]
    assert outcome.counts["rows_rejected"] == 1
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE outcome = 'rejected'") == [
        (f"{NUMBER} is also the number of an invoice that is paid by card, as the fee of a bounce is: 90.00 CAD are "
         "booked nowhere",)
    ]  # fmt: skip
    assert books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")

    books.credit(account, "OB9", "90.00")
    assert books.retry().counts["rows_applied"] == int(record == "CMAP")


@pytest.mark.parametrize(("status", "reason", "why"), [
    ("Fully PAID", "settled in CFS only",
     f"CFS has {NUMBER} as fully paid. It stays open here, for it is also the number of {{card}}: {{booked}}"),
    ("Partially PAID", "credit left over", f"{NUMBER} is also the number of {{card}}: {{booked}}"),
])  # fmt: skip
def test_a_credit_memo_for_a_bounced_number_and_its_fee_is_noted_and_the_rest_of_it_told(
    status: str, reason: str, why: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    paid(books, account)
    books.credit(account, "M1", "90.00")
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))

    outcome = books.apply(Line("CMAP", "M1", "80.00", "800101", NUMBER, status, application="7"), name=NEXT_FILE)

    assert (books.outcomes(NEXT_FILE), books.applied_credits()) == (["applied:credit_applied"], [(7, 100, "60.00")])
    [told] = outcome.rejects
    assert (told.reason, told.amount) == (reason, Decimal("20.00"))
    assert told.detail == why.format(
        card="an invoice that is paid by card, as the fee of a bounce is",
        booked="60.00 CAD of the credit memo are noted, 20.00 CAD are booked nowhere",
    )
    assert told.command == f"python3 invoke_jobs.py explain invoice {NUMBER}"


def test_a_memo_that_settles_a_bounced_number_is_told_though_all_of_it_is_noted(books: SettlementBooks) -> None:
    account = books.account("800101")
    paid(books, account)
    books.credit(account, "M1", "30.00")
    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="06-Nov-26"))

    outcome = books.apply(Line("CMAP", "M1", "30.00", "800101", NUMBER, application="7"), name=NEXT_FILE)

    assert [(one.reason, one.amount) for one in outcome.rejects] == [("settled in CFS only", Decimal("0.00"))]


@pytest.mark.parametrize("other", ["PADP", "BOLP"])
@pytest.mark.parametrize("first", ["PR1", "PR2"])
def test_a_number_counts_as_bounced_until_the_latest_day_of_its_bounces_whatever_came_first(
    first: str, other: str, books: SettlementBooks
) -> None:
    books.invoice(books.account("800101", status="FREEZE"), NUMBER, "60.00", id=100)
    part = {"status": "Partially PAID", "outstanding": "40.00"} if other == "BOLP" else {}
    books.apply(Line(other, "PR2", "20.00", "800101", NUMBER, original="60.00", application="41", **part),
                Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"))  # fmt: skip
    then, owed = ("PR2", "40.00") if first == "PR1" else ("PR1", "20.00")
    books.apply(bounce(first, "800101", NUMBER, "60.00", status="Partially PAID", outstanding=owed, day="07-Nov-26"),
                name=NEXT_FILE)  # fmt: skip
    books.apply(bounce(then, "800101", NUMBER, "60.00", day="06-Nov-26"), name=LATER_FILE)
    assert books.outcomes(LATER_FILE) == ["applied:another_receipt"]

    books.apply(Line("PADP", "PR4", "60.00", "800101", NUMBER, day="07-Nov-26"), name="BCR_PAYMENT_APPL_20261108.csv")

    assert books.outcomes("BCR_PAYMENT_APPL_20261108.csv") == ["skipped:bounced_since"]
    assert [method for _, method, status, *_ in books.payments() if status == "FAILED"] == ["PAD"]
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("status", ["ACTIVE", "FREEZE"])
@pytest.mark.parametrize("first", ["PR1", "OB1"])
def test_a_bounce_that_comes_out_of_its_order_raises_nothing_that_the_failed_payment_keeps(
    first: str, status: str, books: SettlementBooks
) -> None:
    books.invoice(books.account("800101", status=status), NUMBER, "60.00", id=100)
    books.apply(
        Line("BOLP", "OB1", "20.00", "800101", NUMBER, "Partially PAID", "60.00", "40.00", application="41"),
        Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"),
    )
    then, owed = ("OB1", "20.00") if first == "PR1" else ("PR1", "40.00")

    books.apply(bounce(first, "800101", NUMBER, "60.00", day="07-Nov-26"), name=NEXT_FILE)
    books.apply(bounce(then, "800101", NUMBER, "60.00", status="Partially PAID", outstanding=owed), name=LATER_FILE)

    assert books.outcomes(LATER_FILE) == ["applied:another_receipt"]
    assert {(method, status, kept) for _, method, status, _, kept in books.payments()} == {
        ("ONLINE_BANKING", "DELETED", "0.00"), ("PAD", "FAILED", "0.00")
    }  # fmt: skip
    assert books.receipts() == []
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


def test_a_failed_payment_of_the_service_before_us_keeps_its_later_day_and_verify_agrees(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="20.00")
    books.receipt(100, "5001", "20.00")
    books.payment(account, NUMBER, "OB2", "20.00", status="FAILED", method="ONLINE_BANKING", day=date(2026, 11, 6))

    books.apply(bounce("OB1", "800101", NUMBER, "60.00", day="05-Nov-26"))

    assert books.outcomes() == ["applied:another_receipt"]
    assert books.rows("SELECT payment_date::text FROM payments") == [("2026-11-06 00:00:00",)]
    assert all_findings(books.database, NOW, ("FILE-PAYMENT",)) == {}


@pytest.mark.parametrize("has_payment", [False, True])
def test_a_failed_payment_of_the_service_before_us_keeps_its_lower_amount_and_verify_agrees(
    has_payment: bool, books: SettlementBooks
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="PARTIAL_PAID", paid="20.00")
    books.receipt(100, "OB1", "20.00")
    books.payment(account, NUMBER, "OB2", "20.00", status="FAILED", method="ONLINE_BANKING")
    if has_payment:
        books.payment(account, NUMBER, "OB1", "20.00", method="ONLINE_BANKING")

    books.apply(bounce("OB1", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="30.00"))

    assert books.outcomes() == ["applied:another_receipt"]
    assert {kept for *_, kept in books.payments()} == {"20.00"}
    assert all_findings(books.database, NOW, ("FILE-PAYMENT",)) == {}


def test_a_bounce_of_the_receipt_that_paid_is_applied_whatever_its_day(books: SettlementBooks) -> None:
    paid(books, books.account("800101"))
    books.change("UPDATE payments SET payment_date = date '2026-11-06'")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00", day="05-Nov-26"))

    assert (books.outcomes(), books.profiles()) == (["applied"], {"800101": "FREEZE"})


def test_a_number_that_was_pulled_again_after_its_bounce_can_bounce_again(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    paid(books, account)
    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))
    books.apply(Line("PADP", "PR2", "60.00", "800101", NUMBER, day="09-Nov-26"), name=NEXT_FILE)
    assert books.invoices()[100] == ("PAID", "60.00")

    books.apply(bounce("PR2", "800101", NUMBER, "60.00", day="11-Nov-26"), name="BCR_PAYMENT_APPL_20261111.csv")

    assert books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")
    assert books.payments() == [
        (NUMBER, "PAD", status, receipt, "0.00") for status, receipt in (("DELETED", "PR1"), ("FAILED", "PR2"))
    ]
    assert books.receipts() == []
    assert all_findings(books.database, NOW, ("INV-PAID", "INV-OPEN", "PAY", "FILE")) == {}


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_bounce_of_money_that_was_pulled_again_after_a_bounce_with_a_fee_is_for_a_person(
    is_ours: bool, books: SettlementBooks
) -> None:
    """The fee was waived and the account opened again, and the note of the bounce stands."""
    account = books.account("800101")
    first = bounce("PR1", "800101", NUMBER, "60.00")
    if is_ours:
        paid(books, account)
        books.apply(first)
        books.change("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id <> 100")
        books.change("UPDATE cfs_accounts SET status = 'ACTIVE'")
    else:
        books.invoice(account, NUMBER, "60.00", id=100, status="SETTLEMENT_SCHED")
        books.add("non_sufficient_funds", invoice_id=100, invoice_number=NUMBER)
        books.payment(account, NUMBER, "PR1", "0.00", status="FAILED", day=date(2026, 11, 5))
    books.apply(Line("PADP", "PR2", "60.00", "800101", NUMBER, day="09-Nov-26"), name=NEXT_FILE)
    assert books.invoices()[100] == ("PAID", "60.00")
    before = [books.payments(), books.receipts(), books.profiles()]

    books.apply(bounce("PR2", "800101", NUMBER, "60.00", day="10-Nov-26"), replace(first, application="9"),
                name=LATER_FILE)  # fmt: skip

    assert books.outcomes(LATER_FILE) == ["rejected:settled_since", "already_applied:bounced_before"]
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE rule = 'settled_since'") == [
        (f"{NUMBER} bounced before and is settled since: receipt PR2 came back as well",)
    ]
    assert [books.payments(), books.receipts(), books.profiles()] == before


_LINE_A = replace(_PADR1, application="1", day="05-Nov-26")
_LINE_B = replace(_LINE_A, application="2", status="Not PAID", outstanding="60.00")


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("files", [[[_LINE_A, _LINE_B]], [[_LINE_B, _LINE_A]], [[_LINE_A], [_LINE_B]]])
def test_each_line_by_which_a_receipt_comes_back_lowers_what_counts_as_paid(
    files: list[list[Line]], frozen: bool, books: SettlementBooks
) -> None:
    books.invoice(books.account("800101", status="FREEZE" if frozen else "ACTIVE"), NUMBER, "60.00", id=100)
    books.apply(*(Line("PADP", "PR1", amount, "800101", NUMBER, original="60.00") for amount in ("40.00", "20.00")))

    for name, lines in zip((NEXT_FILE, LATER_FILE), files, strict=False):
        books.apply(*lines, name=name)

    assert (books.receipts(), books.invoices()[100]) == ([], ("SETTLEMENT_SCHED", "0.00"))
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "0.00")]
    assert len(books.bounces()) == int(not frozen)


@pytest.mark.parametrize("is_ours", [False, True])
def test_a_balance_that_has_the_fee_of_the_bounce_in_it_lowers_nothing_that_counts_as_paid(
    is_ours: bool, books: SettlementBooks
) -> None:
    account = books.account("800101")
    memo = books.credit(account, "M1", "25.00", remaining="0")
    row = bounce("PR1", "800101", NUMBER, "80.00", status="Partially PAID", outstanding="55.00")
    if is_ours:
        books.invoice(account, NUMBER, "80.00", id=100, status="PAID", reference="COMPLETED", paid="80.00")
        books.receipt(100, "PR1", "55.00")
        books.payment(account, NUMBER, "PR1", "55.00")
        books.apply(row)
    else:
        books.invoice(account, NUMBER, "80.00", id=100, status="SETTLEMENT_SCHED")
        books.add("non_sufficient_funds", invoice_id=100, invoice_number=NUMBER)
        books.payment(account, NUMBER, "PR1", "25.00", status="FAILED")
    books.applied_credit(memo, account, 100, NUMBER, 7, "25.00")

    books.apply(replace(row, application="9", outstanding="85.00", day="06-Nov-26"), name=NEXT_FILE)

    assert books.outcomes(NEXT_FILE) == ["already_applied:bounced_before"]
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "25.00")]


def test_a_bounce_of_another_receipt_counts_also_where_the_fee_of_the_first_is_in_its_balance(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "80.00", id=100, status="PARTIAL_PAID", paid="40.00")
    books.add("non_sufficient_funds", invoice_id=100, invoice_number=NUMBER)
    books.receipt(100, "5002", "15.00")
    books.payment(account, NUMBER, "PR1", "40.00", status="FAILED")
    books.applied_credit(books.credit(account, "M1", "25.00", remaining="0"), account, 100, NUMBER, 7, "25.00")

    books.apply(bounce("PR2", "800101", NUMBER, "80.00", status="Partially PAID", outstanding="85.00"))

    assert books.outcomes() == ["applied:another_receipt"]
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR2", "0.00")]


def test_a_further_line_by_which_a_receipt_comes_back_in_part_lowers_what_counts_as_paid(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)
    books.apply(*(Line("PADP", "PR1", amount, "800101", NUMBER, original="60.00") for amount in ("40.00", "20.00")))
    books.apply(_LINE_A, name=NEXT_FILE)

    books.apply(replace(_LINE_A, application="3", outstanding="50.00"), name=LATER_FILE)

    assert books.outcomes(LATER_FILE) == ["applied:another_receipt"]
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "10.00")]


def test_a_bounce_of_a_receipt_that_paid_only_another_number_takes_nothing_of_one_that_bounced(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, NUMBER, "60.00", id=100, status="SETTLEMENT_SCHED")
    books.add("non_sufficient_funds", invoice_id=100, invoice_number=NUMBER)
    books.payment(account, NUMBER, "PR1", "0.00", status="FAILED")
    books.paid_invoice(account, "REG2", "20.00", "PR2", id=101)

    books.apply(bounce("PR2", "800101", NUMBER, "60.00"))

    assert books.outcomes() == ["already_applied:bounced_before"]


@pytest.fixture
def pulled_again(books: SettlementBooks) -> SettlementBooks:
    """One number that two receipts paid, of which one bounced and was pulled again under another number."""
    books.invoice(books.account("800101", status="FREEZE"), NUMBER, "60.00", id=100)
    books.apply(*(Line("PADP", receipt, amount, "800101", NUMBER, original="60.00")
                  for receipt, amount in (("PR1", "40.00"), ("PR2", "20.00"))))  # fmt: skip
    books.apply(_PADR1, name=NEXT_FILE)
    books.apply(Line("PADP", "PR3", "40.00", "800101", NUMBER, original="60.00", day="09-Nov-26"), name=LATER_FILE)
    assert books.invoices()[100] == ("PAID", "60.00")
    return books


def test_the_other_receipt_of_a_number_that_bounced_before_it_was_pulled_again_is_for_a_person(
    pulled_again: SettlementBooks,
) -> None:
    pulled_again.apply(replace(_PADR2, day="08-Nov-26"), name="BCR_PAYMENT_APPL_20261110.csv")

    assert pulled_again.outcomes("BCR_PAYMENT_APPL_20261110.csv") == ["rejected:settled_since"]
    assert pulled_again.invoices()[100] == ("PAID", "60.00")


@pytest.mark.parametrize("day", ["08-Nov-26", "10-Nov-26"])
def test_a_bounce_of_the_receipt_that_paid_a_number_again_is_applied_whatever_its_day(
    day: str, pulled_again: SettlementBooks
) -> None:
    padr3 = bounce("PR3", "800101", NUMBER, "60.00", status="Partially PAID", outstanding="40.00", day=day)

    pulled_again.apply(padr3, name="BCR_PAYMENT_APPL_20261110.csv")

    assert pulled_again.outcomes("BCR_PAYMENT_APPL_20261110.csv") == ["applied"]
    assert pulled_again.receipts() == [(100, "PR2", "20.00")]
    assert pulled_again.payments() == [
        (NUMBER, "PAD", status, receipt, "20.00") for status, receipt in (("DELETED", "PR1"), ("FAILED", "PR3"))
    ]


@pytest.mark.parametrize("frozen", [False, True])
def test_rows_of_one_number_in_one_file_are_worked_in_their_order(frozen: bool, books: SettlementBooks) -> None:
    """Paid then bounced, and bounced then paid, both end as bounced: PAD does not pay what came back the same day."""
    status = "FREEZE" if frozen else "ACTIVE"
    for number, account in ((1, "800101"), (2, "800102")):
        books.invoice(books.account(account, status=status), f"REG{number}", "60.00", id=100 * number)
    paid_then_bounced = [Line("PADP", "P1", "60.00", "800101", "REG1"), bounce("P1", "800101", "REG1", "60.00")]
    bounced_then_paid = [bounce("P2", "800102", "REG2", "60.00"), Line("PADP", "P2", "60.00", "800102", "REG2")]

    books.apply(*paid_then_bounced, *bounced_then_paid)

    late = "skipped:bounced_since" if frozen else "skipped:card_invoice_shares_number"
    assert books.outcomes() == ["applied", "applied", "applied", late]
    assert {id_: status for id_, (status, _) in books.invoices().items() if id_ in {100, 200}} == {
        100: "SETTLEMENT_SCHED",
        200: "APPROVED",
    }
    assert {(number, status) for number, _, status, _, _ in books.payments()} == {
        ("REG1", "FAILED"),
        ("REG2", "FAILED"),
    }
    assert books.receipts() == []


def test_rows_that_settle_one_number_are_worked_together_though_it_bounces_after_them(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)

    books.apply(
        Line("PADP", "PR1", "40.00", "800101", NUMBER),
        Line("PADP", "PR2", "30.00", "800101", NUMBER),
        bounce("PR2", "800101", NUMBER, "60.00"),
    )

    assert books.outcomes() == ["applied", "applied", "applied"]


def test_paid_bounced_and_the_same_paid_row_again_ends_as_bounced(books: SettlementBooks) -> None:
    books.invoice(books.account("800101", status="FREEZE"), NUMBER, "60.00", id=100)
    first = Line("PADP", "PR1", "60.00", "800101", NUMBER)

    books.apply(first, bounce("PR1", "800101", NUMBER, "60.00"), first)

    assert books.outcomes() == ["applied", "applied", "already_applied:same_row"]
    assert (books.invoices()[100], books.receipts()) == (("SETTLEMENT_SCHED", "0.00"), [])


# 7: an invoice with several receipts.


def test_a_bounce_takes_its_own_receipt_and_leaves_the_others(books: SettlementBooks) -> None:
    account = books.account("800101")
    paid(books, account)
    books.receipt(100, "MEMO1", "20.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.receipts() == [(100, "MEMO1", "20.00")]


def test_a_bounce_takes_every_receipt_where_none_bears_its_number(books: SettlementBooks) -> None:
    """The reference gave receipts the number of whichever row came first."""
    paid(books, books.account("800101"), receipt="MEMO1")
    books.receipt(100, "MEMO2", "20.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.receipts() == []


# 8: final states.


@pytest.mark.parametrize("status", FINAL)
def test_a_final_state_is_never_moved_by_a_payment(status: str, books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100, status=status)

    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    assert books.invoices()[100][0] == status
    assert (books.receipts(), books.references()) == ([(100, "PR1", "60.00")], [(100, NUMBER, "COMPLETED")])


@pytest.mark.parametrize("status", FINAL)
def test_a_final_state_is_never_moved_by_a_part_payment(status: str, books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, NUMBER, "60.00", id=100, status=status, method="ONLINE_BANKING")

    books.apply(Line("BOLP", "OB1", "20.00", "800104", NUMBER, "Partially PAID", "60.00", "40.00"))

    assert books.invoices()[100][0] == status


@pytest.mark.parametrize("status", ["CANCELLED", "DELETED", "DELETE_ACCEPTED"])
@pytest.mark.parametrize(("record", "source", "row_status", "amount", "told"), [
    ("PADP", "PR1", "Fully PAID", "60.00", "60.00 CAD of receipt PR1"),
    ("ONAC", "OA1", "Fully PAID", "60.00", "60.00 CAD of receipt OA1"),
    ("BOLP", "OB1", "Fully PAID", "60.00", "60.00 CAD of receipt OB1"),
    ("BOLP", "OB1", "Partially PAID", "20.00", "20.00 CAD of receipt 7"),
    ("CMAP", "M1", "Fully PAID", "60.00", "60.00 CAD of credit memo M1"),
    ("CMAP", "M1", "Partially PAID", "20.00", "20.00 CAD of credit memo M1"),
])  # fmt: skip
def test_money_for_a_withdrawn_invoice_is_booked_and_told(
    record: str, source: str, row_status: str, amount: str, told: str, status: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status=status)
    books.credit(account, "M1", "60.00")

    outcome = books.apply(
        Line(record, source, amount, "800101", NUMBER, row_status, "60.00", str(60 - Decimal(amount)), application="7")
    )

    assert outcome.rejects == [
        Reject(
            f"{FILE} line 2",
            "paid though withdrawn",
            f"{told} paid invoice 100 of {NUMBER}, which is {status}: they are booked, its status was kept. "
            "They have to be given back",
            "python3 invoke_jobs.py explain invoice 100",
            Decimal(amount),
        )
    ]
    assert [one.split(":")[0] for one in books.outcomes()] == ["applied"]
    assert books.invoices()[100][0] == status
    assert list(all_findings(books.database, NOW, ("INV-OPEN",))) == [("INV-OPEN", "invoice 100")]


def test_of_a_number_the_money_of_each_receipt_for_its_withdrawn_invoices_is_told_once(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="DELETED")
    books.invoice(account, NUMBER, "40.00", id=101)

    outcome = books.apply(
        Line("PADP", "PR1", "30.00", "800101", NUMBER, original="100.00", outstanding="70.00"),
        Line("PADP", "PR1", "15.00", "800101", NUMBER, original="100.00", outstanding="55.00"),
        Line("PADP", "PR2", "55.00", "800101", NUMBER, original="100.00"),
    )

    assert [(one.where, one.amount) for one in outcome.rejects] == [
        (f"{FILE} line 2", Decimal("45.00")), (f"{FILE} line 4", Decimal("15.00")),
    ]  # fmt: skip


def test_a_credit_memo_on_a_withdrawn_invoice_that_was_paid_already_is_told(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status="DELETED")
    books.credit(account, "M1", "60.00")
    books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER))

    outcome = books.apply(
        Line("CMAP", "M1", "60.00", "800101", NUMBER, "Fully PAID", "60.00", "0.00", application="7"), name=NEXT_FILE
    )

    assert [(one.reason, one.amount) for one in outcome.rejects] == [("paid though withdrawn", Decimal("60.00"))]


def test_money_for_a_withdrawn_invoice_that_bounces_in_the_same_file_is_not_told(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100, status="CANCELLED")

    outcome = books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER), bounce("PR1", "800101", NUMBER, "60.00"))

    assert (outcome.rejects, books.receipts()) == ([], [])


def test_money_for_an_invoice_that_was_credited_is_not_told(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100, status="CREDITED")

    assert books.apply(Line("PADP", "PR1", "60.00", "800101", NUMBER)).rejects == []


@pytest.mark.parametrize("status", FINAL)
def test_a_bounce_keeps_a_final_state_but_nothing_stays_paid(status: str, books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "60.00", id=100, status=status, reference="COMPLETED", paid="60")
    books.payment(account, NUMBER, "PR1", "60.00")

    books.apply(bounce("PR1", "800101", NUMBER, "60.00"))

    assert books.invoices()[100] == (status, "0.00")
    assert books.payments() == [(NUMBER, "PAD", "FAILED", "PR1", "0.00")]


# 9 and "ordering inside a file": receipts add up to what was applied, in any order of the rows.


def test_rows_in_any_order_give_the_same_receipts(books: SettlementBooks) -> None:
    lines = [
        Line("CMAP", "M1", "25.00", "800101", NUMBER, original="100.00", application="1"),
        Line("PADP", "PR1", "55.00", "800101", NUMBER, original="100.00", application="2"),
        Line("ONAC", "OA1", "20.00", "800101", NUMBER, original="100.00", application="3"),
    ]
    ends = set()
    for order in permutations(lines):
        account = books.account("800101")
        books.invoice(account, NUMBER, "40.00", id=100)
        books.invoice(account, NUMBER, "60.00", id=101)
        books.credit(account, "M1", "25.00")
        outcome = books.apply(*order)
        by_receipt = sorted({(number, _sum(books, number)) for _, number, _ in books.receipts()})
        by_invoice = [books.rows("SELECT sum(receipt_amount)::numeric FROM receipts WHERE invoice_id = :id", id=id_)
                      for id_ in (100, 101)]  # fmt: skip
        ends.add(repr([by_receipt, by_invoice, books.invoices(), books.payments(), books.applied_credits(),
                       outcome.is_news]))  # fmt: skip
        books.empty()
    (end,) = ends
    assert "('M1', '25.00'), ('OA1', '20.00'), ('PR1', '55.00')" in end
    assert "('PAID', '40.00')" in end


def test_a_settled_number_with_two_pad_rows_has_one_payment_of_their_sum(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "60.00", id=100)

    books.apply(
        Line("PADP", "PR1", "40.00", "800101", NUMBER, original="60.00"),
        Line("PADP", "PR2", "20.00", "800101", NUMBER, original="60.00"),
    )

    assert books.receipts() == [(100, "PR1", "40.00"), (100, "PR2", "20.00")]
    assert books.payments() == [(NUMBER, "PAD", "COMPLETED", "PR1", "60.00")]


def test_rows_that_end_with_an_invoice_write_nothing_on_the_next(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_, total in ((100, "60.00"), (101, "40.00")):
        books.invoice(account, NUMBER, total, id=id_)

    books.apply(
        *(Line("PADP", receipt, amount, "800101", NUMBER) for receipt, amount in (("A", "60.00"), ("B", "40.00")))
    )

    assert books.receipts() == [(100, "A", "60.00"), (101, "B", "40.00")]


def test_an_overpayment_goes_to_the_last_invoice_and_is_reported(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, NUMBER, "40.00", id=100)
    books.invoice(account, NUMBER, "60.00", id=101)

    books.invoice(account, "REG2", "25.00", id=102)
    books.invoice(account, "REG3", "25.00", id=103)

    outcome = books.apply(
        Line("PADP", "PR1", "130.00", "800101", NUMBER),
        Line("PADP", "PR2", "25.00", "800101", "REG2"),
        Line("BOLP", "OB3", "10.00", "800101", "REG3", "Partially PAID", "25.00", "15.00", application="31"),
    )

    assert [one for one in books.receipts() if one[0] < 102] == [(100, "PR1", "40.00"), (101, "PR1", "90.00")]
    assert outcome.rejects == [
        Reject(
            NUMBER,
            "settled for another amount",
            f"{FILE}: CAS applied 130.00 CAD where 100.00 CAD were open",
            f"python3 invoke_jobs.py explain invoice {NUMBER}",
            Decimal("30.00"),
        )
    ]


def test_what_was_settled_for_another_amount_is_kept_though_the_process_vanishes(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "40.00")
    context, kept = books.context(), list[Reject]()
    context.keep_rejects = lambda _session, rejects: kept.extend(rejects)
    content = settlement_csv([Line("PADP", "PR1", "39.00", "800101", NUMBER)])

    apply_file(context, FileToApply(books.arrive(content), nullcontext(io.BytesIO(content))))

    assert [(one.where, one.amount) for one in kept] == [(NUMBER, Decimal("1.00"))]


@pytest.mark.parametrize("full_first", [False, True])
def test_part_and_rest_of_an_online_banking_invoice_in_one_file(full_first: bool, books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, NUMBER, "100.00", id=100, method="ONLINE_BANKING")
    lines = [
        Line("BOLP", "OB1", "40.00", "800104", NUMBER, "Partially PAID", "100.00", "60.00", application="41"),
        Line("BOLP", "OB2", "60.00", "800104", NUMBER, "Fully PAID", "100.00", "0.00"),
    ]

    outcome = books.apply(*(reversed(lines) if full_first else lines))

    assert books.invoices() == {100: ("PAID", "100.00")}
    assert books.receipts() == [(100, "41", "40.00"), (100, "OB2", "60.00")]
    assert (books.outcomes(), outcome.is_news) == (["applied", "applied"], False)


def test_an_account_owner_that_is_not_known_for_sure_gets_no_credit(books: SettlementBooks) -> None:
    books.account("800101")
    books.account("800101")

    books.apply(
        Line("ONAC", "R1", "5.00", "800101", "R1", "On Account", target="RECEIPT"),
        Line("ONAC", "R2", "5.00", "800999", "R2", "On Account", target="RECEIPT"),
    )

    assert books.outcomes() == ["rejected:ambiguous_account", "rejected:unknown_account"]


def test_a_profile_without_cfs_number_owns_no_blank_rows(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.profile(account.id, "")
    books.invoice(account, NUMBER, "5.00", id=100)
    books.change("UPDATE invoices SET cfs_account_id = NULL")

    books.apply(
        Line("ONAC", "R1", "5.00", "", "R1", "On Account", target="RECEIPT"),
        Line("PADP", "P1", "5.00", "", NUMBER),
    )

    assert books.outcomes() == ["rejected:no_customer_account"] * 2


# 14: ONAP is money on account that was applied.


def test_onap_settles_like_onac(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), NUMBER, "5.00", id=100)

    books.apply(Line("ONAP", "R1", "5.00", "800101", NUMBER))

    assert books.invoices() == {100: ("PAID", "5.00")}


# 2 and 12: the file and its rows are kept with what became of them.


def test_every_row_is_kept_with_its_outcome_and_its_words(books: SettlementBooks) -> None:
    fill_example(books)

    books.apply(*example(1), Line("PADP", "PR8", "5.00", "800101", "REG404"))

    rows = books.rows(
        "SELECT line, outcome, rule, detail, source_number, amount::text FROM pay_jobs.settlement_rows ORDER BY line"
    )
    assert rows == [
        (2, "applied", "", "", "PADRC0001", "131.50"),
        (3, "rejected", "no_invoice", "no invoice has the number REG404", "PR8", "5.00"),
    ]


def test_a_file_that_cannot_be_read_is_noted_as_failed_and_changes_nothing(books: SettlementBooks) -> None:
    fill_example(books)
    before = books.dump("pay_jobs.inbound_files")

    outcome = books.apply(content=settlement_csv(example(1), header=["Record", *["x"] * 13]))

    assert books.dump("pay_jobs.inbound_files") == before
    ((state, reason),) = books.rows("SELECT state, reason FROM pay_jobs.inbound_files")
    assert (state, "the first line is not a header" in reason) == ("failed", True)
    assert [one.reason for one in outcome.rejects] == ["bad header"]


def test_a_file_that_cannot_be_read_keeps_the_holds_that_were_released(books: SettlementBooks) -> None:
    books.apply(content=b"broken\r\n", released=frozenset({HoldKind.LATE}))

    assert books.rows("SELECT state, details -> 'released' FROM pay_jobs.inbound_files") == [("failed", ["late"])]


def _sum(books: SettlementBooks, number: str) -> str:
    ((amount,),) = books.rows(
        "SELECT CAST(sum(CAST(receipt_amount AS numeric(19,2))) AS text) FROM receipts WHERE receipt_number = :number",
        number=number,
    )
    return str(amount)


def settled_in_two_by_the_service_before_us(books: SettlementBooks) -> Account:
    """Return the account; the part is written under its Application Id, and the rest over the whole invoice."""
    account = books.account("800101")
    books.invoice(account, NUMBER, "100.00", id=100, status="PAID", reference="COMPLETED", paid="100.00")
    books.receipt(100, "4001", "40.00")
    books.receipt(100, "OB2", "100.00")
    books.payment(account, NUMBER, "OB1", "40.00", method="ONLINE_BANKING")
    return account
