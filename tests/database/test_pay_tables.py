"""What the jobs expect of the pay tables is what the pay database has."""

import csv
import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from database.pay.history import KEYS
from database.pay.rights import PAY_TABLES, WRITTEN, differences

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "docs" / "specs" / "paydb"


def recorded() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for name in ("columns.csv", "history_columns.csv"):
        with (FACTS / name).open(newline="") as file:
            found |= {(row["table"], row["column"]): row["type"] for row in csv.DictReader(file)}
    return found


@pytest.mark.parametrize("table", PAY_TABLES)
def test_every_column_is_as_recorded_from_the_real_database(table: str) -> None:
    facts = recorded()

    expected = {column: facts.get((table, column)) for column in PAY_TABLES[table]}
    assert PAY_TABLES[table] == expected


def test_the_rights_that_are_asked_for_are_those_that_the_statements_use() -> None:
    said = {"INSERT INTO": "INSERT", "DELETE FROM": "DELETE", "UPDATE": "UPDATE"}
    used: dict[str, set[str]] = {}
    for path in (
        path
        for room in ("console", "tools", "tasks", "diagnosis", "jobs", "connectors")
        for path in (ROOT / room).rglob("*")
    ):
        if path.suffix in {".sql", ".py"}:
            content = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
            for verb, table in re.findall(r"\b(INSERT INTO|DELETE FROM|UPDATE)\s+([a-z_]+)\b(?!\.)", content):
                if table in PAY_TABLES:
                    used.setdefault(table, set()).add(said[verb])
    kept = {table for table, rights in used.items() if table in KEYS and "UPDATE" in rights}
    used |= {f"{table}_history": {"INSERT"} for table in kept}

    assert {table: set(rights) for table, rights in WRITTEN.items()} == used


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
