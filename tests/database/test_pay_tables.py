"""What the jobs expect of the pay tables is what the pay database has."""

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from database.pay_tables import PAY_TABLES, differences

COLUMNS = Path(__file__).resolve().parents[2] / "docs" / "specs" / "paydb" / "columns.csv"


@pytest.fixture
def database_url(reused_database_url: str) -> str:
    return reused_database_url


def recorded() -> dict[tuple[str, str], str]:
    with COLUMNS.open(newline="") as file:
        return {(row["table"], row["column"]): row["type"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("table", PAY_TABLES)
def test_every_column_is_as_recorded_from_the_real_database(table: str) -> None:
    facts = recorded()

    expected = {column: facts.get((table, column)) for column in PAY_TABLES[table]}
    assert PAY_TABLES[table] == expected


def test_a_pay_database_has_no_differences(engine: Engine) -> None:
    with engine.connect() as connection:
        assert differences(connection) == []


def test_a_missing_table_is_named(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE statement_invoices RENAME TO statement_links"))

        assert differences(connection) == ["table statement_invoices is missing"]


def test_a_missing_column_is_named(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE statements DROP COLUMN is_empty"))

        assert differences(connection) == ["statements.is_empty is missing, expected boolean"]


def test_a_column_of_another_type_is_named(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE invoices ALTER created_on TYPE timestamptz"))

        assert differences(connection) == [
            "invoices.created_on is timestamp with time zone, expected timestamp without time zone"
        ]
