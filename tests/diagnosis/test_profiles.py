"""Which CFS profile an invoice and a routing slip go by."""

from database.pay.profiles import profiles_of_invoices, profiles_of_slips
from tests.stale_factory import StaleBooks


def test_an_invoice_goes_by_its_own_complete_profile_even_if_it_was_given_up(stale: StaleBooks) -> None:
    account = stale.account()
    invoice = stale.invoice(account)
    stale.change("UPDATE cfs_accounts SET status = 'INACTIVE' WHERE id = :id", id=account.profile)
    stale.change(
        "INSERT INTO cfs_accounts (account_id, status, payment_method, cfs_party, cfs_account, cfs_site)"
        " VALUES (:id, 'ACTIVE', 'PAD', '1', '2', '3')",
        id=account.id,
    )

    with stale.database.begin() as session:
        [profile] = profiles_of_invoices(session, [invoice]).values()

    assert (profile.id, profile.site, profile.status) == (account.profile, account.site, "ACTIVE")


def test_an_invoice_whose_own_profile_is_not_complete_goes_by_the_newest_of_its_method(stale: StaleBooks) -> None:
    account, other = stale.account(), stale.account(profile="PENDING")
    invoice = stale.invoice(account)
    stale.change("UPDATE invoices SET cfs_account_id = :profile", profile=other.profile)

    with stale.database.begin() as session:
        [profile] = profiles_of_invoices(session, [invoice]).values()

    assert (profile.id, profile.site) == (account.profile, account.site)


def test_what_has_no_profile_is_left_out(stale: StaleBooks) -> None:
    invoice = stale.invoice(stale.account(profile=None))

    with stale.database.begin() as session:
        assert profiles_of_invoices(session, [invoice]) == {}
        assert profiles_of_slips(session, ["206000010"]) == {}
