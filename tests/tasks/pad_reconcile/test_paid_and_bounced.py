"""What was paid, when and how, and what came back, decide on a row: docs/specs/cas-settlement-csv.md sections 5, 8, 9.

Each test is one file with a number for each case.
"""

from dataclasses import dataclass
from datetime import date

import pytest

from tests.settlement_factory import Account, Line, SettlementBooks, bounce


@dataclass(frozen=True)
class Paid:
    """A payment of a number; the day is one of November 2026."""

    status: str
    day: int
    method: str = "PAD"
    receipt: str = "PR0"


def failed(day: int) -> Paid:
    return Paid("FAILED", day)


def _pay(books: SettlementBooks, account: Account, number: str, payments: list[Paid]) -> None:
    for one in payments:
        amount = "0.00" if one.status == "FAILED" else "60.00"
        books.payment(
            account, number, one.receipt, amount, status=one.status, method=one.method, day=date(2026, 11, one.day)
        )


def test_a_bounce_counts_where_nothing_came_back_since_pad_paid_the_number(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    pad, before = Paid("COMPLETED", 5), "already_applied:bounced_before"
    cases = [
        ([failed(3), pad], 6, "applied"),
        ([failed(3), pad], 5, "applied"),
        ([failed(3), pad], 4, before),
        ([failed(5), pad], 6, before),
        ([failed(3), Paid("COMPLETED", 5, "ONLINE_BANKING")], 6, before),
        ([failed(3), Paid("CREATED", 5)], 6, before),
        ([failed(4), Paid("COMPLETED", 3), pad], 6, "applied"),
        ([failed(3), failed(6), pad], 8, before),
    ]
    for place, (payments, _, _) in enumerate(cases):
        books.invoice(account, f"REG{place}", "60.00", status="PAID", reference="COMPLETED", paid="60")
        _pay(books, account, f"REG{place}", payments)
    books.invoice(account, "REG99", "60.00")
    _pay(books, account, "REG99", [failed(3), pad])

    books.apply(
        *(bounce("PR9", "800101", f"REG{place}", "60.00", day=f"{day:02}-Nov-26")
          for place, (_, day, _) in enumerate(cases)),
        bounce("PR9", "800101", "REG99", "60.00", day="06-Nov-26"),
    )  # fmt: skip

    assert books.outcomes() == [*(outcome for *_, outcome in cases), before], "the last number is not settled"


def test_a_bounce_fails_the_payment_that_is_completed_also_where_an_earlier_one_of_its_receipt_failed(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    books.paid_invoice(account, "REG1", "60.00", "PR2")
    _pay(books, account, "REG1", [Paid("FAILED", 3, receipt="PR1")])

    books.apply(bounce("PR1", "800101", "REG1", "60.00"))

    assert books.payments() == [("REG1", "PAD", "DELETED", "PR1", "0.00"), ("REG1", "PAD", "FAILED", "PR1", "0.00")]


def test_a_bounce_is_late_where_another_receipt_paid_after_its_day(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    cases = [
        ([Paid("COMPLETED", 6)], "applied"),
        ([Paid("COMPLETED", 7)], "rejected:paid_since"),
        ([Paid("COMPLETED", 7, receipt="PR9")], "applied"),
        ([Paid("COMPLETED", 4), Paid("COMPLETED", 7, receipt="PR9")], "applied"),
        ([Paid("COMPLETED", 7), Paid("COMPLETED", 4)], "rejected:paid_since"),
        ([Paid("COMPLETED", 4), Paid("CREATED", 7)], "applied"),
        ([Paid("COMPLETED", 7), Paid("CREATED", 5, receipt="PR9")], "rejected:paid_since"),
    ]
    for place, (payments, _) in enumerate(cases):
        books.invoice(account, f"REG{place}", "60.00", status="PAID", reference="COMPLETED", paid="60")
        _pay(books, account, f"REG{place}", payments)

    books.apply(*(bounce("PR9", "800101", f"REG{place}", "60.00", day="06-Nov-26") for place in range(len(cases))))

    assert books.outcomes() == [outcome for _, outcome in cases]


def test_a_noted_bounce_of_an_open_number_fails_its_payment_or_writes_a_failed_one(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    before, fails = "already_applied:bounced_before", "applied:payment_failed"
    cases = [
        ("ACTIVE", [Paid("COMPLETED", 4)], fails),
        ("ACTIVE", [Paid("COMPLETED", 4, "CC")], before),
        ("ACTIVE", [Paid("COMPLETED", 4, "DIRECT_PAY")], before),
        ("ACTIVE", [Paid("CREATED", 4)], fails),
        ("ACTIVE", [], fails),
        ("ACTIVE", [failed(4)], before),
        ("ACTIVE", [failed(4), Paid("COMPLETED", 3)], fails),
        ("ACTIVE", [failed(4), Paid("COMPLETED", 5)], fails),
        ("ACTIVE", [failed(4), Paid("COMPLETED", 3, "ONLINE_BANKING")], before),
        ("ACTIVE", [failed(4), Paid("COMPLETED", 3, "ONLINE_BANKING", "PR9")], "applied:another_receipt"),
        ("ACTIVE", [Paid("FAILED", 4, receipt="PR9"), Paid("COMPLETED", 3, "ONLINE_BANKING", "PR9")], fails),
        ("ACTIVE", [failed(4), Paid("COMPLETED", 4, "CC")], before),
        ("COMPLETED", [], before),
        ("COMPLETED", [Paid("COMPLETED", 4)], before),
        ("CANCELLED", [Paid("COMPLETED", 4)], before),
        ("COMPLETED", [Paid("COMPLETED", 4)], before),
    ]
    books.invoice(account, f"REG{len(cases) - 1}", "30.00", method="CC")
    for place, (reference, payments, _) in enumerate(cases):
        invoice = books.invoice(account, f"REG{place}", "60.00", status="SETTLEMENT_SCHED", reference=reference)
        books.add("non_sufficient_funds", invoice_id=invoice, invoice_number=f"REG{place}")
        _pay(books, account, f"REG{place}", payments)

    books.apply(*(bounce("PR9", "800101", f"REG{place}", "60.00") for place in range(len(cases))))

    assert books.outcomes() == [outcome for *_, outcome in cases]


def test_a_paid_row_counts_where_the_number_did_not_bounce_on_its_day_or_after_it(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    since, card = "skipped:bounced_since", "card_invoice_shares_number"
    cases = [
        ("ACTIVE", "PAD", [failed(4)], "applied"),
        ("ACTIVE", "PAD", [failed(5)], since),
        ("ACTIVE", "PAD", [failed(4), failed(6)], since),
        ("ACTIVE", "PAD", [Paid("CREATED", 6)], "applied"),
        ("ACTIVE", "CC", [failed(4)], f"rejected:{card}"),
        ("ACTIVE", "CC", [failed(5)], f"skipped:{card}"),
        ("COMPLETED", "PAD", [failed(4)], "applied:came_late"),
        ("COMPLETED", "PAD", [failed(5)], since),
    ]
    for place, (reference, method, payments, _) in enumerate(cases):
        books.invoice(account, f"REG{place}", "60.00", reference=reference, method=method)
        _pay(books, account, f"REG{place}", payments)
    numbers = [f"REG{place}" for place in range(len(cases))]

    books.apply(*(Line("PADP", "PR9", "60.00", "800101", number) for number in numbers))

    assert books.outcomes() == [outcome for *_, outcome in cases]


def test_a_row_over_nothing_of_a_number_that_shares_its_fee_is_told_unless_the_number_bounced_since(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    for number, payments in (("REG1", []), ("REG2", [failed(4)]), ("REG3", [failed(5)])):
        books.invoice(account, number, "60.00")
        books.invoice(account, number, "30.00", method="CC")
        _pay(books, account, number, payments)

    books.apply(*(Line("PADP", "PR9", "0.00", "800101", f"REG{nth}", original="90.00") for nth in (1, 2, 3)))

    assert books.outcomes() == [f"{what}:card_invoice_shares_number" for what in ("rejected", "rejected", "skipped")]
    assert {status for status, _ in books.invoices().values()} == {"APPROVED"}
    assert books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE target_number = 'REG2'") == [
        ("CFS has REG2 as fully paid. It stays open here, for it is also the number of an invoice that is paid by card,"
         " as the fee of a bounce is: see in CFS what paid it before a card pays it again",)
    ]  # fmt: skip


def test_credit_and_a_row_over_nothing_settle_a_number_that_a_card_paid(books: SettlementBooks) -> None:
    account = books.account("800101")
    for number in ("REG1", "REG2"):
        books.invoice(account, number, "60.00")
        _pay(books, account, number, [Paid("COMPLETED", 4, "CC")])

    books.apply(
        Line("PADP", "PR1", "60.00", "800101", "REG1"),
        Line("ONAC", "OA1", "60.00", "800101", "REG1"),
        Line("PADP", "PR2", "0.00", "800101", "REG2"),
    )

    assert books.outcomes() == ["rejected:card_paid", "applied", "applied"]


def test_credit_settles_a_number_that_bounced_though_a_pad_row_of_it_is_late(books: SettlementBooks) -> None:
    account = books.account("800101", status="FREEZE")
    books.invoice(account, "REG1", "60.00", id=100)
    _pay(books, account, "REG1", [failed(6)])

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"), Line("ONAC", "OA1", "60.00", "800101", "REG1"))

    assert books.outcomes() == ["skipped:bounced_since", "applied"]
    assert books.receipts() == [(100, "OA1", "60.00")]


def test_who_else_bears_the_number_and_owes_nothing_holds_no_money_back(books: SettlementBooks) -> None:
    lower, mine, higher = (books.account(cfs) for cfs in ("800101", "800150", "800199"))
    cases: list[tuple[str, Account, str, str]] = [
        ("ACTIVE", lower, "PAD", "CANCELLED"),
        ("ACTIVE", higher, "PAD", "CANCELLED"),
        ("ACTIVE", lower, "PAD", "COMPLETED"),
        ("ACTIVE", higher, "PAD", "COMPLETED"),
        ("ACTIVE", mine, "CC", "COMPLETED"),
        ("COMPLETED", lower, "PAD", "CANCELLED"),
        ("COMPLETED", higher, "PAD", "CANCELLED"),
        ("COMPLETED", lower, "CC", "COMPLETED"),
        ("COMPLETED", higher, "CC", "COMPLETED"),
    ]
    for place, (reference, other, method, its_reference) in enumerate(cases):
        books.invoice(mine, f"REG{place}", "60.00", reference=reference)
        books.invoice(other, f"REG{place}", "9.00", method=method, reference=its_reference)
    for other in (lower, higher):
        books.invoice(other, "REG99", "60.00", reference="CANCELLED")
    books.paid_invoice(mine, "REG99", "60.00", "PR99")

    books.apply(
        *(Line("PADP", "PR9", "60.00", "800150", f"REG{place}") for place in range(len(cases))),
        bounce("PR99", "800150", "REG99", "60.00"),
    )

    assert books.outcomes() == ["applied" if one[0] == "ACTIVE" else "applied:came_late" for one in cases] + ["applied"]
    assert books.rows("SELECT count(*) FROM receipts AS receipt JOIN invoices ON invoices.id = invoice_id"
                      " WHERE total = 9") == [(0,)]  # fmt: skip


def test_of_several_payments_of_a_number_the_bounced_receipt_fails_else_the_newest_by_pad(
    books: SettlementBooks,
) -> None:
    account = books.account("800101", status="FREEZE")
    for number, payments in (
        ("REG1", [Paid("COMPLETED", 4, receipt="PR1"), Paid("COMPLETED", 4, receipt="PR2")]),
        ("REG2", [Paid("COMPLETED", 4, receipt="PR2"), Paid("COMPLETED", 4, "ONLINE_BANKING", "OB2")]),
        ("REG3", [Paid("COMPLETED", 4, receipt="PR2"), Paid("COMPLETED", 4, receipt="PR3")]),
    ):
        books.invoice(account, number, "60.00", status="PAID", reference="COMPLETED", paid="60")
        _pay(books, account, number, payments)

    books.apply(*(bounce("PR1", "800101", f"REG{nth}", "60.00") for nth in (1, 2, 3)))

    assert books.payments() == [
        ("REG1", "PAD", "COMPLETED", "PR2", "60.00"),
        ("REG1", "PAD", "FAILED", "PR1", "0.00"),
        ("REG2", "ONLINE_BANKING", "COMPLETED", "OB2", "60.00"),
        ("REG2", "PAD", "FAILED", "PR1", "0.00"),
        ("REG3", "PAD", "COMPLETED", "PR2", "60.00"),
        ("REG3", "PAD", "FAILED", "PR1", "0.00"),
    ]


@pytest.mark.parametrize("reference", ["ACTIVE", "COMPLETED"])
@pytest.mark.parametrize("named", ["800101", "800199"])
def test_whichever_of_two_accounts_behind_a_number_a_row_names_it_is_rejected(
    reference: str, named: str, books: SettlementBooks
) -> None:
    for cfs in ("800101", "800199"):
        books.invoice(books.account(cfs), "REG1", "30.00", reference=reference)

    books.apply(Line("PADP", "PR1", "60.00", named, "REG1"))

    assert books.outcomes() == ["rejected:account_mismatch"]
    assert books.receipts() == []
    assert {status for status, _ in books.invoices().values()} == {"APPROVED"}


@pytest.mark.parametrize("named", ["800101", "800199"])
def test_a_bounce_opens_no_invoice_of_another_account(named: str, books: SettlementBooks) -> None:
    for id_, cfs in ((100, "800101"), (101, "800199")):
        books.paid_invoice(books.account(cfs), "REG1", "30.00", "PR1", id=id_)

    books.apply(bounce("PR1", named, "REG1", "60.00"))

    assert books.outcomes() == ["rejected:account_mismatch"]
    assert books.invoices() == {100: ("PAID", "30.00"), 101: ("PAID", "30.00")}


def test_a_bounce_counts_where_one_invoice_of_the_number_is_open_and_one_is_paid(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, "REG1", "60.00", "PR1", id=100)
    books.receipt(books.invoice(account, "REG1", "30.00", id=101), "E1", "10.00")

    books.apply(bounce("PR1", "800101", "REG1", "90.00"))

    assert (books.outcomes(), books.receipts()) == (["applied"], [(101, "E1", "10.00")])
    assert books.references()[:2] == [(100, "REG1", "ACTIVE"), (101, "REG1", "ACTIVE")]


def test_a_bounce_that_was_taken_back_counts_as_never_noted(books: SettlementBooks) -> None:
    account = books.account("800101")
    for number, reason in (("REG1", "UNDONE: by mistake"), ("REG2", "by mistake"), ("REG3", None)):
        invoice = books.paid_invoice(account, number, "60.00", "PR1")
        books.add("non_sufficient_funds", invoice_id=invoice, invoice_number=number, description=reason)

    books.apply(*(bounce("PR1", "800101", f"REG{nth}", "60.00") for nth in (1, 2, 3)))

    assert books.outcomes() == ["applied", *["already_applied:bounced_before"] * 2]


def test_late_money_may_fill_what_is_open_of_several_invoices(books: SettlementBooks) -> None:
    account = books.account("800101")
    for id_ in (100, 101):
        books.invoice(account, "REG1", "30.00", id=id_, status="PAID", reference="COMPLETED", paid="30")

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))

    assert books.outcomes() == ["applied:came_late"]
    assert books.receipts() == [(100, "PR1", "30.00"), (101, "PR1", "30.00")]


def test_a_row_that_was_undone_can_be_applied_again(books: SettlementBooks) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00", id=100)
    row = Line("PADP", "PR1", "60.00", "800101", "REG1")
    books.apply(row)
    for undo in (
        "UPDATE pay_jobs.settlement_rows SET rule = 'undone'", "DELETE FROM payments", "DELETE FROM receipts",
        "UPDATE invoice_references SET status_code = 'ACTIVE'",
    ):  # fmt: skip
        books.change(undo)

    books.apply(row, ["ADJS"], name="BCR_PAYMENT_APPL_20261106.csv")

    assert books.outcomes() == ["applied:undone", "applied", "skipped:informational"]
    assert books.receipts() == [(100, "PR1", "60.00")]
