"""A file that is read column by column is staged as one that is read line by line."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats.settlement import SettlementRow, read_settlement
from connectors.formats.settlement_columns import PlainRows, read_columns
from tasks.pad_reconcile.rules import RowKind
from tasks.pad_reconcile.staging import RowTotals, StagedKinds, _encoded, create_tables, stage
from tests.settlement_factory import HEADER, NOW, SettlementBooks, example, settlement_csv

DAY = NOW.date()
TEXTS = (
    "",
    " ",
    "x",
    '"',
    "1.5E+4",
    "12.",
    "#N/A",
    "REG1-C",
    "é",
    "\x85",
    "\0",
    "\\N",
    "a,b",
    "x" * 51,
    "\ud800",
    "\r",
)
AMOUNTS = ("31.50", "31.5", "+3", "-3.00", "-0.00", "0", ".5", "1,000.00", "12,50", "1e3", "9" * 14)
VALUES: dict[str, tuple[str, ...]] = {
    "Record type": ("PADP", "padr", "PAYR", "BOLP", "EFTP", "ONAC", "CMAP", "ADJS", "EFTR", "DM"),
    "Source Transaction Type": ("BCR-PAD Daily", "BC REG EFT Wire Cheque"),
    "Source Transaction Number": ("PADRC1", " R2 "),
    "Application Id": ("1", "007", "0", "999999999", "2147483648", str(2**63), "-1"),
    "Application Date": ("05-Nov-26", "5-NOV-26", "23-Nov-26", "05-Nov-28", "2026-11-05"),
    "Application amount": AMOUNTS,
    "Customer Account": ("800101",),
    "Target transaction type": ("INV", "inv", "RECEIPT", "DM"),
    "Target transaction Number": ("REG1", "REG1-C"),
    "Target Transaction Original amount": AMOUNTS,
    "Target Transaction Outstanding Amount": AMOUNTS,
    "Target transaction status": ("Fully PAID", "Not PAID", "Partially PAID", "On Account"),
    "Reversal Reason code": ("", "NSF"),
    "Reversal reason description": ("", "NON SUFFICIENT FUNDS"),
}


@st.composite
def _lines(draw: st.DrawFn) -> bytes:
    """Return a line that is mostly plain, with up to two odd values, of any width."""
    values = [VALUES[column][0] for column in HEADER]
    for at in draw(st.lists(st.integers(0, len(HEADER) - 1), max_size=2)):
        values[at] = draw(st.sampled_from((*VALUES[HEADER[at]], *TEXTS)))
    values = values[: draw(st.sampled_from((14, 14, 14, 14, 13, 12, 3)))] + [""] * draw(st.sampled_from((0, 0, 0, 1)))
    quote = draw(st.sampled_from(("", "", '"')))
    line = ",".join(f"{quote}{value}{quote}" for value in values)
    return line.encode("utf-8", "surrogatepass") + draw(st.sampled_from((b"\r\n", b"\r\n", b"\n", b"\r\n\n", b" ")))


@settings(max_examples=150, deadline=None)
@given(st.lists(_lines(), max_size=8), st.sampled_from((13, 64, 200, 1 << 16)))
def test_columns_are_staged_as_lines_are(lines: list[bytes], size: int) -> None:
    content = ",".join(HEADER).encode() + b"\r\n" + b"".join(lines)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]

    assert _staged(read_columns(pieces, source="t.csv", day=DAY, today=DAY)) == _staged(
        read_settlement(pieces, source="t.csv", day=DAY, today=DAY)
    )


def test_the_rows_of_a_usual_file_are_plain() -> None:
    content = settlement_csv(example(1, 3) * 500)

    (rows,) = read_columns([content], source="t.csv", day=date(2026, 11, 5))

    assert isinstance(rows, PlainRows)
    assert len(rows.line) == 1000


@pytest.mark.parametrize(("kinds", "record_type", "are_there"), [
    ((), "PADP", True), ((), "BOLP", False),
    ((RowKind.SETTLE_PAD,), None, True), ((RowKind.BOUNCE,), None, False),
    ((RowKind.BOUNCE, RowKind.SETTLE_PAD), None, True),
    ((RowKind.MEMO_PART,), "CMAP", True), ((RowKind.SETTLE_PAD,), "CMAP", False),
])  # fmt: skip
def test_rows_are_there_where_one_is_of_both_the_kind_and_the_record_type(
    kinds: tuple[RowKind, ...], record_type: str | None, are_there: bool, books: SettlementBooks
) -> None:
    with books.database.begin() as session:
        create_tables(session)
        stage(session, 5, read_columns([settlement_csv(example(1, 2))], source="t.csv"), run_id=None)
        staged = StagedKinds.read(session)

    assert staged.have(*kinds, record_type=record_type) == are_there


def _staged(rows: Iterable[PlainRows | SettlementRow]) -> tuple[list[bytes], RowTotals]:
    totals = RowTotals()
    return sorted(b"".join(_encoded(7, None, rows, totals)).splitlines()), totals
