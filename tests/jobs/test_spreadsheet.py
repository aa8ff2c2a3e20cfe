"""What people open in a spreadsheet: no cell is run, nothing is hidden, and every value reads back."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.visible import visible
from jobs.spreadsheet import csv_lines, defused

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert defused(text) == f"'{visible(text)}"


@given(st.text())
def test_a_cell_holds_nothing_that_cannot_be_seen(cell: str) -> None:
    assert visible(defused(cell)) == defused(cell)
    assert defused("a\x1b[2J\x01b") == "a\\x1b[2J\\x01b"


@pytest.mark.parametrize("value", ["REG1", "", None, 5, "a=b", "5-3", Decimal("-5.00")])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert defused(value) == value


@given(st.lists(st.lists(st.one_of(st.none(), st.integers(), st.text()), min_size=2, max_size=2), max_size=5))
def test_each_row_is_one_record_that_reads_back(rows: list[list[str | int | None]]) -> None:
    header, *read = csv.reader(io.StringIO("".join(csv_lines(["one", "=two"], rows)), newline=""))

    assert header == ["one", "=two"]
    assert read == [["" if value is None else str(defused(value)) for value in row] for row in rows]


def test_jobs_and_tools_write_csv_in_one_place() -> None:
    rooms = ("console", "jobs", "tasks", "tools", "connectors", "database")
    writers = {
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if "csv.writer" in (content := path.read_text(encoding="utf-8")) or "csv.DictWriter" in content
    }

    assert writers == {"jobs/spreadsheet.py"}
