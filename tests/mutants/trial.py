"""Try the mutants of a package: each meets the tests that reach it until one fails."""

import itertools
import json
import math
import os
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tests.mutants.mutant import ROOT, Mutant
from tests.mutants.reach import Reach


class TestsFail(Exception):
    """The tests fail without any mutant, or cannot be run."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    LIVED = "lived"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Trial:
    """What became of a mutant, after which test, in how many seconds."""

    fate: Fate
    by: str = ""
    seconds: float = 0.0


class Workshop:
    """A process that tries mutants of one package, on a PostgreSQL that is there already.

    tests   file or folder of the tests that are to notice

    Raise TestsFail where they fail without any mutant.
    """

    def __init__(self, package: str, tests: str, folder: Path, database_url: str) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.mutants.workshop", package, tests, str(folder)],
            cwd=ROOT,
            env=os.environ | {"TEST_DATABASE_URL": database_url},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()
        self.reach = Reach.read(folder / "reach.json")
        if self.reach.failed:
            raise TestsFail(f"These tests fail without any mutant: {', '.join(self.reach.failed)}")
        self._breadth = self.reach.breadth()
        self._killers: dict[str, Counter[str]] = defaultdict(Counter)

    def try_mutant(self, mutant: Mutant, at_most: float = math.inf) -> Trial:
        """Return what becomes of a mutant; tests that are quick, reach little else and killed others are tried first.

        at_most  seconds that tests take without it, after which it is said to live
        """
        tests = self.reach.tests_of(mutant.file, mutant.line)
        if not tests:
            return Trial(Fate.NOT_REACHED)
        killers, seconds = self._killers[mutant.file], self.reach.seconds
        tests.sort(key=lambda test: (seconds[test] + 0.05) * self._breadth[test] / (1 + 4 * killers[test]))
        passed = itertools.accumulate(seconds[test] for test in tests)
        tests = [test for test, after in zip(tests, passed, strict=True) if after <= at_most] or tests[:1]
        order = {"file": mutant.file, "content": mutant.content, "tests": {test: seconds[test] for test in tests}}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = self._read()
        trial = Trial(Fate(answer["fate"]), answer["by"], answer["seconds"])
        if trial.fate == Fate.KILLED:
            killers[trial.by] += 1
        return trial

    def end(self) -> None:
        """Let the process end, with all it started."""
        self._process.communicate()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise TestsFail((self._folder / "log").read_text("utf-8"))
        answer: dict[str, Any] = json.loads(line)
        return answer
