"""A plugin of pytest that writes down which tests reach which lines and statements.

MUTANTS_REACH=reach.json MUTANTS_PACKAGE=tasks/pad_reconcile python -m pytest -p tests.mutants.reach ...
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import TextClause

from database.sql import Statements

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Reach:
    """Which tests reach what, and the seconds that each test takes.

    lines       by file and line
    statements  by file
    """

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]
    statements: dict[str, list[str]]

    @staticmethod
    def read(file: Path) -> "Reach":
        """Return what a run of the tests has written."""
        read = json.loads(file.read_text("utf-8"))
        lines = {name: {int(line): tests for line, tests in by_line.items()} for name, by_line in read["lines"].items()}
        return Reach(read["seconds"], lines, read["statements"])

    def tests_of(self, file: str, line: int) -> list[str]:
        """Return the tests that reach a line, the quickest first; those of the whole file where it runs at import."""
        by_line = self.lines.get(file, {})
        tests = set(self.statements.get(file, ())) | set(by_line.get(line, ()))
        tests = tests or {test for one in by_line.values() for test in one}
        return sorted(tests, key=lambda test: self.seconds.get(test, 0.0))


class _Listener:
    def __init__(self, package: str, written: Path) -> None:
        from coverage import Coverage

        self._written = written
        self._coverage = Coverage(data_file=None, source=[str(ROOT / package)])
        self._statements: dict[str, set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = defaultdict(float)
        self._test = ""
        look_up = Statements.__getitem__

        def heard(statements: Statements, name: str) -> TextClause:
            if self._test:
                self._statements[f"{statements._package.replace('.', '/')}/sql/{name}.sql"].add(self._test)
            return look_up(statements, name)

        Statements.__getitem__ = heard  # type: ignore[method-assign]
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what one test reaches."""
        self._test = item.nodeid
        self._coverage.switch_context(item.nodeid)
        yield
        self._test = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test takes."""
        if report.when == "call":
            self._seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        """Write everything down."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {
            str(Path(file).relative_to(ROOT)): {
                line: sorted(filter(None, tests)) for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        statements = {file: sorted(tests) for file, tests in self._statements.items()}
        self._written.write_text(json.dumps({"seconds": self._seconds, "lines": lines, "statements": statements}))


def pytest_configure(config: pytest.Config) -> None:
    """Listen from the beginning."""
    listener = _Listener(os.environ["MUTANTS_PACKAGE"], Path(os.environ["MUTANTS_REACH"]))
    config.pluginmanager.register(listener)
