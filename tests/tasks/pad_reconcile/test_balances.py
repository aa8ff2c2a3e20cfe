"""What was read and what became of it add up, in rows and amounts, or nothing is committed."""

import io
from contextlib import nullcontext
from decimal import Decimal

import pytest
from sqlalchemy import text

from config.errors import TotalsDisagree
from connectors.formats.settlement import read_settlement
from connectors.formats.settlement_columns import read_columns
from jobs.inbound.file_format import FileToApply
from tasks.pad_reconcile.apply_file import apply_file
from tasks.pad_reconcile.apply_rows import apply_rows
from tasks.pad_reconcile.staging import RowTotals, create_tables, stage
from tests.settlement_factory import FILE, NOW, Line, SettlementBooks, example, fill_example, settlement_csv

BAD = ["PADP", "", "", "", "", "9.99", "", "INV", "REG1", "x"]


def test_the_four_outcomes_add_up_to_the_rows_and_the_amounts(books: SettlementBooks) -> None:
    fill_example(books)
    rows: list[Line | list[str]] = [
        *example(*range(1, 10)),
        BAD,
        Line("PADP", "PR8", "5.00", "800101", "REG404"),
        *example(1),
    ]

    outcome = books.apply(*rows)

    counts = outcome.counts
    parts = ("rows_applied", "rows_already_applied", "rows_skipped", "rows_rejected")
    assert [counts[name] for name in parts] == [8, 1, 1, 2]
    assert counts["rows_read"] == 12
    table = outcome.tables[0]
    assert sum((row["amount"] for row in table.records()), Decimal(0)) == Decimal("507.99")
    assert table.title == f"{FILE}: 12 rows, 507.99 CAD"
    assert books.rows("SELECT count(*), sum(amount) FROM pay_jobs.settlement_rows") == [(12, Decimal("507.99"))]


@pytest.mark.parametrize("off", [RowTotals(3, Decimal("131.50")), RowTotals(1, Decimal("131.51"))])
def test_one_row_or_one_cent_off_is_refused(off: RowTotals, books: SettlementBooks) -> None:
    fill_example(books)
    file = books.arrive(b"x")
    before = books.dump()

    with (
        pytest.raises(TotalsDisagree, match=r"t\.csv: . rows? of 131\.5.* CAD were read"),
        books.database.begin() as session,
    ):
        create_tables(session)
        stage(session, file.id, read_settlement([settlement_csv(example(1))], source="t.csv"), run_id=None)
        apply_rows(session, off, now=NOW.replace(tzinfo=None), today=NOW.date(), source="t.csv")

    assert books.dump() == before


@pytest.mark.parametrize("run_id", [7, None])
def test_rows_are_staged_under_their_file_and_run(run_id: int | None, books: SettlementBooks) -> None:
    content = settlement_csv([*example(1, 2), Line("PADP", "", "", "800101", "REG1"), BAD])

    with books.database.begin() as session:
        create_tables(session)
        totals = stage(session, 5, read_columns([content], source="t.csv", day=NOW.date()), run_id=run_id)
        staged = session.execute(
            text("SELECT file_id, run_id, wave, amount::text FROM settlement_staged ORDER BY line")
        )
        amounts = ["131.50", "25.00", "0.00", "9.99"]
        assert staged.all() == [(5, run_id, 0, amount) for amount in amounts]

    assert totals == RowTotals(4, Decimal("166.49"))


def test_a_lock_that_is_lost_before_the_commit_posts_nothing(books: SettlementBooks) -> None:
    fill_example(books)
    before = books.dump("pay_jobs.inbound_files")
    content = settlement_csv(example(1, 3))
    file = books.arrive(content)
    context = books.context()
    context.database.before_commit = _never
    try:
        with pytest.raises(_LostError):
            apply_file(context, FileToApply(file, nullcontext(io.BytesIO(content))))
    finally:
        context.database.before_commit = lambda: None

    assert books.dump("pay_jobs.inbound_files") == before
    assert books.file(file.id).state == "received"


def test_an_empty_file_with_its_header_is_applied(books: SettlementBooks) -> None:
    outcome = books.apply()

    assert (outcome.counts["rows_read"], outcome.exit_code) == (0, 0)
    assert books.rows("SELECT state FROM pay_jobs.inbound_files") == [("applied",)]


def test_no_staging_table_is_left_behind(books: SettlementBooks) -> None:
    fill_example(books)
    books.apply(*example(*range(1, 10)))

    with books.database.begin() as session:
        assert session.execute(text("SELECT relname FROM pg_class WHERE relpersistence = 't'")).all() == []


class _LostError(Exception):
    """The connection that holds the lock is gone."""


def _never() -> None:
    raise _LostError
