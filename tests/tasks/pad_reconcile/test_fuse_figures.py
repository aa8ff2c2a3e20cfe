"""The figures that a file is weighed by: its own, and those of the files before it."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from config.settings import CfsSettings
from connectors.inbound.holds import HoldKind
from database.sql import statements
from sandbox.cfs.process import RunningCfs
from tests.settlement_factory import FILE, Line, SettlementBooks, bounce

sql = statements("tasks.pad_reconcile")

THURSDAY = date(2026, 11, 5)


def known_file(books: SettlementBooks, day: date | None, rows: int, bounced: int = 0, *, weekday: bool = True,
               received: date = THURSDAY) -> None:  # fmt: skip
    """Add an applied file with its figures."""
    id_ = books.add(
        "pay_jobs.inbound_files", source="CAS", name=f"{rows} rows", sha256=f"{rows:064}", size_bytes=1,
        state="applied", business_date=day, received_on=datetime.combine(received, datetime.min.time()),
    )  # fmt: skip
    books.change(
        "INSERT INTO pay_jobs.settlement_figures VALUES (:id, :weekday, :rows, :amount, 1, :bounced, 2, 3, 4)",
        id=id_,
        weekday=weekday,
        rows=rows,
        amount=rows * 10,
        bounced=bounced,
    )


def settled_before(books: SettlementBooks, first_day: date, day: date) -> int:
    with books.database.begin() as session:
        return int(sql.run(session, "sum_settled", first_day=first_day, day=day).scalar_one())


def test_the_week_before_a_file_has_settled_what_its_files_held_less_what_came_back(books: SettlementBooks) -> None:
    known_file(books, date(2026, 10, 28), 1000)
    known_file(books, date(2026, 10, 29), 200, 50)
    known_file(books, None, 30, 1, weekday=False, received=date(2026, 11, 1))
    known_file(books, date(2026, 11, 4), 4)
    known_file(books, THURSDAY, 5000)

    assert settled_before(books, date(2026, 10, 29), THURSDAY) == 150 + 29 + 4
    assert settled_before(books, date(2026, 9, 1), date(2026, 10, 1)) == 0


def _bounces_of_many(books: SettlementBooks) -> list[Line]:
    """Return bounces of one account more than any file may freeze, however much the week settled."""
    for place in range(26):
        books.paid_invoice(books.account(f"8{place:05}"), f"REG{place}", "60.00", f"PR{place}")
    return [bounce(f"PR{place}", f"8{place:05}", f"REG{place}", "60.00") for place in range(26)]


def _state_of_file(books: SettlementBooks) -> str:
    ((state,),) = books.rows("SELECT state FROM pay_jobs.inbound_files WHERE name = :name", name=FILE)
    return str(state)


@pytest.mark.parametrize(("before", "state"), [(7, "applied"), (8, "held")])
def test_what_comes_back_is_held_against_what_the_seven_days_before_the_file_settled(
    before: int, state: str, books: SettlementBooks, cfs: RunningCfs
) -> None:
    known_file(books, THURSDAY - timedelta(days=before), 2000)

    books.apply(*_bounces_of_many(books), settings={CfsSettings: cfs.settings()})

    assert _state_of_file(books) == state


@pytest.mark.parametrize(("others", "state"), [(260, "applied"), (259, "held")])
def test_what_comes_back_is_held_against_the_other_rows_of_its_file_where_the_week_had_less(
    others: int, state: str, books: SettlementBooks, cfs: RunningCfs
) -> None:
    rows = [Line("ADJS", f"A{place}", "1.00", "800101", "REG404") for place in range(others)]

    books.apply(*_bounces_of_many(books), *rows, settings={CfsSettings: cfs.settings()})

    assert _state_of_file(books) == state


def test_the_usual_figures_are_those_of_the_last_files_of_the_kind_with_what_the_days_before_each_settled(
    books: SettlementBooks,
) -> None:
    known_file(books, date(2026, 10, 27), 7000)
    known_file(books, date(2026, 10, 28), 1000)
    known_file(books, date(2026, 10, 29), 200, 50)
    known_file(books, date(2026, 10, 31), 30, 1, weekday=False)
    known_file(books, None, 500, received=date(2026, 11, 3))
    known_file(books, date(2026, 11, 4), 40, 4)

    with books.database.begin() as session:
        found = sql.run(session, "list_usual_figures", on_weekday=True, known=3, days=7).all()

    assert [tuple(row) for row in found] == [
        (40, 400, 1, 4, 2, 3, 4, 1000 + 150 + 29 + 500),
        (500, 5000, 1, 0, 2, 3, 4, 7000 + 1000 + 150 + 29),
        (200, 2000, 1, 50, 2, 3, 4, 7000 + 1000),
    ]


def test_a_file_alone_has_settled_its_own_rows(books: SettlementBooks) -> None:
    known_file(books, THURSDAY, 40, 4)

    with books.database.begin() as session:
        (found,) = sql.run(session, "list_usual_figures", on_weekday=True, known=9, days=7)

    assert found.settled == 36


@pytest.mark.parametrize(("later", "known"), [(19, [40]), (20, [])])
def test_of_each_kind_only_files_among_ten_times_as_many_of_both_are_looked_for(
    later: int, known: list[int], books: SettlementBooks
) -> None:
    known_file(books, date(2026, 10, 3), 40, weekday=False)
    for place in range(later):
        known_file(books, THURSDAY, 100 + place)

    with books.database.begin() as session:
        found = sql.run(session, "list_usual_figures", on_weekday=False, known=1, days=1)

    assert [row.rows for row in found] == known


@pytest.mark.parametrize(
    ("name", "on_weekday"),
    [("BCR_PAYMENT_APPL_20261106.csv", True),
     ("BCR_PAYMENT_APPL_20261107.csv", False),
     ("without a date.csv", False)],
)  # fmt: skip
def test_an_applied_file_leaves_its_figures(name: str, on_weekday: bool, books: SettlementBooks) -> None:
    """The factory's today is a Sunday."""
    frozen = books.account("800101")
    for number, account in (("REG1", frozen), ("REG2", frozen), ("REG3", books.account("800102", status="FREEZE"))):
        books.paid_invoice(account, number, "60.00", f"PR-{number}")
    day = 22 if name.startswith("without") else int(name[-6:-4])
    near = [f"{day:02}-Nov-26", date.fromordinal(date(2026, 11, day).toordinal() - 6).strftime("%d-%b-%y")]
    far = [f"{day + 1:02}-Nov-26", date.fromordinal(date(2026, 11, day).toordinal() - 7).strftime("%d-%b-%y")]

    books.apply(
        *(bounce(f"PR-{number}", account, number, "60.00", day=near[0])
          for number, account in (("REG1", "800101"), ("REG2", "800101"), ("REG3", "800102"))),
        Line("PADP", "PR-8", "0.00", "800101", "REG404", day=near[1]),
        Line("PADP", "PR-9", "5.01", "800101", "REG404", day=far[0]),
        Line("ADJS", "A1", "7.00", "800101", "REG404", day=far[1]),
        bounce("PR-REG1", "800101", "REG1", "60.00", day=near[0]),
        name=name,
    )  # fmt: skip

    assert books.rows("SELECT on_weekday, rows, amount::text, frozen, bounced, repeated, misdated, rejected"
                      " FROM pay_jobs.settlement_figures") == [(on_weekday, 7, "12.01", 1, 3, 1, 2, 2)]  # fmt: skip


def test_whom_a_file_would_have_frozen_is_forgotten_once_it_is_applied_and_no_other(books: SettlementBooks) -> None:
    others, held = books.arrive(b"other"), books.arrive(b"held", name="BCR_PAYMENT_APPL_20261106.csv")
    for file in (others, held):
        books.change("INSERT INTO pay_jobs.fuse_accounts (file_id, line, customer_account, invoice_number, owing)"
                     " VALUES (:id, 2, '800101', 'REG1', 5)", id=file.id)  # fmt: skip

    with books.database.begin() as session:
        figures = dict.fromkeys(("rows", "amount", "frozen", "bounced", "repeated", "misdated", "rejected"), 0)
        sql.run(session, "keep_figures", file_id=held.id, on_weekday=True, **figures)
        assert session.execute(text("SELECT file_id FROM pay_jobs.fuse_accounts")).all() == [(others.id,)]


def test_with_the_fuse_released_the_figures_of_a_file_far_outside_are_kept(books: SettlementBooks) -> None:
    lines = [Line("PADP", f"PR{place}", "5.00", "800101", f"REG{place}") for place in range(30)]

    outcome = books.apply(*lines, released=frozenset({HoldKind.FUSE}))

    assert outcome.counts["rows_rejected"] == 30
    assert books.rows("SELECT rows, rejected FROM pay_jobs.settlement_figures") == [(30, 30)]
