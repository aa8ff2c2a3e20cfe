"""How a table looks on a screen: numbers, amounts, narrow and wide screens, and commands that stay whole."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.run.outcome import Table
from jobs.table_layout import lay_out, wrapped

COMMAND = 'python3 invoke_jobs.py ejv rebuild 6 --reason "a reason; with words"'
PROSE = "Ask CAS whether it was received. Its dates are of a month that may be closed; if CAS will not run it, rebuild."
COLUMNS = ("batch", "type", "open", "amount", "sent as", "next", "command")
BATCHES = Table(
    "Batches",
    COLUMNS,
    [
        (1006, "REFUND", 0, None, "INBOX.F3535.20220627020108", PROSE, COMMAND),
        (1005, "PAYMENT", 1409, Decimal("25105.08"), "INBOX.F3535.20220627030107", "Ask CAS.", None),
    ],
)


def lines(columns: tuple[str, ...], *rows: tuple[Any, ...], width: int = 160, most: int | None = None) -> list[str]:
    return list(lay_out(Table("T", columns, rows), width, most=most))


def test_numbers_are_aligned_to_the_right_with_separators() -> None:
    assert lines(("what", "rows", "seconds"), ("a", 7, 1.25), ("b", 12345, 10.0)) == [
        " what     rows   seconds",
        " ───────────────────────",
        " a           7       1.2",
        " b      12,345      10.0",
    ]


def test_an_amount_has_its_currency_in_the_heading() -> None:
    assert lines(("paid", "CAD left"), (Decimal("1234.5"), Decimal("0"))) == [
        " paid CAD   CAD left",
        " ───────────────────",
        " 1,234.50       0.00",
    ]


@pytest.mark.parametrize("name", ["batch", "invoice", "run", "account", "invoice_id"])
def test_what_names_a_row_stays_as_it_is_typed(name: str) -> None:
    assert lines((name,), (1234,))[2] == " 1234"


def test_a_column_without_a_value_is_left_out_and_a_table_without_rows_is_nothing() -> None:
    assert lines(("a", "b"), ("x", None), ("y", "")) == [" a", " ─", " x", " y"]
    assert lines(("a", "b")) == []


def test_a_wide_screen_folds_prose_between_words_and_gives_a_command_its_own_line() -> None:
    shown = list(lay_out(BATCHES, 160))

    assert shown[0].split() == ["batch", "type", "open", "amount", "CAD", "sent", "as", "next"]
    assert f"     {COMMAND}" in shown
    assert " ".join(line[shown[0].index("next") :] for line in shown[2:4]) == PROSE


def test_a_narrow_screen_shows_labels_and_values() -> None:
    assert list(lay_out(BATCHES, 80)) == [
        " batch: 1006   type: REFUND   open: 0   sent as: INBOX.F3535.20220627020108",
        "   next: Ask CAS whether it was received. Its dates are of a month that may be",
        "     closed; if CAS will not run it, rebuild.",
        f"   {COMMAND}",
        " batch: 1005   type: PAYMENT   open: 1,409   amount CAD: 25,105.08",
        "   sent as: INBOX.F3535.20220627030107   next: Ask CAS.",
    ]


def test_a_table_that_fits_a_narrow_screen_stays_a_table() -> None:
    assert lines(("a", "b"), ("x", "y"), width=20)[0] == " a   b"


@pytest.mark.parametrize("width", [80, 160])
def test_rows_beyond_the_limit_are_counted_not_shown(width: int) -> None:
    rows = [(number, "R", 1, Decimal(1), "INBOX", PROSE, COMMAND) for number in range(2000)]

    shown = list(lay_out(Table("T", COLUMNS, rows), width, most=20))

    count = sum(COMMAND in line for line in shown)
    assert count <= 20
    assert shown[-1] == f"... and {2000 - count:,} more; --json gives them all."
    assert len(shown) <= (24 if width == 80 else 63)


@given(width=st.integers(20, 200), before=st.text("ab .;", max_size=200), after=st.text("ab .;", max_size=200))
def test_a_command_is_never_broken(width: int, before: str, after: str) -> None:
    text = f"{before} {COMMAND}\n`show 42 --json` {after}"

    said = wrapped(text, width)

    assert any(COMMAND in line for line in said)
    assert any("`show 42 --json`" in line for line in said)
    assert "".join("".join(said).split()) == "".join(text.split())


@given(rows=st.lists(st.tuples(st.integers(), st.text("ab ", max_size=90)), min_size=1, max_size=5))
def test_no_line_is_wider_than_the_screen_where_words_are_short(rows: list[tuple[int, str]]) -> None:
    table = Table("T", ("rows", "what", "command"), [(number, text or "x", "") for number, text in rows])
    words = max((len(word) for _, text in rows for word in text.split()), default=0)

    for width in (60, 110, 160):
        assert words > 20 or max(len(line) for line in lay_out(table, width)) <= width
