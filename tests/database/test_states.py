"""The sets of invoice states stand in one place, and statements take them from there."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.pay import states
from database.sql import statements

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("connectors", "console", "database", "jobs", "diagnosis", "tasks", "tools")
_LIST = re.compile(r"\(\s*('[A-Z_]+'(?:,\s*'[A-Z_]+')+)\s*\)|\{\s*(\"[A-Z_]+\"(?:,\s*\"[A-Z_]+\")+),?\s*\}")


def spelled_out() -> Iterator[tuple[str, frozenset[str]]]:
    """Return every list of codes that is written out in the code, and where it stands."""
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".sql"}):
        if path == ROOT / "database/pay/states.py":
            continue
        for found in _LIST.finditer(path.read_text(encoding="utf-8")):
            yield path.relative_to(ROOT).as_posix(), frozenset(re.findall(r"[A-Z_]+", found[0]))


@pytest.mark.parametrize("name", states.SETS)
def test_the_states_of_a_set_are_states_of_the_pay_database(name: str) -> None:
    with (ROOT / "docs/specs/paydb/code_values.csv").open(encoding="utf-8") as file:
        known = {row[1] for row in csv.reader(file) if row[0] == "invoice_status_codes"}

    assert states.SETS[name] <= known


def test_no_statement_or_module_spells_a_set_out_again() -> None:
    sets = set(states.SETS.values())

    assert [(place, sorted(codes)) for place, codes in spelled_out() if codes in sets] == []


def test_a_statement_that_names_a_set_has_its_states() -> None:
    statement = statements("tasks.pad_reconcile")["mark_invoices_paid"].text

    assert f"IN ({states.as_sql('final')})" in statement
    assert "<<" not in statement


def test_a_set_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        states.as_sql("finished")
