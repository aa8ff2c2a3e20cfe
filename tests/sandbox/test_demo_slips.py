"""CFS knows the demo's routing slips and open invoices: every slip is worked, and a settlement file tells no lie."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import extensions

from database.engine import Database
from sandbox.cfs.process import RunningCfs, start_cfs
from sandbox.cfs_books import open_books, seed_books
from sandbox.demo_data import DemoSize, load_demo_data
from sandbox.settlement_demo import lay_out
from sandbox.sftp_server import SftpPart
from tests.cfs_fixtures import connect
from tests.routing_slip_factory import Slips

State = dict[str, dict[str, dict[str, Any]]]
TINY = DemoSize(weekly_accounts=50, daily_accounts=2, monthly_accounts=2, invoices=200, routing_slips=100)
WORKED = {
    "slips_linked", "slips_voided", "slips_nsf", "slips_corrected", "slips_refunded", "slips_written_off",
}  # fmt: skip


def _rows(connection: extensions.connection, query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


@pytest.fixture(scope="module")
def cfs() -> Iterator[RunningCfs]:
    """A CFS of this module's own, without anything in it."""
    running = start_cfs()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def books(cfs: RunningCfs, demo: extensions.connection) -> State:
    """What is in the books that belong to the small demo."""
    cfs.admin.reset()
    seed_books(demo, cfs.admin)
    assert cfs.admin.books()["violations"] == []
    return cfs.admin.state()


@pytest.fixture
def tiny(database_url: str) -> str:
    """The address of a pay database with few accounts, and slips of every kind."""
    connection = psycopg2.connect(database_url)
    try:
        with connection:
            load_demo_data(connection, TINY)
    finally:
        connection.close()
    return database_url


def test_a_paid_transaction_of_a_slip_owes_nothing_in_cfs(books: State, demo: extensions.connection) -> None:
    due = {number: one["amount_due"] for number, one in books["invoices"].items()}
    paid = _rows(
        demo,
        "SELECT invoice_number FROM invoice_references JOIN invoices ON invoices.id = invoice_id"
        " WHERE routing_slip IS NOT NULL AND invoice_status_code = 'PAID'",
    )

    assert {Decimal(str(due[number])) for (number,) in paid} == {Decimal(0)}


def test_an_open_pad_number_owes_in_cfs_what_its_invoices_add_up_to(books: State, demo: extensions.connection) -> None:
    due = {number: one["amount_due"] for number, one in books["invoices"].items()}
    owed = _rows(
        demo,
        "SELECT invoice_number, sum(total) FROM invoice_references JOIN invoices ON invoices.id = invoice_id"
        " WHERE payment_method_code = 'PAD' AND status_code = 'ACTIVE' GROUP BY invoice_number",
    )

    assert len(owed) > 20
    assert [one for one in owed if Decimal(str(due[one[0]])) != one[1]] == []


def test_a_child_that_waits_for_its_link_has_its_money_on_its_own_site(
    books: State, demo: extensions.connection
) -> None:
    receipts = books["receipts"]
    waiting = _rows(
        demo,
        "SELECT number, cfs_site FROM routing_slips JOIN cfs_accounts ON account_id = payment_account_id"
        " WHERE routing_slips.status = 'LINKED' AND cfs_accounts.status = 'ACTIVE'",
    )

    assert dict(waiting) == {
        number: one["site_number"]
        for number, one in receipts.items()
        if number in dict(waiting) and not one["is_reversed"] and f"{number}L" not in receipts
    }
    assert waiting != []


def test_a_linked_child_has_its_money_under_its_parent(books: State, demo: extensions.connection) -> None:
    receipts = books["receipts"]
    linked = _rows(
        demo,
        "SELECT child.number, parents.cfs_site FROM routing_slips AS child"
        " JOIN cfs_accounts AS own ON own.account_id = child.payment_account_id"
        " JOIN routing_slips AS parent ON parent.number = child.parent_number"
        " JOIN cfs_accounts AS parents ON parents.account_id = parent.payment_account_id"
        " WHERE own.status = 'INACTIVE'",
    )

    assert {f"{number}L": site for number, site in linked} == {
        number: one["site_number"] for number, one in receipts.items() if number.endswith("L")
    }
    assert all(receipts[number]["is_reversed"] for number, _ in linked)
    assert linked != []


def test_books_are_opened_once(cfs: RunningCfs, tiny: str) -> None:
    cfs.admin.reset()

    opened = [open_books(tiny, cfs.admin) for _ in range(2)]

    assert opened == [True, False]


def test_every_slip_of_the_demo_is_worked_and_agrees_and_none_is_left(
    cfs: RunningCfs, tiny: str, database: Database
) -> None:
    cfs.admin.reset()
    open_books(tiny, cfs.admin)
    slips = Slips(database, cfs, connect(cfs))

    outcome, again = slips.run(), slips.run()
    slips.client.close()

    counts = outcome.counts
    assert outcome.rejects == []
    assert counts["slips_in_agreement"] == counts["slips_checked"] > 0
    assert {kind for kind in WORKED if not counts[kind]} == set()
    assert (again.rejects, again.notes) == ([], ["No slips are in progress."])
    assert cfs.admin.books()["violations"] == []


def test_cfs_was_paid_what_the_settlement_file_says_and_no_more(cfs: RunningCfs, tiny: str, tmp_path: Path) -> None:
    _sftp, rows = _file_of_the_demo(cfs, tiny, tmp_path)

    paid = {row["Target transaction Number"] for row in rows if row["Record type"] == "PADP"} - {"REG99999999"}
    bounced = {row["Target transaction Number"] for row in rows if row["Record type"] == "PADR"}
    due = {number: Decimal(str(one["amount_due"])) for number, one in cfs.admin.state()["invoices"].items()}
    assert {number for number in paid | bounced if due[number]} == bounced
    assert (len(paid) > 5, len(bounced)) == (True, 1)
    assert cfs.admin.books()["violations"] == []


def test_a_settlement_file_that_waits_is_not_laid_out_again(cfs: RunningCfs, tiny: str, tmp_path: Path) -> None:
    sftp, _rows = _file_of_the_demo(cfs, tiny, tmp_path)
    before = cfs.admin.state()

    lay_out(tiny, sftp, cfs.admin)

    assert cfs.admin.state() == before
    assert len(list((sftp.root("cas") / "upload").iterdir())) == 1


def _file_of_the_demo(cfs: RunningCfs, tiny: str, folder: Path) -> tuple[SftpPart, list[dict[str, str]]]:
    """Lay a file out beside fresh books, and return its rows."""
    cfs.admin.reset()
    open_books(tiny, cfs.admin)
    sftp = SftpPart(folder, 0, "", {})
    (sftp.root("cas") / "upload").mkdir(parents=True)
    name = lay_out(tiny, sftp, cfs.admin)
    with (sftp.root("cas") / "upload" / name).open(encoding="utf-8-sig", newline="") as file:
        return sftp, list(csv.DictReader(file))
