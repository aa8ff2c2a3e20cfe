"""The paths of CFS.

Source: docs/specs/cfs-api.md sections 2 to 6. Collections and objects end with a slash, verbs do not.
"""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.cfs import customers, invoices, receipts
from sandbox.cfs.bodies import body_of, first_line, text, text_amount, total_of_lines
from sandbox.cfs.books import BookedInvoice, BookedReceipt, BookedSite, RequestRefused
from sandbox.cfs.rendering import MESSAGES, html_answer, json_answer
from sandbox.cfs.simulator import CallRecord, Simulator

PARTIES = "/cfs/parties/"
ACCOUNTS = PARTIES + "{party}/accs/"
SITES = ACCOUNTS + "{account}/sites/"
SITE = SITES + "{site}/"
RECEIPT = SITE + "rcpts/{number}"
INVOICE = SITE + "invs/{number}/"


class CfsRoutes:
    """One method per call of CFS."""

    def __init__(self, simulator: Simulator) -> None:
        self._cfs = simulator

    def routes(self) -> list[Route]:
        """Return the paths with what answers them."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("POST", "/oauth/token", self.token),
            ("POST", PARTIES, self.create_party),
            ("POST", ACCOUNTS, self.create_account),
            ("POST", SITES, self.create_site),
            ("GET", SITES, self.list_sites),
            ("GET", SITE, self.get_site),
            ("PUT", SITE, self.update_site),
            ("POST", SITE + "payment/", self.add_bank_details),
            ("POST", "/cfs/validatepayins/", self.validate_bank_details),
            ("POST", SITE + "rcpts/", self.create_receipt),
            ("GET", SITE + "rcpts/", self.list_receipts),
            ("GET", RECEIPT + "/", self.get_receipt),
            ("POST", RECEIPT + "/apply", self.apply),
            ("POST", RECEIPT + "/unapply", self.unapply),
            ("POST", RECEIPT + "/reverse", self.reverse),
            ("POST", RECEIPT + "/adjustment", self.adjust_receipt),
            ("POST", SITE + "invs/", self.create_invoice),
            ("GET", INVOICE, self.get_invoice),
            ("POST", INVOICE + "adjs/", self.adjust_invoice),
            ("POST", PARTIES + "invs/{number}/creditbalance/", self.credit_balance),
            ("POST", SITE + "cms/", self.create_memo),
            ("GET", SITE + "cms/{number}/", self.get_memo),
        ]
        return [Route(path, endpoint, methods=[method]) for method, path, endpoint in table]

    async def token(self, request: Request) -> Response:
        """Return a token (section 2)."""
        form = (await request.body()).decode()
        if "grant_type=client_credentials" not in form:
            return html_answer(400, "[grant_type must be client_credentials]")
        options = self._cfs.options
        token = self._cfs.tokens.give(request.headers.get("authorization", ""), options)
        if token is None:
            return html_answer(401)
        lifetime = options.token_announced_seconds
        return json_answer({"access_token": token, "token_type": "bearer", "expires_in": lifetime}, 201)

    async def create_party(self, request: Request) -> Response:
        body = await body_of(request)
        name = text(body, "customer_name")
        number = customers.create_party(self._cfs.books, name)
        return json_answer({"party_number": number, "customer_name": name, "business_number": "", "links": []})

    async def create_account(self, request: Request) -> Response:
        body = await body_of(request)
        party = request.path_params["party"]
        number = customers.create_account(self._cfs.books, party)
        description = text(body, "account_description")
        return json_answer(
            {"account_number": number, "party_number": party, "account_description": description, "links": []}
        )

    async def create_site(self, request: Request) -> Response:
        body = await body_of(request)
        where = request.path_params
        site = customers.create_site(self._cfs.books, where["party"], where["account"], body)
        return json_answer(self._cfs.render.site(site))

    async def list_sites(self, request: Request) -> Response:
        where = request.path_params["party"], request.path_params["account"]
        found = [one for one in self._cfs.books.sites.values() if (one.party_number, one.account_number) == where]
        return json_answer({"items": [self._cfs.render.site(one) for one in found]})

    async def get_site(self, request: Request) -> Response:
        return json_answer(self._cfs.render.site(self._site(request)))

    async def update_site(self, request: Request) -> Response:
        site = self._site(request)
        customers.set_receipt_method(site, (await body_of(request)).get("receipt_method"))
        return json_answer(self._cfs.render.site(site))

    async def add_bank_details(self, request: Request) -> Response:
        site = self._site(request)
        number = customers.add_bank_details(self._cfs.books, site, await body_of(request))
        return json_answer({"payment_instrument_number": number})

    async def validate_bank_details(self, request: Request) -> Response:
        body = await body_of(request)
        bank, branch, account = (text(body, part) for part in ("bankNumber", "branchNumber", "accountNumber"))
        said = customers.bank_messages(bank, branch, account)
        answer = {"bank_number": bank, "branch_number": branch, "account_number": account, "bank_name": "A Bank"}
        status = 200 if said == "VALID" else self._cfs.options.validation_status
        return json_answer({**answer, "transit_address": "", MESSAGES: said}, status)

    async def create_receipt(self, request: Request) -> Response:
        site, body = self._site(request), await body_of(request)
        call: CallRecord = request.scope["cfs.call"]
        receipt = receipts.create_receipt(
            self._cfs.books,
            site,
            number=text(body, "receipt_number"),
            date=text(body, "receipt_date"),
            amount=text_amount(body, "receipt_amount", exact_types=self._cfs.options.exact_types),
            method=text(body, "payment_method"),
            comments=text(body, "comments"),
            usable=call.identity == "FAS",
        )
        return self._answer_receipt(receipt)

    async def list_receipts(self, request: Request) -> Response:
        books, site = self._cfs.books, self._site(request)
        found = [one for one in books.receipts.values() if one.site_number == site.site_number]
        return json_answer({"items": [self._cfs.render.receipt(books, one) for one in found]})

    async def get_receipt(self, request: Request) -> Response:
        return self._answer_receipt(self._receipt(request))

    async def apply(self, request: Request) -> Response:
        receipt, invoice = self._receipt(request), await self._named_invoice(request)
        fine = self._cfs.options.apply_of_nothing
        receipts.apply_receipt(self._cfs.books, receipt, invoice, nothing_is_fine=fine)
        return self._answer_receipt(receipt)

    async def unapply(self, request: Request) -> Response:
        receipt, invoice = self._receipt(request), await self._named_invoice(request)
        receipts.unapply_receipt(self._cfs.books, receipt, invoice)
        return self._answer_receipt(receipt)

    async def reverse(self, request: Request) -> Response:
        receipt, body = self._receipt(request), await body_of(request)
        reason, comment = text(body, "reversal_reason"), text(body, "reversal_comment")
        receipts.reverse_receipt(self._cfs.books, receipt, reason=reason, comment=comment)
        return self._answer_receipt(receipt)

    async def adjust_receipt(self, request: Request) -> Response:
        receipt, body = self._receipt(request), await body_of(request)
        amount = text_amount(body, "adjustment_amount", exact_types=self._cfs.options.exact_types)
        activity = text(body, "activity_name")
        receipts.adjust_receipt(self._cfs.books, receipt, amount=amount, activity=activity)
        return self._answer_receipt(receipt)

    async def create_invoice(self, request: Request) -> Response:
        site, body = self._site(request), await body_of(request)
        invoice = invoices.create_invoice(
            self._cfs.books,
            site,
            number=text(body, "transaction_number"),
            total=total_of_lines(body, exact_types=self._cfs.options.exact_types),
            date=text(body, "transaction_date"),
        )
        return self._answer_invoice(invoice)

    async def get_invoice(self, request: Request) -> Response:
        return self._answer_invoice(self._invoice(request))

    async def adjust_invoice(self, request: Request) -> Response:
        invoice, body = self._invoice(request), await body_of(request)
        line = first_line(body)
        invoices.adjust_invoice(
            self._cfs.books,
            invoice,
            amount=text_amount(line, "adjustment_amount", exact_types=self._cfs.options.exact_types),
            activity=text(line, "activity_name"),
            comment=text(body, "comment"),
        )
        return self._answer_invoice(invoice)

    async def credit_balance(self, request: Request) -> Response:
        invoice = self._cfs.books.invoices.get(request.path_params["number"])
        if invoice is None:
            return html_answer(404, "[Trx Errors = [9999] Transaction number does not exist.]")
        fine = self._cfs.options.credit_of_nothing
        memo = invoices.credit_balance(self._cfs.books, invoice, nothing_is_fine=fine)
        return json_answer({"credit_memo": int(memo.credit_memo_number), MESSAGES: "SUCCESS"})

    async def create_memo(self, request: Request) -> Response:
        site, body = self._site(request), await body_of(request)
        total = total_of_lines(body, exact_types=self._cfs.options.exact_types)
        memo = invoices.create_memo(self._cfs.books, site, total=total)
        return json_answer(self._cfs.render.memo(self._cfs.books, memo))

    async def get_memo(self, request: Request) -> Response:
        memo = self._cfs.books.memo(self._site(request), request.path_params["number"])
        return json_answer(self._cfs.render.memo(self._cfs.books, memo))

    def _site(self, request: Request) -> BookedSite:
        where = request.path_params
        return self._cfs.books.site(where["party"], where["account"], where["site"])

    def _receipt(self, request: Request) -> BookedReceipt:
        return self._cfs.books.receipt(self._site(request), request.path_params["number"])

    def _invoice(self, request: Request) -> BookedInvoice:
        return self._cfs.books.invoice(self._site(request), request.path_params["number"])

    async def _named_invoice(self, request: Request) -> BookedInvoice:
        number = text(await body_of(request), "invoice_number")
        invoice = self._cfs.books.invoices.get(number)
        if invoice is None or invoice.site_number != request.path_params["site"]:
            raise RequestRefused(f"Transaction number {number} does not exist on this site.")
        return invoice

    def _answer_receipt(self, receipt: BookedReceipt) -> Response:
        return json_answer(self._cfs.render.receipt(self._cfs.books, receipt))

    def _answer_invoice(self, invoice: BookedInvoice) -> Response:
        return json_answer(self._cfs.render.invoice(self._cfs.books, invoice))
