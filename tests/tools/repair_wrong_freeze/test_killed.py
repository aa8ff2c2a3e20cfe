"""Wherever the undo dies, the next run ends as an undisturbed one."""

from decimal import Decimal

import pytest

from connectors.cfs import CfsClient, InvoiceActivity
from connectors.effects import breaking_in
from sandbox.cfs.process import RunningCfs
from tests.process_killed import ProcessKilled
from tests.settlement_factory import Account, SettlementBooks, bounce
from tests.tools.repair_wrong_freeze.histories import WRONG, dying_at, pay_tables, site_of, tell, undo
from tests.tools.repair_wrong_freeze.test_undo import LATER, NUMBER, _in_cfs, charge_again, freeze, frozen

__all__ = ["frozen"]


@pytest.mark.parametrize("point", [
    "before 1 take NSF fee back", "intended 1 take NSF fee back", "answered 1 take NSF fee back",
    "before 2 open PAD", "intended 2 open PAD", "answered 2 open PAD", "before closing", "after closing",
])  # fmt: skip
def test_killed_after_any_step_the_next_run_finishes(point: str, frozen: SettlementBooks, cfs: RunningCfs) -> None:
    with pytest.raises(ProcessKilled), breaking_in(dying_at(point)):
        undo(frozen, cfs, file=WRONG)

    if point != "after closing":
        undo(frozen, cfs, file=WRONG)

    assert _in_cfs(cfs)[0] == "BCR-PAD Daily"
    assert _in_cfs(cfs)[1] == [Decimal(30), Decimal(-30)]
    tables = pay_tables(frozen)
    assert {row["invoice_status_code"] for row in tables["invoices"]} == {"PAID"}
    assert {row["status"] for row in tables["cfs_accounts"]} == {"ACTIVE"}
    assert [row["payment_status_code"] for row in tables["payments"]] == ["COMPLETED", "COMPLETED"]
    assert len(tables["receipts"]) == 2
    assert frozen.rows("SELECT state FROM pay_jobs.operations WHERE subject LIKE 'account %' ORDER BY id DESC LIMIT 1"
                       ) == [("done",)]  # fmt: skip
    assert frozen.rows("SELECT count(*) FROM pay_jobs.outbox WHERE kind LIKE '%unlockAccount'") == [(1,)]


@pytest.mark.parametrize("point", [
    "before 1 take NSF fee back", "intended 1 take NSF fee back", "answered 1 take NSF fee back",
    "before 2 take NSF fee back", "intended 2 take NSF fee back", "answered 2 take NSF fee back",
    "before 3 open PAD", "answered 3 open PAD", "before closing",
])  # fmt: skip
def test_killed_between_two_fees_the_next_run_takes_each_back_once(
    point: str, frozen: SettlementBooks, cfs: RunningCfs
) -> None:
    charge_again(cfs)
    with pytest.raises(ProcessKilled), breaking_in(dying_at(point)):
        undo(frozen, cfs, file=WRONG)

    outcome = undo(frozen, cfs, file=WRONG)

    assert outcome.exit_code == 0
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [Decimal(30), Decimal(30), Decimal(-30), Decimal(-30)])


def test_killed_after_it_dropped_what_was_never_told_the_next_run_unlocks_nobody(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    with pytest.raises(ProcessKilled), breaking_in(dying_at("before 1 take NSF fee back")):
        undo(books, cfs, file=WRONG)

    undo(books, cfs, file=WRONG)

    assert {row["status"] for row in pay_tables(books)["cfs_accounts"]} == {"ACTIVE"}
    assert books.rows("SELECT count(*) FROM pay_jobs.outbox WHERE kind LIKE '%unlockAccount'") == [(0,)]


def test_what_came_back_after_an_undo_was_begun_is_said_to_be_left(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    with pytest.raises(ProcessKilled), breaking_in(dying_at("answered 1 take NSF fee back")):
        undo(frozen, cfs, file=WRONG)
    ((account, profile),) = frozen.rows("SELECT account_id, id FROM cfs_accounts")
    frozen.paid_invoice(Account(account, "A1", profile, "800103"), "REG00002", "5.00", "PR2")
    frozen.apply(bounce("PR2", "800103", "REG00002", "5.00"), name=LATER)

    outcome = undo(frozen, cfs, file=LATER)

    found = {one.reason: (one.detail, one.command) for one in outcome.rejects}
    detail, command = found["taken back in part"]
    assert detail == "REG00002: not yet taken back, because this undo began without it"
    assert "repair wrong-freeze --account" in command


def test_an_undo_that_sent_nothing_is_given_up_once_the_customer_has_paid(
    frozen: SettlementBooks, cfs: RunningCfs
) -> None:
    with pytest.raises(ProcessKilled), breaking_in(dying_at("before 1 take NSF fee back")):
        undo(frozen, cfs, file=WRONG)
    frozen.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE total = 30.10")

    outcome = undo(frozen, cfs, file=WRONG)

    assert [one.reason for one in outcome.rejects] == ["left as it is"]
    assert frozen.rows("SELECT state FROM pay_jobs.operations WHERE kind = 'wrong freeze'") == [("dropped",)]


_UNTOLD = "SELECT id, kind, state FROM pay_jobs.outbox WHERE idempotency_key LIKE 'nsf:%' ORDER BY id"
_NOTHING_SENT = ["before 1 take NSF fee back", "before 2 open PAD", "before closing"]


@pytest.mark.parametrize("point", _NOTHING_SENT)
def test_what_an_undo_dropped_is_told_once_cfs_has_the_invoice_as_due(
    point: str, books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    books.change("UPDATE pay_jobs.outbox SET state = 'dead' WHERE kind = 'nsf_fee'")
    before = books.rows(_UNTOLD)
    with pytest.raises(ProcessKilled), breaking_in(dying_at(point)):
        undo(books, cfs, file=WRONG)
    assert {state for _, _, state in books.rows(_UNTOLD)} == {"dropped"}
    with CfsClient(cfs.settings()) as client:
        client.adjust_invoice(
            site_of("800103"), NUMBER, amount=Decimal("60.20"), activity=InvoiceActivity.WRITE_OFF, comment="due again"
        )

    outcome = undo(books, cfs, file=WRONG)

    assert "CFS has REG00001 as due, with 60.20 CAD besides fees" in outcome.rejects[0].detail
    assert books.rows(_UNTOLD) == before
    assert books.rows("SELECT state FROM pay_jobs.operations WHERE kind = 'wrong freeze'") == [("dropped",)]


@pytest.mark.parametrize("point", _NOTHING_SENT)
def test_what_an_undo_dropped_is_told_once_the_customer_has_paid(
    point: str, books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    before = books.rows(_UNTOLD)
    with pytest.raises(ProcessKilled), breaking_in(dying_at(point)):
        undo(books, cfs, file=WRONG)
    books.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE total = 30.10")

    undo(books, cfs, file=WRONG)

    assert books.rows(_UNTOLD) == before


def test_what_an_undo_dropped_is_told_where_another_payment_came_back_meanwhile(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    before = books.rows(_UNTOLD)
    ((account, profile),) = books.rows("SELECT account_id, id FROM cfs_accounts")
    books.paid_invoice(Account(account, "A1", profile, "800103"), "REG00002", "5.00", "PR2")

    def bounce_again(name: str) -> None:
        if name == "before closing":
            books.apply(bounce("PR2", "800103", "REG00002", "5.00"), name=LATER)

    with breaking_in(bounce_again):
        outcome = undo(books, cfs, file=WRONG)

    assert "still frozen" in [one.reason for one in outcome.rejects]
    assert books.rows(_UNTOLD)[: len(before)] == before


def test_what_an_undo_that_died_dropped_is_told_where_another_payment_came_back_before_the_next_run(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    before = books.rows(_UNTOLD)
    with pytest.raises(ProcessKilled), breaking_in(dying_at("before 1 take NSF fee back")):
        undo(books, cfs, file=WRONG)
    _another_payment_comes_back(books)

    outcome = undo(books, cfs, file=WRONG)

    assert [one.reason for one in outcome.rejects] == ["still frozen"]
    assert books.rows(_UNTOLD)[: len(before)] == before


def test_fee_and_lock_are_told_where_another_payment_came_back_after_an_undo_that_died_had_opened_pad(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    freeze(books, cfs)
    tell(books, cfs, at_most=1)  # that PAD is stopped
    with pytest.raises(ProcessKilled), breaking_in(dying_at("answered 2 open PAD")):
        undo(books, cfs, file=WRONG)
    _another_payment_comes_back(books)

    outcome = undo(books, cfs, file=WRONG)
    tell(books, cfs)

    assert [one.reason for one in outcome.rejects] == ["still frozen"], "nothing in CFS is to be brought in line"
    assert _in_cfs(cfs) == ("BCR-PAD Stop", [Decimal(30)])
    assert {state for _, _, state in books.rows(_UNTOLD)} == {"delivered"}


def _another_payment_comes_back(books: SettlementBooks) -> None:
    ((account, profile),) = books.rows("SELECT account_id, id FROM cfs_accounts")
    books.paid_invoice(Account(account, "A1", profile, "800103"), "REG00002", "5.00", "PR2")
    books.apply(bounce("PR2", "800103", "REG00002", "5.00"), name=LATER)
