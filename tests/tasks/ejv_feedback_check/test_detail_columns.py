"""A feedback file that is read column by column is taken in as one that is read line by line."""

import io
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ejv_feedback_check.batches_in_file import BatchesInFile
from tasks.ejv_feedback_check.detail_columns import PlainDetails
from tasks.ejv_feedback_check.feedback_lines import FeedbackLine
from tasks.ejv_feedback_check.file_index import FEEDBACK, _encoded
from tasks.ejv_feedback_check.line_spool import _row, _rows
from tests.ejv_factory import Batch, JournalPair

ABOUT = ("7", "123456789", "1234567890", "7-55", "7-PR-55")
JOURNALS = st.lists(
    st.tuples(
        st.integers(1, 999),
        st.lists(
            st.builds(JournalPair, about=st.sampled_from(ABOUT), amount=st.sampled_from(("31.50", "0.05"))), max_size=6
        ),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[0],
)
PLACES = (0, 2, 7, 9, 17, 22, 89, 104, 105, 204, 205, 206, 214, -157, -156, -153, -3, -1)
TEXTS = (
    b"",
    b"0",
    b" ",
    b"\0",
    b"\x1d",
    b"\r",
    b"\t",
    b"\\N",
    b"\n",
    b"X",
    b"-",
    "é".encode(),
    b"\xe9",
    b"GA",
    b"JD",
    b"BT",
)


@st.composite
def _contents(draw: st.DrawFn) -> bytes:
    """Return a file of one batch or two, with some of its lines changed, left out or written twice."""
    kinds = draw(st.lists(st.sampled_from(("GI", "GA")), min_size=1, max_size=2))
    content = b"".join(Batch(number, kind, journals=draw(JOURNALS)).feedback() for number, kind in enumerate(kinds, 1))
    lines = content.split(b"\n")
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        at, place, text = (
            draw(st.integers(0, len(lines) - 1)),
            draw(st.sampled_from(PLACES)),
            draw(st.sampled_from(TEXTS)),
        )
        line = lines[at]
        length = draw(st.sampled_from((0, len(text))))
        lines[at : at + 1] = draw(
            st.sampled_from(
                ([line[:place] + text + line[place:][length:]], [], [line, line], [b" ", line], [line + b" \r"])
            )
        )
    return b"\n".join(lines)


class _Slow(io.BytesIO):
    """A stream that gives little at once."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self._most)


@settings(max_examples=150, deadline=None)
@given(_contents(), st.sampled_from((100, 2_000, 1 << 18)))
def test_columns_are_taken_in_as_lines_are(content: bytes, most: int) -> None:
    assert _taken_in(FEEDBACK.pieces(_Slow(content, most))) == _taken_in(FEEDBACK.lines(io.BytesIO(content)))


SIX = Batch(1, journals=[(1, [JournalPair(str(invoice), "31.50") for invoice in (11, 12, 13)])]).feedback()


@pytest.mark.parametrize(
    "content",
    [
        b"\n".join([*SIX.split(b"\n")[:9], b""]),
        SIX.replace(b"GIJD", b"GAJD"),
        SIX.replace(b"GIBG", b"GIXX"),
        SIX.replace(b"GIJH", b"GIXX"),
        SIX.replace(b"GIJDFI00000001", b"GIJDFI00000002", 2),
    ],
    ids=["cut off after its details", "of another type", "outside any batch", "without a header", "of no journal"],
)
def test_plain_details_in_the_wrong_place_are_taken_in_as_lines_are(content: bytes) -> None:
    read = list(FEEDBACK.pieces(io.BytesIO(content)))
    assert [len(piece.line) for piece in read if isinstance(piece, PlainDetails)] == [6]
    assert _taken_in(iter(read)) == _taken_in(FEEDBACK.lines(io.BytesIO(content)))


SAID = ("SAID ALL " * 17)[:150]
FULL = (("JD", 2), ("12345678", 9), ("54321", 17), ("20261118", 22), ("123456789012.34", 89), ("D", 104),
        ("987654321", 205), ("1117" + SAID + "CGI", 214))  # fmt: skip


def full(*changes: tuple[str, int]) -> bytes:
    """Return a detail line of nines in which each value fills its place."""
    line = "GI".ljust(371, "9")
    for text, start in (*FULL, *changes):
        line = line[:start] + text + line[start + len(text) :]
    return line.encode() + b"\n"


def test_columns_have_the_values_that_fill_their_places() -> None:
    (plain,) = FEEDBACK.pieces(io.BytesIO(full() * 4))
    assert isinstance(plain, PlainDetails)
    assert _rows(plain) == b"".join(_row(line) for line, _ in plain.each())
    assert (plain.journal[0], plain.journal_line[0], plain.effective[0]) == ("12345678", "54321", "2026-11-18")
    assert (plain.amount[0], plain.side[0], plain.subject[0]) == ("123456789012.34", "D", "987654321")
    assert (plain.code[0], plain.message[0]) == ("1117", SAID)


@pytest.mark.parametrize(
    "change",
    [("X", 9), ("X", 21), ("20261332", 22), ("X", 89), ("X", 104), ("0", 205), (" " * 9, 205), ("X", 213),
     ("11-7", 214), ("\0", 300), ("\u00e9", 300), ("GX", 0), ("CGX", 368)],
)  # fmt: skip
def test_lines_are_read_one_by_one_where_a_value_of_one_of_them_is_not_plain(change: tuple[str, int]) -> None:
    content = full() * 2 + full(change) + full() * 2
    read = list(FEEDBACK.pieces(io.BytesIO(content)))
    assert not [piece for piece in read if isinstance(piece, PlainDetails)]
    assert read == list(FEEDBACK.lines(io.BytesIO(content)))


def test_a_number_that_no_invoice_can_have_is_found_among_plain_details() -> None:
    pairs = [JournalPair(str(invoice), "31.50") for invoice in (11, 12, 9876543210)]
    content = Batch(1, journals=[(1, pairs)]).feedback()
    assert _taken_in(FEEDBACK.pieces(io.BytesIO(content))) == _taken_in(FEEDBACK.lines(io.BytesIO(content)))


def test_only_details_are_read_in_columns() -> None:
    for content in (full(("JX", 2)) * 4, full(("AP", 0)) * 4, b"GIJD\n" * 4):
        assert list(FEEDBACK.pieces(io.BytesIO(content))) == list(FEEDBACK.lines(io.BytesIO(content)))


def test_the_details_of_a_usual_file_are_plain() -> None:
    pairs = [JournalPair(str(invoice), "31.50") for invoice in range(1, 500)]
    content = Batch(1, journals=[(1, pairs), (2, pairs)]).feedback()

    pieces = list(FEEDBACK.pieces(io.BytesIO(content)))

    plain = [piece for piece in pieces if isinstance(piece, PlainDetails)]
    assert sum(len(piece.line) for piece in plain) == 4 * len(pairs)
    assert len(pieces) < 20


def _taken_in(
    pieces: Iterable[tuple[FeedbackLine, str] | PlainDetails],
) -> tuple[BatchesInFile, bytes, bytes]:
    """Return what is known of the file, the rows that are staged and those of the index."""
    survey, kept = BatchesInFile(), list[bytes]()

    def keep(lines: FeedbackLine | PlainDetails) -> None:
        kept.append(_rows(lines) if isinstance(lines, PlainDetails) else _row(lines))

    index = b"".join(_encoded(7, survey.read(pieces, keep)))
    return survey, b"".join(kept), index
