"""The credit sync against the simulated CFS: docs/specs/cas-settlement-csv.md section 7, "Sync"."""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from config.errors import InputRefused, Interrupted, SourceRefused, SourceUnavailable
from config.settings import CfsSettings
from connectors.cfs import AppliedInvoice, CfsAnswerUnreadable, CfsClient, CfsReceipt, CfsSite
from jobs.run.outcome import Outcome
from sandbox.cfs.process import RunningCfs
from tasks.pad_reconcile import after_commit, credit_sync, credits_found
from tasks.pad_reconcile.credit_sync import open_credits, sync_credits
from tasks.pad_reconcile.credits_found import CreditSyncResult, OpenCredit
from tests.cfs_fixtures import connect
from tests.settlement_factory import (
    FILE,
    Account,
    Line,
    SettlementBooks,
    example,
    fill_example,
    on_account,
    settlement_csv,
)
from tests.tasks.pad_reconcile.conftest import SettlementOffice

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.fixture
def client(cfs: RunningCfs) -> Iterator[CfsClient]:
    with connect(cfs) as made:
        yield made


def site(cfs: RunningCfs, profile: str, **kinds: Any) -> None:
    """Seed the site of a CFS account with credit memos and receipts."""
    number = f"9{profile[1:]}"
    cfs.admin.seed(
        sites=[{"party_number": f"5{profile[1:]}", "account_number": profile, "site_number": number}],
        **{kind: [{"site_number": number, **one} for one in objects] for kind, objects in kinds.items()},
    )


def sync(books: SettlementBooks, client: CfsClient) -> CreditSyncResult:
    return sync_credits(
        books.database, client, open_credits(books.database, None), clock=lambda: NOW, stop_check=lambda: None
    )


def sums(books: SettlementBooks, account: Account) -> tuple[str | None, ...]:
    ((pad, bank, eft),) = books.rows(
        "SELECT pad_credit::text, ob_credit::text, eft_credit::text FROM payment_accounts WHERE id = :id", id=account.id
    )
    return pad, bank, eft


def test_a_memo_takes_what_is_due_and_the_site_where_it_was_found(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.credit(account, "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])

    report = sync(books, client)

    assert books.credits() == [("20455", True, "25.00", "7.50")]
    assert books.rows("SELECT cfs_site FROM credits") == [("900101",)]
    assert sums(books, account) == ("7.50", "0.00", "0.00")
    assert (report.looked_at, report.changed, report.rejects) == (1, 1, [])


def test_a_credit_that_is_right_already_is_not_written(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    books.credit(books.account("800101"), "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    sync(books, client)
    written = books.rows("SELECT xmin::text FROM credits")

    report = sync(books, client)

    assert (report.looked_at, report.changed, books.rows("SELECT xmin::text FROM credits")) == (1, 0, written)


def test_an_account_is_not_locked_for_a_credit_that_is_right_already(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.credit(account, "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    sync(books, client)

    with books.database.begin() as other:
        other.execute(text("SELECT FROM payment_accounts WHERE id = :id FOR UPDATE"), {"id": account.id})
        report = sync(books, client)

    assert (report.looked_at, report.changed) == (1, 0)


@pytest.mark.parametrize("column", ["pad_credit", "ob_credit", "eft_credit"])
def test_sums_that_another_service_left_wrong_are_put_right_though_each_credit_is_right(
    column: str, books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account, other = books.account("800101"), books.account("800102")
    books.credit(account, "20455", "25.00")
    books.credit(other, "20456", "30.00")
    for profile, number in (("800101", "20455"), ("800102", "20456")):
        site(cfs, profile, credit_memos=[{"credit_memo_number": number, "amount": "7.50"}])
    sync(books, client)
    books.change(f"UPDATE payment_accounts SET {column} = 3 WHERE id = :id", id=account.id)

    report = sync(books, client)

    assert (report.changed, sums(books, account)) == (0, ("7.50", "0.00", "0.00"))
    assert sums(books, other) == ("7.50", "0.00", "0.00")


def test_a_credit_counts_for_the_method_of_the_newest_profile_on_its_site(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.change("UPDATE cfs_accounts SET status = 'INACTIVE'")
    books.change(
        "INSERT INTO cfs_accounts (account_id, cfs_account, cfs_party, cfs_site, status, payment_method)"
        " SELECT account_id, cfs_account, cfs_party, cfs_site, 'ACTIVE', 'ONLINE_BANKING' FROM cfs_accounts"
    )
    books.credit(account, "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])

    sync(books, client)

    assert sums(books, account) == ("0.00", "7.50", "0.00")


def test_the_open_credits_of_an_account_are_added_up_by_method_and_nobody_elses(books: SettlementBooks) -> None:
    account, other = books.account("800101"), books.account("800199")
    books.profile(account.id, "800102", "ONLINE_BANKING")
    books.profile(account.id, "800103", "EFT")
    books.profile(other.id, "800101", "EFT")
    amounts = {"900101": ("5.00", "7.00", "0.00"), "900102": ("1.00", "2.50", "-4.00"), "900103": ("3.00", "4.25"),
               None: ("90.00",)}  # fmt: skip
    ids = [books.credit(one, f"{site} {amount}", "99.00", remaining=amount)
           for one in (account, other) for site, some in amounts.items() for amount in some]  # fmt: skip
    books.change("UPDATE credits SET cfs_site = nullif(left(cfs_identifier, 6), 'None 9')")
    found = CfsSite("500101", "800101", "900101")
    looked_up = OpenCredit(
        ids[0], "900101 5.00", True, Decimal(99), Decimal("5.00"), account.id, "900101", False, (found,)
    )

    changed = credit_sync._write(books.database, looked_up, Decimal("5.50"), found, NOW.replace(tzinfo=None))

    assert (changed, sums(books, account), sums(books, other)) == (1, ("12.50", "3.50", "7.25"), (None, None, None))
    assert books.rows("SELECT id FROM credits WHERE remaining_amount = 5.5") == [(ids[0],)]


def test_a_credit_may_be_on_any_site_of_its_account_the_one_in_use_first(books: SettlementBooks) -> None:
    account, other = books.account("800110", "EFT"), books.account("800199")
    for cfs, method, status in (
        ("800105", "PAD", "INACTIVE"), ("800101", "ONLINE_BANKING", "ACTIVE"), ("800102", "PAD", "ACTIVE"),
        ("800103", "PAD", "FREEZE"), ("800104", "PAD", "INACTIVE"), ("800106", "WIRE", "ACTIVE"),
        ("", "PAD", "ACTIVE"), (None, "PAD", "ACTIVE"),
    ):  # fmt: skip
        books.profile(account.id, cfs, method, status=status)
    books.profile(account.id, "800107", site="")
    books.change("UPDATE cfs_accounts SET cfs_party = '5', cfs_site = '9' WHERE cfs_account = ''")
    party = books.profile(account.id, "800108")
    books.change("UPDATE cfs_accounts SET cfs_party = '' WHERE id = :id", id=party)
    memo, receipt = books.credit(account, "M1", "5.00"), books.credit(account, "R1", "5.00", memo=False)
    unknown = books.credit(account, "R2", "5.00")
    books.change("UPDATE credits SET is_credit_memo = NULL WHERE id = :id", id=unknown)
    books.credit(account, "M2", "5.00", remaining="0.00")
    elsewhere = books.credit(other, "M3", "5.00")

    (page,) = open_credits(books.database, None)

    sites = {one.id: [site.account for site in one.sites] for one in page}
    without_eft = ["800103", "800102", "800104", "800105", "800101"]
    assert sites == {memo: [*without_eft, "800110"], receipt: without_eft, unknown: without_eft, elsewhere: ["800199"]}


def test_a_file_touches_the_credits_of_the_accounts_that_its_rows_name(books: SettlementBooks) -> None:
    named, other, nobody = books.account("800101"), books.account("800102"), books.account("800103")
    books.profile(named.id, "800111")
    touched = books.credit(named, "M1", "5.00")
    for account in (other, nobody):
        books.credit(account, f"M-{account.cfs}", "5.00")
    books.apply(Line("PADP", "PR1", "1.00", "800111", "REG1"))
    books.apply(Line("PADP", "PR1", "1.00", "800102", "REG1"), name="BCR_PAYMENT_APPL_20261106.csv")
    ((first,),) = books.rows("SELECT min(id) FROM pay_jobs.inbound_files")

    assert [[one.id for one in page] for page in open_credits(books.database, [first])] == [[touched]]


def test_an_account_whose_sums_change_is_in_its_history_as_it_was(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.credit(account, "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])

    sync(books, client)
    sync(books, client)

    assert books.rows("SELECT id, pad_credit, version, changed FROM payment_accounts_history") == [
        (account.id, None, 1, NOW.replace(tzinfo=None))
    ]
    assert books.rows("SELECT version FROM payment_accounts") == [(2,)]


@pytest.mark.parametrize(("method", "place"), [("ONLINE_BANKING", 1), ("EFT", 2)])
def test_a_memo_is_looked_for_on_the_sites_of_every_method(
    method: str, place: int, books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.profile(account.id, "800102", method)
    books.credit(account, "20455", "25.00")
    site(cfs, "800101")
    site(cfs, "800102", credit_memos=[{"credit_memo_number": "20455", "amount": "25.00"}])

    sync(books, client)

    assert sums(books, account)[place] == "25.00"
    asked = [str(call["path"]).split("/sites/")[1] for call in cfs.admin.calls(method="GET", path_ends="/cms/20455/")]
    assert asked == ["900101/cms/20455/", "900102/cms/20455/"]


def test_an_old_credit_is_found_on_the_site_that_was_given_up(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101", status="INACTIVE")
    books.profile(account.id, "800102")
    books.credit(account, "20455", "25.00")
    site(cfs, "800102")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "5.00"}])

    assert sync(books, client).rejects == []
    assert books.credits()[0][3] == "5.00"


def test_a_receipt_has_left_what_was_not_applied(books: SettlementBooks, cfs: RunningCfs, client: CfsClient) -> None:
    account = books.account("800105", "ONLINE_BANKING")
    books.credit(account, "OB1", "30.00", memo=False)
    receipt = {"receipt_number": "OB1", "receipt_amount": "100.00", "applied_to": ["REG1"]}
    site(cfs, "800105", invoices=[{"invoice_number": "REG1", "total": "70.10"}], receipts=[receipt])

    sync(books, client)

    assert books.credits()[0][3] == "29.90"
    assert sums(books, account) == ("0.00", "29.90", "0.00")


@dataclass(frozen=True)
class ReceiptOfThirty:
    """A CFS that says what became of a receipt over 30.00."""

    payment_method: str
    unapplied: str
    applied: str = "0"
    is_listed: bool = True

    def get_receipt(self, *_: Any) -> CfsReceipt:
        applied = Decimal(self.applied)
        invoices = (AppliedInvoice("REG1", None, applied),) if applied else ()
        return CfsReceipt("OB1", Decimal("30.00"), Decimal(self.unapplied), "APP", self.payment_method, None, invoices,
                          invoices_listed=self.is_listed)  # fmt: skip


def remaining(books: SettlementBooks, receipt: ReceiptOfThirty) -> Decimal | None:
    books.credit(books.account("800105", "ONLINE_BANKING"), "OB1", "30.00", memo=False)
    ((credit,),) = open_credits(books.database, None)
    return credit_sync._receipt(receipt, credit.sites[0], credit)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("receipt", "left"),
    [
        (ReceiptOfThirty("Online Banking Payments", "0"), "0"),
        (ReceiptOfThirty("Online Banking Payments", "0", is_listed=False), "0"),
        (ReceiptOfThirty("Online Banking Payments", "30"), "30"),
        (ReceiptOfThirty("Online Banking Payments", "0", "12.50"), "17.50"),
        (ReceiptOfThirty("BCR-PAD Daily", "0"), "30"),
        (ReceiptOfThirty("BCR-PAD Daily", "30", is_listed=False), "30"),
        (ReceiptOfThirty("Online Banking Payments", "0", "30"), "0"),
    ],
)
def test_only_a_bank_receipt_that_lists_nothing_and_has_nothing_left_is_used_up(
    receipt: ReceiptOfThirty, left: str, books: SettlementBooks
) -> None:
    assert remaining(books, receipt) == Decimal(left)


def test_a_receipt_of_which_cfs_applied_more_than_there_was_is_not_read(books: SettlementBooks) -> None:
    receipt = ReceiptOfThirty("Online Banking Payments", "0", "30.01")

    with pytest.raises(CfsAnswerUnreadable, match=r"30\.01 CAD were applied of receipt OB1, which is over 30\.00 CAD"):
        remaining(books, receipt)


@pytest.mark.parametrize(
    ("profile", "method"), [("PAD", "BCR-PAD Daily"), ("ONLINE_BANKING", "Online Banking Payments")]
)
def test_a_receipt_of_which_cfs_leaves_out_what_it_paid_gives_no_spent_money_back(
    profile: str, method: str, books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800105", profile)
    books.credit(account, "OB1", "30.00", memo=False, remaining="20.00")
    receipt = {"receipt_number": "OB1", "receipt_amount": "30.00", "payment_method": method, "applied_to": ["REG1"]}
    site(cfs, "800105", invoices=[{"invoice_number": "REG1", "total": "10.00"}], receipts=[receipt])
    refused = set()

    for seed in range(1, 13):
        cfs.admin.set_options(drop_filled_invoices=True, seed=seed)
        refused |= {(one.where, one.detail) for one in sync(books, client).rejects}
        assert books.credits() == [("OB1", False, "30.00", "20.00")]

    assert refused == {(
        "credit OB1",
        "CFS says that 20.00 CAD of 30.00 CAD are left of receipt OB1, and leaves out which invoices it paid. "
        "Nothing was changed; the next sync asks again",
    )}  # fmt: skip


@pytest.mark.parametrize("amount", ["40.00", "100.00"])
def test_a_receipt_that_was_reversed_has_nothing_left(
    amount: str, books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.credit(account, "R1", "40.00", memo=False)
    reversed_since = {"receipt_number": "R1", "receipt_amount": amount, "payment_method": "BCR-PAD Daily",
                      "is_reversed": True}  # fmt: skip
    site(cfs, "800101", receipts=[reversed_since])

    report = sync(books, client)

    assert (books.credits(), report.rejects) == ([("R1", False, "40.00", "0.00")], [])
    assert sums(books, account) == ("0.00", "0.00", "0.00")


@pytest.mark.parametrize("memo", [True, False])
def test_a_credit_of_which_cfs_has_more_left_than_it_was_made_over_is_not_read(
    memo: bool, books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    books.credit(account, "R1", "40.00", memo=memo, remaining="25.00")
    left = {"receipts": [{"receipt_number": "R1", "receipt_amount": "40.01"}]}
    site(cfs, "800101", **({"credit_memos": [{"credit_memo_number": "R1", "amount": "40.01"}]} if memo else left))

    (reject,) = sync(books, client).rejects

    assert (reject.where, reject.reason) == ("credit R1", "not readable in CFS")
    assert "40.01 CAD are left of R1, which was made over 40.00 CAD" in reject.detail
    assert books.credits() == [("R1", memo, "40.00", "25.00")]


def test_a_receipt_is_not_looked_for_on_the_eft_site(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    books.credit(books.account("800106", "EFT"), "EFTCIL1", "30.00", memo=False)
    site(cfs, "800106", receipts=[{"receipt_number": "EFTCIL1", "receipt_amount": "30.00"}])

    (reject,) = sync(books, client).rejects

    assert (reject.where, reject.reason) == ("credit EFTCIL1", "not found in CFS")


def test_a_credit_that_is_not_there_or_not_readable_stops_no_other(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    for number in ("20455", "20456", "20457"):
        books.credit(account, number, "25.00")
    memos = [{"credit_memo_number": number, "amount": "5.00"} for number in ("20456", "20457")]
    site(cfs, "800101", credit_memos=memos)
    cfs.admin.order_faults({"kind": "error_before", "path": "/cms/20456/", "status": 400, "reason": "no", "count": 0})

    report = sync(books, client)

    assert [one.reason for one in report.rejects] == ["not found in CFS", "not readable in CFS"]
    assert [remaining for *_, remaining in books.credits()] == ["25.00", "25.00", "5.00"]
    assert (report.looked_at, report.changed, report.unavailable) == (3, 1, None)


def test_of_credits_that_are_not_found_the_first_thousand_are_kept() -> None:
    result = CreditSyncResult()
    for number in range(1001):
        refused = InputRefused("CFS says no") if number == 0 else None
        result.refuse(OpenCredit(number, f"M{number}", True, Decimal(1), Decimal(1), 1, None, False), refused)

    assert (result.looked_at, result.changed, result.rejected, len(result.rejects)) == (0, 0, 1001, 1000)
    assert [(one.where, one.reason, one.detail) for one in result.rejects[:2]] == [
        ("credit M0", "not readable in CFS", "CFS says no"),
        ("credit M1", "not found in CFS", "on none of the account's sites"),
    ]


@pytest.mark.parametrize(("shown", "notes"), [
    (2, []), (1, ["2 credits were not found or not readable; the first are shown."]),
])  # fmt: skip
def test_how_many_credits_were_not_found_is_said_where_not_all_are_shown(
    shown: int, notes: list[str], books: SettlementBooks, cfs: RunningCfs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credits_found, "SHOWN", shown)
    account = books.account("800101")
    site(cfs, "800101")
    last = [books.credit(account, number, "25.00") for number in ("20455", "20456")][1]

    outcome, ended_at, result = after_commit._sync(books.context(settings={CfsSettings: cfs.settings()}), None)

    assert (outcome.notes, ended_at, result.unanswered, len(outcome.rejects)) == (notes, last, [], shown)
    assert outcome.counts == {"credits_looked_up": 2, "credits_changed": 0}


def test_cfs_being_away_is_asked_a_few_times_and_not_for_every_credit(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    for number in range(200):
        books.credit(account, str(30_000 + number), "25.00")
    site(cfs, "800101")
    cfs.admin.set_options(availability="cfs_down")

    report = sync(books, client)

    assert report.unavailable is not None
    assert (report.looked_at, report.rejects) == (0, [])
    assert len(cfs.admin.calls()) < 200


def test_a_credit_that_cfs_gives_no_answer_for_stops_no_other(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    account = books.account("800101")
    numbers = ("20455", "20456", "20457")
    for number in numbers:
        books.credit(account, number, "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": number, "amount": "5.00"} for number in numbers])
    cfs.admin.order_faults({"kind": "error_before", "path": "/cms/20455/", "status": 503, "count": 0})

    report = sync(books, client)

    assert [remaining for *_, remaining in books.credits()] == ["25.00", "5.00", "5.00"]
    assert (report.looked_at, report.changed, report.unavailable is None) == (2, 2, False)


def test_refused_credentials_stop_the_sync(books: SettlementBooks, cfs: RunningCfs, client: CfsClient) -> None:
    books.credit(books.account("800101"), "20455", "25.00")
    site(cfs, "800101")
    cfs.admin.order_faults({"kind": "refuse_401", "count": 0})

    with pytest.raises(SourceRefused):
        sync(books, client)


def test_a_stop_is_heard_between_two_credits(books: SettlementBooks, cfs: RunningCfs, client: CfsClient) -> None:
    account = books.account("800101")
    for number in range(60):
        books.credit(account, str(30_000 + number), "25.00")
    site(cfs, "800101")

    def stop() -> None:
        raise Interrupted("stop")

    with pytest.raises(Interrupted):
        sync_credits(books.database, client, open_credits(books.database, None), clock=lambda: NOW, stop_check=stop)


def test_once_a_sync_stops_cfs_is_asked_for_no_more_of_the_page(books: SettlementBooks) -> None:
    asked: list[str] = []

    class SlowCfs:
        def get_credit_memo(self, _site: CfsSite, number: str) -> None:
            asked.append(number)
            time.sleep(0.05)

    def stop() -> None:
        raise Interrupted("stop")

    found = (CfsSite("500101", "800101", "900101"),)
    page = [OpenCredit(place, f"M{place}", True, Decimal(1), Decimal(1), 1, None, False, found) for place in range(200)]

    with pytest.raises(Interrupted):
        sync_credits(books.database, SlowCfs(), [page], clock=lambda: NOW, stop_check=stop)  # type: ignore[arg-type]

    assert 0 < len(asked) < len(page)


def test_a_credit_that_changed_meanwhile_is_left_alone(
    books: SettlementBooks, cfs: RunningCfs, client: CfsClient
) -> None:
    books.credit(books.account("800101"), "20455", "25.00")
    site(cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    found = list(open_credits(books.database, None))
    books.change("UPDATE credits SET remaining_amount = 3")

    report = sync_credits(books.database, client, found, clock=lambda: NOW, stop_check=lambda: None)

    assert (report.changed, books.credits()[0][3]) == (0, "3.00")


def test_a_run_brings_the_credits_of_the_accounts_of_its_file_in_line(office: SettlementOffice) -> None:
    accounts = fill_example(office.books)
    office.books.credit(office.books.account("800199"), "99999", "5.00")
    site(office.cfs, "800102")
    receipt = {"receipt_number": "OBRC0005", "receipt_amount": "100.00", "applied_to": ["REG01234900"]}
    site(office.cfs, "800105", invoices=[{"invoice_number": "REG01234900", "total": "70.00"}], receipts=[receipt])
    office.cfs.admin.seed(
        credit_memos=[{"site_number": "900102", "credit_memo_number": "20455", "amount": "25.00"}],
    )
    office.place.put(FILE, settlement_csv(example(*range(1, 10))))

    outcome = office.run()

    assert (outcome.counts["credits_looked_up"], outcome.rejects) == (2, [])
    assert sums(office.books, accounts["800105"]) == ("0.00", "30.00", "0.00")
    assert office.books.rows("SELECT kind, state FROM pay_jobs.operations") == [("credit sync", "done")]


def test_the_next_run_makes_up_for_a_sync_that_cfs_prevented(office: SettlementOffice) -> None:
    account = office.books.account("800105", "ONLINE_BANKING")
    office.books.apply(on_account("OB1", "800105", "30.00"))
    site(office.cfs, "800105", receipts=[{"receipt_number": "OB1", "receipt_amount": "30.00"}])
    office.cfs.admin.order_faults({"kind": "error_before", "status": 503, "count": 0})
    first = office.run()
    assert "The next run will look them up" in first.notes[-1]
    assert first.exit_code == 0

    office.cfs.admin.order_faults()
    office.run()

    assert sums(office.books, account) == ("0.00", "30.00", "0.00")


def test_a_credit_that_cfs_gives_no_answer_for_is_told_and_keeps_the_sync_of_no_file_open(
    office: SettlementOffice,
) -> None:
    office.books.account("800105", "ONLINE_BANKING")
    office.books.apply(on_account("OB1", "800105", "30.00"), on_account("OB2", "800105", "40.00"))
    receipts = [{"receipt_number": number, "receipt_amount": "30.00"} for number in ("OB1", "OB2")]
    site(office.cfs, "800105", receipts=receipts)
    office.cfs.admin.order_faults({"kind": "error_before", "path": "/rcpts/OB1/", "status": 503, "count": 0})

    outcome = office.run()

    assert [(one.where, one.reason) for one in outcome.rejects] == [("credit OB1", "no answer of CFS")]
    assert [row[3] for row in office.books.credits()] == ["30.00", "30.00"]
    assert office.books.rows("SELECT kind, state FROM pay_jobs.operations") == [("credit sync", "done")]


def test_every_credit_is_looked_up_when_all_are_asked_for(office: SettlementOffice) -> None:
    office.books.credit(office.books.account("800101"), "20455", "25.00")
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])

    dry = office.run(sync_all_credits=True, dry_run=True)
    assert (dry.counts["credits_changed"], office.books.credits()[0][3]) == (1, "25.00")

    outcome = office.run(sync_all_credits=True)
    assert (outcome.counts["credits_looked_up"], outcome.counts["credits_changed"]) == (1, 1)
    assert office.books.credits()[0][3] == "7.50"


def test_a_sweep_looks_nothing_up_on_a_day_whose_file_is_late(office: SettlementOffice) -> None:
    """CFS has used credits already that only the file tells of: what is left would contradict what was applied."""
    office.books.now = NOW
    today = NOW.date()
    office.books.credit(office.books.account("800101"), "20455", "25.00")
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    came = (
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, applied_on,"
        " business_date) VALUES ('CAS', :name, lpad('', 64, :digit), 1, 'applied', now(), now(), CAST(:day AS date))"
    )
    office.books.change(came, name="the day before", digit="1", day=today - timedelta(days=1))

    late = office.run(sync_all_credits=True)
    assert [one for one in late.notes if f"the settlement file of {today} has not been applied yet" in one]
    assert (late.counts, office.books.credits()[0][3]) == ({}, "25.00")

    office.books.change(came, name="the day itself", digit="2", day=today)
    assert office.run(sync_all_credits=True).counts["credits_changed"] == 1


@pytest.mark.parametrize(
    ("today", "newest", "is_awaited"),
    [(24, 24, False), (24, 23, True), (24, 17, True), (24, 16, False), (22, 20, False), (24, None, False)],
)
def test_the_file_of_a_business_day_is_awaited_where_files_came_in_the_week_before_it(
    today: int, newest: int | None, is_awaited: bool, books: SettlementBooks
) -> None:
    books.now = datetime(2026, 11, today, 20, 0, tzinfo=UTC)
    if newest is not None:
        books.apply(["ADJS"], name=f"BCR_PAYMENT_APPL_202611{newest}.csv")

    awaited = after_commit._unapplied_file(books.context())

    assert awaited == (f"the settlement file of 2026-11-{today}" if is_awaited else None)


@pytest.mark.parametrize(("record", "is_awaited"), [([], False), (["ADJS"], True)])
def test_a_file_whose_content_is_known_is_the_file_of_its_day_unless_it_has_another_days_rows(
    record: list[str], is_awaited: bool, office: SettlementOffice
) -> None:
    for day in (23, 24):
        office.books.now = datetime(2026, 11, day, 20, 0, tzinfo=UTC)
        office.place.put(f"BCR_PAYMENT_APPL_202611{day}.csv", settlement_csv(record))
        office.run()
    assert [state for _, state in office.states()] == ["applied", "known"]

    awaited = after_commit._unapplied_file(office.books.context())

    assert awaited == ("the settlement file of 2026-11-24" if is_awaited else None)


def test_a_sweep_begins_after_the_credit_that_the_last_one_of_the_job_noted(books: SettlementBooks) -> None:
    runs = (("PAD_RECONCILE", 5), ("PAD_RECONCILE", 7), ("PAD_RECONCILE", None), ("repair pad-rejects", 9))
    found = []
    for job, last in runs:
        books.change(
            "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, progress) VALUES"
            " (:job, 'x', 'done', 'cronjob', 'pod', '1', CAST(:progress AS jsonb))",
            job=job,
            progress="{}" if last is None else f'{{"last_credit": {last}}}',
        )
        found.append(after_commit._swept_until(books.context()))

    assert found == [5, 7, 7, 7]


@pytest.mark.parametrize("state", ["held", "failed", "received", "stored"])
def test_a_sweep_looks_nothing_up_while_a_file_that_came_is_not_applied(office: SettlementOffice, state: str) -> None:
    office.books.credit(office.books.account("800101"), "20455", "25.00")
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    office.books.change(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)"
        " VALUES ('CAS', 'BCR_PAYMENT_APPL_20220104.csv', lpad('', 64, '1'), 1, :state, now())",
        state=state,
    )

    waiting = office.run(sync_all_credits=True)
    assert [one for one in waiting.notes if "BCR_PAYMENT_APPL_20220104.csv has not been applied yet" in one]

    office.books.change("UPDATE pay_jobs.inbound_files SET state = 'ignored'")
    assert (waiting.counts, office.run(sync_all_credits=True).counts["credits_changed"]) == ({}, 1)


def test_a_person_may_sweep_on_a_day_whose_file_is_late(office: SettlementOffice) -> None:
    office.books.now = NOW
    office.books.credit(office.books.account("800101"), "20455", "25.00")
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20455", "amount": "7.50"}])
    office.books.change(
        "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on, business_date)"
        " VALUES ('CAS', 'the day before', lpad('', 64, '1'), 1, 'applied', now(), CAST(:day AS date))",
        day=NOW.date() - timedelta(days=1),
    )

    swept = office.run(sync_all_credits=True, allow_late=True)

    assert (swept.counts["credits_changed"], office.books.credits()[0][3]) == (1, "7.50")


def test_asking_for_all_while_cfs_is_away_is_a_failed_run(office: SettlementOffice) -> None:
    office.books.credit(office.books.account("800101"), "20455", "25.00")
    site(office.cfs, "800101")
    office.cfs.admin.order_faults({"kind": "error_before", "status": 503, "count": 0})

    with pytest.raises(SourceUnavailable, match="CFS became unavailable after 0 credits"):
        office.run(sync_all_credits=True)


def test_a_sweep_passes_a_credit_that_cfs_gives_no_answer_for_and_tells_it(
    office: SettlementOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_commit, "SWEEP", 3)
    account = office.books.account("800101")
    ids = [office.books.credit(account, str(20455 + nth), "25.00") for nth in range(4)]
    memos = [{"credit_memo_number": str(20455 + nth), "amount": "7.50"} for nth in range(4)]
    site(office.cfs, "800101", credit_memos=memos)
    office.cfs.admin.order_faults({"kind": "error_before", "path": "/cms/20457/", "status": 503, "count": 0})

    outcome = office.run(sync_all_credits=True)

    assert [(one.where, one.reason) for one in outcome.rejects] == [("credit 20457", "no answer of CFS")]
    assert office.progress == [{"last_credit": ids[2]}]
    assert [row[3] for row in office.books.credits()] == ["7.50", "7.50", "25.00", "25.00"]


def test_a_sweep_that_cfs_did_not_answer_at_all_leaves_the_next_one_to_begin_behind_what_it_asked_for(
    office: SettlementOffice,
) -> None:
    account = office.books.account("800101")
    ids = [office.books.credit(account, str(20455 + nth), "25.00") for nth in range(4)]
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20458", "amount": "7.50"}])
    office.cfs.admin.order_faults(
        *({"kind": "error_before", "path": f"/cms/{20455 + nth}/", "status": 503, "count": 0} for nth in range(3))
    )

    with pytest.raises(SourceUnavailable, match="after 0 credits"):
        office.run(sync_all_credits=True)

    assert office.progress == [{"last_credit": ids[2]}]


@pytest.mark.parametrize(
    ("most", "named"),
    [
        (4, "credit 20455, credit 20457, credit 20458, credit 20459"),
        (2, "credit 20455, credit 20457 and 2 more"),
    ],
)
def test_a_sweep_that_cfs_goes_away_from_names_the_credits_that_it_passed(
    most: int, named: str, office: SettlementOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(after_commit, "_MOST_NAMED", most)
    account = office.books.account("800101")
    for nth in range(5):
        office.books.credit(account, str(20455 + nth), "25.00")
    site(office.cfs, "800101", credit_memos=[{"credit_memo_number": "20456", "amount": "7.50"}])
    office.cfs.admin.order_faults(
        *({"kind": "error_before", "path": f"/cms/{20455 + nth}/", "status": 503, "count": 0} for nth in (0, 2, 3, 4))
    )

    with pytest.raises(SourceUnavailable, match="after 1 credit had been looked up: ") as away:
        office.run(sync_all_credits=True)

    assert str(away.value).endswith(
        f"It gave no answer for {named}; the sweep will look again when it comes round to them."
    )


def test_a_dry_run_looks_no_credit_up_for_a_file(office: SettlementOffice) -> None:
    fill_example(office.books)
    office.place.put(FILE, settlement_csv(example(1)))

    office.run(dry_run=True)

    assert office.cfs.admin.calls() == []


def test_a_dry_run_leaves_the_credits_of_a_file_to_the_next_run(books: SettlementBooks) -> None:
    books.account("800105", "ONLINE_BANKING")
    books.apply(on_account("OB1", "800105", "30.00"))

    assert after_commit.sync_touched_credits(books.context(dry_run=True)).counts == {}
    assert books.rows("SELECT kind, state FROM pay_jobs.operations") == [("credit sync", "planned")]


def test_a_sweep_continues_where_the_last_one_ended(office: SettlementOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_commit, "SWEEP", 2)
    account = office.books.account("800101")
    credits_ = [office.books.credit(account, str(20455 + nth), "25.00") for nth in range(3)]
    memos = [{"credit_memo_number": str(20455 + nth), "amount": "7.50"} for nth in range(3)]
    site(office.cfs, "800101", credit_memos=memos)

    first = office.run(sync_all_credits=True)
    assert first.counts["credits_looked_up"] == 2
    assert first.notes == [f"2 credits were looked up; the next sweep will continue after credit {credits_[1]}."]
    office.books.change(
        "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, progress) VALUES"
        " ('PAD_RECONCILE', 'PAD_RECONCILE --sync-all-credits', 'done', 'cronjob', 'pod', '1',"
        " CAST(:progress AS jsonb))",
        progress=json.dumps(office.progress[-1]),
    )

    assert office.run(sync_all_credits=True).counts["credits_looked_up"] == 1
    assert office.progress[-1] == {"last_credit": 0}
    assert {row[3] for row in office.books.credits()} == {"7.50"}


@pytest.mark.parametrize(("looked_up", "ended_at", "notes"), [
    (19_999, 0, []), (20_000, 7, ["20,000 credits were looked up; the next sweep will continue after credit 7."]),
])  # fmt: skip
def test_a_sweep_of_twenty_thousand_credits_is_not_over(
    looked_up: int, ended_at: int, notes: list[str], books: SettlementBooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_many(*_: Any, **__: Any) -> tuple[Outcome, int, CreditSyncResult]:
        return Outcome(counts=Counter(credits_looked_up=looked_up)), 7, CreditSyncResult()

    monkeypatch.setattr(after_commit, "_sync", as_many)
    progress: list[dict[str, Any]] = []
    context = books.context()
    context.record_progress = progress.append

    assert after_commit.sync_all_credits(context, allow_late=False).notes == notes
    assert progress == [{"last_credit": ended_at}]


def test_how_many_credits_there_will_be_is_not_known_when_a_sync_begins(
    books: SettlementBooks, cfs: RunningCfs, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.credit(books.account("800101"), "20455", "25.00")
    site(cfs, "800101")
    context = books.context(settings={CfsSettings: cfs.settings()})
    begun: list[tuple[int, str]] = []
    monkeypatch.setattr(context.progress, "begin", lambda total, what: begun.append((total, what)))

    after_commit._sync(context, None)

    assert begun == [(0, "credits")]


def test_a_sweep_notes_now_and_then_how_far_it_is(office: SettlementOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(after_commit, "NOTED_EVERY", 2)
    account = office.books.account("800101")
    credits_ = [office.books.credit(account, str(20455 + nth), "25.00") for nth in range(3)]
    memos = [{"credit_memo_number": str(20455 + nth), "amount": "7.50"} for nth in range(3)]
    site(office.cfs, "800101", credit_memos=memos)

    office.run(sync_all_credits=True)

    assert office.progress == [{"last_credit": credits_[1]}, {"last_credit": 0}]


def test_credits_are_listed_page_by_page(books: SettlementBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credit_sync, "PAGE", 2)
    account = books.account("800101")
    books.profile(account.id, "800102")
    credits_ = [books.credit(account, str(20455 + nth), "25.00") for nth in range(5)]

    pages = [[credit.id for credit in page] for page in open_credits(books.database, None)]
    assert pages == [credits_[:2], credits_[2:4], credits_[4:]]
    some = open_credits(books.database, None, after=credits_[0], at_most=3)
    assert [[credit.id for credit in page] for page in some] == [credits_[1:3], credits_[3:4]]
