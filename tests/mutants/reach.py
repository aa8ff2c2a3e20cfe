"""Which tests reach which lines and statements."""

import functools
import gc
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import TextClause

from database.sql import Statements
from tests.mutants.mutant import ROOT


@dataclass(frozen=True)
class Reach:
    """Which tests reach what, and the seconds that each test takes.

    lines       by file and line
    statements  by file
    failed      the tests that fail without any mutant
    """

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]
    statements: dict[str, list[str]]
    failed: list[str]

    @staticmethod
    def read(file: Path) -> "Reach":
        """Return what a run of the tests has written."""
        read = json.loads(file.read_text("utf-8"))
        lines = {name: {int(line): tests for line, tests in by_line.items()} for name, by_line in read["lines"].items()}
        return Reach(read["seconds"], lines, read["statements"], read["failed"])

    def tests_of(self, file: str, line: int) -> list[str]:
        """Return the tests that reach a line, the quickest first; all of them where it runs at import."""
        by_line = self.lines.get(file, {})
        tests = set(self.statements.get(file, ())) | set(by_line.get(line, ()))
        if not tests and file.endswith(".py"):
            tests = set(self.seconds)
        return sorted(tests, key=lambda test: self.seconds.get(test, 0.0))

    def breadth(self) -> Counter[str]:
        """Return how many files each test reaches: one that reaches few is about them."""
        lines = ({test for tests in by_line.values() for test in tests} for by_line in self.lines.values())
        return Counter(test for tests in (*lines, *self.statements.values()) for test in tests)


class Listener:
    """What listens while tests run; begun after the package was imported."""

    def __init__(self, package: str) -> None:
        from coverage import Coverage

        self._coverage = Coverage(data_file=None, source=[str(ROOT / package)], messages=False)
        self._coverage._warn_preimported_source = False
        self._statements: dict[str, set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = {}
        self._test = ""
        gc.unfreeze()
        kept = [one for one in gc.get_objects() if isinstance(one, functools._lru_cache_wrapper)]
        self._caches = [one for one in kept if one.__module__.startswith(package.replace("/", "."))]
        look_up = Statements.__getitem__

        def heard(statements: Statements, name: str) -> TextClause:
            self._statements[f"{statements._package.replace('.', '/')}/sql/{name}.sql"].add(self._test)
            return look_up(statements, name)

        Statements.__getitem__ = heard  # type: ignore[method-assign]
        self._coverage.start()

    @contextmanager
    def listening_to(self, test: str) -> Iterator[None]:
        """Note what one test reaches, and how long it takes; what a cache spares it is what another test reached."""
        self._test = test
        for cache in self._caches:
            cache.cache_clear()
        self._coverage.switch_context(test)
        begun = time.monotonic()
        yield
        self._seconds[test] = round(time.monotonic() - begun, 3)

    def write(self, written: Path, failed: list[str]) -> None:
        """Write everything down, with what the tests have imported."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {
            str(Path(file).relative_to(ROOT)): {
                line: sorted(filter(None, tests)) for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        statements = {file: sorted(tests) for file, tests in self._statements.items()}
        found = {"seconds": self._seconds, "lines": lines, "statements": statements, "failed": failed}
        written.write_text(json.dumps(found | {"modules": list(sys.modules)}))
