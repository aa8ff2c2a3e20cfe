"""Settlement files applied on some days, each of which is closed: nothing is unexplained, and nothing changes later."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from config.errors import ExitCode
from jobs.run.result import RunResult
from tests.jobs.conftest import RunJob
from tests.pay_database import PayDatabase
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce, on_account
from tests.tools.close.conftest import Close
from tests.tools.verify.watch import all_findings
from tools.verify import JOB as VERIFY

FIRST, SECOND, THIRD, FOURTH = (date(2026, 11, day) for day in (5, 6, 7, 8))
NOON_OF_THE_NINTH = datetime(2026, 11, 9, 20, tzinfo=UTC)


@pytest.fixture
def books(database: PayDatabase) -> SettlementBooks:
    return SettlementBooks(database)


def at_work(books: SettlementBooks, day: date) -> None:
    """Let it be the morning of a day."""
    books.now = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)


def records(result: RunResult, key: str) -> list[dict[str, Any]]:
    return [record for table in result.outcome.tables if table.key == key for record in table.records()]


def amounts(result: RunResult) -> dict[str, Decimal]:
    return {one["figure"]: one["amount"] for one in records(result, "figures")}


@pytest.mark.parametrize("rejected_first", ["BOLP", "ONAC"])
def test_a_bank_receipt_of_which_a_row_is_tried_again_on_a_later_day_is_its_payment_on_both(
    rejected_first: str, books: SettlementBooks, close: Close
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    other = "800104" if rejected_first == "BOLP" else "800105"
    if rejected_first == "ONAC":
        books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", other, "30.00"))
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE

    at_work(books, SECOND)
    if rejected_first == "BOLP":
        books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    else:
        books.account("800105", "ONLINE_BANKING")
    books.retry()

    second, first = close(day=SECOND), close(day=FIRST)
    sides = [amounts(one).get(f"payments.{side}", 0) for one in (first, second) for side in ("rows", "written")]
    assert sides == {"BOLP": [0, 0, 100, 100], "ONAC": [70, 70, 30, 30]}[rejected_first]
    assert [one for one in records(second, "unexplained") if one["equation"] == "payments"] == []
    assert records(first, "changed") == []


@pytest.mark.parametrize("name", [FILE, "BCR_PAYMENT_APPL_20261105 line 2.csv"])
@pytest.mark.parametrize("first", ["BOLP", "ONAC"])
def test_a_bank_receipt_of_which_a_row_was_written_after_its_file_was_taken_is_its_payment_on_both_days(
    first: str, name: str, books: SettlementBooks, close: Close
) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "70.00", method="ONLINE_BANKING")
    rows = [Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", "800104", "30.00")]
    rows.sort(key=lambda row: row.record != first)
    at_work(books, FIRST)
    books.apply(*rows[:1], name=name)
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE

    at_work(books, SECOND)
    books.apply(*rows, name=name)

    second, again = close(day=SECOND), close(day=FIRST)
    sides = [amounts(one).get(f"payments.{side}", 0) for one in (again, second) for side in ("rows", "written")]
    assert sides == {"ONAC": [0, 0, 100, 100], "BOLP": [70, 70, 30, 30]}[first]
    assert [one for one in records(second, "unexplained") if one["equation"] == "payments"] == []
    assert records(again, "changed") == []


def test_money_on_account_of_the_eft_service_is_no_bank_receipt(books: SettlementBooks, close: Close) -> None:
    books.account("800106", "EFT")
    at_work(books, FIRST)
    books.apply(on_account("EFT1", "800106", "30.00", record="BOLP", source_type="BC REG EFT Wire Cheque"))

    closed = close(day=FIRST)

    assert (closed.exit_code, amounts(closed)["money.on_account"]) == (ExitCode.DONE, Decimal("30.00"))


def test_a_row_that_is_tried_again_after_a_refund_was_asked_for_came_late(books: SettlementBooks, close: Close) -> None:
    invoice = books.invoice(books.account("800101"), "REG1", "60.00")
    at_work(books, FIRST)
    books.apply(Line("PADP", "PR1", "60.00", "800102", "REG1"))
    books.change(
        "UPDATE invoices SET invoice_status_code = 'CREDITED', refund = total, refund_date = '2026-11-05 20:00'"
    )
    books.add("refunds", invoice_id=invoice, requested_date=datetime(2026, 11, 5, 20), type="INVOICE",
              status="APPROVAL_NOT_REQUIRED")  # fmt: skip
    recorded = close(day=FIRST, record=True, reason="first")
    assert amounts(recorded)["invoices.credited"] == Decimal("60.00")

    at_work(books, SECOND)
    books.change("UPDATE cfs_accounts SET cfs_account = '800102'")
    books.retry()

    assert amounts(close(day=SECOND))["invoices.paid_late"] == Decimal("60.00")
    assert records(close(day=FIRST), "changed") == []


def test_a_bounce_that_is_tried_again_leaves_the_payment_of_the_day_before_as_it_was(
    books: SettlementBooks, close: Close
) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00")
    at_work(books, FIRST)
    books.apply(bounce("PR1", "800102", "REG1", "60.00"))
    at_work(books, SECOND)
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"), name="BCR_PAYMENT_APPL_20261106.csv")
    assert amounts(close(day=SECOND, record=True, reason="first"))["payments.written"] == Decimal("60.00")

    at_work(books, THIRD)
    books.change("UPDATE cfs_accounts SET cfs_account = '800102'")
    books.retry()

    assert books.payments() == [("REG1", "PAD", "FAILED", "PR1", "0.00")]
    assert records(close(day=SECOND), "changed") == []


def test_a_bounce_that_another_service_had_noted_takes_no_receipt_back(books: SettlementBooks, close: Close) -> None:
    account = books.account("800101")
    at_work(books, FIRST)
    invoice = books.invoice(account, "REG1", "60.00", status="SETTLEMENT_SCHED")
    books.payment(account, "REG1", "PR1", "60.00")
    books.add("non_sufficient_funds", invoice_id=invoice, invoice_number="REG1", cfs_account="800101")
    close(day=FIRST, record=True, reason="first")

    at_work(books, SECOND)
    books.apply(bounce("PR1", "800101", "REG1", "60.00", day="06-Nov-26"))

    closed = close(day=SECOND)
    assert books.outcomes() == ["applied:payment_failed"]
    assert (closed.exit_code, amounts(closed).get("bounces.payments", 0)) == (ExitCode.DONE, 0)


def test_money_on_account_that_covers_a_part_settles_an_invoice_by_credit(books: SettlementBooks, close: Close) -> None:
    """Of two invoices under one number the second is covered first; a bounce takes back the money, not the credit."""
    account = books.account("800101")
    at_work(books, FIRST)
    books.invoice(account, "REG1", "60.00")
    second = books.invoice(account, "REG1", "40.00")
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE

    at_work(books, SECOND)
    books.apply(Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"))
    covered = close(day=SECOND, record=True, reason="covered", at=NOON_OF_THE_NINTH)
    assert covered.exit_code is ExitCode.DONE
    assert amounts(covered)["invoices.settled_by_credit"] == Decimal("30.00")
    assert amounts(covered)["invoices.open_at_end"] == Decimal("70.00")

    at_work(books, THIRD)
    books.apply(Line("PADP", "PR1", "70.00", "800101", "REG1", original="100.00"), name="BCR_PAYMENT_APPL_20261107.csv")
    paid = close(day=THIRD, record=True, reason="paid", at=NOON_OF_THE_NINTH)
    assert (paid.exit_code, amounts(paid)["invoices.settled"]) == (ExitCode.DONE, Decimal("70.00"))
    assert books.receipts()[-1] == (second, "PR1", "10.00")
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}

    at_work(books, FOURTH)
    books.apply(bounce("PR1", "800101", "REG1", "70.00", original="100.00"), name="BCR_PAYMENT_APPL_20261108.csv")
    bounced = close(day=FOURTH, at=NOON_OF_THE_NINTH)
    assert [one for one in records(bounced, "unexplained") if one["equation"] == "invoices"] == []
    assert amounts(bounced)["invoices.reopened"] == Decimal("70.00")
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}
    assert [records(close(day=day, at=NOON_OF_THE_NINTH), "changed") for day in (SECOND, THIRD)] == [[], []]


def test_a_credit_memo_moves_what_money_on_account_had_covered_to_where_there_is_room(
    books: SettlementBooks, close: Close
) -> None:
    """Both begin with the second invoice: 30 on account, then 40 of a memo, which leaves it 10 for the other money."""
    account = books.account("800101")
    at_work(books, FIRST)
    books.invoice(account, "REG1", "50.00")
    books.invoice(account, "REG1", "50.00")
    books.credit(account, "M1", "40.00")
    days = {FIRST: [close(day=FIRST, record=True, reason="first")]}
    for day, line in {
        SECOND: Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"),
        THIRD: Line("CMAP", "M1", "40.00", "800101", "REG1", "Partially PAID", "100.00", "30.00"),
        FOURTH: Line("PADP", "PR1", "30.00", "800101", "REG1", original="100.00"),
    }.items():
        at_work(books, day)
        books.apply(line, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
        days[day] = [close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)]

    for day, closed in days.items():
        closed.append(close(day=day, at=NOON_OF_THE_NINTH))
        assert [one for one in records(closed[0], "unexplained") if one["equation"] == "invoices"] == [], day
        assert records(closed[1], "changed") == [], day
    assert [amounts(days[day][0])["invoices.settled_by_credit"] for day in (SECOND, THIRD)] == [30, 40]
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}


def test_a_credit_memo_before_any_money_on_account_moves_nothing(books: SettlementBooks, close: Close) -> None:
    account = books.account("800101")
    at_work(books, FIRST)
    books.invoice(account, "REG1", "100.00")
    books.credit(account, "M1", "5.00")
    close(day=FIRST, record=True, reason="first")
    at_work(books, SECOND)
    books.apply(Line("CMAP", "M1", "5.00", "800101", "REG1", "Partially PAID", "100.00", "95.00"))
    close(day=SECOND, record=True, reason="next", at=NOON_OF_THE_NINTH)

    at_work(books, THIRD)
    books.apply(
        Line("ONAC", "OB1", "40.00", "800101", "REG1", "Partially PAID", "100.00", "55.00"),
        name="BCR_PAYMENT_APPL_20261107.csv",
    )

    third = close(day=THIRD, at=NOON_OF_THE_NINTH)
    assert (amounts(third)["invoices.settled_by_credit"], amounts(third)["invoices.open_at_end"]) == (
        Decimal("40.00"),
        Decimal("55.00"),
    )
    assert records(close(day=SECOND, at=NOON_OF_THE_NINTH), "changed") == []


def test_a_part_payment_after_money_on_account_leaves_what_is_still_owed(books: SettlementBooks, close: Close) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "100.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")
    at_work(books, SECOND)

    books.apply(
        Line("ONAC", "OB1", "30.00", "800104", "REG1", "Partially PAID", "100.00", "70.00"),
        Line("BOLP", "OB2", "40.00", "800104", "REG1", "Partially PAID", "100.00", "30.00"),
    )

    closed = close(day=SECOND)
    assert closed.exit_code is ExitCode.DONE
    assert amounts(closed)["invoices.open_at_end"] == Decimal("30.00")
    assert all_findings(books.database, books.now, ("INV-PAID",)) == {}


def test_what_money_on_account_had_covered_is_not_given_up(books: SettlementBooks, close: Close) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    invoice = books.invoice(account, "REG1", "100.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")
    at_work(books, SECOND)
    books.apply(Line("ONAC", "OB1", "30.00", "800104", "REG1", "Partially PAID", "100.00", "70.00"))
    books.change(
        "UPDATE invoices SET invoice_status_code = 'CREDITED', refund = total, refund_date = '2026-11-06 20:00'"
    )
    books.add("refunds", invoice_id=invoice, requested_date=datetime(2026, 11, 6, 20), type="INVOICE",
              status="APPROVAL_NOT_REQUIRED")  # fmt: skip

    closed = close(day=SECOND)

    assert (closed.exit_code, amounts(closed)["invoices.credited"]) == (ExitCode.DONE, Decimal("70.00"))


def test_what_money_on_account_had_covered_is_covered_again_by_a_card(books: SettlementBooks, close: Close) -> None:
    """The card pays what CFS says is due; the receipt is written over all of the invoice."""
    invoice = books.invoice(books.account("800101"), "REG1", "100.00")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")
    at_work(books, SECOND)
    books.apply(Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"))
    paid_at = datetime(2026, 11, 6, 20)
    books.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total, payment_method_code = 'CC'")
    books.add("receipts", invoice_id=invoice, receipt_number="C1", receipt_amount=Decimal(100), receipt_date=paid_at)
    books.add("payments", payment_system_code="PAYBC", payment_method_code="CC", payment_status_code="COMPLETED",
              paid_amount=Decimal(70), payment_date=paid_at, receipt_number="C1", invoice_number="REG1")  # fmt: skip

    closed = close(day=SECOND)

    assert closed.exit_code is ExitCode.DONE
    assert amounts(closed)["invoices.covered_again"] == Decimal("30.00")


def test_a_day_that_an_older_version_counted_otherwise_is_taken_as_known_and_is_unexplained_once(
    books: SettlementBooks, close: Close, run_job: RunJob
) -> None:
    """The older one did not know what money on account covers in part."""
    books.invoice(books.account("800101"), "REG1", "100.00")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")
    at_work(books, SECOND)
    books.apply(Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00"))
    close(day=SECOND, record=True, reason="by the older version", at=NOON_OF_THE_NINTH)
    books.change("DELETE FROM pay_jobs.closed_figures WHERE figure = 'invoices.settled_by_credit'")
    books.change("DELETE FROM pay_jobs.open_items WHERE from_day = '2026-11-06'")
    books.change("UPDATE pay_jobs.open_items SET until_day = NULL WHERE kind = 'invoice'")

    told = run_job(VERIFY, only=("CLO-DAY",))
    run_job(VERIFY, only=("CLO-DAY",), baseline=True, reason="upgrade")

    assert (told.exit_code, run_job(VERIFY, only=("CLO-DAY",)).exit_code) == (ExitCode.ATTENTION, ExitCode.DONE)
    third, fourth = (close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH) for day in (THIRD, FOURTH))
    [once] = records(third, "unexplained")
    assert (once["expected"], once["found"]) == (Decimal(100), Decimal(70))
    assert records(fourth, "unexplained") == []


def test_a_reversal_that_says_paid_came_in_by_pad(books: SettlementBooks, close: Close) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00")
    at_work(books, FIRST)
    books.apply(Line("PADR", "PR1", "60.00", "800101", "REG1"))

    [by_method] = records(close(day=FIRST), "money_by_method")

    assert (by_method["method"], by_method["in"]) == ("PAD", Decimal("60.00"))


@pytest.mark.parametrize(("record", "method"), [("BOLP", "ONLINE_BANKING"), ("PADP", "PAD")])
def test_the_payment_that_makes_up_for_rows_of_the_service_before_us_is_all_its_rows(
    record: str, method: str, books: SettlementBooks, close: Close
) -> None:
    account = books.account("800104", method)
    paid = books.invoice(account, "REG1", "70.00", method=method, status="PAID", reference="COMPLETED", paid="70")
    books.receipt(paid, "OB1", "70.00")
    number, receipt = ("REG2", "OB1") if record == "BOLP" else ("REG1", "OB2")
    state = ("APPROVED", "ACTIVE", "0") if record == "BOLP" else ("PAID", "COMPLETED", "30")
    books.invoice(account, number, "30.00", method=method, status=state[0], reference=state[1], paid=state[2])
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")

    at_work(books, SECOND)
    books.apply(Line(record, "OB1", "70.00", "800104", "REG1"), Line(record, receipt, "30.00", "800104", number))

    closed = close(day=SECOND)
    assert books.outcomes()[0] == "already_applied:payment_written"
    assert [amounts(closed).get(f"payments.{side}") for side in ("rows", "written")] == [100, 100]
    assert [one for one in records(closed, "unexplained") if one["equation"] == "payments"] == []


def test_money_on_account_that_covers_a_part_is_in_the_payment_of_its_bank_receipt(
    books: SettlementBooks, close: Close
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    books.invoice(account, "REG2", "100.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")

    at_work(books, SECOND)
    books.apply(
        Line("BOLP", "OB1", "70.00", "800104", "REG1"),
        Line("ONAC", "OB1", "30.00", "800104", "REG2", "Partially PAID", "100.00", "70.00"),
    )

    closed = close(day=SECOND)
    assert [amounts(closed).get(f"payments.{side}") for side in ("rows", "written")] == [100, 100]
    assert closed.exit_code is ExitCode.DONE


def test_a_bank_payment_has_the_date_of_the_first_row_of_its_receipt_also_where_the_second_is_on_line_ten(
    books: SettlementBooks, close: Close
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    books.invoice(account, "REG2", "30.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")

    at_work(books, SECOND)
    others = [on_account(f"OB{nth}", "800104", "1.00") for nth in range(2, 9)]
    on_line_nine = Line("BOLP", "OB1", "70.00", "800104", "REG1", day="05-Nov-26")
    on_line_ten = Line("BOLP", "OB1", "30.00", "800104", "REG2", day="04-Nov-26")
    books.apply(*others, on_line_nine, on_line_ten)

    closed = close(day=SECOND)
    assert [amounts(closed).get(f"payments.{side}") for side in ("rows", "written")] == [100, 100]
    assert records(closed, "unexplained") == []


def test_a_row_without_a_date_is_in_the_payment_of_its_bank_receipt(books: SettlementBooks, close: Close) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "70.00", method="ONLINE_BANKING")
    at_work(books, FIRST)
    close(day=FIRST, record=True, reason="first")

    at_work(books, SECOND)
    books.apply(on_account("OB1", "800104", "30.00", day=""), Line("BOLP", "OB1", "70.00", "800104", "REG1"))

    closed = close(day=SECOND)
    assert [amounts(closed).get(f"payments.{side}") for side in ("rows", "written")] == [100, 100]
    assert closed.exit_code is ExitCode.DONE


def _paid_by_two(books: SettlementBooks, close: Close, totals: tuple[str, ...], memo: str) -> None:
    """Pay a number on the second day by PR1, 40.00, and PR2, 20.00; before them a credit memo paid what is beyond."""
    account = books.account("800101")
    at_work(books, FIRST)
    for total in totals:
        books.invoice(account, "REG1", total)
    if memo:
        books.credit(account, "M1", memo)
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE
    at_work(books, SECOND)
    original = str(sum(map(Decimal, totals)))
    by_memo = [Line("CMAP", "M1", memo, "800101", "REG1", "Partially PAID", original, "60.00")] if memo else []
    books.apply(
        *by_memo,
        Line("PADP", "PR1", "40.00", "800101", "REG1", original=original),
        Line("PADP", "PR2", "20.00", "800101", "REG1", original=original),
    )
    books.change("UPDATE credits SET remaining_amount = 0")  # as CFS says
    paid = close(day=SECOND, record=True, reason="next", at=NOON_OF_THE_NINTH)
    assert (paid.exit_code, amounts(paid).get("invoices.open_at_end", 0)) == (ExitCode.DONE, 0)


@pytest.mark.parametrize(
    ("totals", "memo"),
    [
        (("60.00",), ""), (("40.00", "20.00"), ""), (("50.00", "10.00"), ""),
        (("80.00",), "20.00"), (("50.00", "30.00"), "20.00"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_one_file", [False, True])
def test_of_two_receipts_that_bounce_each_takes_back_what_it_paid(
    is_one_file: bool, totals: tuple[str, ...], memo: str, books: SettlementBooks, close: Close
) -> None:
    _paid_by_two(books, close, totals, memo)
    first = _bounced("PR1", totals, "40.00")
    second = _bounced("PR2", totals, "60.00")

    found = {}
    for day, lines in ({THIRD: [first, second]} if is_one_file else {THIRD: [first], FOURTH: [second]}).items():
        at_work(books, day)
        books.apply(*lines, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
        closed = close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)
        assert closed.exit_code is ExitCode.DONE, records(closed, "unexplained")
        found[day] = [amounts(closed)[one] for one in ("invoices.reopened", "bounces.payments", "invoices.open_at_end")]
        assert all_findings(books.database, books.now, ("INV-PAID", "INV-OPEN", "PAY", "FILE", "CLO")) == {}

    with_fee = {THIRD: [60, 60, 90]} if is_one_file else {THIRD: [40, 40, 70], FOURTH: [20, 20, 90]}
    assert found == with_fee
    assert [records(close(day=day, at=NOON_OF_THE_NINTH), "changed") for day in (SECOND, THIRD)] == [[], []]


def _bounced(source: str, totals: tuple[str, ...], outstanding: str) -> Line:
    total = sum(map(Decimal, totals))
    status = "Not PAID" if Decimal(outstanding) == total else "Partially PAID"
    return bounce(source, "800101", "REG1", str(total), status=status, outstanding=outstanding, day="07-Nov-26")


@pytest.mark.parametrize(("first", "amount", "then"), [("OB2", 20, "OB1"), ("OB1", 40, "OB2")])
def test_of_two_bank_receipts_that_bounce_each_takes_back_what_it_paid(
    first: str, amount: int, then: str, books: SettlementBooks, close: Close
) -> None:
    account = books.account("800101")
    profile = books.profile(account.id, "800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "60.00", method="ONLINE_BANKING", profile=profile)
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE
    at_work(books, SECOND)
    books.apply(
        Line("BOLP", "OB2", "20.00", "800104", "REG1", "Partially PAID", "60.00", "40.00"),
        Line("BOLP", "OB1", "40.00", "800104", "REG1", original="60.00"),
    )
    assert close(day=SECOND, record=True, reason="next", at=NOON_OF_THE_NINTH).exit_code is ExitCode.DONE

    found = []
    part = {"status": "Partially PAID", "outstanding": f"{amount}.00"}
    for day, line in (
        (THIRD, bounce(first, "800104", "REG1", "60.00", day="07-Nov-26", **part)),
        (FOURTH, bounce(then, "800104", "REG1", "60.00", day="08-Nov-26")),
    ):
        at_work(books, day)
        books.apply(line, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
        closed = close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)
        assert closed.exit_code is ExitCode.DONE, records(closed, "unexplained")
        found.append(
            [amounts(closed)[one] for one in ("invoices.reopened", "bounces.payments", "invoices.open_at_end")]
        )
        assert all_findings(books.database, books.now, ("INV-PAID", "INV-OPEN", "PAY", "FILE", "CLO")) == {}

    assert found == [[amount, amount, amount + 30], [60 - amount, 60 - amount, 90]]
    assert [records(close(day=day, at=NOON_OF_THE_NINTH), "changed") for day in (SECOND, THIRD)] == [[], []]


@pytest.mark.parametrize("status", ["CANCELLED", "DELETED", "DELETE_ACCEPTED"])
def test_money_for_a_withdrawn_invoice_comes_late_and_so_does_its_bounce(
    status: str, books: SettlementBooks, close: Close
) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00", status=status)
    books.change(
        "UPDATE invoices SET updated_on = '2026-11-06 20:00',"
        " refund_date = CASE invoice_status_code WHEN 'CANCELLED' THEN CAST('2026-11-06 20:00' AS timestamp) END"
    )
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE
    assert close(day=SECOND, record=True, reason="next").exit_code is ExitCode.DONE
    found = []
    for day, line in (
        (THIRD, Line("PADP", "PR1", "60.00", "800101", "REG1", day="07-Nov-26")),
        (FOURTH, bounce("PR1", "800101", "REG1", "60.00", day="08-Nov-26")),
    ):
        at_work(books, day)
        books.apply(line, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
        closed = close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)
        assert closed.exit_code is ExitCode.DONE, records(closed, "unexplained")
        found.append([amounts(closed).get(f"invoices.{one}", 0) for one in ("paid_late", "settled", "open_at_end")])

    assert found == [[60, 0, 0], [0, 0, 30]]
    assert [records(close(day=day, at=NOON_OF_THE_NINTH), "changed") for day in (FIRST, SECOND, THIRD)] == [[], [], []]


def test_a_part_payment_that_bounces_before_the_rest_comes_is_owed_again(books: SettlementBooks, close: Close) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00", method="ONLINE_BANKING")
    assert close(day=FIRST, record=True, reason="first").exit_code is ExitCode.DONE
    found = []
    for day, line in (
        (SECOND, Line("BOLP", "OB2", "20.00", "800101", "REG1", "Partially PAID", "60.00", "40.00")),
        (THIRD, bounce("OB2", "800101", "REG1", "60.00", day="07-Nov-26")),
    ):
        at_work(books, day)
        books.apply(line, name=f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")
        closed = close(day=day, record=True, reason="next", at=NOON_OF_THE_NINTH)
        assert closed.exit_code is ExitCode.DONE, records(closed, "unexplained")
        found.append(amounts(closed)["invoices.open_at_end"])

    assert found == [40, 90]
    assert records(close(day=SECOND, at=NOON_OF_THE_NINTH), "changed") == []
