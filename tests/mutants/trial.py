"""Try a mutant: put it into a copy of the project and run the tests that reach it until one fails."""

import os
import shutil
import subprocess
import sys
from enum import StrEnum
from importlib.util import cache_from_source
from pathlib import Path

from tests.mutants.mutant import ROOT, Mutant

_NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".sandbox", ".*_cache", "__pycache__", "docs", ".hypothesis")
_SECONDS_OF_A_START = 90.0


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    LIVED = "lived"
    NOT_REACHED = "not reached"


class ProjectCopy:
    """A copy of the project in which one mutant at a time is tried, on a PostgreSQL that is there already."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._root = folder / "project"
        self._environment = os.environ | {"TEST_DATABASE_URL": database_url}
        shutil.copytree(ROOT, self._root, ignore=_NOT_COPIED)
        (self._root / "docs").symlink_to(ROOT / "docs")

    def run(self, *words: str, seconds: float, **environment: str) -> int:
        """Run pytest in the copy; return its exit code, or -1 where it did not end in time."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
        try:
            return subprocess.run(
                command,
                cwd=self._root,
                env=self._environment | environment,
                timeout=seconds,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            return -1

    def try_mutant(self, mutant: Mutant, tests: list[str], seconds: float) -> Fate:
        """Return what becomes of a mutant under these tests, which take so many seconds on the project as it is."""
        if not tests:
            return Fate.NOT_REACHED
        before = (self._root / mutant.file).read_text("utf-8")
        self._write(mutant.file, mutant.content)
        try:
            code = self.run("-x", "--hypothesis-seed=0", *tests, seconds=_SECONDS_OF_A_START + 8 * seconds)
        finally:
            self._write(mutant.file, before)
        return Fate.LIVED if code == 0 else Fate.KILLED

    def _write(self, name: str, content: str) -> None:
        """Change a file, and forget what it was compiled to: that is known by the second and the size only."""
        file = self._root / name
        file.write_text(content, "utf-8")
        Path(cache_from_source(str(file))).unlink(missing_ok=True)
