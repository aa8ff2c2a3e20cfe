"""Lines are read by position: what was written comes back, whatever it holds and however it is shifted."""

import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ejv_feedback_check.batches_in_file import BatchesInFile, Mention
from tasks.ejv_feedback_check.feedback_lines import FeedbackLine, read_line
from tasks.ejv_feedback_check.file_index import FEEDBACK, INBOX, LineReader
from tasks.ejv_feedback_check.file_lines import read_lines
from tasks.ejv_feedback_check.flow_through import FlowThrough, read_flow_through
from tests.ejv_factory import Batch, Item, JournalPair

IDS = st.integers(1, 2**31 - 1)
SMALL = st.integers(1, 99_999_999)
AMOUNTS = st.decimals("0.01", "9999999.99", places=2).map(str)
NAMES = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=120)
FLOWS = st.one_of(
    IDS.map(str),
    st.tuples(IDS, IDS).map(lambda ids: f"{ids[0]}-{ids[1]}"),
    st.tuples(IDS, IDS).map(lambda ids: f"{ids[0]}-{ids[1]}-PR"),
    st.tuples(IDS, IDS).map(lambda ids: f"{ids[0]}-PR-{ids[1]}"),
)
PAIRS = st.builds(JournalPair, about=FLOWS, amount=AMOUNTS, is_reversal=st.booleans(), name=NAMES)
JOURNALS = st.lists(
    st.tuples(SMALL, st.lists(PAIRS, min_size=1, max_size=4)), min_size=1, max_size=3, unique_by=lambda j: j[0]
)
CODES = st.one_of(st.just("0000"), st.from_regex(r"[0-9A-Z]{4}", fullmatch=True))
MESSAGES = st.text(st.characters(codec="ascii", min_codepoint=33), max_size=150)


def read(content: bytes, reader: LineReader = FEEDBACK) -> tuple[list[FeedbackLine], BatchesInFile]:
    survey = BatchesInFile()
    lines = [line for line, _ in reader.lines(io.BytesIO(content))]
    list(survey.read(reader.lines(io.BytesIO(content))))
    return lines, survey


@settings(max_examples=60, deadline=None)
@given(
    number=st.integers(1, 999_999_999), journals=JOURNALS, kind=st.sampled_from(["GI", "GA"]), code=CODES, said=MESSAGES
)
def test_a_journal_batch_comes_back_as_it_was_written(
    number: int, journals: list[tuple[int, list[JournalPair]]], kind: str, code: str, said: str
) -> None:
    batch = Batch(number, kind, journals=journals)
    lines, survey = read(batch.feedback({5: f"{code} {said}"}))
    [found] = survey.batches
    assert (found.number, found.faults, found.total, survey.outside) == (number, [], batch.total(), [])
    details = [line for line in lines if line.record == "JD"]
    assert (found.ordinal, found.first_line, found.last_line, found.feeder) == (1, 1, len(lines), "3535")
    assert (found.items, survey.lines, survey.effective) == (len(details), len(lines), {date(2026, 11, 18)})
    written = [(journal, pair, side) for journal, pairs in journals for pair in pairs for side in pair_sides(pair)]
    assert [(line.journal, line.subject, line.amount, line.side) for line in details] == [
        (journal, pair.about, Decimal(pair.amount), side) for journal, pair, side in written
    ]
    assert (lines[4].code, lines[4].message) == (code, said.strip())
    assert [line.code for line in lines if line.record != "BG" and line.number != 5] == ["0000"] * (len(lines) - 2)
    sent, outgoing = read(batch.inbox(), INBOX)
    assert [(one.journal, one.subject, one.amount, one.side) for one in sent if one.record == "JD"] == [
        (line.journal, line.subject, line.amount, line.side) for line in details
    ]
    assert (outgoing.batches[0].number, outgoing.batches[0].faults) == (number, [])


@settings(max_examples=40, deadline=None)
@given(journals=JOURNALS, shift=st.integers(1, 60), code=CODES)
def test_a_shifted_line_is_read_like_a_straight_one(
    journals: list[tuple[int, list[JournalPair]]], shift: int, code: str
) -> None:
    content = Batch(100, journals=journals).feedback({4: f"{code} MESSAGE"})
    straight = content.splitlines()[3]
    shifted = straight[: 315 - shift] + straight[315:]
    assert read_line(4, shifted) == read_line(4, straight)


@settings(max_examples=30, deadline=None)
@given(journals=JOURNALS, end=st.sampled_from([b"", b"\x1a", b"\x1a\n", b"\r\n\x1a"]), crlf=st.booleans())
def test_a_byte_order_mark_and_the_end_sign_of_dos_change_nothing(
    journals: list[tuple[int, list[JournalPair]]], end: bytes, crlf: bool
) -> None:
    content = Batch(100, journals=journals).feedback()
    dressed = b"\xef\xbb\xbf" + (content.replace(b"\n", b"\r\n") if crlf else content) + end
    lines, survey = read(dressed)
    assert (lines, survey.fault) == (read(content)[0], None)


@settings(max_examples=40, deadline=None)
@given(journals=JOURNALS, cut=st.integers(1, 40), lost=st.sampled_from([b"GIBG", b"GIBT", b"GIJH"]))
def test_a_file_that_was_not_read_to_its_end_has_a_fault(
    journals: list[tuple[int, list[JournalPair]]], cut: int, lost: bytes
) -> None:
    """Whatever is cut off or lost: nobody may believe that such a file says nothing of a batch."""
    content = (
        Batch(200, journals=[(99, [JournalPair("2001", "1.00")])]).feedback() + Batch(100, journals=journals).feedback()
    )
    where = content.rindex(lost)
    assert read(content)[1].fault is None
    assert read(content[: where + cut])[1].fault is not None
    assert read(content[:where] + b"GIXX" + content[where + 4 :])[1].fault is not None


def test_a_file_that_is_all_faults_keeps_the_first_of_them() -> None:
    begin = Batch(100).feedback().split(b"\n")[0]
    _, outside = read(b"GIXX\n" * 250)
    _, inside = read(begin + b"\nGIXX" * 250)
    assert (len(outside.outside), len(inside.batches[0].faults)) == (200, 200)
    assert (outside.lines, inside.lines, read(b"")[1].lines) == (250, 251, 0)


@settings(max_examples=40, deadline=None)
@given(
    items=st.lists(
        st.builds(Item, number=IDS.map(str), amount=AMOUNTS, advice=st.none() | st.just("ADVICE")), max_size=4
    ),
    code=CODES,
)
def test_an_ap_batch_comes_back_as_it_was_written(items: list[Item], code: str) -> None:
    batch = Batch(100, "AP", items=items)
    lines, survey = read(batch.feedback({3: code} if items else {}))
    assert (survey.batches[0].faults, survey.batches[0].total) == ([], batch.total())
    assert survey.batches[0].items == len(items)
    heads = [line for line in lines if line.record == "IH"]
    assert [(line.subject, line.amount) for line in heads] == [(item.number, Decimal(item.amount)) for item in items]
    assert not items or heads[0].code == code


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=600))
def test_no_bytes_raise(raw: bytes) -> None:
    for number, line in read_lines(io.BytesIO(b"GIJD..." + raw)):
        read_line(number, line)
    read(raw)
    read(raw, INBOX)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("7654321", FlowThrough("INVOICE", 7654321)),
        ("7654321-880", FlowThrough("PARTNER", 7654321, 880)),
        ("7654321-881-PR", FlowThrough("PARTNER_REFUND", 7654321, 881)),
        ("7654321-PR-55", FlowThrough("REFUND", 7654321, None, 55)),
        ("2147483647", FlowThrough("INVOICE", 2147483647)),
        ("2147483648", None),
        ("", None),
        ("765 4321", None),
        ("7654321-", None),
        ("7654321-PR-", None),
        ("-880", None),
        ("1-2-3", None),
        ("07654321", None),
        ("7654321-PR-055", None),
        ("٧٦٥", None),
    ],
)
def test_flow_through_forms(text: str, found: FlowThrough | None) -> None:
    assert read_flow_through(text) == found


def test_a_file_that_is_one_endless_line_fills_no_memory() -> None:
    [(number, line)] = list(read_lines(io.BytesIO(b"X" * 1_000_000)))
    assert (number, len(line)) == (1, 1 << 16)


def test_a_number_that_a_line_is_about_is_found_once_where_lines_follow_one_another() -> None:
    amounts = {"1001": ("30.00", "1.50"), "1002-7": ("5.00",), "1003-8-PR": ("6.00",), "1003-PR-55": ("7.00",)}
    pairs = [JournalPair(about, amount) for about, those in amounts.items() for amount in those]
    pairs.append(JournalPair("1001", "2.00"))
    content = Batch(100, journals=[(10, pairs), (11, pairs[-1:])]).feedback()
    content += Batch(200, "AP", items=[Item("77", "8.00")]).feedback().replace(b"APNA", b"APXX")
    survey = BatchesInFile()
    found = survey.read(FEEDBACK.lines(io.BytesIO(content)))
    assert [tuple(one) for one in found if isinstance(one, Mention)] == [
        (1, "batch", "100", None), (3, "journal", "10", Decimal("51.50")),
        (4, "invoice", "1001", Decimal("30.00")),
        (8, "invoice", "1002", Decimal("5.00")), (8, "disbursement", "7", Decimal("5.00")),
        (10, "invoice", "1003", Decimal("6.00")), (10, "disbursement", "8", Decimal("6.00")),
        (12, "invoice", "1003", Decimal("7.00")), (12, "refund", "55", Decimal("7.00")),
        (14, "invoice", "1001", Decimal("2.00")),
        (16, "journal", "11", Decimal("2.00")), (17, "invoice", "1001", Decimal("2.00")),
        (19, "batch", "100", Decimal("53.50")),
        (20, "batch", "200", None), (22, "ap", "77", Decimal("8.00")), (25, "batch", "200", Decimal("8.00")),
    ]  # fmt: skip
    assert [(one.ordinal, one.number, one.first_line, one.last_line) for one in survey.batches] == [
        (1, 100, 1, 19), (2, 200, 20, 25)]  # fmt: skip
    assert survey.fault == "line 24: it begins with 'APXX', which is not a known record type"


FIRST, SECOND = (JournalPair("1001", "30.00"), JournalPair("1002", "12.00"))
WHOLE = Batch(100, journals=[(10, [FIRST]), (11, [SECOND])]).feedback().decode().split("\n")


@pytest.mark.parametrize(
    ("lines", "faults"),
    [
        (WHOLE, []),
        ([*WHOLE[:5], WHOLE[2], *WHOLE[5:]], ["line 6: journal 10 began at line 3 already",
                                              "line 10: BT counts 6 lines, 7 are there"]),
        ([*WHOLE[:2], *WHOLE[3:]], ["line 3: journal 10 has no JH line before its details",
                                    "line 4: journal 10 has no JH line before its details",
                                    "line 8: BT counts 6 lines, 5 are there",
                                    "line 8: BT says 42.00 CAD, the lines add up to 12.00 CAD"]),
        ([*WHOLE[:4], WHOLE[4].replace("30.00", "29.00"), *WHOLE[5:]],
         ["line 9: BT says 42.00 CAD, the lines add up to 41.00 CAD",
          "line 3: journal 10: JH says 30.00 CAD, its lines add up to 29.00 CAD debit and 30.00 CAD credit"]),
        ([*WHOLE[:3], WHOLE[3].replace("30.00", "29.00"), *WHOLE[4:]],
         ["line 3: journal 10: JH says 30.00 CAD, its lines add up to 30.00 CAD debit and 29.00 CAD credit"]),
        ([*WHOLE[:3], WHOLE[3].replace("GIJD", "GAJD"), *WHOLE[4:]], ["line 4: a GA line in a GI batch"]),
        ([*WHOLE[:3], WHOLE[3].replace("GIJD", "GIXX"), *WHOLE[4:]],
         ["line 4: it begins with 'GIXX', which is not a known record type",
          "line 3: journal 10: JH says 30.00 CAD, its lines add up to 30.00 CAD debit and 0.00 CAD credit"]),
        ([*WHOLE[:8], WHOLE[8].replace("0000000000000060", "0000000000000070")],
         ["line 9: BT counts 7 lines, 6 are there"]),
        (WHOLE[:8], ["line 8: the batch has no BT line: the file ends at line 8"]),
        ([*WHOLE[:2], WHOLE[8]], ["line 3: BT counts 6 lines, 0 are there",
                                  "line 3: BT says 42.00 CAD, the lines add up to 0.00 CAD"]),
        ([WHOLE[0], WHOLE[1].replace("0000", "9001"), WHOLE[8]], []),
        ([WHOLE[0], WHOLE[1].replace("0000", "9001"), WHOLE[2], WHOLE[8]],
         ["line 4: BT counts 6 lines, 1 are there", "line 4: BT says 42.00 CAD, the lines add up to 0.00 CAD",
          "line 3: journal 10: JH says 30.00 CAD, its lines add up to 0.00 CAD debit and 0.00 CAD credit"]),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_batch_is_told_with_its_line_and_the_figures(lines: list[str], faults: list[str]) -> None:
    _, survey = read("\n".join(lines).encode())
    assert [f"line {fault.line}: {fault.text}" for fault in survey.batches[0].faults] == faults


def test_a_batch_that_another_one_cuts_off_says_where() -> None:
    _, survey = read("\n".join(["GIJH", *WHOLE[:8], *WHOLE]).encode())
    assert [one.faults for one in survey.batches] == [
        [(9, "the batch has no BT line: another batch begins at line 10")], []]  # fmt: skip
    assert survey.outside == [(1, "it does not end with return code, message and 'CGI' (4 characters)")]
    assert read((WHOLE[2] + "\n" + WHOLE[0]).encode())[1].outside == [(1, "a JH line outside any batch")]


def pair_sides(pair: JournalPair) -> tuple[str, str]:
    return ("D", "C") if pair.is_reversal else ("C", "D")
