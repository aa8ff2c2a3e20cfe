"""What is advised about a row that only a file explains."""

import pytest

from database.engine import Database
from tests.pay_database import PayDatabase
from tools.close.causes import RowApart, about_rows


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("a.csv", "a.csv"),
        ("a.csv;oc delete pod x", "'a.csv;oc delete pod x'"),
        ("a line b.csv", "'a line b.csv'"),
    ],
)
def test_the_name_of_a_file_is_one_word_of_the_command(name: str, typed: str, database: PayDatabase) -> None:
    with Database(database.engine).begin() as session:
        [found] = about_rows(session, "journals", [RowApart("REG1", f"{name} line 7", f"{name} line 7")])
    assert found.next == f"explain file {typed}"


def test_a_file_whose_name_holds_the_word_line_is_not_cut_where_no_line_is_named(database: PayDatabase) -> None:
    with Database(database.engine).begin() as session:
        [found] = about_rows(session, "files", [RowApart("7", "file 7", "a line b.csv")])
    assert found.next == "verify"
