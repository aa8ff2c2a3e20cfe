"""Find the statements that are missing, and make exactly those (docs/specs/statements.md section 10)."""

import shlex
from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from config.errors import ExitCode, Interrupted, UsageError
from database.engine import Database
from jobs.run.outcome import Outcome
from jobs.run.stopping import StopRequest
from tasks.generate_statements.gaps import due_periods
from tests.statement_factory import StatementBooks, day
from tools.verify.arguments import Arguments as VerifyArguments
from tools.verify.catalogue import CATALOGUE
from tools.verify.task import InvariantBreach, asked_values, findings, snapshot

_TABLES_LOCKED = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'"
JUNE: dict[str, Any] = {"since": "2022-06-19", "until": "2022-06-25"}


def missing(pay: StatementBooks, **window: Any) -> list[tuple[str, str, str, str]]:
    """Return kind, first account, first and last day of each gap, as the table shows them."""
    outcome = pay.generate(gaps=True, **(window or JUNE))
    return [(str(kind), account, str(first), str(last)) for kind, first, last, _, account, _ in _rows(outcome)]


def unlisted(pay: StatementBooks) -> list[InvariantBreach]:
    """Return what verify says on 2026-06-03 of invoices that are on no statement."""
    with snapshot(pay.database) as session:
        values = asked_values(session, VerifyArguments(), now=datetime(2026, 6, 3), today=date(2026, 6, 3))
        return list(findings(session, next(one for one in CATALOGUE if one.code == "STA-LISTED"), values))


def _rows(outcome: Outcome) -> list[Any]:
    return [row for table in outcome.tables for row in table.rows]


def test_a_daily_account_lacks_a_statement_for_each_day_without_one(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", auth="1234")
    for on in ("2022-06-19", "2022-06-20", "2022-06-22", "2022-06-23", "2022-06-25"):
        pay.statement(account, "DAILY", on, on)

    assert missing(pay) == [
        ("DAILY", "1234", "2022-06-21", "2022-06-21"),
        ("DAILY", "1234", "2022-06-24", "2022-06-24"),
    ]


def test_a_gap_of_an_account_without_an_auth_account_id_is_filled_by_its_day(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY")
    pay.change("UPDATE payment_accounts SET auth_account_id = NULL")

    assert [row[-1] for row in _rows(pay.generate(gaps=True, **JUNE))] == [
        "python3 invoke_jobs.py GENERATE_STATEMENTS --fill-gaps --since 2022-06-25 --until 2022-06-25"
    ]


def test_a_weekly_account_lacks_the_week_that_ended_in_the_window(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY", auth="1234")

    assert missing(pay, since="2022-06-24", until="2022-07-01") == [("WEEKLY", "1234", "2022-06-19", "2022-06-25")]


def test_a_monthly_account_lacks_the_month_that_ended_in_the_window(pay: StatementBooks) -> None:
    pay.with_setting("MONTHLY", auth="1234")

    assert missing(pay, since="2022-06-30", until="2022-07-30") == [("MONTHLY", "1234", "2022-06-01", "2022-06-30")]


@pytest.mark.parametrize(
    ("last", "first"), [("2022-06-22", "2022-06-19"), ("2022-06-19", "2022-06-19"), ("2022-06-24", "2022-06-19")]
)
def test_the_rest_of_a_week_is_missing_where_a_weekly_setting_ended(pay: StatementBooks, last: str, first: str) -> None:
    pay.with_setting("WEEKLY", auth="1234", last=last)

    assert missing(pay) == [("GAP", "1234", first, last)]


def test_gaps_come_in_the_order_of_time(pay: StatementBooks) -> None:
    for auth, frequency in (("m", "MONTHLY"), ("w", "WEEKLY"), ("d", "DAILY")):
        pay.with_setting(frequency, auth=auth)

    found = missing(pay, since="2022-04-29", until="2022-04-30")

    assert [(kind, last) for kind, _, _, last in found] == [
        ("DAILY", "2022-04-29"),
        ("DAILY", "2022-04-30"),
        ("MONTHLY", "2022-04-30"),
        ("WEEKLY", "2022-04-30"),
    ]


@pytest.mark.parametrize(
    ("first", "last", "kinds"),
    [
        pytest.param("2022-06-21", "2022-06-23", 3, id="inside"),
        pytest.param("2022-06-25", None, 1, id="begins on the last day"),
        pytest.param("2019-01-01", "2022-06-19", 1, id="ends on the first day"),
        pytest.param("2022-06-26", None, 0, id="begins after"),
        pytest.param("2019-01-01", "2022-06-18", 0, id="ended before"),
    ],
)
def test_only_days_inside_the_setting_are_missing(
    pay: StatementBooks, first: str, last: str | None, kinds: int
) -> None:
    pay.with_setting("DAILY", first=first, last=last)

    assert len(missing(pay)) == kinds


def test_a_week_whose_setting_ended_before_its_saturday_is_not_missing(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", last="2022-06-24")
    pay.statement(account, "WEEKLY", "2022-06-19", "2022-06-24")

    assert missing(pay) == []


@pytest.mark.parametrize(
    ("first", "last", "stands"),
    [
        pytest.param("2022-06-19", "2022-06-25", True, id="exactly"),
        pytest.param("2022-06-19", "2022-06-30", True, id="and days after"),
        pytest.param("2022-06-01", "2022-06-25", True, id="and days before"),
        pytest.param("2022-06-20", "2022-06-25", False, id="but not its Sunday"),
        pytest.param("2022-06-19", "2022-06-24", False, id="but not its Saturday"),
    ],
)
def test_an_interim_statement_that_covers_the_period_stands_for_it(
    pay: StatementBooks, first: str, last: str, stands: bool
) -> None:
    account = pay.with_setting("WEEKLY")
    pay.interim(account, first, last)

    assert (missing(pay) == []) is stands


def test_a_statement_of_another_frequency_account_or_period_does_not_count(pay: StatementBooks) -> None:
    account, other = pay.with_setting("WEEKLY", auth="1234"), pay.account()
    pay.statement(account, "MONTHLY", "2022-06-19", "2022-06-25")
    pay.statement(account, "WEEKLY", "2022-06-20", "2022-06-25")
    pay.statement(other, "WEEKLY", "2022-06-19", "2022-06-25")

    assert missing(pay) == [("WEEKLY", "1234", "2022-06-19", "2022-06-25")]


def test_overlapping_settings_lack_one_statement_only(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY")
    pay.setting(account, "WEEKLY", "2022-01-01")

    assert len(missing(pay)) == 1


def test_accounts_that_lack_the_same_period_are_one_line_with_one_command(pay: StatementBooks) -> None:
    for auth in ("1234", "5678", "9012"):
        pay.with_setting("WEEKLY", auth=auth)
    pay.with_setting("DAILY", auth="7")

    outcome = pay.generate(gaps=True, since="2022-06-24", until="2022-06-25")

    assert [tuple(map(str, row)) for row in _rows(outcome)] == [
        ("DAILY", "2022-06-24", "2022-06-24", "1", "7", "python3 invoke_jobs.py GENERATE_STATEMENTS 2022-06-24 7"),
        ("DAILY", "2022-06-25", "2022-06-25", "1", "7", "python3 invoke_jobs.py GENERATE_STATEMENTS 2022-06-25 7"),
        ("WEEKLY", "2022-06-19", "2022-06-25", "3", "1234",
         "python3 invoke_jobs.py GENERATE_STATEMENTS --fill-gaps --since 2022-06-25 --until 2022-06-25"),
    ]  # fmt: skip
    assert outcome.counts["statements_missing"] == 5
    assert outcome.answer == "5 statements are missing, in 3 periods."


def test_a_period_that_lacks_nothing_is_told_with_what_is_due_in_it(pay: StatementBooks) -> None:
    made = pay.with_setting("DAILY", auth="made")
    for auth in ("b", "a"):
        pay.with_setting("DAILY", auth=auth, first="2022-06-25")
    for on in ("2022-06-24", "2022-06-25"):
        pay.statement(made, "DAILY", on, on)

    with pay.database.begin() as session:
        found = due_periods(session, day("2022-06-24"), day("2022-06-25"))

    assert [(str(one.period), one.due, one.missing, one.examples) for one in found] == [
        ("DAILY 2022-06-24", 1, 0, ()),
        ("DAILY 2022-06-25", 3, 2, ("a", "b")),
    ]
    assert [one.gap and one.gap.example for one in found] == [None, "a"]


def test_a_dry_run_over_many_periods_holds_no_more_tables_locked_than_over_one(pay: StatementBooks) -> None:
    def locked(since: str) -> int:
        database = Database(pay.database.engine, dry_run=True)
        try:
            outcome = StatementBooks(database).generate(fill_gaps=True, since=since, until="2022-06-25")
            assert outcome.counts["statements_created"] > 0
            with database.begin() as session:
                return int(session.scalar(text(_TABLES_LOCKED)) or 0)
        finally:
            database.close()

    pay.with_setting("DAILY")

    assert locked("2022-06-01") == locked("2022-06-25")
    assert pay.written() == []


def test_gaps_of_one_account_only(pay: StatementBooks) -> None:
    for auth in ("1234", "5678"):
        pay.with_setting("WEEKLY", auth=auth)

    assert [account for _, account, _, _ in missing(pay, only_account="5678", **JUNE)] == ["5678"]


@pytest.mark.parametrize("mode", [{"gaps": True}, {"fill_gaps": True}])
def test_gaps_of_an_account_that_does_not_exist_are_refused(pay: StatementBooks, mode: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="No payment account has the auth account id '4321'"):
        pay.generate(only_account="4321", since="2022-06-19", until="2022-06-25", **mode)


def test_without_a_window_a_year_to_the_day_before_yesterday_is_looked_at(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    found = missing(pay, now="2022-06-26 01:01")

    assert (found[0][2], found[-1][2], len(found)) == ("2021-06-24", "2022-06-24", 366)


def test_a_person_must_look_where_statements_are_missing(pay: StatementBooks) -> None:
    pay.with_setting("WEEKLY")

    outcome = pay.generate(gaps=True, **JUNE)

    assert (outcome.exit_code, outcome.counts["statements_missing"]) == (ExitCode.ATTENTION, 1)


def test_nobody_must_look_where_none_is_missing(pay: StatementBooks) -> None:
    outcome = pay.generate(gaps=True, **JUNE)

    assert (outcome.exit_code, outcome.counts["statements_missing"], outcome.tables) == (ExitCode.DONE, 0, [])


def test_looking_for_gaps_changes_nothing(pay: StatementBooks) -> None:
    pay.with_setting("DAILY")

    pay.generate(gaps=True, **JUNE)

    assert pay.written() == []


@pytest.fixture
def pay_with_gaps(pay: StatementBooks) -> StatementBooks:
    """One account of every kind of gap; one of them has some of its statements, one with wrong links."""
    daily = pay.with_setting("DAILY", auth="daily", notified=True)
    pay.with_setting("WEEKLY", auth="weekly", notified=True)
    pay.with_setting("WEEKLY", auth="ended", last="2022-05-29")
    pay.with_setting("MONTHLY", auth="monthly", method="EFT")
    stale = pay.invoice(daily, "2022-05-01 10:00")
    pay.invoice(daily, "2022-05-30 10:00")
    pay.statement(daily, "DAILY", "2022-05-30", "2022-05-30", invoices=[stale], status="PENDING")
    return pay


MAY: dict[str, Any] = {"since": "2022-05-28", "until": "2022-05-31"}


def test_the_repair_commands_repair(pay_with_gaps: StatementBooks) -> None:
    repairs = [shlex.split(row[-1])[2:] for row in _rows(pay_with_gaps.generate(gaps=True, **MAY))]
    assert len(repairs) == 6

    for words in repairs:
        match words:
            case ["GENERATE_STATEMENTS", "--fill-gaps", "--since", since, "--until", until]:
                pay_with_gaps.generate(fill_gaps=True, since=since, until=until)
            case ["GENERATE_STATEMENTS", day, account]:
                pay_with_gaps.generate(day, account)

    assert missing(pay_with_gaps, **MAY) == []


def test_the_command_that_repairs_all_is_given(pay_with_gaps: StatementBooks) -> None:
    outcome = pay_with_gaps.generate(gaps=True, **MAY)

    assert outcome.notes == [
        "All of them: python3 invoke_jobs.py GENERATE_STATEMENTS --fill-gaps --since 2022-05-28 --until 2022-05-31"
    ]


def test_the_command_that_repairs_all_keeps_to_the_account_that_was_named(pay_with_gaps: StatementBooks) -> None:
    outcome = pay_with_gaps.generate(gaps=True, only_account="weekly", **MAY)

    assert outcome.notes == [
        "All of them: python3 invoke_jobs.py GENERATE_STATEMENTS --fill-gaps --since 2022-05-28 --until 2022-05-28"
        " --account weekly"
    ]


def test_filling_makes_exactly_what_is_missing(pay_with_gaps: StatementBooks) -> None:
    rows = _rows(pay_with_gaps.generate(gaps=True, **MAY))
    wanted = Counter((str(first), str(last)) for _, first, last, accounts, _, _ in rows for _ in range(accounts))
    before = pay_with_gaps.statements()

    outcome = pay_with_gaps.generate(fill_gaps=True, **MAY)

    made = [one for one in pay_with_gaps.statements() if one not in before]
    assert Counter((str(one.first), str(one.last)) for one in made) == wanted
    assert outcome.counts["statements_created"] == wanted.total() == 7
    assert missing(pay_with_gaps, **MAY) == []


def test_filling_leaves_the_statements_that_exist_alone_even_wrong_ones_of_the_same_period(pay: StatementBooks) -> None:
    wrong, missing_one = pay.with_setting("DAILY"), pay.with_setting("DAILY")
    stale = pay.invoice(wrong, "2022-05-01 10:00")
    pay.invoice(wrong, "2022-06-24 10:00")
    pay.statement(wrong, "DAILY", "2022-06-24", "2022-06-24", invoices=[stale], status="PENDING")
    before = pay.statements()

    pay.generate(fill_gaps=True, since="2022-06-24", until="2022-06-24")

    assert pay.statements(wrong) == before
    assert len(pay.statements(missing_one)) == 1


def test_filling_owes_no_notification(pay_with_gaps: StatementBooks) -> None:
    pay_with_gaps.generate(fill_gaps=True, **MAY)

    assert {one.notification for one in pay_with_gaps.statements()[1:]} == {"SKIP"}


def test_a_filled_statement_lists_its_invoices(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY")
    inside = pay.invoice(account, "2022-06-19 00:00")
    pay.invoice(account, "2022-06-26 00:00")

    pay.generate(fill_gaps=True, **JUNE)

    assert [one.invoices for one in pay.statements()] == [(inside,)]


def test_filling_does_not_make_a_statement_where_an_interim_one_stands_for_it(pay: StatementBooks) -> None:
    covered = pay.with_setting("WEEKLY", auth="covered")
    pay.interim(covered, "2022-06-18", "2022-06-25")
    pay.with_setting("WEEKLY", auth="bare")

    pay.generate(fill_gaps=True, **JUNE)

    assert [one.account for one in pay.statements() if not one.interim] == ["bare"]


def test_filling_shows_the_plan_first(pay_with_gaps: StatementBooks) -> None:
    shown: list[Any] = []
    pay_with_gaps.show = shown.append

    pay_with_gaps.generate(fill_gaps=True, **MAY)

    [plan] = shown
    assert [(str(kind), str(last), number) for kind, _, last, number in plan.rows] == [
        ("DAILY", "2022-05-28", 1),
        ("WEEKLY", "2022-05-28", 2),
        ("DAILY", "2022-05-29", 1),
        ("GAP", "2022-05-29", 1),
        ("DAILY", "2022-05-31", 1),
        ("MONTHLY", "2022-05-31", 1),
    ]


def test_filling_where_nothing_is_missing_says_so(pay: StatementBooks) -> None:
    outcome = pay.generate(fill_gaps=True, **JUNE)

    assert (outcome.notes, outcome.exit_code) == (["No statement is missing."], ExitCode.DONE)


def test_filling_that_was_stopped_keeps_what_it_made_and_the_next_one_makes_the_rest(
    pay_with_gaps: StatementBooks,
) -> None:
    stop = StopRequest()
    pay_with_gaps.record = lambda finished: stop.request() if "WEEKLY" in finished["last_period"] else None
    with pytest.raises(Interrupted, match="stopped at a safe point"):
        pay_with_gaps.generate(fill_gaps=True, stop=stop, **MAY)
    made_first = pay_with_gaps.statements()

    outcome = pay_with_gaps.generate(fill_gaps=True, **MAY)

    assert len(made_first) == 4
    assert outcome.counts["statements_created"] == 4
    assert pay_with_gaps.statements()[:4] == made_first
    assert missing(pay_with_gaps, **MAY) == []


def test_filling_twice_changes_nothing(pay_with_gaps: StatementBooks) -> None:
    pay_with_gaps.generate(fill_gaps=True, **MAY)
    before = pay_with_gaps.written()

    pay_with_gaps.generate(fill_gaps=True, **MAY)

    assert pay_with_gaps.written() == before


def test_a_range_makes_the_statements_of_each_of_its_days_and_of_no_other(pay: StatementBooks) -> None:
    pay.with_setting("DAILY", auth="d")
    pay.with_setting("WEEKLY", auth="w")
    pay.with_setting("MONTHLY", auth="m")

    pay.generate(first="2022-05-28", last="2022-05-31")

    assert pay.keys() == [
        ("d", "DAILY", "2022-05-28", "2022-05-28"),
        ("d", "DAILY", "2022-05-29", "2022-05-29"),
        ("d", "DAILY", "2022-05-30", "2022-05-30"),
        ("d", "DAILY", "2022-05-31", "2022-05-31"),
        ("m", "MONTHLY", "2022-05-01", "2022-05-31"),
        ("w", "WEEKLY", "2022-05-22", "2022-05-28"),
    ]


def test_a_range_makes_existing_statements_right(pay_with_gaps: StatementBooks) -> None:
    [stale] = pay_with_gaps.statements()

    pay_with_gaps.generate(first="2022-05-30", last="2022-05-30")

    [right] = pay_with_gaps.statements()
    assert (right.id, right.invoices == stale.invoices, len(right.invoices)) == (stale.id, False, 1)


def test_a_range_equals_its_days_one_by_one(pay_with_gaps: StatementBooks) -> None:
    for on in ("2022-05-28", "2022-05-29", "2022-05-30", "2022-05-31"):
        pay_with_gaps.generate(on)
    before = pay_with_gaps.written()

    pay_with_gaps.generate(first="2022-05-28", last="2022-05-31")

    assert pay_with_gaps.written() == before


def test_each_period_that_is_done_is_recorded(pay: StatementBooks) -> None:
    recorded: list[dict[str, Any]] = []
    pay.record = recorded.append
    pay.with_setting("DAILY")

    pay.generate(first="2022-06-24", last="2022-06-25")

    assert [one["last_period"] for one in recorded] == [
        "DAILY 2022-06-24",
        "GAP 2022-06-19 to 2022-06-24",
        "DAILY 2022-06-25",
        "WEEKLY 2022-06-19 to 2022-06-25",
    ]


def test_verify_sends_an_invoice_of_a_missing_statement_here_and_not_to_the_next_setting_s(pay: StatementBooks) -> None:
    account = pay.with_setting("DAILY", last="2026-05-14", auth="1234")
    pay.setting(account, "MONTHLY", "2026-05-15")
    missed = pay.invoice(account, "2026-05-14 23:59:59")
    dropped = pay.invoice(account, "2026-05-15 00:00")
    pay.generate("2026-05-31")
    with pay.database.begin() as session:
        session.execute(text("DELETE FROM statement_invoices WHERE invoice_id = :id"), {"id": dropped})

    found = unlisted(pay)

    assert sorted((one.row, one.expected, one.next) for one in found) == [
        (f"invoice {missed}", "on the daily statement of 2026-05-14",
         "GENERATE_STATEMENTS --gaps --since 2026-05-01 --until 2026-05-31"),
        (f"invoice {dropped}", f"on statement {pay.statements()[0].id}, 2026-05-01 to 2026-05-31",
         "GENERATE_STATEMENTS 2026-05-31 1234"),
    ]  # fmt: skip
    pay.generate(fill_gaps=True, since="2026-05-14", until="2026-05-14")
    assert missed in {id_ for one in pay.statements() for id_ in one.invoices}


@pytest.mark.parametrize(
    ("frequency", "ends", "last"),
    [
        ("DAILY", None, "2026-05-14"),
        ("WEEKLY", None, "2026-05-16"),
        ("WEEKLY", "2026-05-15", "2026-05-15"),
        ("MONTHLY", None, "2026-05-31"),
    ],
)
def test_verify_finds_the_invoice_whose_whole_statement_is_missing(
    frequency: str, ends: str | None, last: str, pay: StatementBooks
) -> None:
    account = pay.with_setting(frequency, auth="1234", last=ends)
    missed = pay.invoice(account, "2026-05-14 23:59:59")
    pay.statement(pay.with_setting("DAILY"), "DAILY", "2026-05-01", "2026-05-01")

    found = [(one.row, one.expected, one.next) for one in unlisted(pay)]

    assert found == [
        (f"invoice {missed}", f"on the {frequency.lower()} statement of {last}, which is missing",
         f"GENERATE_STATEMENTS {last} 1234"),
    ]  # fmt: skip
    pay.generate(last, "1234")
    assert unlisted(pay) == []


def test_verify_misses_no_statement_that_none_of_the_rules_makes(pay: StatementBooks) -> None:
    daily, eft = pay.with_setting("DAILY"), pay.with_setting("DAILY", "EFT")
    pay.statement(daily, "DAILY", "2026-05-01", "2026-05-01")
    pay.invoice(eft, "2026-05-14 10:00")
    pay.invoice(daily, "2026-05-14 10:00", "EFT")
    switched = pay.with_setting("DAILY")
    pay.invoice(switched, "2026-05-14 10:00")
    pay.pays_by(switched, "EFT", since="2026-05-20 10:00")
    pay.pays_by(switched, "PAD", since="2026-05-21 10:00")
    pay.invoice(pay.with_setting("MONTHLY", last="2026-05-30"), "2026-05-14 10:00")
    pay.invoice(pay.with_setting("DAILY", first="2026-05-15"), "2026-05-14 10:00")
    on_interim = pay.with_setting("WEEKLY")
    pay.invoice(on_interim, "2026-05-14 10:00")
    pay.interim(on_interim, "2026-05-10", "2026-05-14")
    pay.invoice(daily, "2026-06-02 10:00")
    pay.invoice(pay.with_setting("MONTHLY"), "2026-06-01 10:00")

    assert unlisted(pay) == []


def test_verify_sends_an_invoice_of_overlapping_settings_to_the_statement_that_they_share(pay: StatementBooks) -> None:
    account = pay.with_setting("WEEKLY", last="2026-05-30", auth="1234")
    pay.setting(account, "WEEKLY", "2026-05-27")
    dropped = pay.invoice(account, "2026-05-25 10:00")
    pay.generate("2026-05-30")
    with pay.database.begin() as session:
        session.execute(text("DELETE FROM statement_invoices WHERE invoice_id = :id"), {"id": dropped})

    found = unlisted(pay)

    assert [(one.row, one.next) for one in found] == [(f"invoice {dropped}", "GENERATE_STATEMENTS 2026-05-30 1234")]
