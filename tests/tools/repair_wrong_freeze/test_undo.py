"""What bounces did is taken back whole, or only what is safe of it, and said.

SOAK_SEEDS is how many histories are generated, SOAK_FIRST the first; `make soak` takes ten thousand.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from config.errors import UsageError
from connectors.cfs import CfsClient, InvoiceActivity
from connectors.effects import breaking_in
from database.engine import Database
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import seed_site
from tests.process_killed import ProcessKilled
from tests.settlement_factory import NOW, Line, SettlementBooks, bounce
from tests.tools.repair_wrong_freeze.histories import (
    EARLIER,
    WRONG,
    Histories,
    dying_at,
    in_cfs,
    pay_tables,
    site_of,
    tell,
    undo,
    undo_dying,
)
from tests.tools.verify.watch import all_findings

FIRST = int(os.environ.get("SOAK_FIRST", "0"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("SOAK_SEEDS", "6")))
AT_ONCE = 100
NUMBER = "REG00001"
LATER = "BCR_PAYMENT_APPL_20261107.csv"
_STATES = "SELECT DISTINCT state FROM pay_jobs.operations WHERE kind = 'wrong freeze'"
KINDS = ("FILE", "NSF", "INV-FINAL")  # what verify says of bounces, files and final states


def test_apply_then_undo_leaves_every_pay_table_as_it_was(books: SettlementBooks, cfs: RunningCfs) -> None:
    """Half of the undos die at some step, and the next run finishes them."""
    for seeds in batched(SEEDS, AT_ONCE):
        try:
            _apply_then_undo(books, cfs, seeds)
        except AssertionError:
            for seed in seeds:  # the first that fails by itself says more
                _apply_then_undo(books, cfs, [seed])
            raise


def _apply_then_undo(books: SettlementBooks, cfs: RunningCfs, seeds: Sequence[int]) -> None:
    books.empty()
    cfs.admin.reset()
    histories = Histories(books, cfs, seeds)

    rejects = undo_dying(books, cfs, histories.dying)
    tell(books, cfs)

    assert pay_tables(books) == histories.before, (seeds, rejects)
    frozen = {auth for (auth,) in books.rows(
        "SELECT auth_account_id FROM payment_accounts WHERE has_nsf_invoices IS NOT NULL")}  # fmt: skip
    assert frozen <= histories.owing, seeds
    assert in_cfs(cfs) == histories.before_in_cfs, seeds
    assert cfs.admin.books()["violations"] == [], seeds
    assert books.rows(_STATES) == [("done",)], seeds


def batched(seeds: Sequence[int], size: int) -> list[Sequence[int]]:
    """Return seeds by so many: their histories lie side by side in one database."""
    return [seeds[first : first + size] for first in range(0, len(seeds), size)]


@pytest.fixture
def frozen(books: SettlementBooks, cfs: RunningCfs) -> SettlementBooks:
    """One account with one number of two invoices, frozen by a wrong file; CFS has the invoice as paid."""
    freeze(books, cfs)
    tell(books, cfs)
    return books


def known_as_paid(cfs: RunningCfs) -> None:
    """Let CFS have the site of the account, with two invoices that are paid."""
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": number, "total": "0.00"}
                             for number in (NUMBER, "REG00002")])  # fmt: skip


def freeze(books: SettlementBooks, cfs: RunningCfs) -> None:
    """Freeze it, and tell nobody yet."""
    account = books.account("800103")
    for total in ("30.10", "30.10"):
        books.paid_invoice(account, NUMBER, total, "PR1")
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": NUMBER, "total": "0.00"}])  # fmt: skip
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)


def test_verify_finds_nothing_that_an_undo_left(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    before = all_findings(frozen.database, NOW, KINDS)

    undo(frozen, cfs, account=_auth(frozen))
    tell(frozen, cfs)

    after = all_findings(frozen.database, NOW, KINDS)
    assert "\n".join(" | ".join((*key, *words)) for key, words in after.items() if key not in before) == ""


def _in_cfs(cfs: RunningCfs) -> tuple[str | None, list[Decimal]]:
    """Return how CFS collects on the site, and the adjustments of the invoice."""
    with CfsClient(cfs.settings()) as client:
        site, invoice = client.get_site(site_of("800103")), client.get_invoice_balance(site_of("800103"), NUMBER)
    assert site is not None
    return site.receipt_method, [] if invoice is None else [one.amount for one in invoice.adjustments]


def _auth(books: SettlementBooks) -> str:
    return str(books.rows("SELECT auth_account_id FROM payment_accounts")[0][0])


def test_the_account_is_active_the_fee_cancelled_and_cfs_brought_back(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    assert _in_cfs(cfs) == ("BCR-PAD Stop", [Decimal(30)])

    outcome = undo(frozen, cfs, account=_auth(frozen))

    assert (outcome.exit_code, outcome.answer) == (0, "Were taken back: 1 bounce; active again: 1 account.")
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [Decimal(30), Decimal(-30)])
    fee = frozen.rows("SELECT invoice.invoice_status_code, reference.status_code, line.line_item_status_code,"
                      " nsf.description FROM non_sufficient_funds AS nsf JOIN invoices AS invoice"
                      " ON invoice.id = nsf.invoice_id JOIN invoice_references AS reference"
                      " ON reference.invoice_id = invoice.id JOIN payment_line_items AS line"
                      " ON line.invoice_id = invoice.id")  # fmt: skip
    assert fee == [("CANCELLED", "CANCELLED", "CANCELLED", "UNDONE: NON SUFFICIENT FUNDS")]
    sent = frozen.rows("SELECT kind, payload -> 'data' FROM pay_jobs.outbox ORDER BY id DESC LIMIT 1")
    assert sent == [("bc.registry.payment.unlockAccount",
                     {"accountId": _auth(frozen), "skipNotification": False, "source": "PAY-JOBS"})]  # fmt: skip


def test_an_invoice_that_was_refunded_before_the_bounce_is_brought_back_with_its_number(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    account = books.account("800103")
    books.paid_invoice(account, NUMBER, "30.10", "PR1")
    refunded = books.paid_invoice(account, NUMBER, "20.00", "PR1")
    books.change("UPDATE invoices SET invoice_status_code = 'CREDITED' WHERE id = :id", id=refunded)
    known_as_paid(cfs)
    before = pay_tables(books)
    books.apply(bounce("PR1", "800103", NUMBER, "50.10"), name=WRONG)

    outcome = undo(books, cfs, file=WRONG)

    assert outcome.rejects == []
    assert pay_tables(books) == before


def charge_again(cfs: RunningCfs) -> None:
    """Charge the fee a second time."""
    with CfsClient(cfs.settings()) as client:
        client.adjust_invoice(
            site_of("800103"), NUMBER, amount=Decimal(30), activity=InvoiceActivity.NSF_CHARGE, comment="a second time"
        )


def test_of_a_fee_that_stands_twice_both_are_taken_back(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    charge_again(cfs)

    outcome = undo(frozen, cfs, account=_auth(frozen))

    assert outcome.exit_code == 0
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [Decimal(30), Decimal(30), Decimal(-30), Decimal(-30)])


def test_the_same_row_can_bounce_the_number_again(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    undo(frozen, cfs, file=WRONG)

    frozen.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=LATER)

    assert frozen.outcomes(LATER) == ["applied"]
    assert frozen.rows("SELECT count(*) FROM cfs_accounts WHERE status = 'FREEZE'") == [(1,)]


def test_nothing_is_taken_back_twice(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    undo(frozen, cfs, file=WRONG)

    with pytest.raises(UsageError, match="has no bounce that stands"):
        undo(frozen, cfs, file=WRONG)


def test_what_the_customer_has_paid_since_is_left_and_said(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    frozen.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total WHERE total = 30.10")
    before = pay_tables(frozen)

    outcome = undo(frozen, cfs, file=WRONG)

    [left] = outcome.rejects
    assert left.reason == "left as it is"
    assert "is PAID, 30.10 CAD paid" in left.detail
    assert (pay_tables(frozen), _in_cfs(cfs)) == (before, ("BCR-PAD Stop", [Decimal(30)]))


@pytest.mark.parametrize("dry_run", [False, True])
def test_of_two_bounces_the_one_that_was_paid_since_is_left_and_said(
    books: SettlementBooks, cfs: RunningCfs, dry_run: bool
) -> None:
    account = books.account("800103")
    for number, receipt in ((NUMBER, "PR1"), ("REG00002", "PR2")):
        books.paid_invoice(account, number, "60.20", receipt)
    known_as_paid(cfs)
    books.apply(*(bounce(receipt, "800103", number, "60.20")
                  for number, receipt in ((NUMBER, "PR1"), ("REG00002", "PR2"))), name=WRONG)  # fmt: skip
    tell(books, cfs)
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_number = 'REG00002'"
                 " AND invoice_id IN (SELECT id FROM invoices WHERE payment_method_code = 'PAD')")  # fmt: skip

    database = Database(books.database.engine, dry_run=dry_run)
    try:
        outcome = undo(SettlementBooks(database), cfs, file=WRONG)
    finally:
        database.close()

    assert outcome.counts["numbers_given_back"] == 1
    assert [one.reason for one in outcome.rejects] == ["taken back in part"]
    assert outcome.rejects[0].detail.endswith("has its number no longer open")


def _one_paid_since_and_one_wrong(books: SettlementBooks, cfs: RunningCfs, *, status: str = "ACTIVE") -> None:
    """Bounce a number that is paid since, and then another by the wrong file.

    status  of the PAD profile at the first
    """
    account, paid = books.account("800103", status=status), "REG00002"
    books.paid_invoice(account, paid, "9.50", "PR2")
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    known_as_paid(cfs)
    books.apply(bounce("PR2", "800103", paid, "9.50"), name=EARLIER)
    books.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total")
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED'")
    books.change("UPDATE cfs_accounts SET status = 'ACTIVE'")
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    tell(books, cfs)


@pytest.mark.parametrize("dies_at", [None, "answered 1 take NSF fee back", "before closing"])
def test_an_earlier_bounce_that_was_paid_since_is_no_matter_of_the_account(
    dies_at: str | None, books: SettlementBooks, cfs: RunningCfs
) -> None:
    _one_paid_since_and_one_wrong(books, cfs)
    if dies_at:
        with pytest.raises(ProcessKilled), breaking_in(dying_at(dies_at)):
            undo(books, cfs, account=_auth(books))

    outcome = undo(books, cfs, account=_auth(books))

    assert (outcome.rejects, outcome.answer) == ([], "Were taken back: 1 bounce; active again: 1 account.")
    with pytest.raises(UsageError, match="has no bounce that stands"):
        undo(books, cfs, account=_auth(books))


def test_a_profile_that_was_frozen_twice_is_as_it_was_before_the_second_freeze(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    _one_paid_since_and_one_wrong(books, cfs, status="PENDING_PAD_ACTIVATION")

    undo(books, cfs, file=WRONG)

    assert books.profiles() == {"800103": "ACTIVE"}


def test_a_bounce_an_undo_began_with_is_told_by_its_file_and_its_line(books: SettlementBooks, cfs: RunningCfs) -> None:
    """The undo began with file 3, line 2; file 2, line 2 is another bounce."""
    books.change("SELECT setval(pg_get_serial_sequence('pay_jobs.inbound_files', 'id'), 1)")
    _one_paid_since_and_one_wrong(books, cfs)
    with pytest.raises(ProcessKilled), breaking_in(dying_at("before closing")):
        undo(books, cfs, account=_auth(books))

    outcome = undo(books, cfs, account=_auth(books))

    assert books.rows("SELECT DISTINCT file_id, line FROM pay_jobs.bounce_rows ORDER BY 1") == [(2, 2), (3, 2)]
    assert (outcome.rejects, outcome.answer) == ([], "Were taken back: 1 bounce; active again: 1 account.")


def test_a_bounce_of_a_number_that_was_never_settled_is_one_of_its_account(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    books.invoice(books.account("800103"), NUMBER, "60.20")
    known_as_paid(cfs)
    before = pay_tables(books)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    tell(books, cfs)

    outcome = undo(books, cfs, account=_auth(books))

    assert (outcome.rejects, outcome.answer) == ([], "Were taken back: 1 bounce; active again: 1 account.")
    assert pay_tables(books) == before
    with pytest.raises(UsageError, match="has no bounce that stands"):
        undo(books, cfs, account=_auth(books))


def test_where_cfs_has_the_invoice_as_due_nothing_is_taken_back(books: SettlementBooks, cfs: RunningCfs) -> None:
    account = books.account("800103")
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": NUMBER, "total": "60.20"}])  # fmt: skip
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    tell(books, cfs)
    before = pay_tables(books)

    outcome = undo(books, cfs, file=WRONG)

    assert "CFS has REG00001 as due, with 60.20 CAD besides fees" in outcome.rejects[0].detail
    assert pay_tables(books) == before


def test_cfs_is_asked_on_the_site_it_has_whatever_newer_profile_it_has_not_made(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    account = books.account("800103")
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": NUMBER, "total": "60.20"}])  # fmt: skip
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    tell(books, cfs)
    books.profile(account.id, "800103", status="PENDING", site="")
    before = pay_tables(books)

    outcome = undo(books, cfs, file=WRONG)

    assert "CFS has REG00001 as due, with 60.20 CAD besides fees" in outcome.rejects[0].detail
    assert pay_tables(books) == before


def test_where_cfs_does_not_have_the_invoice_nothing_is_taken_back(books: SettlementBooks, cfs: RunningCfs) -> None:
    books.paid_invoice(books.account("800103"), NUMBER, "60.20", "PR1")
    cfs.admin.seed(sites=[seed_site(site_of("800103"), "BCR-PAD Daily")])
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    before = pay_tables(books)

    outcome = undo(books, cfs, file=WRONG)

    assert outcome.rejects[0].detail.startswith("CFS does not have REG00001 on site 900103, so nothing tells that")
    assert (pay_tables(books), books.rows(_STATES)) == (before, [])
    assert books.rows("SELECT DISTINCT state FROM pay_jobs.outbox") == [("pending",)]


def test_what_is_still_on_its_way_comes_first(books: SettlementBooks, cfs: RunningCfs) -> None:
    books.paid_invoice(books.account("800103"), NUMBER, "60.20", "PR1")
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    books.change("UPDATE pay_jobs.outbox SET begun_on = now(), attempts = 1 WHERE kind = 'nsf_fee'")

    outcome = undo(books, cfs, file=WRONG)

    assert outcome.rejects[0].detail == "what the bounce tells CFS and others is still on its way"


def test_what_nobody_was_told_is_never_told(books: SettlementBooks, cfs: RunningCfs) -> None:
    books.paid_invoice(books.account("800103"), NUMBER, "60.20", "PR1")
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)

    undo(books, cfs, file=WRONG)

    assert books.rows("SELECT DISTINCT state FROM pay_jobs.outbox") == [("dropped",)]
    assert _in_cfs(cfs) == ("BCR-PAD Daily", [])


def test_an_account_of_which_another_payment_came_back_stays_frozen_with_its_fee(
    frozen: SettlementBooks, cfs: RunningCfs
) -> None:
    account = frozen.rows("SELECT id, auth_account_id FROM payment_accounts")[0]
    frozen.change("INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number,"
                  " payment_account_id) VALUES ('PAYBC', 'PAD', 'FAILED', 'REG2', :id)", id=account[0])  # fmt: skip
    invoice = frozen.add("invoices", payment_account_id=account[0], created_by="test", total=5, paid=0,
                         created_on="2026-11-01", invoice_status_code="SETTLEMENT_SCHED",
                         payment_method_code="PAD")  # fmt: skip
    frozen.reference(invoice, "REG2")

    outcome = undo(frozen, cfs, file=WRONG)

    assert [one.reason for one in outcome.rejects] == ["still frozen"]
    assert frozen.rows("SELECT status FROM cfs_accounts") == [("FREEZE",)]
    assert frozen.rows("SELECT invoice_status_code, count(*) FROM invoices GROUP BY 1 ORDER BY 1") == [
        ("CREATED", 1), ("PAID", 2), ("SETTLEMENT_SCHED", 1),
    ]  # fmt: skip
    assert _in_cfs(cfs) == ("BCR-PAD Stop", [Decimal(30)])


def test_a_number_that_was_paid_again_and_bounced_again_is_owed_no_more_once_that_is_taken_back(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    account = books.account("800103")
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=EARLIER)
    books.change("UPDATE invoices SET invoice_status_code = 'PAID', paid = total")
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED'")
    books.change("UPDATE cfs_accounts SET status = 'ACTIVE'")
    books.change("UPDATE payment_accounts SET has_nsf_invoices = NULL")
    books.change("DELETE FROM non_sufficient_funds")
    books.payment(account, NUMBER, "PR2", "60.20", day=date(2026, 11, 6))
    before = pay_tables(books)
    books.apply(bounce("PR2", "800103", NUMBER, "60.20", day="07-Nov-26"), name=LATER)
    tell(books, cfs)

    outcome = undo(books, cfs, account=_auth(books))

    assert outcome.counts["accounts_unlocked"] == 1
    assert pay_tables(books) == before


def test_an_account_of_which_an_online_banking_payment_came_back_stays_frozen_with_its_fee(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    account = books.account("800103")
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    profile = books.profile(account.id, "800104", "ONLINE_BANKING")
    books.invoice(account, "REG00002", "70.00", method="ONLINE_BANKING", profile=profile)
    known_as_paid(cfs)
    books.apply(Line("BOLP", "OB1", "70.00", "800104", "REG00002"))
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=WRONG)
    books.apply(replace(bounce("OB1", "800104", "REG00002", "70.00"), record="PAYR"), name=LATER)
    tell(books, cfs)

    outcome = undo(books, cfs, file=WRONG)

    assert [(one.reason, one.detail.partition(" and ")[0]) for one in outcome.rejects] == [
        ("still frozen", "REG00002 came back as well")
    ]
    assert books.profiles()["800103"] == "FREEZE"
    assert books.rows("SELECT invoice_status_code, total::numeric(19,2)::text FROM invoices ORDER BY id") == [
        ("PAID", "60.20"), ("SETTLEMENT_SCHED", "70.00"), ("CREATED", "30.00"),
    ]  # fmt: skip
    assert _in_cfs(cfs) == ("BCR-PAD Stop", [Decimal(30)])


@pytest.fixture
def two_bounces(books: SettlementBooks, cfs: RunningCfs) -> SettlementBooks:
    """An account that a wrong file froze and of which another payment came back later; its fee is dead, and so the
    lock was not told.
    """
    account = books.account("800103")
    for number, receipt in (("REG00001", "PR1"), ("REG00002", "PR2")):
        books.paid_invoice(account, number, "60.20", receipt)
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": number, "total": total}
                             for number, total in (("REG00001", "0.00"), ("REG00002", "60.20"))])  # fmt: skip
    books.apply(bounce("PR1", "800103", "REG00001", "60.20"), name=WRONG)
    books.change("UPDATE pay_jobs.outbox SET state = 'dead' WHERE kind = 'nsf_fee'")
    books.apply(bounce("PR2", "800103", "REG00002", "60.20"), name=LATER)
    return books


@pytest.fixture
def two_receipts(books: SettlementBooks, cfs: RunningCfs) -> SettlementBooks:
    """A number that two receipts paid, of which one came back by the wrong file and the other by a later one."""
    books.invoice(books.account("800103"), NUMBER, "60.20")
    books.apply(Line("PADP", "PR1", "40.20", "800103", NUMBER), Line("PADP", "PR2", "20.00", "800103", NUMBER))
    site = site_of("800103")
    cfs.admin.seed(sites=[seed_site(site, "BCR-PAD Daily")],
                   invoices=[{"site_number": site.site, "invoice_number": NUMBER, "total": "0.00"}])  # fmt: skip
    return books


_FIRST = bounce("PR1", "800103", NUMBER, "60.20", status="Partially PAID", outstanding="40.20", day="06-Nov-26")
_SECOND = bounce("PR2", "800103", NUMBER, "60.20", day="07-Nov-26")


@pytest.mark.parametrize("second", [_SECOND, replace(_SECOND, source="PR1")])
@pytest.mark.parametrize("is_one_file", [False, True])
def test_both_bounces_of_a_number_are_taken_back_together(
    is_one_file: bool, second: Line, two_receipts: SettlementBooks, cfs: RunningCfs
) -> None:
    before = pay_tables(two_receipts)
    for lines, name in [([_FIRST, second], WRONG)] if is_one_file else [([_FIRST], WRONG), ([second], LATER)]:
        two_receipts.apply(*lines, name=name)
    tell(two_receipts, cfs)

    outcome = undo(two_receipts, cfs, account=_auth(two_receipts))

    assert outcome.rejects == []
    assert pay_tables(two_receipts) == before
    two_receipts.apply(_FIRST, second, ["ADJS"], name="BCR_PAYMENT_APPL_20261109.csv")
    assert two_receipts.outcomes("BCR_PAYMENT_APPL_20261109.csv")[:2] == ["applied", "applied:another_receipt"]


@pytest.mark.parametrize(("file", "other"), [(WRONG, LATER), (LATER, WRONG)])
def test_of_two_receipts_of_a_number_that_bounced_none_is_taken_back_alone(
    file: str, other: str, two_receipts: SettlementBooks, cfs: RunningCfs
) -> None:
    two_receipts.apply(_FIRST, name=WRONG)
    two_receipts.apply(_SECOND, name=LATER)
    tell(two_receipts, cfs)
    before = pay_tables(two_receipts)

    outcome = undo(two_receipts, cfs, file=file)

    [left] = outcome.rejects
    assert left.detail.endswith(
        f"another receipt of its payment bounced as well, in file {other}: take both back by the account"
    )
    assert left.command == f'python3 invoke_jobs.py repair wrong-freeze --account {_auth(two_receipts)} --reason "..."'
    assert pay_tables(two_receipts) == before


@pytest.fixture
def noted(books: SettlementBooks, cfs: RunningCfs) -> SettlementBooks:
    """A number whose bounce another service had noted; its payment, over two receipts, stands as completed."""
    account = books.account("800103", status="FREEZE", frozen_since=NOW)
    invoice = books.invoice(account, NUMBER, "60.20", status="SETTLEMENT_SCHED")
    books.receipt(invoice, "PR2", "20.00")
    books.payment(account, NUMBER, "PR1", "60.20")
    books.add("non_sufficient_funds", invoice_id=invoice, invoice_number=NUMBER, cfs_account="800103")
    known_as_paid(cfs)
    return books


def test_a_bounce_that_another_service_had_noted_is_taken_back_with_the_other_receipt_of_its_payment(
    noted: SettlementBooks, cfs: RunningCfs
) -> None:
    before = pay_tables(noted)
    noted.apply(_FIRST, name=WRONG)
    noted.apply(_SECOND, name=LATER)
    assert noted.outcomes() == ["applied:payment_failed", "applied:another_receipt"]

    outcome = undo(noted, cfs, account=_auth(noted))

    assert outcome.rejects == []
    assert pay_tables(noted) == before


def test_a_second_bounce_of_a_number_that_was_pulled_again_is_taken_back_alone(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    account = books.account("800103", status="FREEZE", frozen_since=NOW)
    books.paid_invoice(account, NUMBER, "60.20", "PR1")
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20"), name=EARLIER)
    books.apply(Line("PADP", "PR2", "60.20", "800103", NUMBER, day="06-Nov-26"), name=WRONG)
    before = pay_tables(books)
    books.apply(bounce("PR2", "800103", NUMBER, "60.20", day="07-Nov-26"), name=LATER)
    assert [(status, receipt) for _, _, status, receipt, _ in books.payments()] == [
        ("DELETED", "PR1"), ("FAILED", "PR2")
    ]  # fmt: skip
    tell(books, cfs)

    [left] = undo(books, cfs, file=EARLIER).rejects
    assert f"it bounced again, in file {LATER}" in left.detail

    undo(books, cfs, file=LATER)

    assert pay_tables(books) == before


@pytest.mark.parametrize("status", ["COMPLETED", "CANCELLED"])
def test_a_payment_does_not_come_back_beside_what_has_paid_its_number_since(
    status: str, noted: SettlementBooks, cfs: RunningCfs
) -> None:
    noted.apply(_FIRST, _SECOND, name=WRONG)
    noted.change("UPDATE invoice_references SET status_code = :status", status=status)
    before = pay_tables(noted)

    outcome = undo(noted, cfs, file=WRONG)

    assert "REG00001: its number is no longer open" in outcome.rejects[0].detail
    assert pay_tables(noted) == before


@pytest.mark.parametrize(("status", "rule"), [
    ("ACTIVE", "card_invoice_shares_number"), ("FREEZE", "bounced_since"),
])  # fmt: skip
def test_what_paid_a_number_while_it_counted_as_bounced_can_be_booked_once_that_is_taken_back(
    status: str, rule: str, books: SettlementBooks, cfs: RunningCfs
) -> None:
    books.invoice(books.account("800103", status=status), NUMBER, "60.20", id=100)
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20", day="06-Nov-26"), name=WRONG)
    paid = Line("PADP", "PR1", "60.20", "800103", NUMBER, day="06-Nov-26")
    books.apply(paid, name=LATER)
    assert books.outcomes(LATER) == [f"skipped:{rule}"]
    tell(books, cfs)
    dry = Database(books.database.engine, dry_run=True)
    foretold = undo(SettlementBooks(dry), cfs, file=WRONG).rejects
    dry.close()

    outcome = undo(books, cfs, file=WRONG)

    assert foretold == outcome.rejects

    [left] = outcome.rejects
    assert (left.reason, left.amount) == ("not booked yet", Decimal("60.20"))
    assert left.detail == f"{LATER} line 2: 60.20 CAD for {NUMBER} came while it counted as bounced"
    assert left.command == 'python3 invoke_jobs.py repair pad-rejects --reason "..."'
    assert books.outcomes(LATER) == ["rejected:bounce_taken_back"]
    assert books.retry().counts["rows_applied"] == 1
    assert (books.invoices()[100], books.payments()) == (
        ("PAID", "60.20"), [(NUMBER, "PAD", "COMPLETED", "PR1", "60.20")])  # fmt: skip


def test_what_paid_a_number_before_us_is_known_again_once_its_bounce_is_taken_back(
    books: SettlementBooks, cfs: RunningCfs
) -> None:
    books.paid_invoice(books.account("800103"), NUMBER, "60.20", "PR1", id=100)
    known_as_paid(cfs)
    books.apply(bounce("PR1", "800103", NUMBER, "60.20", day="06-Nov-26"), name=WRONG)
    books.apply(Line("PADP", "PR1", "60.20", "800103", NUMBER, day="06-Nov-26"), name=LATER)
    tell(books, cfs)
    undo(books, cfs, file=WRONG)
    assert books.outcomes(LATER) == ["rejected:bounce_taken_back"]

    books.retry()

    assert books.outcomes(LATER) == ["already_applied:invoice_paid"]
    assert (books.receipts(), books.payments()) == (
        [(100, "PR1", "60.20")], [(NUMBER, "PAD", "COMPLETED", "PR1", "60.20")])  # fmt: skip


_NOT_TOLD = (
    "SELECT kind FROM pay_jobs.outbox WHERE state IN ('pending', 'dead') AND idempotency_key LIKE 'nsf:%' ORDER BY id"
)


def test_the_fee_and_the_lock_of_an_account_that_stays_frozen_are_still_told(
    two_bounces: SettlementBooks, cfs: RunningCfs
) -> None:
    before = two_bounces.rows(_NOT_TOLD)

    outcome = undo(two_bounces, cfs, file=WRONG)

    assert [one.reason for one in outcome.rejects] == ["still frozen"]
    assert ("nsf_fee",) in before
    assert two_bounces.rows(_NOT_TOLD) == before


def test_once_the_last_bounce_is_taken_back_the_fee_and_the_lock_of_the_first_are_never_told(
    two_bounces: SettlementBooks, cfs: RunningCfs
) -> None:
    undo(two_bounces, cfs, file=WRONG)
    cfs.admin.seed(receipts=[{"site_number": site_of("800103").site, "receipt_number": "PR2", "receipt_amount": "60.20",
                              "applied_to": ["REG00002"]}])  # fmt: skip

    outcome = undo(two_bounces, cfs, file=LATER)

    assert (outcome.rejects, two_bounces.rows("SELECT status FROM cfs_accounts")) == ([], [("ACTIVE",)])
    assert two_bounces.rows(_NOT_TOLD) == []
    assert two_bounces.rows("SELECT count(*) FROM pay_jobs.outbox WHERE kind LIKE '%unlockAccount'") == [(0,)]


def test_a_bounce_from_before_bounces_kept_their_rows_is_refused(frozen: SettlementBooks, cfs: RunningCfs) -> None:
    frozen.change("DELETE FROM pay_jobs.bounce_rows")

    with pytest.raises(UsageError, match="has 1 bounce from before bounces kept what they change"):
        undo(frozen, cfs, file=WRONG)
    with pytest.raises(UsageError, match=f"File {EARLIER} has no bounce that stands"):
        undo(frozen, cfs, file=EARLIER)
