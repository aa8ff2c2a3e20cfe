"""What other accounts and other periods have changes nothing for an account's statement."""

import threading
from typing import Any

import pytest
from sqlalchemy import text

from database.sql import statements
from tests.statement_factory import StatementAccount, StatementBooks, day

sql = statements("tasks.generate_statements")

SUNDAY, SATURDAY = "2022-06-19", "2022-06-25"
_CHANGE = "SELECT FROM payment_accounts WHERE id = :id FOR NO KEY UPDATE"
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


@pytest.fixture
def switched(pay: StatementBooks) -> StatementAccount:
    """An account that paid by PAD in the week, says EFT today, and has no history of it."""
    account = pay.account("EFT")
    pay.setting(account, "WEEKLY", "2019-01-01", "2022-07-06")
    pay.interim(account, "2022-07-03", "2022-07-06")
    pay.setting(account, "MONTHLY", "2022-07-07")
    return account


def method_of_the_week(pay: StatementBooks, account: StatementAccount) -> str | None:
    """Return what the empty statement of the week says that the account pays by."""
    pay.generate(SATURDAY)
    return next(one.methods for one in pay.statements(account) if not one.interim)


def test_an_empty_statement_names_the_newest_profile_of_its_own_account(
    pay: StatementBooks, switched: StatementAccount
) -> None:
    other = pay.account("EFT")
    for account, method in ((switched, "EJV"), (switched, "PAD"), (switched, "EFT"), (other, "ONLINE_BANKING")):
        pay.profile(account, method)

    assert method_of_the_week(pay, switched) == "PAD"


def test_an_empty_statement_names_the_method_of_its_own_accounts_newest_invoice_before_the_end_of_the_period(
    pay: StatementBooks, switched: StatementAccount
) -> None:
    other = pay.account("EFT")
    pay.invoice(switched, "2022-06-01 10:00", "CC")
    pay.invoice(switched, "2022-06-02 10:00", "PAD")
    pay.invoice(switched, "2022-06-02 10:00", "DIRECT_PAY")
    pay.invoice(switched, "2022-06-03 10:00", "EFT")
    pay.invoice(switched, "2022-06-26 00:00", "ONLINE_BANKING")
    pay.invoice(other, "2022-06-04 10:00", "CC")

    assert method_of_the_week(pay, switched) == "DIRECT_PAY"


def test_an_empty_statement_names_the_method_that_its_own_accounts_history_has_at_the_end_of_the_period(
    pay: StatementBooks,
) -> None:
    account, other = pay.with_setting("WEEKLY", "DIRECT_PAY"), pay.with_setting("WEEKLY", "CC")
    pay.pays_by(other, "PAD", since="2022-06-26 00:00")
    pay.pays_by(account, "ONLINE_BANKING", since="2022-06-25 23:59:59")
    pay.pays_by(account, "PAD", since="2022-06-26 00:00")
    pay.pays_by(account, "CC", since="2022-06-27 00:00")

    assert method_of_the_week(pay, account) == "ONLINE_BANKING"


def test_an_interim_statement_of_another_account_leaves_covered_days_where_they_are(pay: StatementBooks) -> None:
    account, other = pay.account(), pay.account()
    pay.setting(account, "DAILY", "2019-01-01", "2022-06-21")
    pay.setting(account, "WEEKLY", "2022-06-22")
    pay.interim(other, "2022-06-20", "2022-06-22")
    made = [pay.invoice(account, f"2022-06-{on} 10:00") for on in range(19, 26)]

    pay.generate(SATURDAY)

    assert pay.statements(account)[-1].invoices == tuple(made[3:])


def test_a_late_invoice_of_two_accounts_and_one_of_a_new_account_are_each_linked_once(pay: StatementBooks) -> None:
    accounts = [pay.with_setting("WEEKLY") for _ in range(3)]
    pay.generate(SATURDAY)
    accounts.append(pay.with_setting("WEEKLY"))
    late = [pay.invoice(accounts[number], f"{SUNDAY} 10:00") for number in (0, 1, 3)]

    outcome = pay.generate(SATURDAY)

    found = [pay.statements(account)[0].invoices for account in accounts]
    assert found == [(late[0],), (late[1],), (), (late[2],)]
    assert dict(+outcome.counts) == {
        "statements_created": 1,
        "invoices_linked": 3,
        "statements_corrected": 2,
        "statements_kept": 1,
    }


@pytest.mark.parametrize(
    ("first", "last", "frequency"),
    [(SUNDAY, "2022-06-24", "WEEKLY"), ("2022-06-18", SATURDAY, "WEEKLY"), (SUNDAY, SATURDAY, "DAILY")],
)
def test_a_statement_of_another_period_or_frequency_fills_no_gap(
    pay: StatementBooks, first: str, last: str, frequency: str
) -> None:
    account = pay.with_setting("WEEKLY")
    pay.statement(account, frequency, first, last)

    [table] = pay.generate(gaps=True, since=SUNDAY, until=SATURDAY).tables

    assert [(str(row[1]), str(row[2])) for row in table.rows] == [(SUNDAY, SATURDAY)]


@pytest.mark.parametrize("first", [SUNDAY, SATURDAY])
def test_a_run_waits_for_who_changes_an_account_of_its_own_and_for_nobody_else(pay: StatementBooks, first: str) -> None:
    account, other = pay.with_setting("WEEKLY", first=first), pay.with_setting("WEEKLY")
    with pay.database.begin() as held:
        held.execute(text(_CHANGE), {"id": other.id})
        pay.generate(SATURDAY, account.auth)

    with pay.database.begin() as held:
        held.execute(text(_CHANGE), {"id": account.id})
        run = threading.Thread(target=pay.generate, args=(SATURDAY, account.auth), daemon=True)
        run.start()
        has_waited = False
        while run.is_alive() and not has_waited:
            run.join(0.01)
            has_waited = bool(held.scalar(text(_WAITING)))
    run.join()

    assert has_waited


@pytest.mark.parametrize("limit", ["none", "shard", "account"])
def test_a_period_holds_the_accounts_of_its_own_settings_in_force_and_no_others(
    pay: StatementBooks, limit: str
) -> None:
    with pay.together():
        held = [
            pay.with_setting("WEEKLY"),
            pay.with_setting("WEEKLY", first=SATURDAY),
            pay.with_setting("WEEKLY", last=SATURDAY),
            pay.with_setting("WEEKLY"),
        ]
        pay.with_setting("DAILY")
        pay.with_setting("WEEKLY", first="2022-06-26")
        pay.with_setting("WEEKLY", last="2022-06-24")
        whose: dict[str, Any] = {"auth_account": None, "shard_count": 1, "shard_index": 0}
        if limit == "shard":
            held = [one for one in held if one.id % 2 == 1]
            whose |= {"shard_count": 2, "shard_index": 1}
        elif limit == "account":
            held = held[1:2]
            whose["auth_account"] = held[0].auth

    with pay.database.begin() as session:
        number = sql.run(session, "lock_accounts", frequency="WEEKLY", last=day(SATURDAY), **whose).scalar_one()
        free = pay.rows("SELECT id FROM payment_accounts FOR NO KEY UPDATE SKIP LOCKED")

    every = pay.rows("SELECT id FROM payment_accounts")
    assert number == len(held)
    assert set(every) - set(free) == {(one.id,) for one in held}
