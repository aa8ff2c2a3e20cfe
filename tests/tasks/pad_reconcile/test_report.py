"""What a person sees of a file: as many rows as can be read, and how many there are."""

import io
from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.inbound.holds import HoldKind
from connectors.inbound.ledger import InboundFile
from connectors.local_copy import local_copy
from database.copy import encode_row
from jobs.inbound.file_format import FileToApply
from tasks.pad_reconcile.apply_file import _held
from tasks.pad_reconcile.blown_fuse import FileFuseBlown, hold_blown
from tasks.pad_reconcile.effects import SettlementEffects
from tasks.pad_reconcile.fuse import FuseVerdict, WeighedFigure
from tasks.pad_reconcile.report import outcome_of_rows
from tasks.pad_reconcile.staging import RowTotals
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce

BOUNCED = (
    "SELECT 1 AS file_id, n AS line, 7 AS payment_account_id, 'A' || n AS auth_account_id,"
    " '800101' AS customer_account, 'REG' || n AS target_number, 0.00 AS amount, 60.00 AS original_amount,"
    " 60.00 AS outstanding_amount, nullif('NSF', 'NSF') AS reversal_reason, true AS is_first, n <= 3 AS is_freezing,"
    " '5' AS pad_party, '8' AS pad_account, '9' AS pad_site,"
    " '5' AS billed_party, '8' AS billed_account, '9' AS billed_site"
)
DIFFERING = "SELECT 'REG' || n AS target_number, 1.00 AS applied, 2.00 AS open_amount"
LEFT_OVER = (
    "SELECT n AS line, 'REG' || n AS target_number, 1.00 AS placed, 5.00 AS unplaced, false AS shares_card,"
    " false AS settles"
)
UNNOTED = (
    "SELECT n AS line, 'REG' || n AS target_number, 'M1' AS source_number, 7 AS application_id, 5.00 AS amount,"
    " '4.00 CAD of M1 for REG1' AS noted"
)
WITHDRAWN = (
    "SELECT n AS line, 'REG' || n AS target_number, 'receipt PR1' AS source, n AS invoice_id, 'DELETED' AS status,"
    " 6.00 AS amount"
)


def _opened(file: InboundFile) -> FileToApply:
    return FileToApply(file, nullcontext(io.BytesIO()))


@pytest.mark.parametrize(("found", "first"), [(1000, ""), (1001, "the first 1,000 of 1,001, ")])
def test_a_thousand_rows_of_each_kind_are_shown(found: int, first: str, books: SettlementBooks) -> None:
    with books.database.begin() as session:
        effects = SettlementEffects.before_any(session)
        effects.nsf_fee = Decimal("30.00")
        for kept, select in (
            (effects.bounced, BOUNCED),
            (effects.differences, DIFFERING),
            (effects.left_over, LEFT_OVER),
            (effects.unnoted, UNNOTED),
            (effects.withdrawn, WITHDRAWN),
        ):
            kept.add(f"{select} FROM generate_series(1, {found}) AS n")
        outcome = outcome_of_rows("t.csv", RowTotals(), effects)

    assert [(table.title, len(table.rows)) for table in outcome.tables] == [
        (f"t.csv: {first}payments that bounced", 1000),
    ]
    assert list(outcome.tables[0].rows)[2:4] == [
        ("A3", "800101", "REG3", Decimal("60.00"), "frozen now", Decimal("30.00"), ""),
        ("A4", "800101", "REG4", Decimal("60.00"), "already frozen", Decimal("0.00"), ""),
    ]
    assert (outcome.counts["payments_bounced"], outcome.counts["accounts_frozen"]) == (found, 3)
    assert len(outcome.rejects) == 4000
    more = [
        "t.csv: 1,001 numbers were settled for another amount; the first 1,000 are shown.",
        "t.csv: 1,001 credit memo lines left an amount over; the first 1,000 are shown.",
        "t.csv: 1,001 credit memo lines have an application that is noted already; the first 1,000 are shown.",
        "t.csv: 1,001 withdrawn invoices were paid; the first 1,000 are shown.",
    ]
    assert outcome.notes == (more if first else [])


@pytest.mark.parametrize(("found", "first", "all_of_them"), [
    (1000, "", ""), (1001, "the first 1,000 of ", f"; all 1,001 accounts: explain file {FILE}"), (0, None, ""),
])  # fmt: skip
def test_a_thousand_accounts_that_a_held_file_would_freeze_are_shown(
    found: int, first: str | None, all_of_them: str, books: SettlementBooks
) -> None:
    file = books.arrive(b"content")
    figures = [WeighedFigure("rows", "9", "-", "5", True), WeighedFigure("rows rejected", "1", "0", "25", False)]
    rows = (encode_row((file.id, line, f"A{line}", "800101", f"REG{line}", "60.00")) for line in range(found))

    with local_copy(rows) as accounts:
        outcome = hold_blown(
            books.context(), _opened(file), FileFuseBlown(FuseVerdict(figures, ["rows 9"], 0), accounts)
        )

    shown, *frozen = outcome.tables
    assert (shown.columns, shown.rows) == (
        ("figure", "here", "usual", "limit", ""),
        [("rows", "9", "-", "5", "beyond"), ("rows rejected", "1", "0", "25", "")],
    )
    expected = [] if first is None else [(f"{FILE}: {first}{found:,} accounts that would be frozen", min(found, 1000))]
    assert [(table.title, len(table.rows)) for table in frozen] == expected
    reason = "it is far outside the usual, weighed against plain limits, as only 0 files of its kind are known: rows 9"
    [reject] = outcome.rejects
    assert (reject.detail, reject.command) == (
        f"{reason}. Nothing of it was applied{all_of_them}. Ask CAS whether the file is right. If it is, replay it;"
        f' if not: python3 invoke_jobs.py files ignore {FILE} --reason "..."',
        f'python3 invoke_jobs.py files replay --despite fuse {FILE} --reason "..."',
    )
    assert outcome.counts == {"files_held": 1}
    assert books.rows("SELECT state, reason FROM pay_jobs.inbound_files") == [("held", reason)]


def test_the_name_of_a_held_file_is_one_word_of_its_commands(books: SettlementBooks) -> None:
    name = "a.csv;oc delete pod x"
    file = replace(books.arrive(b"content"), name=name)
    rows = (encode_row((file.id, line, f"A{line}", "800101", f"REG{line}", "60.00")) for line in range(1001))
    with local_copy(rows) as accounts:
        outcome = hold_blown(books.context(), _opened(file), FileFuseBlown(FuseVerdict([], ["rows 9"], 0), accounts))
    [reject] = outcome.rejects
    assert f"explain file '{name}'. Ask CAS" in reject.detail


def test_of_rejected_rows_that_stay_so_a_thousand_are_shown(books: SettlementBooks) -> None:
    """Of all files together; that many more are held by the fuse, which is released here."""
    tomorrow = "BCR_PAYMENT_APPL_20261106.csv"
    for name, count in ((FILE, 999), (tomorrow, 2), ("BCR_PAYMENT_APPL_20261107.csv", 1)):
        lines = [Line("PADP", f"PR{place}", "1.00", "800101", f"REG{place}") for place in range(count)]
        books.apply(*lines, name=name, released=frozenset(HoldKind))

    outcome = books.retry()

    assert [one.where for one in outcome.rejects[-2:]] == [f"{FILE} line 1000", f"{tomorrow} line 2"]
    assert len(outcome.rejects) == 1000
    assert outcome.tables[0].title == "rejected rows: 1,002 rows, 1,002.00 CAD"


def _bounced_and_overpaid(books: SettlementBooks) -> list[Line]:
    account = books.account("800101")
    books.paid_invoice(account, "REG1", "60.00", "PR1")
    books.invoice(account, "REG2", "60.00")
    return [bounce("PR1", "800101", "REG1", "60.00"), Line("PADP", "PR2", "61.00", "800101", "REG2")]


def test_what_became_of_the_rows_stands_before_what_bounced(books: SettlementBooks) -> None:
    outcome = books.apply(*_bounced_and_overpaid(books))

    assert [table.title for table in outcome.tables] == [
        f"{FILE}: 2 rows, 61.00 CAD",
        f"{FILE}: payments that bounced",
    ]
    assert outcome.counts["files_applied"] == 1


@pytest.mark.parametrize("is_one_file", [True, False])
def test_what_money_on_account_covered_of_a_number_is_no_difference(is_one_file: bool, books: SettlementBooks) -> None:
    account = books.account("800101")
    books.invoice(account, "REG1", "60.00")
    books.invoice(account, "REG1", "40.00")
    part = Line("ONAC", "OB1", "30.00", "800101", "REG1", "Partially PAID", "100.00", "70.00")
    rest = Line("PADP", "PR1", "70.00", "800101", "REG1", original="100.00")
    if not is_one_file:
        books.apply(part)

    settled = books.apply(*([part, rest] if is_one_file else [rest]), name="BCR_PAYMENT_APPL_20261106.csv")

    assert [table.key for table in settled.tables] == ["outcomes"]


def test_so_it_does_for_rejected_rows_that_are_tried_again(books: SettlementBooks) -> None:
    lines = _bounced_and_overpaid(books)
    books.change("UPDATE invoice_references SET status_code = 'CANCELLED'")
    books.apply(*lines)
    books.change("UPDATE invoice_references SET status_code = 'ACTIVE'")

    outcome = books.retry()

    assert [table.title.split(": ")[-1] for table in outcome.tables] == [
        "2 rows, 61.00 CAD",
        "payments that bounced",
    ]


@pytest.mark.parametrize("reason", ["the database says no", "x" * 2500])
def test_a_file_that_the_database_refuses_says_how_to_go_on(reason: str, books: SettlementBooks) -> None:
    file = books.arrive(b"content")

    outcome = _held(books.context(), _opened(file), reason)

    assert books.rows("SELECT state, reason FROM pay_jobs.inbound_files") == [("held", reason[:2000])]
    assert [(one.where, one.reason, one.detail, one.command) for one in outcome.rejects] == [
        (
            FILE,
            "held",
            f"{reason}. Nothing of it was applied. Replay it once the cause is removed",
            f'python3 invoke_jobs.py files replay {FILE} --reason "..."',
        )
    ]


def test_a_file_that_the_database_refuses_keeps_the_holds_that_were_released(books: SettlementBooks) -> None:
    opened = replace(_opened(books.arrive(b"content")), released=frozenset({HoldKind.LATE, HoldKind.CHANGED}))

    _held(books.context(), opened, "the database says no")

    assert books.rows("SELECT details -> 'released' FROM pay_jobs.inbound_files") == [(["changed", "late"],)]


def test_why_a_file_is_held_by_the_fuse_is_kept_as_far_as_it_has_room(books: SettlementBooks) -> None:
    blown = FileFuseBlown(FuseVerdict([], ["x" * 2500], 60), io.BytesIO())

    hold_blown(books.context(), _opened(books.arrive(b"content")), blown)

    assert books.rows("SELECT length(reason) FROM pay_jobs.inbound_files") == [(2000,)]
