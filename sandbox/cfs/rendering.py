"""How the simulated CFS writes its objects and its refusals.

Source: docs/specs/cfs-api.md sections 1.1 and 3 to 6: an amount may be a number or a string, an empty list may be
left out, and a refusal is an HTML page whose reason stands only in a header.
"""

import random
from collections.abc import Mapping
from decimal import Decimal

from starlette.responses import Response

from connectors.cfs import exact_json
from sandbox.cfs.books import ZERO, BookedInvoice, BookedMemo, BookedReceipt, BookedSite, CfsBooks
from sandbox.cfs.options import Options

Json = dict[str, object]
MESSAGES = "CAS-Returned-Messages"
PAGE = "<html><head><title>Error</title></head><body><h1>The request could not be processed</h1></body></html>"


def json_answer(body: Mapping[str, object], status: int = 200) -> Response:
    """Answer with JSON."""
    return Response(exact_json.dumps(body), status, media_type="application/json")


def html_answer(status: int, reason: str = "") -> Response:
    """Answer with a page that says nothing; the reason is in the header."""
    return Response(PAGE, status, {MESSAGES: reason} if reason else {}, "text/html")


class Renderer:
    """Write objects as JSON, with the moods of CFS from a seeded source of chance."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._chance = random.Random(options.seed)

    def site(self, site: BookedSite) -> Json:
        """Write a site object."""
        answer: Json = {
            "party_number": site.party_number,
            "account_number": site.account_number,
            "site_number": site.site_number,
            "site_name": site.site_name,
            "customer_profile_class": site.customer_profile_class,
            **site.address,
        }
        if site.receipt_method:
            answer["receipt_method"] = site.receipt_method
        return answer

    def receipt(self, books: CfsBooks, receipt: BookedReceipt) -> Json:
        """Write a receipt object."""
        invoices = [
            {
                "invoice_number": number,
                "total": self._number(books.invoices[number].total),
                "amount_applied": self._number(amount),
                "links": [],
            }
            for number, amount in receipt.applied.items()
        ]
        unapplied = receipt.unapplied_amount
        if receipt.is_reversed and not self._options.reversed_unapplied_zero:
            unapplied = receipt.receipt_amount
        answer: Json = {
            **self._where(books.sites[receipt.site_number]),
            "receipt_number": receipt.receipt_number,
            "receipt_date": receipt.receipt_date,
            "receipt_amount": self._number(receipt.receipt_amount),
            "unapplied_amount": self._number(unapplied),
            "payment_method": receipt.payment_method,
            "comments": receipt.comments,
            "status": self._status(receipt),
        }
        if not self._leaves_out(invoices):
            answer["invoices"] = invoices
        return answer

    def invoice(self, books: CfsBooks, invoice: BookedInvoice) -> Json:
        """Write an invoice object; its lines always come back empty."""
        adjusted = sum((one.amount for one in invoice.adjustments), ZERO)
        return {
            **self._where(books.sites[invoice.site_number]),
            "invoice_number": invoice.invoice_number,
            "pbc_ref_number": invoice.pbc_ref_number,
            "transaction_date": invoice.transaction_date,
            "total": self._number(invoice.total),
            "amount_due": self._number(invoice.amount_due),
            "amount_adjusted": self._number(adjusted) if invoice.adjustments else None,
            "amount_adjusted_pending": None,
            "status": "OP" if invoice.amount_due else self._options.closed_invoice_status,
            "lines": [],
            "adjustments": [
                {
                    "adjustment_amount": self._number(one.amount),
                    "activity_name": one.activity_name,
                    "comment": one.comment,
                }
                for one in invoice.adjustments
            ],
            "credit_memos": [{"credit_memo_number": number} for number in invoice.credits],
            "receipts": [
                {"links": [{"rel": "receipt_applied", "href": f"https://cfs.example/rcpts/{number}/"}]}
                for number in invoice.receipts
            ],
        }

    def memo(self, books: CfsBooks, memo: BookedMemo) -> Json:
        """Write a credit memo object."""
        return {
            **self._where(books.sites[memo.site_number]),
            "credit_memo_number": memo.credit_memo_number,
            "total": self._number(memo.total),
            "amount_due": self._number(memo.amount_due),
        }

    @staticmethod
    def _where(site: BookedSite) -> Json:
        return {
            "party_number": site.party_number,
            "account_number": site.account_number,
            "site_number": site.site_number,
        }

    def _status(self, receipt: BookedReceipt) -> str:
        if receipt.is_reversed:
            return "REV"
        return "APP" if receipt.applied else self._options.fresh_receipt_status

    def _number(self, amount: Decimal) -> object:
        if not self._options.mixed_numbers:
            return amount
        whole = int(amount) if amount == int(amount) else amount
        return self._chance.choice((amount, f"{amount:.2f}", whole))

    def _leaves_out(self, items: list[Json]) -> bool:
        if items and not self._options.drop_filled_invoices:
            return False
        return self._options.mixed_numbers and self._chance.random() < 0.5
