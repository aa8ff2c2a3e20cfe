"""Every statement in a sql/ folder is used by the package it belongs to, and every statement asked for is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(
    folder
    for room in ("connectors", "database", "diagnosis", "jobs", "tasks", "tools")
    for folder in (ROOT / room).rglob("sql")
)
_NAME = re.compile(r'"([a-z][a-z0-9_]+)"')
_PREFIX = re.compile(r'f"([a-z][a-z0-9_]+_)\{')


def _words(folder: Path) -> set[str]:
    """Return the quoted words in the modules of a folder's package, and those put together from a prefix."""
    text = "".join(module.read_text(encoding="utf-8") for module in folder.parent.rglob("*.py"))
    words = set(_NAME.findall(text))
    return words | {prefix + word for prefix in _PREFIX.findall(text) for word in words}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_every_statement_file_is_asked_for(folder: Path) -> None:
    assert sorted(path.stem for path in folder.glob("*.sql") if path.stem not in _words(folder)) == []
