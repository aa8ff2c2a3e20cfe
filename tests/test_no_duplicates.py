"""No two production files share a run of lines that long: what is done twice is written once."""

import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("access", "config", "connectors", "console", "database", "diagnosis", "jobs", "sandbox", "tasks", "tools")
LONGEST_SHARED = 11
_SAYS_NOTHING = re.compile(r"\W*$|#|--|import |from \S+ import ")


def _lines(path: Path) -> list[str]:
    """Return the lines that say something: no comments, blank lines, lone brackets and imports."""
    folded = (" ".join(line.split()) for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in folded if not _SAYS_NOTHING.match(line)]


def test_no_two_production_files_share_twelve_lines() -> None:
    found: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".sql"}):
        if path.parent.name == "versions":
            continue  # a migration that was released is never changed
        lines = _lines(path)
        for place in range(len(lines) - LONGEST_SHARED):
            found[tuple(lines[place : place + LONGEST_SHARED + 1])].add(path.relative_to(ROOT).as_posix())

    assert {(*sorted(files), lines[0]) for lines, files in found.items() if len(files) > 1} == set()
