"""Each kind of change of a statement is made where it stands, and nowhere else."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mutants.sql_mutations import sql_changes

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(ROOT.glob("tasks/**/sql/*.sql"))


def changed(statement: str) -> dict[str, list[str]]:
    """Return the changed statements by kind."""
    found: dict[str, list[str]] = {}
    for one in sql_changes(statement):
        found.setdefault(one.kind, []).append(statement[: one.start] + one.now + statement[one.end :])
    return found


def test_each_condition_is_dropped_once() -> None:
    assert changed("SELECT a FROM t WHERE x = 1 AND (y = 2 OR z IS NULL) AND w BETWEEN 1 AND 2 ORDER BY a")[
        "condition dropped"
    ] == [
        "SELECT a FROM t WHERE TRUE AND (y = 2 OR z IS NULL) AND w BETWEEN 1 AND 2 ORDER BY a",
        "SELECT a FROM t WHERE x = 1 AND TRUE AND w BETWEEN 1 AND 2 ORDER BY a",
        "SELECT a FROM t WHERE x = 1 AND (y = 2 OR TRUE) AND w BETWEEN 1 AND 2 ORDER BY a",
        "SELECT a FROM t WHERE x = 1 AND (y = 2 OR z IS NULL) AND TRUE ORDER BY a",
    ]


def test_a_condition_is_dropped_with_the_text_at_its_end() -> None:
    assert changed("SELECT FROM t WHERE a = 'x' AND b IN (<<final>>, 'it''s')")["condition dropped"] == [
        "SELECT FROM t WHERE TRUE AND b IN (<<final>>, 'it''s')",
        "SELECT FROM t WHERE a = 'x' AND TRUE",
    ]


@pytest.mark.parametrize(
    ("statement", "kind", "now"),
    [
        ("SELECT FROM t WHERE a < b", "< to <=", "SELECT FROM t WHERE a <= b"),
        ("SELECT FROM t WHERE a <> '<>'", "<> to =", "SELECT FROM t WHERE a = '<>'"),
        ("SELECT FROM t LEFT JOIN u ON u.a = t.a", "LEFT JOIN to JOIN", "SELECT FROM t JOIN u ON u.a = t.a"),
        ("SELECT sum(x) FROM t", "sum to max(", "SELECT max(x) FROM t"),
        ("SELECT FROM t WHERE NOT EXISTS (SELECT)", "NOT EXISTS to EXISTS", "SELECT FROM t WHERE EXISTS (SELECT)"),
    ],
)
def test_a_rule_changes_what_it_names(statement: str, kind: str, now: str) -> None:
    assert changed(statement)[kind] == [now]


def test_each_column_of_a_grouping_is_dropped_once() -> None:
    assert changed("SELECT FROM t GROUP BY a, f(b, c), d ORDER BY a")["grouping column dropped"] == [
        "SELECT FROM t GROUP BY  f(b, c), d ORDER BY a",
        "SELECT FROM t GROUP BY a, d ORDER BY a",
        "SELECT FROM t GROUP BY a, f(b, c) ORDER BY a",
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE t SET a = 1", "-- a = b\nSELECT 1", "CREATE TABLE t ON COMMIT DROP AS SELECT 1"]
)
def test_what_is_no_condition_is_left_alone(statement: str) -> None:
    assert changed(statement) == {}


@settings(deadline=None)
@given(st.sampled_from(FILES))
def test_every_change_of_a_jobs_statement_leaves_its_comments_and_brackets(file: Path) -> None:
    statement = file.read_text("utf-8")
    for one in sql_changes(statement):
        now = statement[: one.start] + one.now + statement[one.end :]
        assert now != statement
        assert now.startswith(statement.split("\n")[0])
        assert balance(now) == balance(statement) == 0, (one, file.name)


def balance(statement: str) -> int:
    """Return how many brackets are left open outside comments and strings."""
    shown = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", statement)
    return shown.count("(") - shown.count(")")
