"""A mutant is tried in a copy of the project, and its fate is that of the tests which reach it."""

import json
from pathlib import Path

import pytest

from tests.mutants.mutant import ROOT, Mutant
from tests.mutants.reach import Reach
from tests.mutants.trial import Fate, ProjectCopy

FILE = "tasks/generate_statements/periods.py"
TESTS = ["tests/tasks/generate_statements/test_periods.py"]
pytestmark = pytest.mark.slow


def mutant(was: str, now: str) -> Mutant:
    """Return the mutant of one file in which one text stands for another."""
    source = (ROOT / FILE).read_text("utf-8")
    assert source.count(was) == 1
    return Mutant(FILE, source[: source.index(was)].count("\n") + 1, "by hand", was, now, source.replace(was, now))


def test_a_mutant_is_killed_by_a_test_that_fails_and_lives_where_none_does(tmp_path: Path) -> None:
    copy = ProjectCopy(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
    wrong_week = mutant("day.isoweekday() == 6", "day.isoweekday() == 5")
    same = mutant("day.isoweekday() == 6", "6 == day.isoweekday()")

    assert copy.try_mutant(wrong_week, TESTS, 1.0) == Fate.KILLED
    assert copy.try_mutant(same, TESTS, 1.0) == Fate.LIVED
    assert copy.try_mutant(same, [], 1.0) == Fate.NOT_REACHED


def test_the_quickest_tests_that_reach_a_line_come_first(tmp_path: Path) -> None:
    written = tmp_path / "reach.json"
    lines = {"a.py": {"3": ["slow", "quick"], "4": ["other"]}}
    seconds = {"slow": 2.0, "quick": 0.1, "other": 1.0}
    written.write_text(json.dumps({"seconds": seconds, "lines": lines, "statements": {"b.sql": ["quick"]}}))
    reach = Reach.read(written)

    assert reach.tests_of("a.py", 3) == ["quick", "slow"]
    assert reach.tests_of("a.py", 1) == ["quick", "other", "slow"]
    assert reach.tests_of("b.sql", 9) == ["quick"]
    assert reach.tests_of("c.sql", 1) == []
