"""A statement is made once and then kept right (docs/specs/statements.md section 6)."""

from datetime import date

import pytest

from tests.statement_factory import StatementAccount, StatementBooks

FRIDAY, SATURDAY = "2022-06-24", "2022-06-25"
NIGHT_TO_SUNDAY = "2022-06-26 01:01"


@pytest.fixture
def busy(pay: StatementBooks) -> StatementBooks:
    """Accounts of every frequency with invoices, some of which want notifications."""
    for frequency in ("DAILY", "WEEKLY", "MONTHLY"):
        for method in ("PAD", "EFT"):
            account = pay.with_setting(frequency, method, notified=True)
            for at in ("2022-06-19 00:00", "2022-06-25 00:00", "2022-06-25 23:59"):
                pay.invoice(account, at, method)
                pay.invoice(account, at, "DIRECT_PAY")
    pay.with_setting("DAILY")
    return pay


@pytest.fixture
def account(pay: StatementBooks) -> StatementAccount:
    return pay.with_setting("DAILY", auth="1234", notified=True)


@pytest.mark.parametrize(
    ("first_on", "then_on", "told"),
    [
        pytest.param(None, None, {}, id="both without a date"),
        pytest.param(SATURDAY, SATURDAY, {}, id="both with a date"),
        pytest.param(None, SATURDAY, {}, id="then with a date"),
        pytest.param(SATURDAY, None, {"statements_without_notice": 4}, id="first with a date"),
    ],
)
def test_a_second_run_for_the_same_day_changes_nothing(
    busy: StatementBooks, first_on: str | None, then_on: str | None, told: dict[str, int]
) -> None:
    busy.generate(first_on, now=NIGHT_TO_SUNDAY)
    before = busy.written()

    outcome = busy.generate(then_on, now="2022-06-26 23:00")

    assert busy.written() == before
    assert +outcome.counts == {"statements_kept": 5} | told
    assert "duplicates_emptied" not in outcome.counts


def test_a_second_run_weeks_later_changes_nothing_either(busy: StatementBooks) -> None:
    busy.generate(now=NIGHT_TO_SUNDAY)
    before = busy.written()

    busy.generate(SATURDAY, now="2022-08-01 10:00")

    assert busy.written() == before


def test_the_lowest_id_is_used_again(pay: StatementBooks, account: StatementAccount) -> None:
    invoice = pay.invoice(account, "2022-06-24 10:00")
    first, second = (pay.statement(account, "DAILY", FRIDAY, FRIDAY) for _ in range(2))

    pay.generate(FRIDAY)

    assert {one.id: one.invoices for one in pay.statements()} == {first: (invoice,), second: ()}


def test_further_duplicates_lose_their_links_and_become_empty(pay: StatementBooks, account: StatementAccount) -> None:
    invoice = pay.invoice(account, "2022-06-24 10:00")
    first = pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[invoice])
    for _ in range(2):
        pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[invoice])

    outcome = pay.generate(FRIDAY)

    assert [(one.id == first, one.invoices, one.empty) for one in pay.statements()] == [
        (True, (invoice,), False),
        (False, (), True),
        (False, (), True),
    ]
    assert outcome.counts["duplicates_emptied"] == 2


def test_a_duplicate_owes_no_notification_any_more_but_keeps_that_one_was_sent(
    pay: StatementBooks, account: StatementAccount
) -> None:
    pay.statement(account, "DAILY", FRIDAY, FRIDAY)
    owed = pay.statement(account, "DAILY", FRIDAY, FRIDAY, status="PENDING")
    sent = pay.statement(account, "DAILY", FRIDAY, FRIDAY, status="SUCCESS")

    pay.generate(FRIDAY)

    status = {one.id: one.notification for one in pay.statements()}
    assert (status[owed], status[sent]) == ("SKIP", "SUCCESS")


def test_emptied_duplicates_are_left_alone_the_next_time(pay: StatementBooks, account: StatementAccount) -> None:
    invoice = pay.invoice(account, "2022-06-24 10:00")
    for _ in range(2):
        pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[invoice], status="PENDING")
    pay.generate(FRIDAY)
    before = pay.written()

    outcome = pay.generate(FRIDAY)

    assert pay.written() == before
    assert outcome.counts["duplicates_emptied"] == 0


@pytest.mark.parametrize("status", ["PENDING", "PROCESSING", "SUCCESS", "FAILED", "SKIP"])
@pytest.mark.parametrize("argument", [FRIDAY, None])
def test_the_notification_status_of_a_statement_is_kept(
    pay: StatementBooks, account: StatementAccount, status: str, argument: str | None
) -> None:
    pay.invoice(account, "2022-06-24 10:00")
    pay.statement(account, "DAILY", FRIDAY, FRIDAY, status=status)

    pay.generate(argument, now="2022-06-25 01:01")

    [statement] = pay.statements()
    assert (statement.notification, len(statement.invoices)) == (status, 1)


def test_links_that_do_not_belong_are_removed_and_missing_ones_are_added(
    pay: StatementBooks, account: StatementAccount
) -> None:
    kept, missing = (pay.invoice(account, f"2022-06-24 {hour}:00") for hour in (10, 11))
    by_eft, other_day = pay.invoice(account, "2022-06-24 12:00", "EFT"), pay.invoice(account, "2022-06-23 10:00")
    statement = pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[kept, by_eft, other_day])

    outcome = pay.generate(FRIDAY)

    assert [(one.id, one.invoices) for one in pay.statements()] == [(statement, (kept, missing))]
    assert (outcome.counts["links_removed"], outcome.counts["invoices_linked"]) == (2, 1)


def test_an_invoice_on_the_statement_of_another_account_is_put_on_its_own(
    pay: StatementBooks, account: StatementAccount
) -> None:
    other = pay.with_setting("DAILY", auth="5678")
    invoice = pay.invoice(account, "2022-06-24 10:00")
    pay.statement(account, "DAILY", FRIDAY, FRIDAY)
    pay.statement(other, "DAILY", FRIDAY, FRIDAY, invoices=[invoice])

    outcome = pay.generate(FRIDAY)

    assert {one.account: one.invoices for one in pay.statements()} == {"1234": (invoice,), "5678": ()}
    assert (outcome.counts["links_removed"], outcome.counts["invoices_linked"]) == (1, 1)


def test_a_link_that_is_right_keeps_its_id(pay: StatementBooks, account: StatementAccount) -> None:
    kept = pay.invoice(account, "2022-06-24 10:00")
    statement = pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[kept], empty=False)
    link_before = [row for row in pay.written() if row[1:] == (statement, kept)]
    pay.invoice(account, "2022-06-24 11:00")

    pay.generate(FRIDAY)

    assert [row for row in pay.written() if row[1:] == (statement, kept)] == link_before


def test_a_stale_empty_flag_is_put_right(pay: StatementBooks, account: StatementAccount) -> None:
    invoice = pay.invoice(account, "2022-06-24 10:00")
    pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[invoice], empty=True)

    pay.generate(FRIDAY)

    assert pay.statements()[0].empty is False


def test_missing_payment_methods_are_put_right(pay: StatementBooks, account: StatementAccount) -> None:
    invoice = pay.invoice(account, "2022-06-24 10:00")
    pay.statement(account, "DAILY", FRIDAY, FRIDAY, invoices=[invoice], methods=None)

    pay.generate(FRIDAY)

    assert pay.statements()[0].methods == "PAD"


def test_an_interim_statement_is_left_alone(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY")
    invoice = pay.invoice(account, "2022-06-20 10:00", "EFT")
    pay.interim(account, "2022-06-19", "2022-06-25", invoices=[invoice])
    [before] = pay.statements()

    pay.generate(SATURDAY)

    interim, made = pay.statements()
    assert interim == before
    assert (made.interim, made.invoices) == (False, ())


def test_the_setting_of_a_statement_is_not_changed(pay: StatementBooks) -> None:
    account = pay.account()
    old = pay.setting(account, "DAILY", "2019-01-01", FRIDAY)
    pay.statement(account, "DAILY", FRIDAY, FRIDAY, setting=old)
    pay.setting(account, "DAILY", FRIDAY)
    pay.invoice(account, "2022-06-24 10:00")

    pay.generate(FRIDAY)

    [statement] = pay.statements()
    assert (statement.setting, len(statement.invoices)) == (old, 1)


def test_a_statement_of_another_frequency_or_period_is_not_taken(
    pay: StatementBooks, account: StatementAccount
) -> None:
    pay.statement(account, "WEEKLY", FRIDAY, FRIDAY)
    pay.statement(account, "DAILY", "2022-06-23", FRIDAY)
    pay.statement(account, "DAILY", FRIDAY, SATURDAY)
    before = pay.statements()

    pay.generate(FRIDAY)

    assert pay.statements()[:3] == before
    assert len(pay.statements()) == 4


def test_an_invoice_that_came_late_is_added(pay: StatementBooks, account: StatementAccount) -> None:
    pay.generate(FRIDAY)
    late = pay.invoice(account, "2022-06-24 23:59:59")

    pay.generate(FRIDAY, now="2022-07-01 09:00")

    [statement] = pay.statements()
    assert (statement.invoices, statement.empty, statement.created_on) == ((late,), False, date(2022, 7, 1))


def test_an_account_override_leaves_all_others_alone(pay: StatementBooks, account: StatementAccount) -> None:
    other = pay.with_setting("DAILY", auth="5678")
    pay.statement(other, "DAILY", FRIDAY, FRIDAY)
    pay.invoice(other, "2022-06-24 10:00")
    before = pay.statements(other)

    outcome = pay.generate(FRIDAY, account.auth)

    assert pay.statements(other) == before
    assert outcome.notes == []
    assert len(pay.statements(account)) == 1
