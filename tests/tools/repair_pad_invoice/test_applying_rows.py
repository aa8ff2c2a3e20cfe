"""CFS has the money and the settlement row was kept as rejected: the row is applied again."""

from decimal import Decimal

import pytest

from config.errors import ExitCode, UsageError
from tests.settlement_factory import Account, Line, bounce
from tests.tools.repair_pad_invoice.conftest import PROFILE, RepairDesk

NUMBER = "REG00000007"
OTHER = "REG00000009"


def reject_rows(desk: RepairDesk, account: Account) -> None:
    """Two invoices share a number, one has another; their rows came before the references were written."""
    desk.books.invoice(account, None, "100.00", id=7)
    desk.books.invoice(account, None, "31.50", id=8)
    desk.books.invoice(account, None, "20.00", id=9)
    desk.books.apply(Line("PADP", "PADRC1", "131.50", PROFILE, NUMBER), Line("PADP", "PADRC2", "20.00", PROFILE, OTHER))
    desk.books.reference(7, NUMBER)
    desk.books.reference(8, NUMBER)
    desk.books.reference(9, OTHER)
    assert desk.books.rows("SELECT DISTINCT outcome, rule FROM pay_jobs.settlement_rows") == [
        ("rejected", "no_invoice")
    ]


def test_the_rejected_row_settles_the_whole_group_and_no_other_number(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")

    outcome = desk.run(7)

    assert outcome.exit_code == ExitCode.DONE
    assert desk.status(7, 8, 9) == ["PAID", "PAID", "APPROVED"]
    assert outcome.counts["invoices_repaired"] == 2
    assert outcome.notes == [
        f"CFS number {NUMBER} is shared by 2 invoices, handled together: 7, 8.",
        f"invoice 7 ({NUMBER}): the row was applied: 7 APPROVED -> PAID, 8 APPROVED -> PAID.",
    ]
    assert desk.books.rows("SELECT target_number, outcome FROM pay_jobs.settlement_rows ORDER BY line") == [
        (NUMBER, "applied"),
        (OTHER, "rejected"),
    ]


def test_the_evidence_is_shown_and_kept_in_the_ledger_before_anything_changes(
    desk: RepairDesk, account: Account
) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")

    outcome = desk.run(8)

    (row,) = outcome.tables[0].records()
    assert row["invoices"] == "7, 8"
    assert (row["CFS number"], row["CFS total"], row["CFS due"]) == (NUMBER, Decimal("131.50"), Decimal("0.00"))
    assert row["settlement rows"] == (
        f"BCR_PAYMENT_APPL_20261105.csv line 2 rejected (no invoice has the number {NUMBER})"
    )
    assert desk.kept == [{"evidence": [row]}]


def test_several_ids_of_one_group_are_one_piece_of_work(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")

    outcome = desk.run(8, 7, 8)

    assert len(outcome.tables[0].rows) == 1
    assert desk.status(7, 8) == ["PAID", "PAID"]


def test_a_second_run_changes_nothing(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")
    desk.run(7)
    before = desk.books.dump()

    outcome = desk.run(7)

    assert outcome.exit_code == ExitCode.DONE
    assert outcome.notes == ["invoice 7: it is PAID since 2026-11-05."]
    assert desk.books.dump() == before


def test_a_dry_run_says_what_would_be_repaired_and_changes_nothing(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")
    before = desk.books.dump()

    outcome = desk.run(7, dry_run=True)

    assert outcome.counts["invoices_repaired"] == 2
    assert desk.books.dump() == before
    assert desk.cfs.admin.calls(method="POST", path_ends="/") == []


def test_a_row_that_is_rejected_again_is_reported_with_its_reason(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.books.apply(Line("PADP", "PADRC1", "20.00", "800999", NUMBER))
    desk.in_cfs(NUMBER, "20.00", paid="20.00")

    outcome = desk.run(7)

    assert outcome.exit_code == ExitCode.ATTENTION
    assert [reject.reason for reject in outcome.rejects] == ["account mismatch"]
    assert desk.status(7) == ["APPROVED"]


def test_a_row_whose_file_is_gone_from_the_bucket_is_not_told_as_applied(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")
    desk.books.change("UPDATE pay_jobs.inbound_files SET object_key = 'gone', details = '{}'")

    outcome = desk.run(7)

    assert outcome.exit_code == ExitCode.ATTENTION
    assert [one.reason for one in outcome.rejects] == ["not retried"]
    assert "Find out who removed the object" in outcome.rejects[0].detail
    assert desk.status(7, 8) == ["APPROVED", "APPROVED"]


def test_a_rejected_row_that_says_the_payment_bounced_is_left_to_a_person(desk: RepairDesk, account: Account) -> None:
    desk.books.invoice(account, NUMBER, "20.00", id=7)
    desk.books.apply(bounce("PADRC1", "800999", NUMBER, "20.00"))
    desk.in_cfs(NUMBER, "20.00", paid="20.00")

    outcome = desk.run(7)

    assert "would freeze the account" in outcome.rejects[0].detail
    assert desk.books.rows("SELECT status FROM cfs_accounts") == [("ACTIVE",)]


def test_one_wrong_id_refuses_the_whole_command(desk: RepairDesk, account: Account) -> None:
    reject_rows(desk, account)
    desk.in_cfs(NUMBER, "131.50", paid="131.50")
    desk.books.invoice(account, None, "5.00", id=10, method="EFT")

    with pytest.raises(UsageError, match="no invoice 77"):
        desk.run(7, 77)
    with pytest.raises(UsageError, match=r"10 \(EFT\)"):
        desk.run(7, 10)

    assert desk.status(7) == ["APPROVED"]
    assert desk.cfs.admin.calls() == []
