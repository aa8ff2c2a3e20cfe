"""What a bounce changes in profile and account stands in their histories as it was."""

from datetime import datetime

from tests.settlement_factory import SettlementBooks, bounce

BEFORE = datetime(2026, 10, 1)


def test_a_bounce_keeps_the_profile_and_the_account_as_they_were(books: SettlementBooks) -> None:
    account = books.account("800103")
    books.paid_invoice(account, "REG01", "60.00", "PADRC0003")

    books.apply(bounce("PADRC0003", "800103", "REG01", "60.00"))

    assert books.rows("SELECT status, version FROM cfs_accounts") == [("FREEZE", 2)]
    kept = "SELECT id, status, cfs_account, version, changed FROM cfs_accounts_history"
    changed = books.now.replace(tzinfo=None)
    assert books.rows(kept) == [(account.profile, "ACTIVE", "800103", 1, changed)]
    assert books.rows("SELECT version FROM payment_accounts WHERE has_nsf_invoices IS NOT NULL") == [(2,)]
    assert books.rows("SELECT id, has_nsf_invoices, version, changed FROM payment_accounts_history") == [
        (account.id, None, 1, changed)
    ]


def test_a_second_bounce_of_a_frozen_account_makes_no_version(books: SettlementBooks) -> None:
    account = books.account("800103", status="FREEZE", frozen_since=BEFORE)
    books.paid_invoice(account, "REG01", "60.00", "PADRC0003")

    books.apply(bounce("PADRC0003", "800103", "REG01", "60.00"))

    assert books.rows("SELECT status, version FROM cfs_accounts") == [("FREEZE", 1)]
    assert books.rows("SELECT has_nsf_invoices, version FROM payment_accounts") == [(BEFORE, 1)]
    assert books.rows("SELECT FROM cfs_accounts_history") == books.rows("SELECT FROM payment_accounts_history") == []
