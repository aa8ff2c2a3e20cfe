"""Bounces of histories that the service before us began, or that one payment does not tell: each closes to the cent."""

from datetime import date
from decimal import Decimal

import pytest

from config.errors import ExitCode
from jobs.run.result import RunResult
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

__all__ = ["books"]

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
