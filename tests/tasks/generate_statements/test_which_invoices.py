"""Which invoices a statement lists (docs/specs/statements.md section 4)."""

from datetime import date, datetime, timedelta

import pytest

from tests.statement_factory import StatementBooks

MOMENT = timedelta(microseconds=1)
STATUSES = (
    "APPROVED", "CANCELLED", "CHARGEBACK", "CREATED", "CREDITED", "DELETED", "DELETE_ACCEPTED", "GL_UPDATED",
    "GL_UPDATED_REFUND", "MANUALLY_REFUNDED", "OVERDUE", "PAID", "PARTIAL_PAID", "REFUNDED", "REFUND_REQUESTED",
    "SETTLEMENT_SCHED",
)  # fmt: skip


def test_an_eft_account_lists_only_eft_invoices(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", "EFT")
    by_eft = pay.invoice(account, "2022-06-24 10:00", "EFT")
    pay.invoice(account, "2022-06-24 11:00", "PAD")

    pay.generate("2022-06-24")

    assert pay.statements()[0].invoices == (by_eft,)


@pytest.mark.parametrize("method", ["PAD", "DIRECT_PAY", "ONLINE_BANKING", "DRAWDOWN", "INTERNAL", "EJV"])
def test_any_other_account_lists_everything_but_eft_invoices(pay: StatementBooks, method: str) -> None:
    account = pay.with_setting("DAILY", method)
    pay.invoice(account, "2022-06-24 10:00", "EFT")
    others = (
        pay.invoice(account, "2022-06-24 11:00", "PAD"),
        pay.invoice(account, "2022-06-24 12:00", "DIRECT_PAY"),
    )

    pay.generate("2022-06-24")

    assert pay.statements()[0].invoices == others


def test_an_account_without_a_method_lists_everything_but_eft_invoices(pay: StatementBooks) -> None:
    account = pay.account(None)
    pay.setting(account, "DAILY")
    pay.invoice(account, "2022-06-24 10:00", "EFT")
    by_card = pay.invoice(account, "2022-06-24 11:00", "CC")

    pay.generate("2022-06-24")

    assert pay.statements()[0].invoices == (by_card,)


def test_the_status_of_an_invoice_does_not_matter(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    all_of_them = tuple(pay.invoice(account, "2022-06-24 10:00", status=status) for status in STATUSES)

    pay.generate("2022-06-24")

    assert pay.statements()[0].invoices == all_of_them


def test_a_statement_lists_no_invoice_of_another_account(pay: StatementBooks) -> None:
    mine, theirs = pay.with_setting("DAILY"), pay.with_setting("DAILY")
    invoices = {account.auth: (pay.invoice(account, "2022-06-24 10:00"),) for account in (theirs, mine)}

    pay.generate("2022-06-24")

    assert {one.account: one.invoices for one in pay.statements()} == invoices


def test_an_account_without_a_setting_that_day_gets_no_statement(pay: StatementBooks) -> None:
    pay.account()
    pay.with_setting("DAILY", first="2022-06-25")
    pay.with_setting("DAILY", last="2022-06-23")

    pay.generate("2022-06-24")

    assert pay.statements() == []


def test_both_ends_of_a_setting_belong_to_it(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", first="2022-06-24", last="2022-06-24", auth="one day")

    pay.generate(first="2022-06-23", last="2022-06-25")

    assert pay.keys() == [("one day", "DAILY", "2022-06-24", "2022-06-24")]


def test_a_weekly_setting_that_began_on_a_thursday_gets_the_full_week(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", first="2022-06-23")
    on_sunday = pay.invoice(account, "2022-06-19 00:00")

    pay.generate("2022-06-25")

    [statement] = pay.statements()
    assert (str(statement.first), statement.invoices) == ("2022-06-19", (on_sunday,))


@pytest.mark.parametrize(
    ("on", "starts", "ends"),
    [
        pytest.param("2022-06-25", "2022-06-25 07:00", "2022-06-26 07:00", id="summer"),
        pytest.param("2022-01-15", "2022-01-15 08:00", "2022-01-16 08:00", id="old winter"),
        pytest.param("2026-12-01", "2026-12-01 07:00", "2026-12-02 07:00", id="winter that stays on UTC-7"),
        pytest.param("2027-01-15", "2027-01-15 07:00", "2027-01-16 07:00", id="the winter after"),
        pytest.param("2026-03-08", "2026-03-08 08:00", "2026-03-09 07:00", id="the last clock change"),
        pytest.param("2024-11-03", "2024-11-03 07:00", "2024-11-04 08:00", id="25 hours"),
    ],
)
def test_a_day_is_local_and_half_open(pay: StatementBooks, on: str, starts: str, ends: str) -> None:
    account = pay.with_setting("DAILY")
    first, after = datetime.fromisoformat(starts), datetime.fromisoformat(ends)
    pay.invoice(account, first - MOMENT)
    inside = (pay.invoice(account, first), pay.invoice(account, after - MOMENT))
    pay.invoice(account, after)

    pay.generate(on, now="2027-06-01 01:01")

    assert pay.statements()[0].invoices == inside


@pytest.mark.parametrize(
    ("last", "first_instant", "instant_after"),
    [
        pytest.param("2025-11-08", "2025-11-02 07:00", "2025-11-09 08:00", id="the clocks went back inside"),
        pytest.param("2025-03-15", "2025-03-09 08:00", "2025-03-16 07:00", id="the clocks went forward inside"),
        pytest.param("2026-11-07", "2026-11-01 07:00", "2026-11-08 07:00", id="nothing changed inside"),
    ],
)
def test_a_week_is_local_and_half_open(pay: StatementBooks, last: str, first_instant: str, instant_after: str) -> None:
    account = pay.with_setting("WEEKLY")
    starts, ends = datetime.fromisoformat(first_instant), datetime.fromisoformat(instant_after)
    pay.invoice(account, starts - MOMENT)
    inside = (pay.invoice(account, starts), pay.invoice(account, ends - MOMENT))
    pay.invoice(account, ends)

    pay.generate(last)

    assert pay.statements()[0].invoices == inside


def test_each_invoice_of_four_days_stands_on_exactly_one_daily_statement(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    starts = datetime(2025, 11, 1, 7)
    hourly = {pay.invoice(account, starts + timedelta(hours=hour)) for hour in range(4 * 24 + 1)}

    pay.generate(first="2025-11-01", last="2025-11-04")

    listed = [invoice for one in pay.statements() for invoice in one.invoices]
    assert sorted(listed) == sorted(hourly)
    assert {str(one.last): len(one.invoices) for one in pay.statements()} == {
        "2025-11-01": 24,
        "2025-11-02": 25,
        "2025-11-03": 24,
        "2025-11-04": 24,
    }


def test_the_night_covers_the_local_day_before_it(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    pay.generate(now="2022-06-25 23:59")  # already the 26th in UTC

    assert pay.statements()[0].last == date(2022, 6, 24)
