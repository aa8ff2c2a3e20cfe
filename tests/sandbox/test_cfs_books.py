"""Whatever is done in whatever order, the books of the simulated CFS balance."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, invariant, multiple, rule

from sandbox.cfs.audit import audit
from sandbox.cfs.books import BookedInvoice, BookedReceipt, BookedSite, CfsBooks, RequestRefused
from sandbox.cfs.invoices import adjust_invoice, apply_memo, create_invoice, create_memo, credit_balance
from sandbox.cfs.nightly import run_night
from sandbox.cfs.receipts import adjust_receipt, apply_receipt, create_receipt, reverse_receipt, unapply_receipt
from tests.cfs_fixtures import NOW

AMOUNTS = st.decimals(min_value="0.01", max_value=500, places=2)
CASH = "BC REG Cash Equivalent"


def books_with_a_site(receipt_method: str | None = None) -> tuple[CfsBooks, BookedSite]:
    books, site = CfsBooks(), BookedSite("1", "2", "3", receipt_method=receipt_method)
    books.sites["3"] = site
    return books, site


class CfsBooksMachine(RuleBasedStateMachine):
    """Every change, in any order; a refused one must change nothing."""

    receipts = Bundle[BookedReceipt]("receipts")
    invoices = Bundle[BookedInvoice]("invoices")

    def __init__(self) -> None:
        super().__init__()
        self.books, self.site = books_with_a_site("BCR-PAD Daily")

    def _may_be_refused(self, change: Callable[[], object]) -> None:
        before = repr(self.books)
        try:
            change()
        except RequestRefused:
            assert repr(self.books) == before

    @rule(target=receipts, amount=AMOUNTS, usable=st.booleans())
    def receive(self, amount: Decimal, usable: bool) -> BookedReceipt:
        number = str(len(self.books.receipts) + 1)
        return create_receipt(self.books, self.site, number=number, date="", amount=amount, method=CASH, usable=usable)

    @rule(target=invoices, total=AMOUNTS)
    def bill(self, total: Decimal) -> BookedInvoice:
        return create_invoice(self.books, self.site, number=f"REG{len(self.books.invoices)}", total=total)

    @rule(receipt=receipts)
    def receive_again(self, receipt: BookedReceipt) -> None:
        with pytest.raises(RequestRefused, match="already exists"):
            create_receipt(
                self.books, self.site, number=receipt.receipt_number, date="", amount=Decimal(1), method=CASH
            )

    @rule(receipt=receipts, invoice=invoices)
    def apply(self, receipt: BookedReceipt, invoice: BookedInvoice) -> None:
        self._may_be_refused(lambda: apply_receipt(self.books, receipt, invoice))

    @rule(receipt=receipts, invoice=invoices)
    def unapply(self, receipt: BookedReceipt, invoice: BookedInvoice) -> None:
        self._may_be_refused(lambda: unapply_receipt(self.books, receipt, invoice))

    @rule(receipt=receipts)
    def reverse(self, receipt: BookedReceipt) -> None:
        self._may_be_refused(lambda: reverse_receipt(self.books, receipt, reason="NSF", comment=""))

    @rule(receipt=receipts, amount=AMOUNTS, whole=st.booleans())
    def adjust_receipt(self, receipt: BookedReceipt, amount: Decimal, whole: bool) -> None:
        taken = receipt.unapplied_amount if whole else amount
        self._may_be_refused(
            lambda: adjust_receipt(self.books, receipt, amount=taken, activity="Refund Adjustment FAS")
        )

    @rule(invoice=invoices, amount=AMOUNTS, less=st.booleans())
    def adjust_invoice(self, invoice: BookedInvoice, amount: Decimal, less: bool) -> None:
        change = -amount if less else amount
        activity = "BC Registries - NSF Charge"
        self._may_be_refused(lambda: adjust_invoice(self.books, invoice, amount=change, activity=activity, comment=""))

    @rule(invoice=invoices)
    def credit_balance(self, invoice: BookedInvoice) -> None:
        self._may_be_refused(lambda: credit_balance(self.books, invoice))

    @rule(invoice=invoices, amount=AMOUNTS)
    def credit(self, invoice: BookedInvoice, amount: Decimal) -> None:
        apply_memo(self.books, create_memo(self.books, self.site, total=-amount), invoice)

    @rule(target=receipts, with_receipts=st.booleans())
    def sleep(self, with_receipts: bool) -> MultipleResults[BookedReceipt]:
        known = set(self.books.receipts)
        run_night(self.books, NOW.date(), with_receipts=with_receipts)
        return multiple(*(one for number, one in self.books.receipts.items() if number not in known))

    @invariant()
    def the_books_balance(self) -> None:
        assert audit(self.books).violations == []


CfsBooksMachine.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestAnyOrder = pytest.mark.slow(CfsBooksMachine.TestCase)


def test_a_reversal_after_an_adjustment_leaves_nothing_behind() -> None:
    books, site = books_with_a_site()
    receipt = create_receipt(books, site, number="1", date="", amount=Decimal("10.00"), method=CASH)
    adjust_receipt(books, receipt, amount=Decimal("4.00"), activity="Write-off Adjustment FAS")

    reverse_receipt(books, receipt, reason="PAYMENT REVERSAL", comment="Created In Error")

    assert audit(books).violations == []
    assert set(books.journal.balances().values()) == {Decimal("0.00")}


def test_an_audit_finds_a_cent_that_went_missing() -> None:
    books, site = books_with_a_site()
    receipt = create_receipt(books, site, number="1", date="", amount=Decimal("10.00"), method=CASH)

    receipt.unapplied_amount -= Decimal("0.01")

    assert len(audit(books).violations) == 3
    assert not audit(books).balances


def test_an_audit_finds_an_invoice_that_forgot_its_receipt() -> None:
    books, site = books_with_a_site()
    receipt = create_receipt(books, site, number="1", date="", amount=Decimal("10.00"), method=CASH)
    invoice = create_invoice(books, site, number="REG1", total=Decimal("4.00"))
    apply_receipt(books, receipt, invoice)

    invoice.receipts.clear()

    assert not audit(books).balances


def test_a_journal_entry_that_does_not_add_up_is_not_made() -> None:
    books, _ = books_with_a_site()

    with pytest.raises(ValueError, match="zero"):
        books.journal.post("wrong", {"cash": Decimal("1.00"), "revenue": Decimal("-0.99")})
