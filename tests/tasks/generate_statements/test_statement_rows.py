"""What stands in the columns of a statement (docs/specs/statements.md section 5)."""

from datetime import date

import pytest

from config.errors import ExitCode
from tests.statement_factory import StatementBooks

NIGHT = "2022-06-25 01:01"  # covers Friday 2022-06-24


def test_a_statement_names_its_setting_and_is_not_interim(pay: StatementBooks) -> None:
    account = pay.account()
    setting = pay.setting(account, "DAILY")

    pay.generate("2022-06-24")

    [statement] = pay.statements()
    assert (statement.setting, statement.interim) == (setting, False)


def test_a_gap_statement_has_the_frequency_weekly(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY", last="2022-06-22")

    pay.generate("2022-06-22")

    assert [one.frequency for one in pay.statements()] == ["WEEKLY"]


def test_a_statement_with_an_invoice_is_not_empty(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    pay.invoice(account, "2022-06-24 10:00")

    pay.generate("2022-06-24")

    assert pay.statements()[0].empty is False


def test_a_statement_without_invoices_is_made_and_is_empty(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    pay.generate("2022-06-24")

    [statement] = pay.statements()
    assert (statement.empty, statement.invoices) == (True, ())


def test_payment_methods_are_those_of_the_invoices_once_each_and_sorted(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", "ONLINE_BANKING")
    for method in ("PAD", "INTERNAL", "DIRECT_PAY", "PAD", "CC"):
        pay.invoice(account, "2022-06-24 10:00", method)

    pay.generate("2022-06-24")

    assert pay.statements()[0].methods == "CC,DIRECT_PAY,INTERNAL,PAD"


def test_payment_methods_are_sorted_on_a_statement_made_again(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    for method in ("PAD", "DIRECT_PAY", "CC"):
        pay.invoice(account, "2022-06-24 10:00", method)
    pay.statement(account, "DAILY", "2022-06-24", "2022-06-24", methods="PAD,CC")

    pay.generate("2022-06-24")

    assert pay.statements()[0].methods == "CC,DIRECT_PAY,PAD"


def test_an_empty_statement_has_the_method_of_its_account(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", "ONLINE_BANKING")

    pay.generate("2022-06-24")

    assert pay.statements()[0].methods == "ONLINE_BANKING"


def test_an_empty_statement_of_an_account_without_a_method_has_empty_text(pay: StatementBooks) -> None:
    pay.setting(pay.account(None), "DAILY")

    pay.generate("2022-06-24")

    assert pay.statements()[0].methods == ""


def test_an_empty_statement_that_exists_keeps_its_methods(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", "PAD")
    pay.statement(account, "DAILY", "2022-06-24", "2022-06-24", methods="DRAWDOWN")

    pay.generate("2022-06-24")

    assert pay.statements()[0].methods == "DRAWDOWN"


def test_a_statement_that_loses_its_last_invoice_keeps_its_methods_and_becomes_empty(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", "PAD")
    other_day = pay.invoice(account, "2022-06-20 10:00", "DRAWDOWN")
    pay.statement(account, "DAILY", "2022-06-24", "2022-06-24", invoices=[other_day], methods="DRAWDOWN")

    pay.generate("2022-06-24")

    [statement] = pay.statements()
    assert (statement.methods, statement.empty, statement.invoices) == ("DRAWDOWN", True, ())


@pytest.mark.parametrize(("wanted", "status"), [(True, "PENDING"), (False, "SKIP"), (None, "SKIP")])
def test_the_night_owes_a_notification_where_the_account_wants_one(
    pay: StatementBooks, wanted: bool | None, status: str
) -> None:
    pay.with_setting("DAILY", notified=wanted)

    pay.generate(now=NIGHT)

    assert [one.notification for one in pay.statements()] == [status]


def test_a_statement_made_under_a_date_owes_no_notification(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", notified=True)

    pay.generate("2022-06-24", now=NIGHT)

    assert [one.notification for one in pay.statements()] == ["SKIP"]


def test_a_night_that_finds_statements_that_owe_no_notification_tells_how_many(pay: StatementBooks) -> None:
    for wanted in (True, True, False, None):
        pay.with_setting("DAILY", notified=wanted)
    pay.generate("2022-06-24", now=NIGHT)

    late = pay.generate(now=NIGHT)

    assert [one.notification for one in pay.statements()] == ["SKIP"] * 4
    assert (late.exit_code, late.counts["statements_without_notice"]) == (ExitCode.ATTENTION, 2)
    [reject] = late.rejects
    assert (reject.where, reject.reason) == ("statements of 2022-06-24", "no notice goes out")
    assert reject.detail.startswith("2 statements of accounts that want notices were there already")


def test_a_statement_of_before_its_account_wanted_notices_is_not_said_to_be_made_with_a_date(
    pay: StatementBooks,
) -> None:
    pay.with_setting("DAILY", notified=False)
    pay.generate(now=NIGHT)
    pay.change("UPDATE payment_accounts SET statement_notification_enabled = true")

    [reject] = pay.generate(now=NIGHT).rejects

    assert "made with a date, to fill a gap, or before the account wanted any" in reject.detail


def test_a_statement_that_nobody_is_told_of_because_it_has_no_recipients_is_not_one_without_notice(
    pay: StatementBooks,
) -> None:
    pay.with_setting("DAILY", notified=True)
    pay.generate(now=NIGHT)
    pay.change("UPDATE statements SET notification_status_code = 'SKIP', notification_date = '2022-06-25'")

    again = pay.generate(now=NIGHT)

    assert (again.exit_code, again.rejects) == (ExitCode.DONE, [])


def test_a_night_that_is_run_again_or_under_a_date_has_nothing_to_tell_of_notices(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", notified=True)
    pay.generate(now=NIGHT)
    again = pay.generate(now=NIGHT)
    pay.change("UPDATE statements SET notification_status_code = 'SKIP'")
    dated = pay.generate("2022-06-24", now=NIGHT)

    assert [(one.exit_code, one.rejects) for one in (again, dated)] == [(ExitCode.DONE, [])] * 2


def test_a_statement_made_under_a_range_owes_no_notification(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", notified=True)

    pay.generate(first="2022-06-24", last="2022-06-24", now=NIGHT)

    assert [one.notification for one in pay.statements()] == ["SKIP"]


def test_a_statement_is_dated_with_the_local_day_of_the_run(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    pay.generate("2022-06-24", now="2022-06-30 23:00")  # the 1st of July in UTC

    assert pay.statements()[0].created_on == date(2022, 6, 30)


def test_a_corrected_statement_gets_a_new_date(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    pay.invoice(account, "2022-06-24 10:00")
    pay.statement(account, "DAILY", "2022-06-24", "2022-06-24", made="2022-06-25")

    pay.generate("2022-06-24", now="2022-07-09 09:00")

    assert pay.statements()[0].created_on == date(2022, 7, 9)


def test_the_counts_say_what_was_made(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY")
    pay.invoice(account, "2022-06-24 10:00")
    pay.invoice(account, "2022-06-24 11:00")
    pay.with_setting("DAILY")

    outcome = pay.generate("2022-06-24")

    assert +outcome.counts == {"statements_created": 2, "invoices_linked": 2}
