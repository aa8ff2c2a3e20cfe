"""Bounces of histories that the service before us began, or that one payment does not tell: each closes to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from config.errors import ExitCode
from jobs.run.result import RunResult
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.settlement_factory import Account, Line, SettlementBooks, bounce, on_account
from tests.tools.close.conftest import Close
from tests.tools.close.test_settlement_days import (
    FIRST,
    FOURTH,
    NOON_OF_THE_NINTH,
    SECOND,
    THIRD,
    amounts,
    at_work,
    books,
    records,
)
from tests.tools.repair_wrong_freeze.conftest import cfs
from tests.tools.repair_wrong_freeze.histories import site_of, undo

__all__ = ["books", "cfs"]

_A_CENT_LESS = "UPDATE receipts SET receipt_amount = receipt_amount - 0.01 WHERE id = (SELECT min(id) FROM receipts)"
_A_CENT_MORE = "UPDATE receipts SET receipt_amount = receipt_amount + 0.01 WHERE id = (SELECT max(id) FROM receipts)"


@pytest.fixture
def account(books: SettlementBooks) -> Account:
    return books.account("800101")


def closed(books: SettlementBooks, close: Close, day: date, *lines: Line) -> RunResult:
    """Apply a file on a day, and close and record that."""
    at_work(books, day)
    if lines:
        books.apply(*lines, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
    return close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)


def balanced(result: RunResult) -> bool:
    return result.exit_code is ExitCode.DONE and records(result, "unexplained") == []


def _paid_by_one_bank_receipt(books: SettlementBooks, close: Close, account: Account, *totals: str) -> list[Line]:
    """Pay numbers on the second day by OB5, which brings 100.00; return the rows of its bounce."""
    for nth, total in enumerate(totals, 1):
        books.invoice(account, f"REG{nth}", total, method="ONLINE_BANKING")
    assert balanced(closed(books, close, FIRST))
    rows = [Line("BOLP", "OB5", total, "800101", f"REG{nth}") for nth, total in enumerate(totals, 1)]
    beyond = Decimal(100) - sum(map(Decimal, totals))
    assert balanced(
        closed(books, close, SECOND, *rows, *([on_account("OB5", "800101", str(beyond))] if beyond else []))
    )
    return [bounce("OB5", "800101", row.number, row.amount, day="07-Nov-26") for row in rows]


@pytest.mark.parametrize(("totals", "amount"), [(("70.00",), 70), (("40.00", "60.00"), 100)])
def test_a_bank_receipt_of_several_rows_that_bounces_is_what_its_rows_brought(
    totals: tuple[str, ...], amount: int, books: SettlementBooks, close: Close, account: Account
) -> None:
    bounces = _paid_by_one_bank_receipt(books, close, account, *totals)

    third = closed(books, close, THIRD, *bounces)

    assert balanced(third), records(third, "unexplained")
    assert [amounts(third)[f"bounces.{side}"] for side in ("receipts", "payments")] == [amount, amount]


@pytest.mark.parametrize("planted", [_A_CENT_LESS, _A_CENT_MORE])
@pytest.mark.parametrize("totals", [("70.00",), ("40.00", "60.00")])
def test_a_cent_that_such_a_bounce_takes_back_too_little_or_too_much_is_unexplained(
    totals: tuple[str, ...], planted: str, books: SettlementBooks, close: Close, account: Account
) -> None:
    bounces = _paid_by_one_bank_receipt(books, close, account, *totals)
    books.change(planted)

    third = closed(books, close, THIRD, *bounces)

    assert third.exit_code is ExitCode.ATTENTION
    assert {one["equation"] for one in records(third, "unexplained")} == {"invoices", "bounces"}


def test_a_bank_receipt_that_the_service_before_us_booked_for_two_numbers_bounces_in_balance(
    books: SettlementBooks, close: Close, account: Account
) -> None:
    for number, total in (("REG1", "40.00"), ("REG2", "60.00")):
        paid = books.invoice(account, number, total, method="ONLINE_BANKING", status="PAID", reference="COMPLETED",
                             paid=total)  # fmt: skip
        books.receipt(paid, "OB5", total)
    books.payment(account, None, "OB5", "100.00", method="ONLINE_BANKING")
    closed(books, close, FIRST)

    second = closed(books, close, SECOND, *(bounce("OB5", "800101", number, total, day="06-Nov-26")
                                            for number, total in (("REG1", "40.00"), ("REG2", "60.00"))))  # fmt: skip

    assert balanced(second), records(second, "unexplained")


def test_a_bank_receipt_that_comes_anew_leaves_the_day_of_its_bounce_as_it_was(
    books: SettlementBooks, close: Close
) -> None:
    [bounced] = _paid_by_one_bank_receipt(books, close, books.account("800101", status="FREEZE"), "70.00")
    assert balanced(closed(books, close, THIRD, bounced))

    fourth = closed(books, close, FOURTH, Line("BOLP", "OB5", "70.00", "800101", "REG1", day="08-Nov-26"))

    assert (balanced(fourth), amounts(fourth)["invoices.settled"]) == (True, Decimal("70.00"))
    assert records(close(day=THIRD, at=NOON_OF_THE_NINTH), "changed") == []


@pytest.fixture(params=["PR1", "earlier"])
def paid_with_a_memo(request: pytest.FixtureRequest, books: SettlementBooks, close: Close) -> Account:
    """A memo paid 25.00 of 80.00, and PR1 the rest: the service before us wrote one receipt, over the whole invoice.

    It bears the number of whichever row came first.
    """
    account = books.account("800101", status="FREEZE")
    invoice = books.invoice(account, "REG1", "80.00", status="PAID", reference="COMPLETED", paid="80.00")
    memo = books.credit(account, "earlier", "25.00", remaining="0")
    books.applied_credit(memo, account, invoice, "REG1", 7, "25.00")
    books.receipt(invoice, request.param, "80.00")
    books.payment(account, "REG1", "PR1", "55.00")
    assert balanced(closed(books, close, FIRST))
    return account


@pytest.mark.parametrize("more", [{"status": "Partially PAID", "outstanding": "55.00"}, {}])
def test_what_a_memo_had_paid_does_not_come_back_with_a_receipt_over_the_whole_invoice(
    more: dict[str, str], books: SettlementBooks, close: Close, cfs: RunningCfs, paid_with_a_memo: Account
) -> None:
    site = site_of("800101")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": "REG1", "total": "0.00"}])  # fmt: skip

    second = closed(books, close, SECOND, bounce("PR1", "800101", "REG1", "80.00", day="06-Nov-26", **more))
    at_work(books, THIRD)
    undo(books, cfs, account=paid_with_a_memo.auth)
    third = closed(books, close, THIRD)

    assert balanced(second), records(second, "unexplained")
    told = ("invoices.reopened", "invoices.open_at_end", "bounces.receipts", "bounces.payments")
    assert [amounts(second)[one] for one in told] == [55, 55, 55, 55]
    assert balanced(third), records(third, "unexplained")
    assert amounts(third)["invoices.bounce_undone"] == Decimal(55)
    assert [records(close(day=day, at=NOON_OF_THE_NINTH), "changed") for day in (SECOND, THIRD)] == [[], []]


@pytest.mark.usefixtures("paid_with_a_memo")
def test_a_receipt_over_the_whole_invoice_is_known_though_a_sum_of_doubles_wrote_it(
    books: SettlementBooks, close: Close
) -> None:
    books.change("UPDATE receipts SET receipt_amount = 80.00000000000001")

    second = closed(books, close, SECOND, bounce("PR1", "800101", "REG1", "80.00", day="06-Nov-26"))

    assert balanced(second), records(second, "unexplained")


@pytest.mark.parametrize(
    ("planted", "apart"),
    [
        (_A_CENT_LESS, {"invoices", "bounces"}),
        (_A_CENT_MORE, {"invoices", "bounces"}),
        ("UPDATE payments SET paid_amount = paid_amount - 0.01", {"bounces"}),
        ("UPDATE payments SET paid_amount = paid_amount + 0.01", {"bounces"}),
        ("UPDATE applied_credits SET amount_applied = amount_applied - 0.01", {"bounces"}),
        ("UPDATE applied_credits SET amount_applied = amount_applied + 0.01", {"bounces"}),
    ],
)
def test_a_cent_too_little_or_too_much_beside_a_memo_is_unexplained(
    planted: str, apart: set[str], books: SettlementBooks, close: Close, paid_with_a_memo: Account
) -> None:
    books.change(planted)

    second = closed(books, close, SECOND, bounce("PR1", "800101", "REG1", "80.00", day="06-Nov-26"))

    assert second.exit_code is ExitCode.ATTENTION
    assert {one["equation"] for one in records(second, "unexplained")} == apart


def test_a_memo_that_comes_late_leaves_the_day_of_the_bounce_as_it_was(
    books: SettlementBooks, close: Close, account: Account
) -> None:
    books.paid_invoice(account, "REG1", "80.00", "PR1")
    memo = Line("CMAP", "M1", "25.00", "800101", "REG1", "Partially PAID", "80.00", "55.00", day="03-Nov-26")
    books.credit(account, "M1", "25.00")
    assert balanced(closed(books, close, FIRST))
    assert balanced(closed(books, close, SECOND, bounce("PR1", "800101", "REG1", "80.00", day="06-Nov-26")))

    third = closed(books, close, THIRD, memo)

    assert amounts(third)["invoices.settled_by_credit"] == Decimal("25.00")
    assert records(close(day=SECOND, at=NOON_OF_THE_NINTH), "changed") == []


def _paid_by_two_receipts_beside_a_memo(books: SettlementBooks, close: Close, account: Account) -> None:
    """A memo pays 25.00 of 80.00, PR1 30.00 and PR2 25.00; all is in one payment."""
    books.invoice(account, "REG1", "80.00")
    books.credit(account, "M1", "25.00")
    assert balanced(closed(books, close, FIRST))
    at_work(books, SECOND)
    books.apply(
        Line("CMAP", "M1", "25.00", "800101", "REG1", "Partially PAID", "80.00", "55.00"),
        Line("PADP", "PR1", "30.00", "800101", "REG1", original="80.00"),
        Line("PADP", "PR2", "25.00", "800101", "REG1", original="80.00"),
    )
    books.change("UPDATE credits SET remaining_amount = 0")  # as CFS says
    assert balanced(closed(books, close, SECOND))


def _both_bounce(owing_after_the_first: str) -> list[Line]:
    return [
        bounce(source, "800101", "REG1", "80.00", status="Partially PAID", outstanding=owing, day="07-Nov-26")
        for source, owing in (("PR1", owing_after_the_first), ("PR2", "55.00"))
    ]


@pytest.mark.parametrize("owing_after_the_first", ["30.00", "55.00"])
def test_two_receipts_that_bounce_in_one_file_are_what_each_brought_whatever_balance_their_rows_tell(
    owing_after_the_first: str, books: SettlementBooks, close: Close, account: Account
) -> None:
    _paid_by_two_receipts_beside_a_memo(books, close, account)

    third = closed(books, close, THIRD, *_both_bounce(owing_after_the_first))

    assert balanced(third), records(third, "unexplained")
    assert [amounts(third)[f"bounces.{side}"] for side in ("receipts", "payments")] == [55, 55]


@pytest.mark.parametrize("planted", [_A_CENT_LESS, _A_CENT_MORE])
@pytest.mark.parametrize("owing_after_the_first", ["30.00", "55.00"])
def test_a_cent_that_one_of_two_bounces_takes_back_too_little_or_too_much_is_unexplained(
    owing_after_the_first: str, planted: str, books: SettlementBooks, close: Close, account: Account
) -> None:
    _paid_by_two_receipts_beside_a_memo(books, close, account)
    books.change(planted)

    third = closed(books, close, THIRD, *_both_bounce(owing_after_the_first))

    assert third.exit_code is ExitCode.ATTENTION
    assert {one["equation"] for one in records(third, "unexplained")} == {"invoices", "bounces"}


@pytest.mark.parametrize(
    ("planted", "apart"),
    [
        ("SELECT 1", set()),
        ("UPDATE receipts SET receipt_amount = receipt_amount - 0.01 WHERE receipt_number = '5002'", {"invoices"}),
        ("UPDATE receipts SET receipt_amount = receipt_amount + 0.01 WHERE receipt_number = '5002'", {"invoices"}),
    ],
)
def test_a_part_of_the_service_before_us_that_is_in_no_payment_bounces_in_balance_to_the_cent(
    planted: str, apart: set[str], books: SettlementBooks, close: Close, account: Account
) -> None:
    """It wrote the second part of a number without a payment."""
    invoice = books.invoice(account, "REG1", "60.00", status="PARTIAL_PAID", paid="35.00", method="ONLINE_BANKING")
    for number, amount in (("5001", "20.00"), ("5002", "15.00")):
        books.receipt(invoice, number, amount)
    books.payment(account, "REG1", "OB1", "20.00", method="ONLINE_BANKING")
    closed(books, close, FIRST)
    books.change(planted)

    second = closed(books, close, SECOND, bounce("OB2", "800101", "REG1", "60.00", status="Partially PAID",
                                                 outstanding="40.00", day="06-Nov-26"))  # fmt: skip

    assert {one["equation"] for one in records(second, "unexplained")} == apart


def _part_and_rest_of_the_service_before_us(books: SettlementBooks, account: Account) -> None:
    """OB1 paid 40.00 of 100.00, and OB2 the rest: the part is under its Application Id, the rest over all of it."""
    invoice = books.invoice(account, "REG1", "100.00", status="PAID", reference="COMPLETED", paid="100.00",
                            method="ONLINE_BANKING")  # fmt: skip
    books.receipt(invoice, "4001", "40.00")
    books.receipt(invoice, "OB2", "100.00")
    books.payment(account, "REG1", "OB1", "40.00", method="ONLINE_BANKING")


@pytest.mark.parametrize("is_one_file", [False, True])
@pytest.mark.parametrize(("first", "amount", "then"), [("OB1", 40, "OB2"), ("OB2", 60, "OB1")])
def test_a_part_and_a_rest_of_the_service_before_us_bounce_in_balance(
    first: str, amount: int, then: str, is_one_file: bool, books: SettlementBooks, close: Close, account: Account
) -> None:
    _part_and_rest_of_the_service_before_us(books, account)
    assert balanced(closed(books, close, FIRST))
    more = {"status": "Partially PAID", "outstanding": f"{amount}.00"}
    lines = [
        bounce(first, "800101", "REG1", "100.00", day="06-Nov-26", **more),
        bounce(then, "800101", "REG1", "100.00", day="06-Nov-26"),
    ]

    days = zip((SECOND, THIRD), [lines, []] if is_one_file else [[line] for line in lines], strict=True)
    closings = [closed(books, close, day, *some) for day, some in days]

    for one in closings:
        assert balanced(one), records(one, "unexplained")
    sums = [[amounts(one).get(name, 0) for one in closings] for name in ("invoices.reopened", "bounces.payments")]
    assert sums == [[100, 0] if is_one_file else [amount, 100 - amount]] * 2
    assert records(close(day=SECOND, at=NOON_OF_THE_NINTH), "changed") == []


@pytest.mark.parametrize("planted", [
    *(f"UPDATE receipts SET receipt_amount = receipt_amount {cent} WHERE receipt_number = '{number}'"
      for number in ("4001", "OB2") for cent in ("- 0.01", "+ 0.01")),
    *(f"UPDATE payments SET paid_amount = paid_amount {cent}" for cent in ("- 0.01", "+ 0.01")),
    "UPDATE receipts SET receipt_number = 'C4001' WHERE receipt_number = '4001'",
    "UPDATE receipts SET receipt_date = '2026-11-05' WHERE receipt_number = '4001'",
])  # fmt: skip
def test_a_receipt_beside_one_over_the_whole_invoice_that_is_no_part_of_it_or_a_cent_less_is_unexplained(
    planted: str, books: SettlementBooks, close: Close, account: Account
) -> None:
    _part_and_rest_of_the_service_before_us(books, account)
    assert balanced(closed(books, close, FIRST))
    books.change(planted)

    part = bounce("OB1", "800101", "REG1", "100.00", status="Partially PAID", outstanding="40.00", day="06-Nov-26")
    second = closed(books, close, SECOND, part)
    third = closed(books, close, THIRD, bounce("OB2", "800101", "REG1", "100.00", day="07-Nov-26"))

    assert not (balanced(second) and balanced(third))


@pytest.mark.parametrize("card", ["C1", "4711"])
@pytest.mark.parametrize("day", [4, 5])
def test_a_payment_that_bounces_beside_a_card_that_paid_all_of_it_too_is_in_balance(
    day: int, card: str, books: SettlementBooks, close: Close, account: Account
) -> None:
    invoice = books.paid_invoice(account, "REG1", "60.00", "PR1")
    books.receipt(invoice, card, "60.00")
    books.payment(account, "REG1", card, "60.00", method="CC", day=date(2026, 11, day))
    books.change(
        "UPDATE receipts SET receipt_date = :at WHERE receipt_number = :card", at=date(2026, 11, day), card=card
    )
    closed(books, close, FIRST)

    second = closed(books, close, SECOND, bounce("PR1", "800101", "REG1", "60.00", day="06-Nov-26"))

    assert balanced(second), records(second, "unexplained")
