"""COPY brings every value over unchanged."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DataError

from config.errors import FormatError
from database.copy import _Pieces, copy_encoded, copy_rows, encode_columns, encode_row, storable
from database.engine import Database

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])) | st.sampled_from(
    ["\\N", "\\.", "\\", "\\\\N", "\t", "\n", "\r\n", "", "NULL", "a\\tb", "\u2028", "\x85", "\x1a"]
)
ANY_TEXT = st.text(st.characters() | st.sampled_from("\\\t\r\n\0\x1a\x1b\x85\u2028\ud800\udfff0N."), max_size=12)
ROWS = st.lists(st.tuples(TEXTS | st.none(), TEXTS | st.none()), max_size=20)


def copied(database: Database, rows: Iterable[Any]) -> tuple[int, list[tuple[Any, ...]]]:
    """Copy rows into a table and return their number and what it holds."""
    with database.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE copied (id serial, one text, two text) ON COMMIT DROP"))
        count = copy_rows(session, "copied", ("one", "two"), rows)
        return count, [tuple(row) for row in session.execute(text("SELECT one, two FROM copied ORDER BY id"))]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ROWS)
def test_any_text_and_null_come_back_as_they_went(database: Database, rows: list[Any]) -> None:
    assert copied(database, rows) == (len(rows), rows)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ANY_TEXT, ANY_TEXT), max_size=10))
def test_what_no_database_takes_comes_back_visible_and_takes_no_other_field_with_it(
    database: Database, rows: list[tuple[str, str]]
) -> None:
    assert copied(database, rows) == (len(rows), [(storable(one), storable(two)) for one, two in rows])
    assert all(storable(one) == one for row in rows for one in row if not {*one} & {"\0"} and one.isprintable())


def test_rows_larger_than_the_buffer_come_back_as_they_went(database: Database) -> None:
    rows = [("é" * 100_000, None), ("\\" * 70_000, "x"), ("", "€" * 65_535)]

    assert copied(database, rows) == (3, rows)


def test_other_values_go_as_text(database: Database) -> None:
    assert copied(database, [(1, True)]) == (1, [("1", "True")])


def test_rows_of_a_generator_are_taken_one_by_one(database: Database) -> None:
    assert copied(database, ((str(n), None) for n in range(3))) == (3, [("0", None), ("1", None), ("2", None)])


def test_no_more_rows_are_read_than_asked_for() -> None:
    taken: list[int] = []

    def rows() -> Any:
        for number in range(1000):
            taken.append(number)
            yield (f"{number:09}",)

    stream = _Pieces(map(encode_row, rows()))
    assert len(stream.read(100)) == 100

    assert len(taken) == 10


@given(st.lists(st.tuples(st.integers(), TEXTS | st.none()), max_size=8), st.integers(1, 40))
def test_the_stream_is_the_same_in_pieces_of_any_size(rows: list[Any], size: int) -> None:
    pieces = _Pieces(map(encode_row, rows))

    assert b"".join(iter(lambda: pieces.read(size), b"")) == b"".join(map(encode_row, rows))


@given(
    st.integers(1, 5).flatmap(
        lambda count: st.lists(st.lists(ANY_TEXT, min_size=count, max_size=count) | ANY_TEXT | st.none(), max_size=4)
    ).filter(lambda columns: any(isinstance(column, list) for column in columns))
)  # fmt: skip
def test_columns_are_encoded_as_their_rows_are(columns: list[list[str] | str | None]) -> None:
    count = len(next(column for column in columns if isinstance(column, list)))
    rows = zip(*(column if isinstance(column, list) else [column] * count for column in columns), strict=True)

    assert encode_columns(columns) == b"".join(map(encode_row, rows))


def test_a_table_may_be_named_with_its_schema(database: Database) -> None:
    with database.begin() as session:
        copy_rows(session, "public.invoice_status_codes", ("code", "description"), [("T'1", "test")])

        described = text("SELECT description FROM invoice_status_codes WHERE code = 'T''1'")
        assert session.execute(described).scalar_one() == "test"


def test_a_column_name_is_a_name_and_never_sql(database: Database) -> None:
    with database.begin() as session, pytest.raises(Exception, match="does not exist"):
        copy_rows(session, "invoice_status_codes", ("code) FROM STDIN; DROP TABLE invoices; --",), [("x",)])


def test_a_copy_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(Exception, match="null value"), database.begin() as session:
        copy_rows(session, "invoice_status_codes", ("code",), [("T1",), (None,)])

    with database.begin() as session:
        assert session.execute(text("SELECT count(*) FROM invoice_status_codes WHERE code = 'T1'")).scalar_one() == 0


def test_what_the_rows_raise_is_raised_as_it_is(database: Database) -> None:
    def rows() -> Iterator[tuple[str]]:
        yield ("fine",)
        raise FormatError("the third column is missing")

    with pytest.raises(FormatError, match="the third column"), database.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE failing (a text) ON COMMIT DROP"))
        copy_rows(session, "failing", ("a",), rows())


def test_what_the_database_refuses_is_an_error_that_can_be_explained(database: Database) -> None:
    with pytest.raises(DataError), database.begin() as session:
        session.execute(text("CREATE TEMPORARY TABLE failing (a integer) ON COMMIT DROP"))
        copy_encoded(session, "failing", ("a",), io.BytesIO(b"\\0\n"))
