"""docs/closing.md says what the catalogue of figures says."""

from database.closing.figures import BALANCES, BESIDE, FIGURES, MEETINGS
from tests.database.test_pay_tables import ROOT

DOCUMENT = (ROOT / "docs" / "closing.md").read_text(encoding="utf-8")


def test_the_table_of_figures_is_the_catalogue() -> None:
    rows = [f"| `{one.name}` | {one.meaning} | {one.source} |" for one in FIGURES]
    table = "\n".join(["| figure | what it means | where its rows are |", "| --- | --- | --- |", *rows, ""])

    assert table in DOCUMENT, f"docs/closing.md must have:\n{table}"


def test_each_equation_is_told() -> None:
    told = [one for one in (*BALANCES, *MEETINGS) if f"\n| {one.name} | " in DOCUMENT]

    assert told == [*BALANCES, *MEETINGS]


def test_each_figure_is_in_an_equation_or_told_beside_them() -> None:
    moved = {name for balance in BALANCES for name, _ in balance.moves}
    sides = {name for meeting in MEETINGS for name in (*meeting.left, *meeting.right)}
    beside = {name for _, names in BESIDE for name in names}
    ends = {f"{balance.name}.open_at_{side}" for balance in BALANCES for side in ("start", "end")}

    assert {one.name for one in FIGURES} - {"files.*"} == moved | beside | ends | {
        name for name in sides if "%" not in name
    }
