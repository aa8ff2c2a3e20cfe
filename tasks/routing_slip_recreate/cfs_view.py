"""What CFS says, read once and kept until a change makes it old.

Every answer of CFS is kept, so that a step that follows from the last answer costs no further look. When each was asked
for is kept with it: what is too old to act on is looked at again (connectors/effects).
"""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from connectors.cfs import CfsClient, CfsInvoice, CfsReceipt, CfsSite, CfsUnavailable
from connectors.cfs.names import ReceiptStatus
from connectors.effects import LOOK_GOOD_FOR, Clocks
from database.pay.numbers import receipt_number

LOOKS_FOR_A_LIST = 3


class InvoicesHidden(CfsUnavailable):
    """CFS keeps leaving out which invoices a receipt paid: the next run asks again."""

    def __init__(self, number: str) -> None:
        super().__init__(f"CFS leaves out which invoices receipt {number} paid.")


class CfsView:
    """The receipts and invoices of one family, as CFS last showed them.

    paying  the receipts that by our books paid something: their list of invoices is never taken for empty
    """

    def __init__(self, cfs: CfsClient, paying: Collection[str] = ()) -> None:
        self.cfs = cfs
        self._paying = paying
        self._receipts: dict[str, CfsReceipt | None] = {}
        self._invoices: dict[str, CfsInvoice | None] = {}
        self._since: dict[str, Clocks] = {}
        self._asked = Clocks.now()

    def begin(self) -> None:
        """Note that something is about to be asked of CFS: what is kept from the answer is as old as that."""
        self._asked = Clocks.now()

    def since(self, *numbers: str) -> Clocks | None:
        """Return when the oldest of these was asked for, None if none of them is known."""
        known = [self._since[number] for number in numbers if self.knows(number)]
        return min(known, key=lambda one: (one.monotonic, one.wall), default=None)

    def forget_old(self, *numbers: str) -> None:
        """Look again at those of them that are too old to act on."""
        now = Clocks.now()
        self.forget(
            *(one for one in numbers if self.knows(one) and self._since[one].seconds_until(now) > LOOK_GOOD_FOR)
        )

    def receipt(self, site: CfsSite, number: str) -> CfsReceipt | None:
        """Return a receipt, None if it is not on that site. Raises InvoicesHidden."""
        if number not in self._receipts:
            self.begin()
            self._receipts[number] = self._read_receipt(site, number)
            self._since[number] = self._asked
        return self._receipts[number]

    def invoice(self, site: CfsSite, number: str) -> CfsInvoice | None:
        """Return an invoice, None if it is not on that site."""
        if number not in self._invoices:
            self.begin()
            self._invoices[number] = self.cfs.get_invoice(site, number)
            self._since[number] = self._asked
        return self._invoices[number]

    def keep_receipt(self, receipt: CfsReceipt) -> None:
        """Take a receipt from the answer to a change."""
        self._receipts[receipt.receipt_number] = receipt
        self._since[receipt.receipt_number] = self._asked

    def keep_invoice(self, invoice: CfsInvoice) -> None:
        """Take an invoice from the answer to a change."""
        self._invoices[invoice.invoice_number] = invoice
        self._since[invoice.invoice_number] = self._asked

    def keep_paid(self, invoice: CfsInvoice, amount: Decimal) -> None:
        """Note what CFS said it applied to an invoice."""
        self.keep_invoice(replace(invoice, amount_due=invoice.amount_due - amount))

    def keep_reversed(self, number: str) -> None:
        """Note that CFS took a receipt back, and with it what it paid of any invoice."""
        receipt = self._receipts.get(number)
        if receipt is not None:
            self.keep_receipt(replace(receipt, status=ReceiptStatus.REVERSED, unapplied_amount=Decimal(0), invoices=()))
        self._invoices.clear()

    def keep_unapplied(self, number: str, invoice: str) -> None:
        """Note that CFS took back what a receipt paid of an invoice."""
        receipt = self._receipts.get(number)
        if receipt is not None:
            left = tuple(one for one in receipt.invoices if one.invoice_number != invoice)
            free = receipt.unapplied_amount + receipt.applied_to(invoice)
            self.keep_receipt(replace(receipt, unapplied_amount=free, invoices=left))
        self._invoices.pop(invoice, None)

    def knows(self, *numbers: str) -> bool:
        """Whether all of these were looked at."""
        return all(number in self._receipts or number in self._invoices for number in numbers)

    @property
    def receipts(self) -> tuple[CfsReceipt, ...]:
        """Every receipt that was found."""
        return tuple(one for one in self._receipts.values() if one is not None)

    @property
    def invoices(self) -> tuple[CfsInvoice, ...]:
        """Every invoice that was found, and that no change since may have touched."""
        return tuple(one for one in self._invoices.values() if one is not None)

    def forget(self, *numbers: str) -> None:
        """Look again the next time."""
        for number in numbers:
            self._receipts.pop(number, None)
            self._invoices.pop(number, None)

    def _read_receipt(self, site: CfsSite, number: str) -> CfsReceipt | None:
        """CFS at times leaves the list of invoices out; where money went somewhere, ask again for where."""
        for _ in range(LOOKS_FOR_A_LIST):
            receipt = self.cfs.get_receipt(site, number)
            if receipt is None or not receipt.hides_invoices:
                return receipt
        if number in self._paying:
            raise InvoicesHidden(number)
        return receipt


def versions(
    view: CfsView, site: CfsSite, slip: str, *, linked: bool, version: int, ahead: bool = False
) -> "ReceiptVersions":
    """Return the receipts of a slip around the version our row has: it may lag behind CFS, or be one too far.

    ahead  look one further even where our version is open, as a correction must
    Source: docs/specs/routing-slips.md sections 4.0 and 4.4.
    """
    found: dict[int, CfsReceipt] = {}

    def exists(number: int) -> bool:
        receipt = view.receipt(site, receipt_number(slip, linked=linked, version=number))
        if receipt is not None:
            found[number] = receipt
        return receipt is not None

    at = version
    while not exists(at) and at > 1:
        at -= 1
    if at == version:
        while at in found and (ahead or found[at].is_reversed) and exists(at + 1):
            at += 1
    return ReceiptVersions(found)


class ReceiptVersions:
    """The receipts of one slip that were found, by version."""

    def __init__(self, found: dict[int, CfsReceipt]) -> None:
        self.found = found

    @property
    def highest(self) -> int:
        """The last version that CFS has; asked only where one was found."""
        return max(self.found)

    @property
    def open(self) -> list[int]:
        """The versions that are not reversed."""
        return sorted(number for number, receipt in self.found.items() if not receipt.is_reversed)

    @property
    def holding(self) -> int:
        """The version that holds the deposit, the last one where all are reversed; asked only where one was found."""
        return min(self.open, default=self.highest)
