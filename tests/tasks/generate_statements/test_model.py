"""The job does what the rules in plain Python do, for any accounts, settings, invoices and statements."""

import operator
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from database.engine import Database
from tests.statement_factory import StatementAccount, StatementBooks
from tests.tasks.generate_statements import model
from tests.tools.verify.watch import InvariantWatch

# The database is one for all examples, and put back before each.
ON_ONE_DATABASE = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

# Four weeks around the end of a month, in the years that matter: clocks went back; British Columbia stays on UTC-7.
BEGINNINGS = st.sampled_from([date(2022, 5, 15), date(2025, 10, 19), date(2026, 10, 18), date(2025, 3, 2)])
OFFSETS = st.integers(0, 27)
FREQUENCIES = st.sampled_from(["DAILY", "WEEKLY", "MONTHLY"])
METHODS = st.sampled_from(["PAD", "EFT", "DIRECT_PAY"])
STATUSES = st.sampled_from(["PENDING", "SKIP", "SUCCESS", "FAILED", "PROCESSING"])
MOMENT = timedelta(microseconds=1)


@st.composite
def instants(draw: st.DrawFn, beginning: date) -> datetime:
    """Return a naive UTC time: anywhere in a local day, or hard at its midnight."""
    day = beginning + timedelta(days=draw(OFFSETS))
    midnight = datetime.combine(day, time.min, tzinfo=model.ZONE).astimezone(UTC).replace(tzinfo=None)
    return midnight + draw(
        st.sampled_from([-MOMENT, timedelta(0), MOMENT]) | st.integers(0, 24 * 60).map(lambda n: timedelta(minutes=n))
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[date, dict[str, Any]]:
    """Return the first of four weeks, and what one account did in them and before."""
    beginning = draw(BEGINNINGS)
    span = st.tuples(OFFSETS, OFFSETS).map(sorted)

    def days(numbers: list[int]) -> tuple[date, date]:
        first, last = numbers
        return beginning + timedelta(days=first), beginning + timedelta(days=last)

    setting_ends = draw(st.lists(st.tuples(FREQUENCIES, span, st.booleans(), st.booleans()), max_size=3))
    account = {
        "method": draw(METHODS | st.none()),
        "notified": draw(st.booleans()),
        "settings": [
            (frequency, date(2019, 1, 1) if early else days(numbers)[0], None if open_ended else days(numbers)[1])
            for frequency, numbers, early, open_ended in setting_ends
        ],
        "invoices": draw(st.lists(st.tuples(instants(beginning), METHODS), max_size=8)),
        "interim": [days(numbers) for numbers in draw(st.lists(span, max_size=2))],
        "statements": draw(st.lists(st.tuples(OFFSETS, STATUSES, st.booleans(), st.booleans(), OFFSETS), max_size=3)),
    }
    return beginning, account


@st.composite
def worlds(draw: st.DrawFn) -> tuple[date, list[dict[str, Any]]]:
    """Return up to three accounts of the same four weeks."""
    beginning, first = draw(histories())
    others = draw(st.lists(histories(), max_size=2))
    return beginning, [first, *(account for start, account in others if start == beginning)]


def build(pay: StatementBooks, beginning: date, accounts: list[dict[str, Any]]) -> model.StatementModel:
    """Put the accounts into the database, and return the same as a model."""
    pay.empty()
    world = model.StatementModel()
    for given_account in accounts:
        account = pay.account(given_account["method"], notified=given_account["notified"])
        world.accounts.append(model.BilledAccount(account.id, given_account["method"], given_account["notified"]))
        for frequency, first, last in given_account["settings"]:
            found = pay.setting(account, frequency, first, last)
            world.settings.append(model.BilledSetting(found, account.id, frequency, first, last))
        for made, method in given_account["invoices"]:
            found = pay.invoice(account, made, method)
            world.invoices.append(model.BilledInvoice(found, account.id, made, method))
        for first, last in given_account["interim"]:
            pay.interim(account, first, last)
        for number, status, empty, listed, _ in given_account["statements"]:
            _existing(pay, world, account, beginning + timedelta(days=number), (status, empty, listed))
    world.statements = read(pay)
    return world


def _existing(
    pay: StatementBooks, world: model.StatementModel, account: StatementAccount, day: date, how: tuple[str, bool, bool]
) -> None:
    """Make one of the statements that are due for the account on a day exist already, with links right or wrong."""
    status, empty, listed = how
    due = model.StatementModel(
        [one for one in world.accounts if one.id == account.id],
        [one for one in world.settings if one.account == account.id],
    )
    due.run(day, today=day, notify=False)
    mine = [invoice.id for invoice in world.invoices if invoice.account == account.id]
    for one in due.statements[-1:]:
        pay.statement(account, one.frequency, one.first, one.last, status=status, empty=empty,
                      invoices=mine[:2] if listed else (), methods=None if empty else "PAD")  # fmt: skip


def read(pay: StatementBooks, *, known: frozenset[int] | None = None) -> list[model.ExpectedStatement]:
    """Return the statements in the shape of the model; those that were not known get no id."""
    return [
        model.ExpectedStatement(
            one.id if known is None or one.id in known else None,
            int(one.account[1:]),
            one.frequency,
            one.first,
            one.last,
            one.setting,
            one.created_on,
            one.notification,
            one.interim,
            one.methods,
            one.empty,
            frozenset(one.invoices),
        )
        for one in pay.statements()
    ]


def in_order(statements: list[model.ExpectedStatement]) -> list[model.ExpectedStatement]:
    return sorted(statements, key=lambda one: (one.id or 10**12, one.account, one.frequency, one.first, one.last))


@pytest.fixture
def pay(database: Database) -> StatementBooks:
    """A database of its own: hypothesis leaves what its last example wrote."""
    return StatementBooks(database)


@ON_ONE_DATABASE
@given(worlds(), st.lists(OFFSETS, min_size=1, max_size=3), st.booleans())
def test_the_job_does_what_the_rules_say(
    pay: StatementBooks, drawn: tuple[date, list[dict[str, Any]]], numbers: list[int], under_a_date: bool
) -> None:
    beginning, accounts = drawn
    world = build(pay, beginning, accounts)
    known = frozenset(one.id for one in world.statements if one.id is not None)
    watch = InvariantWatch(pay.database, "STA-PERIOD", "STA-DUE", "STA-LISTED", "STA-OWN")
    later = datetime.combine(beginning + timedelta(days=60), time.min, tzinfo=UTC)
    watch.begin(later, (drawn, numbers))

    for number in numbers:
        day = beginning + timedelta(days=number)
        today = day + timedelta(days=1)
        pay.generate(day if under_a_date else None, now=f"{today} 01:01")
        world.run(day, today=today, notify=not under_a_date)

    assert in_order(read(pay, known=known)) == in_order(world.statements)
    # The nights in between were not run: a statement that an earlier setting was to have is missing.
    assert [one for one in watch.news(later).values() if " statement of " not in one[0]] == []


@pytest.mark.slow
@ON_ONE_DATABASE
@given(worlds(), OFFSETS)
def test_a_second_run_changes_nothing_whatever_was_there(
    pay: StatementBooks, drawn: tuple[date, list[dict[str, Any]]], number: int
) -> None:
    beginning, accounts = drawn
    build(pay, beginning, accounts)
    day = beginning + timedelta(days=number)
    pay.generate(day, now=f"{day + timedelta(days=1)} 01:01")
    before = pay.written()

    pay.generate(day, now=f"{day + timedelta(days=9)} 01:01")

    assert pay.written() == before


@ON_ONE_DATABASE
@given(worlds(), st.tuples(OFFSETS, OFFSETS).map(sorted))
def test_gaps_are_the_statements_that_the_rules_would_add(
    pay: StatementBooks, drawn: tuple[date, list[dict[str, Any]]], window: list[int]
) -> None:
    beginning, accounts = drawn
    world = build(pay, beginning, accounts)
    since, until = (beginning + timedelta(days=number) for number in window)

    outcome = pay.generate(gaps=True, since=since, until=until, now=f"{until + timedelta(days=1)} 01:01")

    found = {
        ("WEEKLY" if kind == "GAP" else str(kind), first, last): accounts
        for table in outcome.tables
        for kind, first, last, accounts, _, _ in table.rows
    }
    assert found == Counter((frequency, first, last) for _, frequency, first, last in world.missing(since, until))


@pytest.mark.slow
@ON_ONE_DATABASE
@given(worlds(), st.tuples(OFFSETS, OFFSETS).map(sorted))
def test_filling_adds_what_is_missing_and_touches_nothing_else(
    pay: StatementBooks, drawn: tuple[date, list[dict[str, Any]]], window: list[int]
) -> None:
    beginning, accounts = drawn
    world = build(pay, beginning, accounts)
    since, until = (beginning + timedelta(days=number) for number in window)
    missing = world.missing(since, until)

    pay.generate(fill_gaps=True, since=since, until=until, now=f"{until + timedelta(days=1)} 01:01")

    after = read(pay)
    assert after[: len(world.statements)] == world.statements
    added = [(one.account, one.frequency, one.first, one.last) for one in after[len(world.statements) :]]
    assert sorted(added) == sorted(missing)
    assert {one.notification for one in after[len(world.statements) :]} <= {"SKIP"}


def test_the_model_itself_makes_the_first_row_of_the_worked_dates() -> None:
    world = model.StatementModel(
        [model.BilledAccount(1, "PAD", True)],
        [
            model.BilledSetting(1, 1, "WEEKLY", date(2019, 1, 1), None),
            model.BilledSetting(2, 1, "DAILY", date(2019, 1, 1), None),
        ],
        [
            model.BilledInvoice(7, 1, datetime(2026, 10, 31, 6, 59), "PAD"),
            model.BilledInvoice(8, 1, datetime(2026, 11, 1, 6, 59), "CC"),
        ],
    )  # fmt: skip

    world.run(date(2026, 10, 31), today=date(2026, 11, 1), notify=True)

    daily, weekly = sorted(world.statements, key=operator.attrgetter("frequency"))
    assert (daily.invoices, daily.methods, daily.notification) == (frozenset({8}), "CC", "PENDING")
    assert (str(weekly.first), weekly.invoices, weekly.methods) == ("2026-10-25", frozenset({7, 8}), "CC,PAD")
    assert replace(daily, frequency="WEEKLY") != weekly
