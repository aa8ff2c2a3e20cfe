"""Which files wait, in which order, and what stands against one: sections 4, 9 and 10 (nos. 2, 13) of the sheet."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from connectors.inbound.ledger import InboundFile
from tasks.pad_reconcile.file_queue import newest_applied, reasons_to_hold, waiting_files
from tests.settlement_factory import FILE, NOW, SettlementBooks

THIS_DAY = date(2026, 11, 5)
TODAY = NOW.date()


def holds(books: SettlementBooks, file: InboundFile, *, allow_late: bool = False) -> list[tuple[str, str]]:
    with books.database.begin() as session:
        return [
            (str(one.kind), one.reason) for one in reasons_to_hold(session, file, today=TODAY, allow_late=allow_late)
        ]


def test_files_wait_in_the_order_of_their_days_then_of_the_numbers_in_their_names(books: SettlementBooks) -> None:
    names = [f"BCR_PAYMENT_APPL_2026110{end}.csv" for end in ("6", "5_10", "5_2B", "5_2A", "5_b", "5_A", "5")]
    for place, name in enumerate(("no date.csv", *names)):
        books.arrive(bytes([place]), name)
    books.arrive(b"again", "BCR_PAYMENT_APPL_20261105_2a.csv")

    with books.database.begin() as session:
        queue = waiting_files(session, today=TODAY)

    order = ["5", "5_2A", "5_2a", "5_2B", "5_10", "5_A", "5_b", "6"]
    assert [file.name for file in queue.ready] == [f"BCR_PAYMENT_APPL_2026110{end}.csv" for end in order] + [
        "no date.csv"
    ]
    assert queue.held_back == []


def test_a_file_that_is_not_moved_yet_holds_back_the_later_ones_only(books: SettlementBooks) -> None:
    for day in (4, 5, 6):
        books.arrive(bytes([day]), f"BCR_PAYMENT_APPL_2026110{day}.csv")
    books.change("UPDATE pay_jobs.inbound_files SET state = 'stored' WHERE name = :name", name=FILE)

    with books.database.begin() as session:
        queue = waiting_files(session, today=TODAY)

    assert [file.name[-5] for file in queue.ready] == ["4"]
    assert [file.name[-5] for file in queue.held_back] == ["5", "6"]


@pytest.mark.parametrize(("applied", "is_late"), [(None, False), (4, False), (5, False), (6, True)])
def test_a_file_is_late_where_a_newer_one_was_applied(
    applied: int | None, is_late: bool, books: SettlementBooks
) -> None:
    file = books.arrive(b"this")
    if applied is not None:
        books.apply(["ADJS"], name=f"BCR_PAYMENT_APPL_2026110{applied}_2.csv")

    late = (
        "late",
        "it is older than the newest applied file (2026-11-06); late files have released accounts that were rightly"
        " frozen. Check it for NSF rows, then `files replay` it with a reason",
    )
    assert holds(books, file) == ([late] if is_late else [])
    assert holds(books, file, allow_late=True) == []


def test_a_file_whose_name_tells_no_day_is_held_for_it(books: SettlementBooks) -> None:
    file = replace(books.arrive(b"this"), business_date=None, name="a b.csv")

    expected = "its name holds no business date (expected like BCR_PAYMENT_APPL_20261105.csv)"
    assert holds(books, file) == [("date", expected)]
    assert holds(books, file, allow_late=True) == [("date", expected)]


@pytest.mark.parametrize(("days_ahead", "is_held"), [(0, False), (1, True), (365, True)])
def test_a_file_named_for_a_day_that_has_not_come_is_held(
    days_ahead: int, is_held: bool, books: SettlementBooks
) -> None:
    day = TODAY + timedelta(days=days_ahead)
    file = books.arrive(b"this", f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv")

    expected = (
        f"the day in its name, {day}, has not come yet (today is 2026-11-22): a run on that day applies it. If the"
        " name is wrong, ask CAS for the file under its own, and put this one aside when that one is applied"
    )
    assert holds(books, file, allow_late=True) == ([("date", expected)] if is_held else [])


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_file_that_was_applied_before_its_day_makes_no_other_late(is_ours: bool, books: SettlementBooks) -> None:
    if is_ours:
        books.apply(["ADJS"], name="BCR_PAYMENT_APPL_20261223.csv")
    else:
        books.add("cas_settlements", file_name="BCR_PAYMENT_APPL_20261223.csv", received_on=NOW.replace(tzinfo=None),
                  processed_on=NOW.replace(tzinfo=None))  # fmt: skip

    assert holds(books, books.arrive(b"this")) == []


def test_a_file_that_was_applied_before_its_day_counts_from_that_day_on(books: SettlementBooks) -> None:
    books.apply(["ADJS"], name="BCR_PAYMENT_APPL_20261123.csv")

    with books.database.begin() as session:
        newest = [newest_applied(session, TODAY + timedelta(days=days)) for days in (0, 1)]

    assert newest == [None, date(2026, 11, 23)]


def test_a_file_that_another_system_processed_or_began_is_told_once_by_its_own_name(books: SettlementBooks) -> None:
    file = books.arrive(b"this")
    books.add("cas_settlements", file_name="BCR_PAYMENT_APPL_20261104.csv", received_on=datetime(2026, 11, 4))
    assert holds(books, file) == []

    for processed in (datetime(2026, 11, 5), None):
        books.add("cas_settlements", file_name=FILE, received_on=datetime(2026, 11, 5), processed_on=processed)
    words = "cas_settlements says a file of this name was processed on 2026-11-05 by another system"
    assert holds(books, file) == [("processed", words)]

    books.change("UPDATE pay_jobs.inbound_files SET state = 'applied', source = 'CGI'")
    assert holds(books, file) == [("processed", words)], "another system's file of the name is another file"
    books.change("UPDATE pay_jobs.inbound_files SET source = 'CAS'")
    assert holds(books, file) == []


def test_the_newest_file_is_that_of_either_system(books: SettlementBooks) -> None:
    def newest() -> date | None:
        with books.database.begin() as session:
            return newest_applied(session, TODAY)

    assert newest() is None
    books.add("cas_settlements", file_name="BCR_PAYMENT_APPL_20261109.csv", received_on=datetime(2026, 11, 9))
    books.add("cas_settlements", file_name="bcr_payment_appl_20261104.csv", received_on=datetime(2026, 11, 4),
              processed_on=datetime(2026, 11, 4, 17))  # fmt: skip
    assert newest() == date(2026, 11, 4)
    books.apply(["ADJS"])
    assert newest() == THIS_DAY


def test_a_processed_name_whose_digits_are_no_date_hides_no_newer_file(books: SettlementBooks) -> None:
    for digits in ("20261104", "20261106", "20261131", "99999999"):
        books.add("cas_settlements", file_name=f"BCR_PAYMENT_APPL_{digits}.csv", received_on=datetime(2026, 11, 6),
                  processed_on=datetime(2026, 11, 6, 17))  # fmt: skip
    books.add("cas_settlements", file_name="other.csv", received_on=datetime(2026, 11, 6),
              processed_on=datetime(2026, 11, 6, 17))  # fmt: skip

    assert [kind for kind, _ in holds(books, books.arrive(b"this"))] == ["late"]
