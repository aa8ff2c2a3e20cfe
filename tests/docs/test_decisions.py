"""The pages of decisions can be read line by line, and each can be found."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INDEX = ROOT / "docs/decisions.md"
PAGES = [INDEX, *sorted((ROOT / "docs/decisions").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_line_has_at_most_200_characters(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if len(line) > 200] == []


@pytest.mark.parametrize("page", PAGES[1:], ids=lambda page: page.name)
def test_each_departure_has_its_reason_and_its_section(page: Path) -> None:
    rows = [line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]

    assert rows[0] == "| what we do | why | section |"
    assert [row for row in rows if len([cell for cell in row.strip("|").split(" | ") if cell.strip()]) != 3] == []


def test_each_page_is_in_the_index() -> None:
    index = INDEX.read_text(encoding="utf-8")

    assert [page.name for page in PAGES[1:] if f"(decisions/{page.name})" not in index] == []
