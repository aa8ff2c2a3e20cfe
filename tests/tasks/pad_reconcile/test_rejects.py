"""Rejects: kept, stored as CSV that no spreadsheet runs, told until they are stored, and tried again."""

import csv
import io

import pytest

from jobs.spreadsheet import defused
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce, example, fill_example, settlement_csv
from tests.tasks.pad_reconcile.conftest import Office

TOMORROW = "BCR_PAYMENT_APPL_20261106.csv"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "＝1"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("value", ["REG1", "", None, 5, "a=b", "5-3"])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert defused(value) == value


def test_rejects_are_stored_as_csv_and_told(office: Office) -> None:
    fill_example(office.books)
    bad = Line("PADP", "=cmd|' /C calc'!A0", "5.00", "800101", "@REG404")
    office.place.put(FILE, settlement_csv([*example(1), bad, ["ADJS", "x", "y", "not a number"]]))

    outcome = office.run()

    (key,) = outcome.artifacts
    assert key.startswith("rejects/2026/11/22/BCR_PAYMENT_APPL_20261105.csv.")
    header, first, second = csv.reader(io.StringIO(b"".join(office.store.read(key)).decode()))
    row = dict(zip(header, first, strict=True))
    assert (row["line"], row["rule"], row["source_number"], row["target_number"], row["amount"]) == (
        "3",
        "no_invoice",
        "'=cmd|' /C calc'!A0",
        "'@REG404",
        "5.00",
    )
    assert second[1] == "unreadable"
    assert [(one.where, one.reason) for one in outcome.rejects] == [
        (f"{FILE} line 3", "no invoice"),
        (f"{FILE} line 4", "unreadable"),
    ]
    assert outcome.exit_code == 3
    assert office.run().exit_code == 0, "they are told once"


def test_rejects_of_a_run_that_died_after_its_commit_are_told_by_the_next(office: Office) -> None:
    fill_example(office.books)
    office.books.apply(Line("PADP", "PR8", "5.00", "800101", "REG404"))

    outcome = office.run()

    assert (outcome.exit_code, len(outcome.rejects), len(outcome.artifacts)) == (3, 1, 1)


def test_a_file_without_rejects_stores_none(office: Office) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))

    assert office.run().artifacts == []
    assert list(office.store.list("rejects/")) == []


def test_a_rejected_row_goes_through_once_its_invoice_is_there(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"), Line("PADP", "PR2", "5.00", "800101", "REG2"))
    books.invoice(account, "REG1", "60.00", id=100)

    outcome = books.retry()

    assert books.outcomes() == ["applied", "rejected:no_invoice"]
    assert (books.invoices()[100], len(books.payments())) == (("PAID", "60.00"), 1)
    assert (outcome.counts["rows_read"], outcome.counts["rows_applied"], outcome.counts["files_applied"]) == (2, 1, 0)
    assert [one.where for one in outcome.rejects] == [f"{FILE} line 3"]
    assert books.rows("SELECT details ->> 'credit_sync' FROM pay_jobs.inbound_files") == [("pending",)]

    again = books.retry()
    assert (again.counts["rows_applied"], len(books.payments())) == (0, 1)


def test_a_row_that_could_not_be_read_is_not_tried_again(books: SettlementBooks) -> None:
    books.account("800101")
    books.apply(Line("PADP", "PR1", "sixty", "800101", "REG1"), Line("DM", "PR1", "60.00", "800101", "REG1"))

    outcome = books.retry()

    assert outcome.notes == ["No applied file has a rejected row that can be tried again."]
    assert books.outcomes() == ["rejected:unreadable", "rejected:unknown_record_type"]


def test_the_same_rejected_row_of_two_files_is_applied_once(books: SettlementBooks) -> None:
    account = books.account("800101")
    row = Line("PADP", "PR1", "60.00", "800101", "REG1")
    books.apply(row)
    books.apply(row, ["ADJS"], name=TOMORROW)
    books.invoice(account, "REG1", "60.00", id=100)

    books.retry()

    assert books.outcomes() == ["applied", "already_applied:same_row", "skipped:informational"]
    assert books.receipts() == [(100, "PR1", "60.00")]


def test_a_row_that_came_again_and_was_applied_meanwhile_is_already_applied(books: SettlementBooks) -> None:
    account = books.account("800101")
    row = Line("PADP", "PR1", "60.00", "800101", "REG1")
    books.apply(row)
    books.invoice(account, "REG1", "60.00", id=100)
    books.apply(row, ["ADJS"], name=TOMORROW)

    books.retry()

    assert books.outcomes() == ["already_applied:same_row", "applied", "skipped:informational"]


def test_rejected_paid_and_bounced_rows_of_two_files_are_worked_in_their_order(books: SettlementBooks) -> None:
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))
    books.apply(bounce("PR1", "800101", "REG1", "60.00", day="06-Nov-26"), name=TOMORROW)
    books.invoice(books.account("800101"), "REG1", "60.00", id=100)

    books.retry()

    assert books.outcomes() == ["applied", "applied"]
    assert books.invoices()[100] == ("SETTLEMENT_SCHED", "0.00")
    assert [kind for kind, _ in books.messages()] == [
        "stop_pad",
        "nsf_fee",
        "bc.registry.payment.lockAccount",
        "bc.registry.auth.activity",
    ]


def test_the_mail_of_a_retried_bank_row_is_a_mail_of_its_own(books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG1", "10.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB1", "10.00", "800104", "REG1"), Line("BOLP", "OB1", "20.00", "800104", "REG2"))
    books.invoice(account, "REG2", "20.00", method="ONLINE_BANKING")

    books.retry()

    assert [one["data"]["amount"] for one in books.payloads("bc.registry.payment.Payment")] == ["10.00", "20.00"]
    assert books.payments() == [(None, "ONLINE_BANKING", "COMPLETED", "OB1", "30.00")]
