"""The settlement CSV: any bytes give a clear error or rows, one a line, whatever stands beside them."""

import dataclasses
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import FormatError
from connectors.formats.settlement import SettlementRow, read_settlement
from connectors.formats.settlement_columns import PlainRows, read_columns
from tests.settlement_factory import EXAMPLE, FILE, HEADER, Line, example, settlement_csv

EXAMPLE_FILE = Path(__file__).resolve().parents[2] / "docs" / "specs" / "examples" / FILE
HEADER_LINE = ",".join(HEADER).encode()
GOOD = EXAMPLE[0].encode()
GOOD_ROW = SettlementRow(
    line=2,
    record_type="PADP",
    source_type="BCR-PAD Daily",
    source_number="PADRC0001",
    application_id=5000001,
    application_date=date(2026, 11, 5),
    amount=Decimal("131.50"),
    customer_account="800101",
    target_type="INV",
    target_number="REG01234567",
    original_amount=Decimal("131.50"),
    outstanding_amount=Decimal("0.00"),
    status="Fully PAID",
)


def read(content: bytes | Iterable[bytes]) -> list[SettlementRow]:
    pieces = [content] if isinstance(content, bytes) else content
    return list(read_settlement(pieces, source="t.csv"))


def read_lines(*lines: bytes, end: bytes = b"\r\n") -> list[SettlementRow]:
    return read(end.join([HEADER_LINE, *lines]) + end)


def told(row: SettlementRow) -> str:
    """Return why a row, or what of it, could not be read."""
    return row.problem or "; ".join(row.faults.values())


def test_the_example_file_is_read_byte_for_byte() -> None:
    rows = read(EXAMPLE_FILE.read_bytes())

    assert rows[0] == GOOD_ROW
    assert [row.record_type for row in rows] == [
        "PADP", "CMAP", "PADP", "PADR", "BOLP", "BOLP", "ONAC", "EFTP", "ADJS"
    ]  # fmt: skip
    assert [told(row) for row in rows] == [""] * 9
    assert (rows[3].reversal_reason, rows[8].amount) == ("NON SUFFICIENT FUNDS", Decimal("-5.00"))


@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("newline", ["\r\n", "\n"])
@pytest.mark.parametrize("quoted", [True, False])
def test_bom_line_ends_and_quotes_make_no_difference(bom: bool, newline: str, quoted: bool) -> None:
    content = settlement_csv(example(*range(1, 10)), bom=bom, newline=newline, quoted=quoted)

    assert read(content) == read(EXAMPLE_FILE.read_bytes())
    assert read(content.rstrip(b"\r\n")) == read(EXAMPLE_FILE.read_bytes())


@pytest.mark.parametrize("spelling", ["Reversal reason description", "Reversal reason desc", "REVERSAL REASON DESC"])
def test_both_spellings_of_the_reversal_reason_are_read(spelling: str) -> None:
    rows = read(settlement_csv(example(4), header=[*HEADER[:13], spelling]))

    assert rows[0].reversal_reason == "NON SUFFICIENT FUNDS"


def test_columns_are_found_by_name_in_any_order_and_case() -> None:
    header = [name.upper() for name in reversed(HEADER)]

    assert read(settlement_csv([list(reversed(example(1)[0]))], header=header)) == [GOOD_ROW]


@pytest.mark.parametrize("number", ["REG01234567", "REG7401364-C", "20455", "OB-1.5", "EFTCIL901", "12E5", "1/2"])
def test_numbers_that_no_spreadsheet_made_are_read(number: str) -> None:
    fields = list(example(1)[0])
    fields[2] = fields[8] = number

    assert told(read(settlement_csv([fields]))[0]) == ""


@pytest.mark.parametrize(
    ("day", "is_far"),
    [("17-Nov-62", True), ("17-Nov-99", True), ("04-Dec-27", True), ("30-Nov-25", True), ("01-Dec-25", False),
     ("27-Nov-26", False), ("03-Dec-27", False)],
)  # fmt: skip
def test_a_date_far_from_the_day_of_its_file_is_reported(day: str, is_far: bool) -> None:
    fields = list(example(1)[0])
    fields[4] = day
    content = settlement_csv([fields])

    (row,) = read_settlement([content], source="t.csv", day=date(2026, 12, 2))

    assert list(row.faults) == (["application_date"] if is_far else [])
    assert ("more than a year from the file's own day, 2026-12-02" in told(row)) == is_far


@pytest.mark.parametrize(("day", "is_future"), [("02-Dec-26", False), ("03-Dec-26", True), ("02-Dec-27", True)])
def test_a_date_after_the_day_of_the_run_is_reported(day: str, is_future: bool) -> None:
    fields = list(example(1)[0])
    fields[4] = day
    content = settlement_csv([fields])

    (row,) = read_settlement([content], source="t.csv", day=date(2026, 12, 4), today=date(2026, 12, 2))

    said = f"application date '{day}' has not come yet (today is 2026-12-02)"
    assert row.faults == ({"application_date": said} if is_future else {})


def test_empty_fields_behind_the_last_column_are_nothing() -> None:
    assert read_lines(GOOD + b",", GOOD + b',,""') == [GOOD_ROW, dataclasses.replace(GOOD_ROW, line=3)]


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "utf-8"])
def test_a_reason_in_another_encoding_is_shown_and_leaves_the_row_readable(encoding: str) -> None:
    line = EXAMPLE[3].replace("NON SUFFICIENT FUNDS", "Provision épuisée").encode(encoding)

    (row,) = read_lines(line)

    assert (row.problem, row.reversal_reason) == (None, "Provision épuisée")
    assert set(row.faults) <= {"reversal_reason"}


@pytest.mark.parametrize("reason", [b'said "no funds"', b'"no "funds"', b'"no funds', b'"'])
def test_a_stray_quote_in_the_reason_leaves_the_other_columns_readable(reason: bytes) -> None:
    row, following = read_lines(b",".join([*GOOD.split(b",")[:12], b"R001", reason]), GOOD)

    assert row == dataclasses.replace(GOOD_ROW, reversal_reason=row.reversal_reason)
    assert following == dataclasses.replace(GOOD_ROW, line=3)


def test_a_file_without_reversal_columns_is_read() -> None:
    assert read(settlement_csv([example(1)[0][:12]], header=HEADER[:12])) == [GOOD_ROW]


def test_missing_trailing_columns_are_empty() -> None:
    assert read_lines(b",".join(GOOD.split(b",")[:12])) == [GOOD_ROW]
    (row,) = read_lines(b"PADP,BCR-PAD Daily,PADRC0001")
    assert (told(row), row.amount, row.application_date, row.status) == ("", None, None, "")


def test_a_row_with_more_fields_than_the_header_is_told_and_the_next_is_read() -> None:
    rows = read_lines(GOOD + b",surplus", GOOD)

    assert rows[0].problem == "15 fields where the header names 14"
    assert rows[1].problem is None


def test_a_row_longer_than_a_header_without_reversal_columns_is_reported() -> None:
    (row,) = read(settlement_csv([example(4)[0]], header=HEADER[:12]))

    assert row.problem == "14 fields where the header names 12"


def test_a_stray_quote_does_not_swallow_the_next_line() -> None:
    rows = read_lines(b'PADP,"BCR-PAD Daily,PADRC0001', GOOD, b'"PADP"x,', GOOD)

    assert [row.problem is None for row in rows] == [False, True, False, True]
    assert "not CSV" in (rows[0].problem or "")
    assert [row.line for row in rows] == [2, 3, 4, 5]


def test_blank_lines_are_no_rows_and_keep_the_numbering() -> None:
    rows = read_lines(b"", GOOD, b"   ", GOOD, b"")

    assert [row.line for row in rows] == [3, 5]


@pytest.mark.parametrize("newline", [b"\r\n", b"\n"])
@pytest.mark.parametrize("size", [1, 10_000])
def test_the_end_sign_of_dos_behind_the_last_line_is_no_row(newline: bytes, size: int) -> None:
    content = newline.join([HEADER_LINE, GOOD, b"\x1a"])
    pieces = [content[start : start + size] for start in range(0, len(content), size)]

    (row,) = read(pieces)
    (columns,) = read_columns(pieces, source="t.csv")

    assert isinstance(columns, PlainRows)
    assert (row.line, list(columns.line)) == (2, ["2"])


def test_an_end_sign_before_the_last_line_is_a_row_that_cannot_be_read() -> None:
    assert [row.line for row in read_lines(b"\x1a", GOOD)] == [2, 3]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (5, "12,50", "is not an amount"),
        (5, "12.505", "amount '12.505' is not an amount"),
        (5, "1e3", "is not an amount"),
        (5, "NaN", "is not an amount"),
        (5, "١٢.50", "is not an amount"),
        (5, ".", "is not an amount"),
        (9, "$5", "original amount '\\$5' is not an amount"),
        (4, "2026-11-05", "is not a date"),
        (4, "31-Feb-26", "is not a date"),
        (4, "05-Foo-26", "is not a date"),
        (3, "5000001x", "is not a whole number"),
        (3, "9223372036854775808", "is not a whole number up to 9223372036854775807"),
        (3, "²", "is not a whole number"),
        (8, "R" * 51, "longer than 50 characters"),
        (10, "(0.00)", "outstanding amount '\\(0.00\\)' is not an amount"),
        (2, "7.66E+11", "was rewritten by a spreadsheet"),
        (2, "7e+05", "was rewritten by a spreadsheet"),
        (6, "800101.0", "was rewritten by a spreadsheet"),
        (8, "#REF!", "was rewritten by a spreadsheet"),
    ],
)
def test_a_value_that_cannot_be_read_is_told_with_what_was_expected(column: int, value: str, said: str) -> None:
    fields = list(example(1)[0])
    fields[column] = value

    (row,) = read(settlement_csv([fields]))

    ((name, fault),) = row.faults.items()
    assert re.search(said, fault) and name.replace("_", " ") in fault


@pytest.mark.parametrize(
    ("value", "amount"),
    [("0", "0.00"), ("", "None"), ("7", "7.00"), ("7.5", "7.50"), (".50", "0.50"), ("7.", "7.00"), ("-5.00", "-5.00"),
     ("+5", "5.00"), ("9999999999999.99", "9999999999999.99")],
)  # fmt: skip
def test_plain_decimals_are_read_exactly(value: str, amount: str) -> None:
    fields = list(example(1)[0])
    fields[5] = value

    (row,) = read(settlement_csv([fields]))

    assert (told(row), str(row.amount)) == ("", amount)


@pytest.mark.parametrize("day", ["05-Nov-26", "05-NOV-26", "5-nov-26", " 05-Nov-26 "])
def test_the_month_is_read_in_any_case(day: str) -> None:
    fields = list(example(1)[0])
    fields[4] = day

    assert read(settlement_csv([fields]))[0].application_date == date(2026, 11, 5)


def test_a_long_reversal_reason_is_kept_whole() -> None:
    fields = [*example(4)[0][:13], "x" * 300]

    assert read(settlement_csv([fields]))[0].reversal_reason == "x" * 300


@pytest.mark.parametrize("bad", [b"PADP,\x00,", b"PADP,\xff\xfe,", b"x" * 9000, b"PADP,\r,5"])
def test_a_line_that_is_not_text_is_one_row_with_its_problem(bad: bytes) -> None:
    rows = read_lines(GOOD, bad, GOOD)

    assert [row.line for row in rows] == [2, 3, 4]
    assert [told(row) == "" for row in rows] == [True, False, True]


def test_a_line_as_long_as_allowed_is_not_cut_at_a_carriage_return() -> None:
    """The byte behind the longest line is a carriage return, and the line goes on."""
    rows = read_lines(b"PADP," + b"x" * 8187 + b"\r" + b"y" * 100, GOOD)

    assert "longer than 8192 bytes" in (rows[0].problem or "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not a header: it begins with ''"),
        (b"\r\n\r\n", "is not a header: it begins with ''"),
        (GOOD, "is not a header: it begins with "),
        (b"\xff\xfeR\x00e\x00", r" is UTF-16 \(expected UTF-8\)"),
        (b"\x00R\x00e", r" is UTF-16 \(expected UTF-8\)"),
        (settlement_csv(example(1), newline="\r"), r"its lines end in CR alone \(expected CRLF or LF\)"),
        (b"\nRecord type,\n", "the first line is not a header: it begins with ''"),
        (b"PK,zip,archive\n", "the first line is not a header: it begins with 'PK,zip,archive'"),
        (b'"Record type', "is not a header"),
        (
            HEADER_LINE.replace(b"Application amount", b"Amount"),
            r"lacks 'application amount' \(found 13 of 14 columns\)",
        ),
        (HEADER_LINE.replace(b"Application Id", b"Record type"), "names 'record type' twice"),
        (b"x" * 100_000, "longer than 8192"),
    ],
)
def test_a_file_without_its_header_is_refused_as_a_whole(content: bytes, said: str) -> None:
    with pytest.raises(FormatError) as refused:
        read(content)

    assert re.search(rf"t\.csv.*{said}", str(refused.value))
    assert refused.value.full_text.count("Nothing was applied. Ask the sender about this file and keep it.") == 1


def test_two_part_payments_without_application_id_differ_by_what_is_left() -> None:
    first = Line("BOLP", "OB1", "20.00", "800104", "REG1", "Partially PAID", outstanding="80.00", application="")
    second = Line("BOLP", "OB1", "20.00", "800104", "REG1", "Partially PAID", outstanding="60.00", application="")
    one, other, again = read(settlement_csv([first, second, first]))

    assert one.identity() != other.identity()
    assert one.identity() == again.identity()


def test_the_same_row_of_another_day_is_the_same_row() -> None:
    one, other = read(settlement_csv([example(1)[0], [*example(1)[0][:4], "06-Nov-26", *example(1)[0][5:]]]))

    assert one.identity() == other.identity()


ANY_LINE = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([GOOD, GOOD + b",x", b'"', b'PADP,"', b"", b"  ", b"\xef\xbb\xbf", b"\r", b",,,,"]),
).map(lambda line: line.replace(b"\n", b""))


@given(st.binary(max_size=400))
def test_any_bytes_give_an_error_or_rows(content: bytes) -> None:
    try:
        rows = read(content)
    except FormatError as error:
        assert "t.csv" in str(error)
    else:
        assert [row.line for row in rows] == sorted({row.line for row in rows})


@given(st.lists(ANY_LINE, max_size=12), st.sampled_from([b"\n", b"\r\n"]), st.booleans())
@settings(max_examples=300)
def test_every_line_that_is_not_blank_is_exactly_one_row(lines: list[bytes], end: bytes, ends: bool) -> None:
    lines = lines if ends or lines[-1:] != [b"\x1a"] else lines[:-1]
    content = end.join([HEADER_LINE, *lines]) + (end if ends else b"")

    rows = read(content)

    assert [row.line for row in rows] == [number for number, line in enumerate(lines, 2) if line.strip()]
    for row in rows:
        if lines[row.line - 2] == GOOD:
            assert told(row) == ""


@given(st.lists(ANY_LINE, max_size=8), st.integers(1, 40))
def test_pieces_of_any_size_give_the_same_rows(lines: list[bytes], size: int) -> None:
    content = b"\r\n".join([HEADER_LINE, *lines])
    pieces = (content[start : start + size] for start in range(0, len(content), size))

    assert read(pieces) == read(content)


def test_pieces_of_any_size_give_the_same_rows_around_an_overlong_line() -> None:
    content = b"\r\n".join([HEADER_LINE, GOOD, b"z" * 40_000, GOOD])

    for size in (1000, 8191, 8192, 8193, 16_385):
        pieces = (content[start : start + size] for start in range(0, len(content), size))
        assert read(pieces) == read(content)


_PRINTED = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="#")
TEXT = st.text(_PRINTED, max_size=50).map(str.strip)
AMOUNT = st.decimals(-(10**9), 10**9, places=2)
DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(st.tuples(TEXT, TEXT, st.integers(0, 2**31 - 1), DATES, AMOUNT, AMOUNT, AMOUNT, TEXT, TEXT, TEXT), st.booleans())
def test_what_is_written_is_read_again(
    values: tuple[str, str, int, date, Decimal, Decimal, Decimal, str, str, str], quoted: bool
) -> None:
    kind, source, application, day, amount, original, outstanding, account, number, status = values
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    written = f"{day.day:02}-{months[day.month - 1]}-{day.year % 100:02}"
    fields = [
        "PADP", kind, source, str(application), written, str(amount), account, "INV", number, str(original),
        str(outstanding), status,
    ]  # fmt: skip

    (row,) = read(settlement_csv([fields], quoted=quoted))

    assert row == SettlementRow(
        line=2,
        record_type="PADP",
        source_type=kind,
        source_number=source,
        application_id=application,
        application_date=day,
        amount=amount,
        customer_account=account,
        target_type="INV",
        target_number=number,
        original_amount=original,
        outstanding_amount=outstanding,
        status=status,
    )
