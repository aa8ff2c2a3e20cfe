"""Rejects: kept, stored as CSV that no spreadsheet runs, told until they are stored, and tried again."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from config.errors import SourceRefused
from connectors.inbound.content import open_content
from database.engine import Database
from jobs.run.outcome import Reject
from tasks.pad_reconcile import retry_rejects
from tasks.pad_reconcile.after_commit import report_rejects
from tests.settlement_factory import (
    FILE,
    NOW,
    Account,
    Line,
    SettlementBooks,
    bounce,
    example,
    fill_example,
    on_account,
    settlement_csv,
)
from tests.tasks.pad_reconcile.conftest import SettlementOffice
from tests.tools.verify.watch import all_findings

TOMORROW = "BCR_PAYMENT_APPL_20261106.csv"


def test_rejects_are_stored_as_csv_and_told(office: SettlementOffice) -> None:
    fill_example(office.books)
    bad = Line("PADP", "=cmd|' /C calc'!A0", "5.00", "800101", "@REG404")
    office.place.put(FILE, settlement_csv([*example(1), bad, Line("PADP", "PR9", "5.00", "800101", "REG1", day="x")]))

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


class PickyStore:
    """An object store that will not have one file."""

    def __init__(self, refused: str) -> None:
        self.refused = refused
        self.kept: list[str] = []

    def put_verified(self, key: str, chunks: Iterable[bytes]) -> None:
        if self.refused in key:
            raise SourceRefused(f"The object store refuses {key!r}")
        assert b"".join(chunks)
        self.kept.append(key)


def test_rejects_that_cannot_be_stored_stop_no_other_file_and_are_told_again(books: SettlementBooks) -> None:
    fill_example(books)
    books.apply(Line("PADP", "PR8", "5.00", "800101", "REG404"))
    books.apply(Line("PADP", "PR9", "5.00", "800101", "REG405"), name=TOMORROW)
    store = PickyStore(FILE)

    outcome = report_rejects(books.context(), store)  # type: ignore[arg-type]

    assert [one.reason for one in outcome.rejects] == ["no invoice", "its rejects are not stored", "no invoice"]
    assert outcome.artifacts == store.kept and len(store.kept) == 1
    state = "SELECT why FROM pay_jobs.operations WHERE kind = 'reject report' AND state = 'planned'"
    assert books.rows(state) == [(FILE,)]
    store.refused = "nothing"
    assert len(report_rejects(books.context(), store).artifacts) == 1  # type: ignore[arg-type]
    assert books.rows(state) == []


def test_a_rejected_row_is_explained_by_its_number_where_an_invoice_has_it_and_else_shown_with_its_file(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800101"), "REG1", "5.00")
    books.apply(
        Line("PADP", "PR1", "5.00", "800999", "REG1"),
        Line("PADP", "PR2", "5.00", "800101", "REG404"),
        Line("PADP", "PR3", "5.00", "800101", ""),
        on_account("OB1", "800999", "30.00"),
    )

    told = report_rejects(books.context(), PickyStore("nothing"))  # type: ignore[arg-type]
    again = books.retry()

    expected = ["explain invoice REG1", *[f"files show {FILE}"] * 3]
    for outcome in (told, again):
        assert [one.command.removeprefix("python3 invoke_jobs.py ") for one in outcome.rejects] == expected


def test_a_dry_run_tells_the_rejects_of_every_file_and_stores_none(books: SettlementBooks) -> None:
    books.apply(Line("PADP", "PR8", "5.00", "800101", "REG404"))
    books.apply(Line("PADP", "PR9", "5.00", "800101", "REG405"), name=TOMORROW)
    store = PickyStore("nothing")

    outcome = report_rejects(books.context(dry_run=True), store)  # type: ignore[arg-type]

    assert [one.where for one in outcome.rejects] == [f"{FILE} line 2", f"{TOMORROW} line 2"]
    assert (outcome.artifacts, store.kept) == ([], [])


def test_rejects_of_a_run_that_died_after_its_commit_are_told_by_the_next(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.books.apply(Line("PADP", "PR8", "5.00", "800101", "REG404"))

    outcome = office.run()

    assert (outcome.exit_code, len(outcome.rejects), len(outcome.artifacts)) == (3, 1, 1)


def test_a_file_without_rejects_stores_none(office: SettlementOffice) -> None:
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
    assert books.rows("SELECT kind, state FROM pay_jobs.operations ORDER BY kind") == [
        ("credit sync", "planned"),
        ("reject report", "planned"),
    ]

    again = books.retry()
    assert (again.counts["rows_applied"], len(books.payments())) == (0, 1)


def test_only_the_rows_of_the_numbers_that_are_asked_for_are_tried(books: SettlementBooks) -> None:
    """A file without a row of theirs is not opened: it may be gone."""
    first = [Line("PADP", f"PR{nth}", "5.00", "800101", f"REG{nth}") for nth in (1, 2, 1)]
    books.apply(*first)
    books.apply(Line("PADP", "PR3", "5.00", "800101", "REG2"), name=TOMORROW)
    books.change("UPDATE pay_jobs.inbound_files SET details = '{}' WHERE name = :name", name=TOMORROW)
    account = books.account("800101")
    for nth in (1, 2):
        books.invoice(account, f"REG{nth}", "10.00", id=nth)

    outcome = retry_rejects.retry_rejects(books.context(), None, numbers=["REG1"])

    assert books.outcomes() == ["applied", "rejected:no_invoice", "applied", "rejected:no_invoice"]
    assert (outcome.notes, outcome.counts["rows_read"]) == ([], 2)
    assert books.rows("SELECT row_id, was ->> 'line', cause FROM pay_jobs.kept_rows WHERE pay_table = 'settlement_rows'"
                      " ORDER BY 2") == [(1, "2", "tried again"), (1, "4", "tried again")]  # fmt: skip


def test_an_applied_row_is_not_tried_again_where_another_file_has_a_rejected_row_in_its_line(
    books: SettlementBooks,
) -> None:
    books.invoice(books.account("800101"), "REG1", "5.00")
    books.apply(Line("PADP", "PR1", "5.00", "800101", "REG1"), Line("PADP", "PR2", "5.00", "800101", "REG2"))
    books.apply(Line("PADP", "PR3", "5.00", "800101", "REG3"), name=TOMORROW)

    assert books.retry().counts["rows_read"] == 2
    assert books.outcomes() == ["applied", "rejected:no_invoice", "rejected:no_invoice"]


def test_a_row_that_cannot_be_read_still_is_rejected_again(books: SettlementBooks) -> None:
    books.account("800101")
    books.apply(Line("PADP", "PR1", "sixty", "800101", "REG1"), Line("DM", "PR1", "60.00", "800101", "REG1"))

    outcome = books.retry()

    assert (outcome.counts["rows_read"], outcome.counts["rows_rejected"]) == (2, 2)
    assert books.outcomes() == ["rejected:unreadable", "rejected:unknown_record_type"]


def test_without_a_rejected_row_there_is_nothing_to_try(books: SettlementBooks) -> None:
    """The file is not opened: it may be gone."""
    fill_example(books)
    books.apply(*example(1))
    books.change("UPDATE pay_jobs.inbound_files SET details = '{}'")

    assert books.retry().notes == ["No applied file has rejected rows to retry."]


def test_a_rejected_row_is_read_again_from_its_file(books: SettlementBooks) -> None:
    """A row that an older reader rejected, for a column that nobody reads, goes through with what the file says."""
    books.invoice(books.account("800101"), "REG1", "60.00", id=100)
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG404"), Line("PADP", "PR2", "5.00", "800101", "REG2"))
    _as_an_older_reader_left_it(books)
    content = settlement_csv([Line("PADP", "PR1", "60.00", "800101", "REG1"),
                              Line("PADP", "PR2", "5.00", "800101", "REG2")])  # fmt: skip
    ((path,),) = books.rows("SELECT details ->> 'local_path' FROM pay_jobs.inbound_files")
    Path(path).write_bytes(content)

    outcome = books.retry()

    assert books.outcomes() == ["applied", "rejected:no_invoice"]
    assert books.receipts() == [(100, "PR1", "60.00")]
    assert books.rows(
        "SELECT kind, target_number, amount::text, customer_account FROM pay_jobs.settlement_rows ORDER BY line LIMIT 1"
    ) == [("SETTLE_PAD", "REG1", "60.00", "800101")]
    assert (outcome.counts["rows_read"], outcome.counts["rows_applied"]) == (2, 1)


def test_a_file_that_is_gone_is_told_and_stops_no_other(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))
    books.apply(Line("PADP", "PR2", "5.00", "800101", "REG2"), name=TOMORROW)
    books.change("UPDATE pay_jobs.inbound_files SET details = '{}' WHERE name = :name", name=FILE)
    for id_, number, total in ((100, "REG1", "60.00"), (101, "REG2", "5.00")):
        books.invoice(account, number, total, id=id_)

    outcome = books.retry()

    assert books.outcomes() == ["rejected:no_invoice", "applied"]
    assert [(one.where, one.reason) for one in outcome.rejects] == [(f"rejected rows of {FILE}", "not retried")]


def test_where_the_only_file_with_rejected_rows_is_gone_nothing_else_is_said(books: SettlementBooks) -> None:
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))
    books.change("UPDATE pay_jobs.inbound_files SET details = '{}'")

    outcome = books.retry()

    assert [one.reason for one in outcome.rejects] == ["not retried"]
    assert outcome.notes == []


@pytest.mark.parametrize("is_applied", [True, False])
def test_rejected_rows_that_go_through_have_the_credits_of_their_accounts_looked_up(
    is_applied: bool, books: SettlementBooks
) -> None:
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))
    books.change("DELETE FROM pay_jobs.operations")
    if is_applied:
        books.invoice(books.account("800101"), "REG1", "60.00")

    books.retry()

    planned = books.rows("SELECT kind, state FROM pay_jobs.operations")
    assert planned == ([("credit sync", "planned")] if is_applied else [])


def test_rows_are_tried_though_more_is_told_already_than_is_shown(books: SettlementBooks) -> None:
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"), Line("PADP", "PR2", "5.00", "800101", "REG2"))
    books.invoice(books.account("800101"), "REG1", "60.00")
    ((file,),) = books.rows("SELECT id FROM pay_jobs.inbound_files")
    retry = retry_rejects.RejectRetry(books.context(), None)
    retry.outcome.rejects += [Reject("REG9", "refused by the database")] * 1001

    retry.try_file(books.file(file), None)

    assert (books.outcomes(), len(retry.end().rejects)) == (["applied", "rejected:no_invoice"], 1001)


def test_a_dry_run_goes_on_after_a_file_whose_rejects_another_retry_took(books: SettlementBooks) -> None:
    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1"))
    books.invoice(books.account("800101"), "REG1", "60.00")
    (taken,) = books.rows("SELECT id FROM pay_jobs.inbound_files")
    books.retry()
    books.apply(Line("PADP", "PR2", "30.00", "800101", "REG2"))
    books.invoice(books.account("800101"), "REG2", "30.00")
    (open_file,) = books.rows("SELECT max(id) FROM pay_jobs.inbound_files")
    database = Database(books.database.engine, dry_run=True)

    retry = retry_rejects.RejectRetry(replace(books.context(), database=database), None)
    for (number,) in (taken, open_file):
        retry.try_file(books.file(number), None)

    assert retry.end().counts["rows_applied"] == 1


@pytest.mark.parametrize("refused", [{"REG1"}, {"REG2", "REG4"}, {"REG1", "REG2", "REG3", "REG4", "REG5"}])
def test_a_row_the_database_refuses_stays_rejected_and_stops_no_other(
    refused: set[str], books: SettlementBooks
) -> None:
    numbers = [f"REG{number}" for number in range(1, 6)]
    books.apply(*(Line("PADP", f"PR-{number}", "30.00", "800101", number) for number in [*numbers, *numbers]))
    account = books.account("800101")
    for place, number in enumerate(numbers):
        books.invoice(account, number, "60.00", id=100 + place)
    names = ", ".join(f"'PR-{number}'" for number in refused)
    books.change(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN IF new.receipt_number IN ({names}) THEN RAISE EXCEPTION 'not this one'; END IF; RETURN new; END $$"
    )
    books.change("CREATE TRIGGER refuse BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION refuse()")
    try:
        outcome = books.retry()
    finally:
        books.change("DROP FUNCTION refuse CASCADE")

    assert books.outcomes() == ["rejected:no_invoice" if one in refused else "applied" for one in numbers] * 2
    told = [one for one in outcome.rejects if one.reason == "refused by the database"]
    assert outcome.notes == []
    assert [one.where for one in told] == [f"rejected rows of {number}" for number in sorted(refused)]
    assert all("not this one" in one.detail for one in told)
    assert {one.command for one in told} == {'python3 invoke_jobs.py repair pad-rejects --reason "..."'}
    assert outcome.exit_code == 3
    books.retry()
    assert books.outcomes() == ["applied"] * 10


def test_rejects_of_a_stored_file_are_read_again_from_the_object_store(office: SettlementOffice) -> None:
    office.books.invoice(office.books.account("800101"), None, "60.00", id=100)
    office.place.put(FILE, settlement_csv([Line("PADP", "PR1", "60.00", "800101", "REG1")]))
    office.run()
    office.books.reference(100, "REG1")

    outcome = office.run(retry_rejects=True)

    assert (outcome.counts["rows_applied"], office.books.invoices()[100]) == (1, ("PAID", "60.00"))
    assert outcome.answer == "1 rejected row was applied; 0 stay rejected."


@pytest.mark.parametrize(
    "line",
    [
        Line("PADP", "PR1", "60.00", "800101", "REG1", application="9223372036854775808"),
        Line("PADP", "PR1", "60.00", "800101", "REG1", application="5.0E+06"),
        Line("PADP", "PR1", "60.00", "800101", "REG1", outstanding="(0.00)"),
        Line("PADP", "PR1", "60.00", "800101", "REG1", source_type="x" * 60),
        [*Line("PADP", "PR1", "60.00", "800101", "REG1").fields(), ""],
    ],
    ids=["id too large", "id of a spreadsheet", "outstanding in brackets", "long source type", "empty 15th field"],
)
def test_a_good_row_is_not_rejected_for_a_column_its_rule_does_not_read(
    line: Line | list[str], books: SettlementBooks
) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00", id=100)

    books.apply(line)

    assert (books.outcomes(), books.invoices()[100]) == (["applied"], ("PAID", "60.00"))


def test_a_part_payment_with_an_application_id_beyond_32_bits_is_applied(books: SettlementBooks) -> None:
    books.invoice(books.account("800104", "ONLINE_BANKING"), "REG1", "100.00", id=100, method="ONLINE_BANKING")
    part = Line("BOLP", "OB1", "40.00", "800104", "REG1", "Partially PAID", "100.00", "60.00",
                application="9223372036854775807")  # fmt: skip

    books.apply(part)
    books.apply(part, ["ADJS"], name=TOMORROW)

    assert books.outcomes() == ["applied", "already_applied:same_row", "skipped:informational"]
    assert books.receipts() == [(100, "9223372036854775807", "40.00")]


@pytest.mark.parametrize("status", ["Fully PAID", "Partially PAID"])
def test_a_credit_memo_line_whose_id_the_pay_table_cannot_hold_is_rejected_by_its_column(
    status: str, books: SettlementBooks
) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "80.00", id=100)
    books.credit(account, "20455", "80.00")

    books.apply(
        Line("CMAP", "20455", "20.00", "800101", "REG1", status, "80.00", "60.00", application="2147483647"),
        Line("CMAP", "20455", "30.00", "800101", "REG1", status, "80.00", "30.00", application="2147483648"),
    )

    assert books.outcomes()[0].startswith("applied") and books.outcomes()[1] == "rejected:id_too_large"
    ((detail,),) = books.rows("SELECT detail FROM pay_jobs.settlement_rows WHERE line = 3")
    assert detail == "application id 2147483648 is more than applied_credits.application_id can hold (2147483647)"
    assert books.applied_credits() == [(2147483647, 100, "20.00")]


def test_rejects_of_many_files_are_tried_with_one_open_at_a_time(
    books: SettlementBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = books.account("800101")
    for day in range(6, 12):
        books.apply(
            Line("PADP", f"PR{day}", "5.00", "800101", f"REG{day}"), name=f"BCR_PAYMENT_APPL_202611{day:02}.csv"
        )
        books.invoice(account, f"REG{day}", "5.00")
    is_open = [0]

    @contextmanager
    def counted(*place: Any, **more: Any) -> Iterator[BinaryIO]:
        is_open[0] += 1
        assert is_open == [1]
        with open_content(*place, **more) as content:
            yield content
        is_open[0] -= 1

    monkeypatch.setattr(retry_rejects, "open_content", counted)
    outcome = books.retry()

    assert (outcome.counts["rows_applied"], is_open) == (6, [0])
    assert [table.rows for table in outcome.tables] == [[("applied", "", 6, Decimal("30.00"))]]


def test_an_accent_in_another_encoding_is_kept_as_it_reads(books: SettlementBooks) -> None:
    books.paid_invoice(books.account("800101"), "REG1", "60.00", "PR1", id=100)
    content = settlement_csv([bounce("PR1", "800101", "REG1", "60.00", reason="Provision epuisee")])

    books.apply(content=content.replace(b"epuisee", b"\xe9puis\xe9e"))

    assert books.outcomes() == ["applied"]
    assert books.bounces() == [("REG1", "Provision épuisée", "800101")]


@pytest.mark.parametrize(
    ("line", "rule", "said"),
    [
        (Line("PADP", "PR1", "", "800101", "REG1", original="60.00"), "no_amount", "amount is blank"),
        (Line("PADP", "PR1", "60.00", "800101", "REG1", original=""), "no_original_amount", "original amount is blank"),
        (Line("BOLP", "OB1", "", "800101", "REG1", original="60.00"), "no_amount", "amount is blank"),
        (Line("BOLP", "OB1", "40.00", "800101", "REG1", "Partially PAID", "60.00", ""), "no_outstanding_amount",
         "outstanding amount is blank"),
        (bounce("PR1", "800101", "REG1", "60.00", outstanding=""), "no_outstanding_amount", "outstanding amount"),
        (Line("CMAP", "M1", "", "800101", "REG1", original="60.00"), "no_amount", "amount is blank"),
        (Line("ONAC", "R1", "60.00", "800101", "R1", "On Account", "", target="RECEIPT"), "no_original_amount",
         "original amount is blank"),
        (Line("PADP", "PR1", "60.00", "800101", "REG1", day="17-Nov-62"), "unreadable", "more than a year"),
        (Line("PADP", "PR1", "60.00", "800101", "REG1", day="17-Nov-99"), "unreadable", "more than a year"),
        (Line("PADP", "7.66E+11", "60.00", "800101", "REG1"), "unreadable", "source number '7.66E.11' was rewritten"),
    ],
)  # fmt: skip
def test_blank_is_not_zero_and_what_a_spreadsheet_made_is_not_booked(
    line: Line, rule: str, said: str, books: SettlementBooks
) -> None:
    method = "ONLINE_BANKING" if line.record == "BOLP" else "PAD"
    books.invoice(books.account("800101", method), "REG1", "60.00", id=100, method=method)
    books.credit(
        Account(*books.rows("SELECT id, auth_account_id, id, '800101' FROM payment_accounts")[0]), "M1", "9.00"
    )
    before = books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements")

    books.apply(line)

    assert books.outcomes() == [f"rejected:{rule}"]
    ((detail,),) = books.rows("SELECT detail FROM pay_jobs.settlement_rows")
    assert re.search(said, detail)
    assert books.dump("pay_jobs.settlement_rows", "pay_jobs.inbound_files", "cas_settlements") == before


@pytest.mark.parametrize(("name_day", "row_day", "outcome"), [
    ("20251105", "06-Nov-24", "applied"), ("20251105", "21-Nov-26", "rejected:unreadable"),
    ("20261399", "22-Nov-25", "applied"), ("20261399", "20-Nov-25", "rejected:unreadable"),
])  # fmt: skip
def test_a_row_is_at_most_a_year_from_the_day_in_the_name_of_its_file_or_from_today_where_there_is_none(
    name_day: str, row_day: str, outcome: str, books: SettlementBooks
) -> None:
    books.invoice(books.account("800101"), "REG1", "60.00")

    books.apply(Line("PADP", "PR1", "60.00", "800101", "REG1", day=row_day), name=f"BCR_PAYMENT_APPL_{name_day}.csv")

    assert books.outcomes() == [outcome]


@pytest.mark.parametrize("record", ["PADP", "BOLP", "PADR"])
def test_a_row_of_a_day_that_has_not_come_is_rejected_until_it_comes(record: str, books: SettlementBooks) -> None:
    method = "ONLINE_BANKING" if record == "BOLP" else "PAD"
    books.invoice(books.account("800101", method), "REG1", "60.00", method=method)
    books.apply(Line(record, "PR1", "60.00", "800101", "REG1", day="23-Nov-26"), name="BCR_PAYMENT_APPL_20261223.csv")
    assert books.outcomes() == ["rejected:unreadable"]

    books.now += timedelta(days=1)
    books.retry()

    assert books.outcomes() == ["applied"]
    assert books.rows("SELECT payment_date FROM invoices") == [(datetime(2026, 11, 23),)]


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


@pytest.mark.parametrize("rejected_first", ["BOLP", "ONAC"])
def test_a_payment_of_a_receipt_has_what_both_tries_applied_of_it(rejected_first: str, books: SettlementBooks) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    bank = Line("BOLP", "OB1", "70.00", "800104", "REG1")
    over = on_account("OB1", "800104" if rejected_first == "BOLP" else "800105", "30.00")
    if rejected_first == "ONAC":
        books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    books.apply(bank, over, on_account("OB2", "800104", "5.00"))

    if rejected_first == "BOLP":
        books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    else:
        books.account("800105", "ONLINE_BANKING")
    books.retry()

    assert set(books.outcomes()) == {"applied"}
    assert books.payments() == [(None, "ONLINE_BANKING", "COMPLETED", "OB1", "100.00")]
    mails = [one["data"] for one in books.payloads("bc.registry.payment.OverPaid")]
    assert [(one["amount"], one["creditAmount"]) for one in mails] == [
        ("100.00", "30.00") if rejected_first == "BOLP" else ("30.00", "30.00")
    ]
    assert all_findings(books.database, NOW, ("PAY-AMOUNT",)) == {}


def test_what_was_applied_of_a_receipt_without_a_bank_row_comes_with_the_first_one_whoever_made_its_payment(
    books: SettlementBooks,
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.invoice(account, "REG2", "50.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", "800104", "30.00"))
    books.apply(Line("BOLP", "OB1", "50.00", "800104", "REG2"), name=TOMORROW)
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")

    books.retry()

    assert books.payments() == [(None, "ONLINE_BANKING", "COMPLETED", "OB1", "150.00")]
    assert all_findings(books.database, NOW, ("PAY-AMOUNT",)) == {}


@pytest.mark.parametrize("is_applied", [True, False])
def test_what_bounced_of_a_receipt_is_in_no_payment_of_it_that_a_later_try_makes(
    is_applied: bool, books: SettlementBooks
) -> None:
    account = books.account("800104", "ONLINE_BANKING")
    books.profile(account.id, "800104", "PAD")
    books.invoice(account, "REG1", "70.00", method="ONLINE_BANKING")
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG1"), on_account("OB1", "800105", "30.00"))
    books.apply(bounce("OB1", "800104", "REG1", "70.00", day="06-Nov-26"), name=TOMORROW)
    if is_applied:
        books.account("800105", "ONLINE_BANKING")

    books.retry()

    failed = ("REG1", "ONLINE_BANKING", "FAILED", "OB1", "0.00")
    assert books.payments() == [("OB1", "ONLINE_BANKING", "COMPLETED", "OB1", "30.00")] * is_applied + [failed]


def test_a_bounce_that_was_taken_back_is_no_row_of_the_receipt_that_a_later_try_pays(books: SettlementBooks) -> None:
    account = books.account("800101")
    books.paid_invoice(account, "REG1", "60.00", "OB1")
    books.apply(bounce("OB1", "800101", "REG1", "60.00"), Line("BOLP", "OB1", "20.00", "800101", "REG2"))
    books.change("UPDATE pay_jobs.settlement_rows SET rule = 'undone' WHERE kind = 'BOUNCE'")
    books.invoice(account, "REG2", "20.00", method="ONLINE_BANKING")

    books.retry()

    assert ("REG2", "ONLINE_BANKING", "COMPLETED", "OB1", "20.00") in books.payments()


def _as_an_older_reader_left_it(books: SettlementBooks) -> None:
    """Blank what a reader that gave up on the line would not have kept."""
    books.change(
        "UPDATE pay_jobs.settlement_rows SET kind = 'REJECT', rule = 'unreadable', target_number = 'REG1', amount = 0,"
        " customer_account = '', source_number = ''"
        " WHERE line = 2"
    )
