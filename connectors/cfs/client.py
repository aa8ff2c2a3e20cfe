"""The calls to CFS that the jobs make, one method each.

Source: docs/specs/cfs-api.md sections 3 to 6. What is looked up and not there is None. Errors: errors.py; a
method that changes something raises CfsOutcomeUnknown where only a look-up can tell whether it was done.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from urllib.parse import quote

from config.settings import CfsSettings
from connectors.cfs import names
from connectors.cfs.documents import document_lines, two_places, wall_time
from connectors.cfs.errors import CfsAnswerUnreadable, CfsRejected, CfsUnavailable
from connectors.cfs.model import (
    CfsInvoice,
    CfsReceipt,
    CfsSite,
    CreditMemo,
    InvoiceBalance,
    InvoiceLine,
    NewReceipt,
    SiteProfile,
)
from connectors.cfs.names import CfsCaller, InvoiceActivity, ReceiptActivity, ReversalComment, ReversalReason
from connectors.cfs.reading import JsonObject, named, optional_text, text
from connectors.cfs.transport import CfsCall, Transport


class CfsClient:
    """CFS for one run, shared by its threads; close it, or use it in a `with`.

    dry_run  any call that would change CFS raises CfsReadOnly, and nothing is sent
    clock    seconds that only go forward
    sleep    waits that many seconds
    """

    def __init__(
        self,
        settings: CfsSettings,
        *,
        dry_run: bool = False,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._transport = Transport(settings, read_only=dry_run, clock=clock, sleep=sleep)

    def __enter__(self) -> "CfsClient":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def get_site(self, site: CfsSite) -> SiteProfile | None:
        """Look up a site and its receipt method."""
        return self._transport.get(CfsCall("look up site", site.site, "GET", f"{site.path}/"), SiteProfile.from_json)

    def set_receipt_method(self, site: CfsSite, method: str) -> SiteProfile:
        """Set how CFS collects on a site (SiteReceiptMethod): PAD_STOP blocks PAD, PAD_DAILY allows it.

        An answer that does not say so is no failure: CFS is asked what it has. Raises CfsUnavailable where it still
        has another method.
        """
        call = CfsCall(
            f"set the receipt method {method} on site",
            site.site,
            "PUT",
            f"{site.path}/",
            body={"receipt_method": str(method)},
        )
        set_to = self._transport.put(call, SiteProfile.from_json)
        if set_to.receipt_method == method:
            return set_to
        found = self._look_again(site)
        if found.receipt_method not in {None, method}:
            raise CfsUnavailable(
                f"CFS accepted to {call}, and has {found.receipt_method!r} there all the same. It is tried again."
            )
        return found

    def _look_again(self, site: CfsSite) -> SiteProfile:
        """Look a site up whose PUT went well; where nothing can be read of it, nothing speaks against that."""
        try:
            return self.get_site(site) or SiteProfile(None)
        except CfsAnswerUnreadable:
            return SiteProfile(None)

    def get_receipt(self, site: CfsSite, number: str, *, identity: CfsCaller = CfsCaller.PAYBC) -> CfsReceipt | None:
        """Look up a receipt on the site it should be on."""
        call = CfsCall("look up receipt", number, "GET", f"{_receipt(site, number)}/", identity)
        return self._transport.get(call, _receipt_named(number))

    def get_unapplied(self, site: CfsSite, numbers: Iterable[str]) -> Decimal:
        """Return what receipts have unapplied together; one that is reversed, or that CFS lacks, has nothing."""
        receipts = (self.get_receipt(site, number) for number in numbers)
        return sum((one.unapplied_amount for one in receipts if one and not one.is_reversed), Decimal("0.00"))

    def create_receipt(self, site: CfsSite, receipt: NewReceipt) -> CfsReceipt:
        """Make a receipt, as FAS: one made by PAYBC could never be applied."""
        call = CfsCall(
            "create receipt",
            receipt.receipt_number,
            "POST",
            f"{site.path}/rcpts/",
            CfsCaller.FAS,
            {
                "receipt_number": receipt.receipt_number,
                "receipt_date": receipt.receipt_date.isoformat(),
                "receipt_amount": str(two_places(receipt.receipt_amount)),
                "payment_method": str(receipt.payment_method),
                "comments": receipt.comments,
            },
        )
        return self._transport.post(call, _receipt_named(receipt.receipt_number))

    def apply_receipt(self, site: CfsSite, number: str, invoice_number: str) -> CfsReceipt:
        """Apply what is left of a receipt, as far as the invoice owes it; returns the receipt after that."""
        call = CfsCall(
            f"apply receipt {number} to invoice",
            invoice_number,
            "POST",
            f"{_receipt(site, number)}/apply",
            body={"invoice_number": invoice_number},
        )
        return self._transport.post(call, _receipt_named(number))

    def unapply_receipt(self, site: CfsSite, number: str, invoice_number: str) -> None:
        """Take back what of a receipt was applied to an invoice."""
        call = CfsCall(
            f"unapply receipt {number} from invoice",
            invoice_number,
            "POST",
            f"{_receipt(site, number)}/unapply",
            body={"invoice_number": invoice_number},
        )
        self._transport.post(call, _done)

    def reverse_receipt(self, site: CfsSite, number: str, *, reason: ReversalReason, comment: ReversalComment) -> None:
        """Take a receipt back, and with it everything applied from it; final. CFS refuses a second time."""
        call = CfsCall(
            "reverse receipt",
            number,
            "POST",
            f"{_receipt(site, number)}/reverse",
            CfsCaller.FAS,
            {"reversal_reason": str(reason), "reversal_comment": str(comment)},
        )
        self._transport.post(call, _done)

    def adjust_receipt(self, site: CfsSite, number: str, *, amount: Decimal, activity: ReceiptActivity) -> None:
        """Take an amount out of what is left of a receipt. It cannot be undone."""
        call = CfsCall(
            "adjust receipt",
            number,
            "POST",
            f"{_receipt(site, number)}/adjustment",
            CfsCaller.FAS,
            {"activity_name": str(activity), "adjustment_amount": str(two_places(amount))},
        )
        self._transport.post(call, _done)

    def get_invoice(self, site: CfsSite, number: str) -> CfsInvoice | None:
        """Look up an invoice on the site it should be on."""
        return self._transport.get(_look_up_invoice(site, number), _invoice_named(number))

    def get_invoice_balance(self, site: CfsSite, number: str) -> InvoiceBalance | None:
        """Look up what is owed on an invoice, with the adjustments of it."""
        return self._transport.get(
            _look_up_invoice(site, number),
            lambda answer: InvoiceBalance.from_json(named(answer, "invoice_number", number)),
        )

    def create_invoice(self, site: CfsSite, number: str, lines: Sequence[InvoiceLine], *, at: datetime) -> CfsInvoice:
        """Make an invoice. CFS refuses a number it has ever seen.

        at  the instant of the transaction, aware; CFS is told the Vancouver wall time, written with a Z
        """
        call = CfsCall(
            "create invoice",
            number,
            "POST",
            f"{site.path}/invs/",
            body={
                "batch_source": names.INVOICE_BATCH_SOURCE,
                "cust_trx_type": names.INVOICE_TYPE,
                "transaction_date": wall_time(at),
                "gl_date": wall_time(at),
                "transaction_number": number,
                "term_name": names.INVOICE_TERM,
                "comments": "",
                "lines": document_lines(lines, sign=1),
            },
        )
        return self._transport.post(call, _invoice_named(number))

    def adjust_invoice(
        self, site: CfsSite, number: str, *, amount: Decimal, activity: InvoiceActivity, comment: str
    ) -> None:
        """Change what an invoice owes by an amount; positive means more."""
        line = {
            "line_number": "1",
            "adjustment_amount": str(two_places(amount)),
            "activity_name": str(activity),
        }
        call = CfsCall(
            "adjust invoice",
            number,
            "POST",
            f"{_invoice(site, number)}/adjs/",
            body={"comment": comment, "lines": [line]},
        )
        self._transport.post(call, _done)

    def credit_balance(self, number: str) -> str:
        """Bring an invoice to zero by a credit memo, and return the memo's number.

        Its receipts must be unapplied first. The call names no site.
        """
        path = f"/cfs/parties/invs/{quote(number, safe='')}/creditbalance/"
        call = CfsCall("credit the balance of invoice", number, "POST", path, body={})
        return self._transport.post(call, lambda answer: _credit_memo_of(call, answer))

    def get_credit_memo(self, site: CfsSite, number: str) -> CreditMemo | None:
        """Look up a credit memo on the site it should be on."""
        call = CfsCall("look up credit memo", number, "GET", f"{site.path}/cms/{quote(number, safe='')}/")
        return self._transport.get(
            call, lambda answer: CreditMemo.from_json(named(answer, "credit_memo_number", number))
        )

    def create_credit_memo(
        self, site: CfsSite, lines: Sequence[InvoiceLine], *, at: datetime, comments: str = ""
    ) -> CreditMemo:
        """Make a credit memo on a site; CFS chooses its number, so a lost answer cannot be looked up.

        at  as for an invoice
        """
        call = CfsCall(
            "create a credit memo on site",
            site.site,
            "POST",
            f"{site.path}/cms/",
            body={
                "batch_source": names.CREDIT_MEMO_BATCH_SOURCE,
                "cust_trx_type": names.CREDIT_MEMO_TYPE,
                "transaction_date": wall_time(at),
                "gl_date": wall_time(at),
                "comments": comments,
                "lines": document_lines(lines, sign=-1),
            },
        )
        return self._transport.post(call, CreditMemo.from_json)


def _receipt(site: CfsSite, number: str) -> str:
    return f"{site.path}/rcpts/{_segment(number)}"


def _invoice(site: CfsSite, number: str) -> str:
    return f"{site.path}/invs/{_segment(number)}"


def _look_up_invoice(site: CfsSite, number: str) -> CfsCall:
    return CfsCall("look up invoice", number, "GET", f"{_invoice(site, number)}/")


def _receipt_named(number: str) -> Callable[[JsonObject], CfsReceipt]:
    return lambda answer: CfsReceipt.from_json(named(answer, "receipt_number", number))


def _invoice_named(number: str) -> Callable[[JsonObject], CfsInvoice]:
    return lambda answer: CfsInvoice.from_json(named(answer, "invoice_number", number))


def _segment(number: str) -> str:
    if not number.strip():
        raise ValueError("a CFS call needs the number of what it is about")
    return quote(number, safe="")


def _done(_answer: JsonObject) -> bool:
    return True


def _credit_memo_of(call: CfsCall, answer: JsonObject) -> str:
    said = optional_text(answer, names.MESSAGES) or ""
    if said and not said.upper().startswith("SUCCESS"):
        raise CfsRejected(f"CFS refused to {call}: {said} (200).", reason=said, status_code=200)
    return text(answer, "credit_memo")
