"""The sandbox's pay tables are those of docs/specs/paydb, as PostgreSQL itself reports them."""

from datetime import date
from typing import Any

import psycopg2
import pytest
from psycopg2 import extensions

from sandbox.paydb import create_pay_tables, load_code_values
from sandbox.paydb_facts import parents_first, read_columns, read_indexes, read_sequences


def _rows(connection: extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_every_column_has_the_place_type_nullability_and_default_of_the_facts(
    pay_database: extensions.connection,
) -> None:
    reported = _rows(
        pay_database,
        """SELECT relname, attname, attnum, format_type(atttypid, atttypmod), NOT attnotnull,
                  pg_get_expr(adbin, adrelid)
             FROM pg_attribute
             JOIN pg_class ON pg_class.oid = attrelid
             LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0""",
    )

    assert set(reported) == {
        (column.table, column.name, column.position, column.type, column.nullable, column.default)
        for column in read_columns()
    }


def test_every_index_has_the_name_columns_and_uniqueness_of_the_facts(pay_database: extensions.connection) -> None:
    reported = _rows(
        pay_database,
        """SELECT indrelid::regclass::text, relname, indisunique,
                  ARRAY(SELECT attname::text
                          FROM unnest(indkey) WITH ORDINALITY AS key (number, place)
                          JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number
                         ORDER BY place)
             FROM pg_index
             JOIN pg_class ON pg_class.oid = indexrelid
            WHERE relnamespace = 'public'::regnamespace""",
    )

    assert {(table, name, tuple(columns), unique) for table, name, unique, columns in reported} == {
        (index.table, index.name, index.columns, index.unique) for index in read_indexes()
    }


def test_the_primary_key_of_every_table_is_that_of_the_facts(pay_database: extensions.connection) -> None:
    reported = _rows(pay_database, _constrained_columns("p"))

    assert {(table, column) for table, column, _, _ in reported} == {
        (column.table, column.name) for column in read_columns() if column.primary_key
    }


def test_every_foreign_key_of_the_facts_is_in_place(pay_database: extensions.connection) -> None:
    reported = _rows(pay_database, _constrained_columns("f"))

    assert {(table, column, (target, key)) for table, column, target, key in reported} == {
        (column.table, column.name, column.foreign_key) for column in read_columns() if column.foreign_key
    }


def test_every_sequence_is_owned_by_the_column_that_the_facts_name(pay_database: extensions.connection) -> None:
    reported = _rows(
        pay_database,
        """SELECT seq.relname, tab.relname, attname
             FROM pg_class AS seq
             LEFT JOIN pg_depend ON objid = seq.oid AND deptype = 'a'
             LEFT JOIN pg_class AS tab ON tab.oid = refobjid
             LEFT JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
            WHERE seq.relkind = 'S' AND seq.relnamespace = 'public'::regnamespace""",
    )

    assert {(name, (table, column) if table else None) for name, table, column in reported} == {
        (sequence.name, sequence.owner) for sequence in read_sequences()
    }


def test_the_code_tables_hold_all_recorded_rows(pay_database: extensions.connection) -> None:
    expected = {
        "corp_types": 17,
        "error_codes": 34,
        "fee_schedules": 119,
        "invoice_status_codes": 16,
        "payment_methods": 11,
        "routing_slip_status_codes": 16,
        "tax_rates": 1,
    }

    assert {t: _rows(pay_database, f"SELECT count(*) FROM {t}")[0][0] for t in expected} == expected


def test_fees_are_in_force_long_before_the_day_the_facts_were_recorded(pay_database: extensions.connection) -> None:
    assert _rows(pay_database, "SELECT max(fee_start_date) FROM fee_schedules") == [(date(2020, 1, 1),)]


def test_a_new_row_gets_an_id_after_the_seeded_ones(pay_database: extensions.connection) -> None:
    query = "SELECT nextval('fee_schedule_fee_schedule_id_seq') > max(fee_schedule_id) FROM fee_schedules"

    assert _rows(pay_database, query) == [(True,)]


def test_an_invoice_of_an_unknown_account_is_refused(pay_database: extensions.connection) -> None:
    with pytest.raises(psycopg2.errors.ForeignKeyViolation), pay_database, pay_database.cursor() as cursor:
        cursor.execute(
            """INSERT INTO invoices (payment_account_id, invoice_status_code, payment_method_code, total,
                                     created_by, created_on)
               VALUES (1, 'CREATED', 'PAD', 1, 'test', '2022-06-20')"""
        )


def test_nothing_is_left_when_the_caller_rolls_back(empty_database: extensions.connection) -> None:
    create_pay_tables(empty_database)
    load_code_values(empty_database)
    empty_database.rollback()

    assert _rows(empty_database, "SELECT * FROM pg_class WHERE relnamespace = 'public'::regnamespace") == []


def test_a_table_comes_after_those_it_points_at() -> None:
    assert parents_first(["fee_schedules", "fee_codes", "corp_types", "filing_types"])[-1] == "fee_schedules"


def test_a_table_that_points_at_itself_still_has_a_place() -> None:
    assert parents_first(["routing_slips"]) == ["routing_slips"]


def _constrained_columns(kind: str) -> str:
    return f"""SELECT conrelid::regclass::text, own.attname, nullif(confrelid, 0)::regclass::text, other.attname
                 FROM pg_constraint
                 JOIN pg_attribute AS own ON own.attrelid = conrelid AND own.attnum = ANY (conkey)
                 LEFT JOIN pg_attribute AS other ON other.attrelid = confrelid AND other.attnum = confkey[1]
                WHERE contype = '{kind}' AND connamespace = 'public'::regnamespace"""
