"""The demo data is the size asked for, the same each time, and leaves the tables as it found them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import psycopg2
import pytest
from psycopg2 import extensions

from config.business_time import day_bounds
from sandbox.bulk_load import checks_afterwards
from sandbox.demo_data import DemoSize, analyze

Load = Callable[[DemoSize], tuple[extensions.connection, dict[str, int]]]


def _rows(connection: extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _tables(connection: extensions.connection) -> list[str]:
    names = _rows(connection, "SELECT relname FROM pg_stat_user_tables WHERE schemaname = 'public' ORDER BY 1")
    return [name for (name,) in names]


def _fingerprints(connection: extensions.connection) -> dict[str, str]:
    return {
        table: _rows(connection, f"SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM {table} AS t")[0][0]
        for table in _tables(connection)
    }


def test_two_loads_of_one_size_and_seed_give_equal_tables(
    demo: extensions.connection, load: Load, small: DemoSize
) -> None:
    again, _ = load(small)

    assert _fingerprints(again) == _fingerprints(demo)


def test_another_seed_gives_other_data(demo: extensions.connection, load: Load, small: DemoSize) -> None:
    other, _ = load(replace(small, seed=7))

    assert _fingerprints(other)["invoices"] != _fingerprints(demo)["invoices"]


def test_the_rows_reported_are_the_rows_in_the_tables(load: Load, small: DemoSize) -> None:
    connection, rows = load(replace(small, invoices=200))
    seeded = {"distribution_codes": 7, "distribution_code_links": 52}

    assert rows == {
        table: _rows(connection, f"SELECT count(*) FROM {table}")[0][0] - seeded.get(table, 0) for table in rows
    }


def test_accounts_and_invoices_are_as_many_as_asked(demo: extensions.connection) -> None:
    settings = _rows(
        demo,
        """SELECT frequency, count(*), count(DISTINCT payment_account_id)
             FROM statement_settings
            WHERE from_date <= '2022-06-25' AND (to_date IS NULL OR to_date >= '2022-06-25')
            GROUP BY 1 ORDER BY 1""",
    )

    assert settings == [("DAILY", 25, 25), ("MONTHLY", 20, 20), ("WEEKLY", 300, 300)]
    assert _rows(demo, "SELECT count(*) FROM invoices WHERE routing_slip IS NULL") == [(3000,)]
    assert _rows(demo, "SELECT count(*) FROM routing_slips") == [(60,)]


@pytest.mark.parametrize("sunday", [date(2022, 6, 19), date(2026, 3, 8)], ids=["plain week", "week of 167 hours"])
def test_invoices_reach_from_the_first_to_the_last_instant_of_the_week(
    sunday: date, load: Load, small: DemoSize
) -> None:
    connection, _ = load(replace(small, week_start=sunday, invoices=500))
    start, end = day_bounds(sunday, sunday + timedelta(days=6))

    assert _rows(connection, "SELECT min(created_on), max(created_on) FROM invoices") == [
        (start, end - datetime.resolution)
    ]


def test_the_statements_of_earlier_weeks_lack_as_many_as_asked(demo: extensions.connection) -> None:
    expected = _rows(
        demo,
        """SELECT count(*)
             FROM statement_settings AS setting
             JOIN generate_series(date '2022-06-05', date '2022-06-18', interval '1 day') AS day
               ON setting.from_date <= day AND (setting.to_date IS NULL OR setting.to_date >= day)
            WHERE frequency = 'DAILY' OR (frequency = 'WEEKLY' AND extract(dow FROM day) = 6)""",
    )

    assert _rows(demo, "SELECT count(*) + 3 FROM statements") == expected


def test_a_new_invoice_gets_an_id_after_the_loaded_ones(demo: extensions.connection) -> None:
    assert _rows(demo, "SELECT nextval('invoices_id_seq') > max(id) FROM invoices") == [(True,)]


def test_foreign_keys_and_indexes_are_back_after_the_load(
    demo: extensions.connection, pay_database: extensions.connection
) -> None:
    query = """SELECT conname FROM pg_constraint WHERE contype = 'f' AND convalidated
                UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"""

    assert _rows(demo, query) == _rows(pay_database, query)


def test_rows_that_break_a_foreign_key_are_refused_when_the_load_ends(demo: extensions.connection) -> None:
    with (
        pytest.raises(psycopg2.errors.ForeignKeyViolation),
        demo,
        demo.cursor() as cursor,
        checks_afterwards(demo, ["statement_recipients"]),
    ):
        cursor.execute("INSERT INTO statement_recipients (payment_account_id) VALUES (999999)")


def test_the_planner_knows_the_tables_after_analyze(demo: extensions.connection) -> None:
    analyze(demo)
    demo.commit()

    assert _rows(demo, "SELECT reltuples::integer FROM pg_class WHERE relname = 'invoices'")[0][0] >= 3000


def test_a_week_that_does_not_begin_on_a_sunday_is_refused() -> None:
    with pytest.raises(ValueError, match="2022-06-20 is no Sunday"):
        DemoSize(week_start=date(2022, 6, 20))
