"""What is advised about a row that only a file explains."""

import pytest

from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.pay_database import PayDatabase
from tests.stale_factory import StaleBooks
from tests.tasks.stale_invoice_report.conftest import cfs, stale
from tools.close.causes import RowApart, about_items, about_rows

__all__ = ["cfs", "stale"]


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


def test_the_cause_is_that_of_the_newest_report_of_all_invoices(stale: StaleBooks, cfs: RunningCfs) -> None:
    stuck = stale.invoice(stale.account(profile="FREEZE"))
    stale.report(cfs=cfs.settings())
    stale.report(cfs=cfs.settings(), method="EJV")

    with stale.database.begin() as session:
        assert about_items(session, "invoice", [stuck])[stuck].cause == "diagnosis P1"
