"""A mutant is put into a process that has the project imported; its fate is that of the tests which reach it."""

import json
from pathlib import Path

import pytest

from tests.mutants.mutant import ROOT, Mutant
from tests.mutants.reach import Reach
from tests.mutants.trial import Fate, Workshop

FILE = "tasks/generate_statements/periods.py"
TESTS = "tests/tasks/generate_statements/test_periods.py"
pytestmark = pytest.mark.slow


def mutant(was: str, now: str) -> Mutant:
    """Return the mutant of one file in which one text stands for another."""
    source = (ROOT / FILE).read_text("utf-8")
    assert source.count(was) == 1
    return Mutant(FILE, source[: source.index(was)].count("\n") + 1, "by hand", was, now, source.replace(was, now))


def test_a_mutant_is_killed_by_a_test_that_fails_and_lives_where_none_does(tmp_path: Path) -> None:
    workshop = Workshop("tasks/generate_statements", TESTS, tmp_path / "workshop", "postgresql://127.0.0.1:1/none")
    try:
        wrong_week = workshop.try_mutant(mutant("day.isoweekday() == 6", "day.isoweekday() == 5"))
        same = workshop.try_mutant(mutant("day.isoweekday() == 6", "6 == day.isoweekday()"))
        import_fails = workshop.try_mutant(mutant("class StatementPeriod:", "class StatementPeriod(None):"))
        as_imported = workshop.try_mutant(mutant("class StatementPeriod:", "class StatementPeriod(object):"))
    finally:
        workshop.end()

    assert (wrong_week.fate, wrong_week.by.partition("::")[0]) == (Fate.KILLED, TESTS)
    assert (same.fate, import_fails.fate, as_imported.fate) == (Fate.LIVED, Fate.KILLED, Fate.LIVED)


def test_the_quickest_tests_that_reach_a_line_come_first(tmp_path: Path) -> None:
    written = tmp_path / "reach.json"
    lines = {"a.py": {"3": ["slow", "quick"], "4": ["other"]}}
    seconds = {"slow": 2.0, "quick": 0.1, "other": 1.0}
    written.write_text(
        json.dumps({"seconds": seconds, "lines": lines, "statements": {"b.sql": ["quick"]}, "failed": []})
    )
    reach = Reach.read(written)

    assert reach.tests_of("a.py", 3) == ["quick", "slow"]
    assert reach.tests_of("a.py", 1) == ["quick", "other", "slow"]
    assert reach.tests_of("b.sql", 9) == ["quick"]
    assert reach.tests_of("c.sql", 1) == []
