"""What is told of a line that cannot be read: the characters that stand where the value belongs, and no others."""

from datetime import date
from decimal import Decimal

import pytest

from tasks.ejv_feedback_check.feedback_lines import _plain_detail, read_amount, read_day, read_line
from tasks.ejv_feedback_check.flow_through import FlowThrough
from tests.ejv_factory import Batch, Item, JournalPair

_END = "0000" + "SAID".ljust(150) + "CGI"
BG = "GIBG...35352027" + "000004321" + "4010"
BT = "GIBT...35352027" + "000004321" + "000000000000012" + "000000000031.50" + _END
JH = "GIJH...FI00008801" + "FI000004321".ljust(25) + "000000000031.50" + "ACAD".ljust(264) + _END
IH = "APIH..." + "700002   001" + "77".ljust(50) + "x" * 43 + "000000000031.50" + "CAD" + "20261118" + _END
JD = Batch(4321, journals=[(8801, [JournalPair("7654321", "31.50")])]).feedback().decode().split("\n")[3]


def put(line: str, start: int, text: str) -> bytes:
    """Return a line with other text from a place on."""
    return (line[:start] + text + line[start + len(text) :]).encode()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (put(BG, 15, "12345678X"), "there is no batch number at 15 to 24 (found '12345678X')"),
        (put(BT, 15, "X23456789"), "there is no batch number at 15 to 24 (found 'X23456789')"),
        (put(BT, 24, "1234567890ABCDE"), "total at 24 to 54 (found '1234567890ABCDE000000000031.50')"),
        (put(BT, 39, "A"), "total at 24 to 54 (found '000000000000012A00000000031.50')"),
        (put(BT, 53, "Z"), "total at 24 to 54 (found '000000000000012000000000031.5Z')"),
        ((BT[:53] + "Z9" + BT[54:]).encode(), "total at 24 to 54 (found '000000000000012000000000031.5Z')"),
        (put(BT, 2, "XX"), "it begins with 'GIXX', which is not a known record type"),
        (put(BT, 0, "XX"), "it begins with 'XXBT', which is not a known record type"),
        (put(JH, 9, "A"), f"at 7 to 57 cannot be read (found 'FIA{JH[10:57]}')"),
        (put(JH, 19, "A"), f"at 7 to 57 cannot be read (found '{JH[7:19]}A{JH[20:57]}')"),
        (put(JH, 56, "A"), f"at 7 to 57 cannot be read (found '{JH[7:56]}A')"),
        (put(JD, 16, "A00001"), f"side cannot be read (found '{JD[7:16]}A00001' and '{JD[89:105]}')"),
        (put(JD, 17, "A"), f"side cannot be read (found '{JD[7:17]}A{JD[18:22]}' and '{JD[89:105]}')"),
        (put(JD, 89, "A"), f"side cannot be read (found '{JD[7:22]}' and 'A{JD[90:105]}')"),
        (put(JD, 104, "X"), f"side cannot be read (found '{JD[7:22]}' and '{JD[89:104]}X')"),
        (put(JD, 205, "x" * 110), f"the flow-through names no invoice (found '{'x' * 40}')"),
        (put(IH, 19, " " * 50), "there is no invoice number at 19 to 69"),
        (put(IH, 112, "A"), "the total at 112 to 127 cannot be read (found 'A00000000031.50')"),
        (put(IH, 126, "A"), "the total at 112 to 127 cannot be read (found '000000000031.5A')"),
        (put(IH, len(IH) - 157, "00-0"), "no return code 154 characters before the end (found '00-0')"),
        (put(JH, len(JH) - 1, "X"), f"it does not end with return code, message and 'CGI' ({len(JH)} characters)"),
        (("GIBH..." + _END).encode(), ""),
        (("GIBH.." + _END).encode(), "it does not end with return code, message and 'CGI' (163 characters)"),
    ],
)
def test_a_damaged_line_is_told_by_what_stands_there(raw: bytes, fault: str) -> None:
    told = read_line(7, raw).fault
    assert told.endswith(fault) if fault else not told


def test_each_record_gives_its_values() -> None:
    begin, trailer, header = read_line(1, BG.encode()), read_line(9, BT.encode()), read_line(3, JH.encode())
    assert (begin.batch, begin.feeder, begin.code) == (4321, "3535", "")
    assert (trailer.batch, trailer.control_count, trailer.amount) == (4321, 12, Decimal("31.50"))
    assert (trailer.code, trailer.message) == ("0000", "SAID")
    assert (header.journal, header.batch, header.amount) == (8801, 4321, Decimal("31.50"))
    assert header.receipt == JH[:42].strip()
    item = read_line(4, IH.encode())
    assert (item.subject, item.amount, item.effective) == ("77", Decimal("31.50"), date(2026, 11, 18))
    lost = read_line(4, put(JD, 205, "x" * 110))
    assert (lost.record, lost.journal, lost.code) == ("JD", 8801, "0000")


@pytest.mark.parametrize(
    ("line", "is_plain"),
    [
        (JD, True),
        (JD.replace("GIJD", "GAJD"), True),
        (JD.replace("GIJD", "APJD"), False),
        (JD[:-3] + "CGX", False),
        (put(JD, len(JD) - 157, "11-7").decode(), False),
        (put(JD, len(JD) - 157, "1117SAID".ljust(153) + "X").decode(), True),
        (put(JD, 22, "20261332").decode(), False),
        (put(JD, 104, "X").decode(), False),
        (put(JD, 205, " 7654321").decode(), False),  # the number does not begin where it belongs
        (put(JD, 205, "7654322").decode(), False),  # nor is it that of the description
        (JD[:105] + JD[106:], False),
    ],
)
def test_only_a_line_with_everything_in_its_place_is_read_the_quick_way(line: str, is_plain: bool) -> None:
    assert (_plain_detail(4, line) is not None) == is_plain
    if is_plain:
        about, code = FlowThrough("INVOICE", 7654321), line[-157:-153]
        assert read_line(4, line.encode()) == (
            4, "JD", "", None, "", 8801, 1, date(2026, 11, 18), Decimal("31.50"), "C", "7654321", about, "", None, code,
            line[-153:-3].strip())  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20261118", date(2026, 11, 18)),
        ("2026111", None),
        ("202611180", None),
        ("20261332", None),
        ("2026-1-1", None),
        ("\u0662\u0660\u0662\u0666\u0661\u0661\u0661\u0668", None),
        ("", None),
    ],
)
def test_a_day_is_eight_digits(text: str, day: date | None) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (" 31.50 ", Decimal("31.50")),
        ("12345678901234.56", Decimal("12345678901234.56")),
        ("123456789012345.67", None),
        (".50", None),
        ("1.5", None),
        ("-1.50", None),
        ("\u0661.50", None),
    ],
)
def test_an_amount_has_one_to_fourteen_digits_and_two_places(text: str, amount: Decimal | None) -> None:
    assert read_amount(text) == amount


def test_a_journal_is_read_by_its_digits_whatever_stands_before_them() -> None:
    assert read_line(3, put(JH, 7, "É")).journal == 8801


@pytest.mark.parametrize("digits", ["0000880A", "\u0660\u0660\u0660\u0660\u0668\u0668\u0660\u0661"])
def test_the_digits_of_a_journal_are_plain(digits: str) -> None:
    assert read_line(3, put(JH, 9, digits)).fault


@pytest.mark.parametrize(("number", "count"), [("2147483647", 2147483647), ("2147483648", None)])
def test_a_number_is_one_that_the_pay_tables_can_hold(number: str, count: int | None) -> None:
    assert read_line(1, put(BT, 24, number.rjust(15, "0"))).control_count == count


def test_the_total_of_an_ap_item_and_its_day_come_from_its_own_line() -> None:
    lines = [
        read_line(n, one) for n, one in enumerate(Batch(5, "AP", items=[Item("9", "8.00")]).feedback().split(b"\n"))
    ]
    assert [(one.subject, one.amount) for one in lines if one.record in {"IH", "IL", "NA"}] == [
        ("9", Decimal("8.00")), ("9", None), ("9", None)]  # fmt: skip


def test_a_value_may_fill_its_place_to_the_first_character_and_the_last() -> None:
    amount, number = "123456789012.34", "987654321"
    trailer = read_line(1, put(put(BT, 39, amount).decode(), 15, number))
    header = read_line(2, put(put(put(JH, 42, amount).decode(), 19, number).decode(), 9, "12345678"))
    item = read_line(3, put(IH, 112, amount))
    detail = JD[:9] + "12345678" + "54321" + JD[22:]
    found = read_line(4, put(detail, 89, amount))
    slow = read_line(4, put(put(detail, 89, amount).decode(), 205, "7654321-55"))
    assert (trailer.amount, trailer.batch) == (Decimal(amount), int(number))
    assert (header.amount, header.batch, header.journal) == (Decimal(amount), int(number), 12345678)
    assert item.amount == Decimal(amount)
    assert [(one.journal, one.journal_line, one.amount) for one in (found, slow)] == [
        (12345678, 54321, Decimal(amount))
    ] * 2


@pytest.mark.parametrize("name", ["MINISTÈRE DÉ", "MINISTÈRE DE S"], ids=["counted in bytes", "counted in characters"])
def test_accents_shift_nothing_whether_they_are_counted_in_bytes_or_in_characters(name: str) -> None:
    raw = JD.replace("MINISTRY OF SA", name).encode()
    found = read_line(4, raw)
    assert (found.subject, found.about, found.fault) == ("7654321", FlowThrough("INVOICE", 7654321), "")
    lost = JD[:205].replace("MINISTRY OF SA", name) + "NOT A NUMBER".ljust(110) + JD[315:]
    assert read_line(4, lost.encode()).fault.startswith("the flow-through names no invoice")


def framed(record: str, *values: tuple[int, int, str], length: int, left: bool) -> bytes:
    """Return a line of nines with these values in their places, each on the left or on the right of its own."""
    line = record.ljust(length, "9")
    for start, end, value in values:
        filled = value.ljust(end - start) if left else value.rjust(end - start)
        line = line[:start] + filled + line[end:]
    return (line + _END).encode()


@pytest.mark.parametrize("left", [True, False])
def test_a_value_is_read_from_its_own_place_whatever_stands_beside_it(left: bool) -> None:
    batch, amount, day = (15, 24, "321"), "31.50", "20261118"
    begin = read_line(1, framed("GIBG", (7, 11, "35"), batch, length=60, left=left))
    assert (begin.batch, begin.feeder) == (321, "35")
    trailer = read_line(2, framed("GIBT", batch, (24, 39, "12"), (39, 54, amount), length=60, left=left))
    assert (trailer.batch, trailer.control_count, trailer.amount) == (321, 12, Decimal(amount))
    header = read_line(3, framed("GIJH", (9, 17, "00008801"), (19, 28, "321"), (42, 57, amount), length=60, left=left))
    assert (header.journal, header.batch, header.amount) == (8801, 321, Decimal(amount))
    assert header.receipt == framed("GIJH", (9, 17, "00008801"), (19, 28, "321"), length=42, left=left)[:42].decode()
    values = ((9, 17, "00008801"), (17, 22, "7"), (22, 30, day), (89, 104, amount), (104, 105, "D"), (205, 299, "5-6"))
    detail = read_line(4, framed("GIJD", *values, length=299, left=left))
    assert (detail.journal, detail.journal_line, detail.effective) == (8801, 7, date(2026, 11, 18))
    assert (detail.amount, detail.side, detail.subject) == (Decimal(amount), "D", "5-6")
    item = read_line(5, framed("APIH", (19, 69, "77"), (112, 127, amount), (130, 138, day), length=150, left=left))
    assert (item.subject, item.amount, item.effective) == ("77", Decimal(amount), date(2026, 11, 18))
    assert {one.message for one in (trailer, header, detail, item)} == {"SAID"}
