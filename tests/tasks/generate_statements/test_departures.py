"""Where the reference is weak and the job does better (docs/specs/statements.md sections 8, 10, 11)."""

from typing import Any

import pytest

from config.errors import UsageError
from tests.statement_factory import StatementBooks


def test_a_weekly_setting_that_ends_on_a_sunday_gets_a_statement_of_that_one_day(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", last="2026-05-31", auth="1234")
    pay.invoice(account, "2026-05-30 23:59:59")
    on_sunday = pay.invoice(account, "2026-05-31 10:00")

    pay.generate("2026-05-31")

    assert [(one.key, one.invoices) for one in pay.statements()] == [
        (("1234", "WEEKLY", "2026-05-31", "2026-05-31"), (on_sunday,))
    ]


def test_a_weekly_setting_that_ends_on_a_saturday_gets_its_week_and_no_gap_statement(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY", last="2022-06-25", auth="1234")

    pay.generate(first="2022-06-19", last="2022-06-26")

    assert pay.keys() == [("1234", "WEEKLY", "2022-06-19", "2022-06-25")]


def test_a_gap_statement_is_made_only_on_the_day_its_setting_ends(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY", last="2022-06-22", auth="1234")

    pay.generate(first="2022-06-19", last="2022-06-24")

    assert pay.keys() == [("1234", "WEEKLY", "2022-06-19", "2022-06-22")]


@pytest.mark.parametrize(
    ("first", "last", "made"),
    [
        pytest.param("2022-06-19", "2022-06-22", False, id="exactly"),
        pytest.param("2022-06-15", "2022-06-30", False, id="and more"),
        pytest.param("2022-06-20", "2022-06-22", True, id="but not its Sunday"),
        pytest.param("2022-06-19", "2022-06-21", True, id="but not its last day"),
    ],
)
def test_an_interim_statement_that_covers_the_rest_of_the_week_stands_for_it(
    pay: StatementBooks, first: str, last: str, made: bool
) -> None:
    account = pay.with_setting("WEEKLY", last="2022-06-22")
    pay.interim(account, first, last)

    pay.generate("2022-06-22")

    assert [one.interim for one in pay.statements()] == ([True, False] if made else [True])


def test_an_ordinary_statement_over_the_same_days_does_not_stand_for_the_rest_of_the_week(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", last="2022-06-22", auth="1234")
    pay.statement(account, "MONTHLY", "2022-06-01", "2022-06-30")

    pay.generate("2022-06-22")

    assert pay.keys() == [
        ("1234", "MONTHLY", "2022-06-01", "2022-06-30"),
        ("1234", "WEEKLY", "2022-06-19", "2022-06-22"),
    ]


def test_with_an_account_override_every_setting_that_matches_gets_its_links(pay: StatementBooks) -> None:
    account = pay.account(auth="1234")
    pay.setting(account, "DAILY")
    pay.setting(account, "WEEKLY")
    invoice = pay.invoice(account, "2022-06-25 10:00")

    pay.generate("2022-06-25", "1234")

    assert {one.frequency: one.invoices for one in pay.statements()} == {"DAILY": (invoice,), "WEEKLY": (invoice,)}


@pytest.mark.parametrize("older", ["2019-01-01", "2022-06-01"])
def test_overlapping_settings_of_one_frequency_make_one_statement_of_the_newer(pay: StatementBooks, older: str) -> None:
    account = pay.account()
    settings = [pay.setting(account, "DAILY", first) for first in (older, "2022-06-01", "2019-01-01")]
    invoice = pay.invoice(account, "2022-06-24 10:00")

    pay.generate("2022-06-24")

    [statement] = pay.statements()
    assert (statement.setting, statement.invoices) == (settings[1], (invoice,))


@pytest.mark.parametrize(
    ("frequency", "older_ends", "newer_begins", "last"),
    [
        pytest.param("WEEKLY", "2022-06-25", "2022-06-22", "2022-06-25", id="week"),
        pytest.param("WEEKLY", "2022-07-02", "2022-06-22", "2022-06-25", id="week, older goes on"),
        pytest.param("MONTHLY", "2022-06-30", "2022-06-22", "2022-06-30", id="month"),
    ],
)
def test_the_one_statement_of_overlapping_settings_lists_the_days_of_both(
    pay: StatementBooks, frequency: str, older_ends: str, newer_begins: str, last: str
) -> None:
    account = pay.account()
    pay.setting(account, frequency, "2019-01-01", older_ends)
    pay.setting(account, frequency, newer_begins)
    made = tuple(pay.invoice(account, f"2022-06-{on} 10:00") for on in (19, 20, 22, 25))

    pay.generate(last)

    [statement] = pay.statements()
    assert statement.invoices == made


def test_the_one_rest_of_a_week_of_overlapping_settings_lists_the_days_of_both(pay: StatementBooks) -> None:
    account = pay.account()
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-06-23")
    pay.setting(account, "WEEKLY", "2022-06-22", "2022-06-23")
    made = tuple(pay.invoice(account, f"2022-06-{on} 10:00") for on in (19, 22))

    pay.generate("2022-06-23")

    [statement] = pay.statements()
    assert statement.invoices == made


@pytest.fixture
def monthly_then_weekly(pay: StatementBooks) -> StatementBooks:
    """Monthly to Tuesday 2022-05-31, weekly from Wednesday 2022-06-01, with an invoice on each day of that week."""
    account = pay.account()
    pay.setting(account, "MONTHLY", "2019-01-01", "2022-05-31")
    pay.setting(account, "WEEKLY", "2022-06-01")
    for on in ("05-29", "05-30", "05-31", "06-01", "06-02", "06-03", "06-04"):
        pay.invoice(account, f"2022-{on} 10:00")
    pay.invoice(account, "2022-05-31 23:59:59.999999")
    pay.invoice(account, "2022-06-01 00:00")
    return pay


def test_from_monthly_to_weekly_every_invoice_stands_on_one_statement(monthly_then_weekly: StatementBooks) -> None:
    monthly_then_weekly.generate(first="2022-05-29", last="2022-06-04")

    listed = [invoice for one in monthly_then_weekly.statements() for invoice in one.invoices]
    assert len(listed) == 9
    assert len(set(listed)) == 9


def test_from_monthly_to_weekly_the_old_month_keeps_its_days(monthly_then_weekly: StatementBooks) -> None:
    monthly_then_weekly.generate(first="2022-05-29", last="2022-06-04")

    assert {one.key[1:]: len(one.invoices) for one in monthly_then_weekly.statements()} == {
        ("MONTHLY", "2022-05-01", "2022-05-31"): 4,
        ("WEEKLY", "2022-05-29", "2022-06-04"): 5,
    }


def test_from_daily_to_weekly_every_invoice_stands_on_one_statement(pay: StatementBooks) -> None:
    account = pay.account()
    pay.setting(account, "DAILY", "2019-01-01", "2022-06-21")
    pay.setting(account, "WEEKLY", "2022-06-22")
    made = [pay.invoice(account, f"2022-06-{on} 10:00") for on in range(19, 26)]

    pay.generate(first="2022-06-19", last="2022-06-25")

    assert sorted(invoice for one in pay.statements() for invoice in one.invoices) == made


def test_only_the_days_that_an_earlier_setting_had_are_not_on_a_first_weekly_statement(
    pay: StatementBooks,
) -> None:
    account = pay.account()
    pay.setting(account, "DAILY", "2022-06-21", "2022-06-22")
    pay.setting(account, "WEEKLY", "2022-06-23")
    pay.with_setting("DAILY", first="2022-06-19", last="2022-06-20")
    other = pay.with_setting("WEEKLY")
    theirs = pay.invoice(other, "2022-06-21 10:00")
    for at in ("2022-06-21 00:00", "2022-06-21 10:00", "2022-06-22 23:59:59.999999"):
        pay.invoice(account, at)
    listed = ("2022-06-19 10:00", "2022-06-20 23:59:59.999999", "2022-06-23 00:00", "2022-06-25 10:00")
    made = tuple(pay.invoice(account, at) for at in listed)

    pay.generate("2022-06-25")

    assert [pay.statements(one)[-1].invoices for one in (account, other)] == [made, (theirs,)]


def test_days_that_two_settings_have_are_on_the_statements_of_both(pay: StatementBooks) -> None:
    account = pay.account()
    pay.setting(account, "DAILY", "2019-01-01", "2022-06-23")
    pay.setting(account, "WEEKLY", "2022-06-22")
    made = [pay.invoice(account, f"2022-06-{on} 10:00") for on in range(19, 26)]

    pay.generate("2022-06-25")

    assert pay.statements()[0].invoices == tuple(made[3:])


def test_days_before_a_first_weekly_setting_that_no_other_statement_has_are_on_it(pay: StatementBooks) -> None:
    account = pay.account()
    pay.setting(account, "MONTHLY", "2019-01-01", "2022-06-21")  # cut off: June gets no monthly statement
    pay.setting(account, "WEEKLY", "2022-06-22")
    made = tuple(pay.invoice(account, f"2022-06-{on} 10:00") for on in range(19, 26))

    pay.generate("2022-06-25")

    assert pay.statements()[0].invoices == made


@pytest.mark.parametrize(("before", "now"), [("PAD", "EFT"), ("EFT", "PAD")])
def test_a_period_before_a_switch_of_method_is_made_again_with_the_method_of_that_time(
    pay: StatementBooks, before: str, now: str
) -> None:
    account, other = pay.account(before), pay.with_setting("WEEKLY", "PAD")
    pay.invoice(other, "2022-06-20 10:00", "PAD")
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-07-06")
    then = pay.invoice(account, "2022-06-20 10:00", before)
    pay.invoice(account, "2022-06-20 11:00", now)
    pay.generate("2022-06-25")
    pay.pays_by(account, now)
    pay.interim(account, "2022-07-03", "2022-07-06")
    pay.setting(account, "MONTHLY", "2022-07-07")
    was = pay.written()

    pay.generate("2022-06-25")

    assert pay.written() == was
    assert pay.statements(account)[0].invoices == (then,)


@pytest.mark.parametrize("evidence", ["history", "profile", "invoice"])
@pytest.mark.parametrize(("before", "now"), [("PAD", "EFT"), ("EFT", "PAD"), ("ONLINE_BANKING", "EFT")])
def test_an_empty_statement_before_a_switch_says_the_method_of_its_week(
    pay: StatementBooks, before: str, now: str, evidence: str
) -> None:
    account = pay.account(before)
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-07-06")
    if evidence == "invoice":
        pay.invoice(account, "2022-06-10 10:00", before)
    elif evidence == "profile":
        pay.profile(account, before)
    pay.pays_by(account, now, since="2022-07-06 10:00" if evidence == "history" else None)
    pay.interim(account, "2022-07-03", "2022-07-06")
    pay.setting(account, "MONTHLY", "2022-07-07")

    pay.generate("2022-06-25")

    assert [(one.methods, one.empty) for one in pay.statements() if not one.interim] == [(before, True)]


def test_an_empty_statement_after_a_switch_from_one_method_to_another_says_each_method(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", "PAD")
    pay.pays_by(account, "DIRECT_PAY", since="2022-06-28 10:00")

    pay.generate("2022-06-25")
    pay.generate("2022-07-02")

    assert [one.methods for one in pay.statements()] == ["PAD", "DIRECT_PAY"]


def test_a_period_after_a_switch_of_method_is_made_with_the_new_method(pay: StatementBooks) -> None:
    account = pay.account("EFT")
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-06-15")
    pay.interim(account, "2022-06-12", "2022-06-15")
    pay.setting(account, "MONTHLY", "2022-06-16")
    pay.invoice(account, "2022-06-20 10:00", "PAD")
    by_eft = pay.invoice(account, "2022-06-20 11:00", "EFT")

    pay.generate("2022-06-30")

    assert [one.invoices for one in pay.statements() if not one.interim] == [(by_eft,)]


@pytest.mark.parametrize(
    ("switched", "both"), [("2022-05-31", False), ("2022-06-01", True), ("2022-06-30", True), ("2022-07-01", False)]
)
def test_in_a_period_with_a_switch_of_method_the_method_decides_and_not_the_day(
    pay: StatementBooks, switched: str, both: bool
) -> None:
    account = pay.account("EFT")
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-06-22")
    pay.setting(account, "MONTHLY", "2022-06-23")
    pay.interim(account, "2022-05-29", switched)
    early, late = (pay.invoice(account, f"2022-06-{on} 10:00", "EFT") for on in (20, 24))
    pay.invoice(account, "2022-06-24 10:00", "PAD")

    pay.generate("2022-06-30")

    assert [one.invoices for one in pay.statements() if not one.interim] == [(early, late) if both else (late,)]


def test_a_period_before_two_switches_is_made_again_with_the_first_method(pay: StatementBooks) -> None:
    account = pay.account("PAD")
    pay.setting(account, "DAILY", "2019-01-01", "2022-07-06")
    pay.interim(account, "2022-07-05", "2022-07-06")
    pay.setting(account, "MONTHLY", "2022-07-07", "2022-09-14")
    pay.interim(account, "2022-09-01", "2022-09-14")
    pay.setting(account, "WEEKLY", "2022-09-15")
    by_pad = pay.invoice(account, "2022-06-24 10:00", "PAD")
    between = pay.invoice(account, "2022-07-15 10:00", "EFT")

    pay.generate("2022-06-24")
    pay.generate("2022-07-31")

    assert [one.invoices for one in pay.statements() if not one.interim] == [(by_pad,), (between,)]


@pytest.mark.parametrize("first", ["2019-01-01", "2022-06-24"])
def test_an_interim_statement_without_a_later_setting_tells_of_no_switch(pay: StatementBooks, first: str) -> None:
    account = pay.with_setting("DAILY", first=first)
    by_pad = pay.invoice(account, "2022-06-24 10:00", "PAD")
    pay.invoice(account, "2022-06-24 10:00", "EFT")
    pay.interim(account, "2022-06-25", "2022-06-27")

    pay.generate("2022-06-24")

    assert [one.invoices for one in pay.statements() if not one.interim] == [(by_pad,)]


def test_a_later_statement_that_is_not_interim_tells_of_no_switch(pay: StatementBooks) -> None:
    account = pay.account("PAD")
    pay.setting(account, "DAILY", "2019-01-01", "2022-06-24")
    pay.setting(account, "WEEKLY", "2022-06-25")
    by_pad = pay.invoice(account, "2022-06-24 10:00", "PAD")
    pay.invoice(account, "2022-06-24 10:00", "EFT")
    pay.statement(account, "WEEKLY", "2022-06-19", "2022-06-25")

    pay.generate("2022-06-24")

    assert pay.statements()[-1].invoices == (by_pad,)


def test_a_daily_statement_of_the_day_of_a_switch_is_made_with_the_new_method(pay: StatementBooks) -> None:
    account = pay.account("EFT")
    pay.setting(account, "DAILY", "2019-01-01", "2022-06-24")
    pay.interim(account, "2022-06-23", "2022-06-24")
    pay.setting(account, "MONTHLY", "2022-06-25")
    pay.invoice(account, "2022-06-24 10:00", "PAD")
    by_eft = pay.invoice(account, "2022-06-24 11:00", "EFT")

    pay.generate("2022-06-24")

    assert pay.statements()[-1].invoices == (by_eft,)


def test_an_account_override_that_names_no_account_is_refused(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", auth="1234")

    with pytest.raises(UsageError, match="No payment account has the auth account id '4321'"):
        pay.generate("2022-06-24", "4321")

    assert pay.statements() == []


def test_an_account_without_settings_on_that_day_is_refused_with_those_it_has(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", auth="1234", first="2022-01-01", last="2022-06-23")
    pay.setting(account, "WEEKLY", "2022-06-25")
    pay.with_setting("MONTHLY", auth="5678")

    with pytest.raises(UsageError) as refused:
        pay.generate("2022-06-24", "1234")

    assert str(refused.value) == (
        "Account 1234 has no statement settings on 2022-06-24. Its settings: "
        "DAILY 2022-01-01 to 2022-06-23; WEEKLY 2022-06-25 to today."
    )


@pytest.mark.parametrize(
    ("first", "last", "is_refused"),
    [
        ("2022-06-01", "2022-06-09", True),
        ("2022-06-01", "2022-06-10", False),
        ("2022-06-20", "2022-06-25", False),
        ("2022-06-21", "2022-06-25", True),
    ],
)
@pytest.mark.parametrize("asked", ["range", "gaps"])
def test_an_account_without_settings_on_any_of_the_days_is_refused(
    pay: StatementBooks, first: str, last: str, is_refused: bool, asked: str
) -> None:
    pay.with_setting("WEEKLY", auth="1234", first="2022-06-10", last="2022-06-20")
    days: dict[str, Any] = {"first": first, "last": last} if asked == "range" else {"since": first, "until": last}

    if not is_refused:
        pay.generate(only_account="1234", gaps=asked == "gaps", **days)
        return
    with pytest.raises(UsageError) as refused:
        pay.generate(only_account="1234", gaps=asked == "gaps", **days)
    assert str(refused.value) == (
        f"Account 1234 has no statement settings from {first} to {last}. Its settings: WEEKLY 2022-06-10 to 2022-06-20."
    )


def test_an_account_without_any_settings_is_refused(pay: StatementBooks) -> None:
    pay.account(auth="1234")

    with pytest.raises(UsageError, match="Its settings: none at all"):
        pay.generate("2022-06-24", "1234")


def test_an_account_for_which_nothing_was_due_is_told_so(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY", auth="1234")

    outcome = pay.generate("2022-06-24", "1234")

    assert outcome.notes == [
        "Nothing was due for account 1234: weekly statements end on a Saturday, monthly ones on the last day of the "
        "month. None is due of days that an interim statement covers, nor of a frequency that is not DAILY, WEEKLY or "
        "MONTHLY."
    ]
    assert pay.statements() == []
