"""Writes inbox files as the payment, partner and AP jobs do, derives CGI's feedback, and fills the pay tables.

The writers follow docs/specs/cgi-ejv-files.md sections 3 and 6 and share nothing with the readers they test. Amounts
are written as text, `31.50`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from config.settings import CgiSettings, EventSettings, Settings
from database.engine import Database
from jobs.run.context import RunContext
from tests.pay_books import PayBooks

NOW = datetime(2026, 11, 18, 16, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 18, 4, 1, 7)
GS = "\x1d"
REGISTRIES_GL = "112100012000230034000004"
SERVICE_GL = "112100012000231034000005"
ACCOUNT_GL = "901111112222233334444444"


@dataclass(frozen=True)
class JournalPair:
    """Two journal lines, credit and debit of one amount; the first goes to our side of it."""

    about: str
    amount: str
    is_reversal: bool = False
    ours: str = REGISTRIES_GL
    theirs: str = ACCOUNT_GL
    name: str = "MINISTRY OF SAMPLES - FIELD OFFICE"
    supplier: str = "900001"


@dataclass(frozen=True)
class Item:
    """An AP item: its lines as text behind the invoice number, IH first."""

    number: str
    amount: str
    name: str = "J SAMPLE AND CO"
    advice: str | None = None
    method: str = "CHQ"
    address: tuple[str, str, str, str] = ("100 EXAMPLE ST", "UNIT 4", "VICTORIA", "V8V0A0")


@dataclass(frozen=True)
class Batch:
    """A batch as it goes out: journals (id, pairs), or AP items."""

    number: int
    kind: str = "GI"
    journals: Sequence[tuple[int, Sequence[JournalPair]]] = ()
    items: Sequence[Item] = ()
    effective: str = "20261118"
    feeder: str = "3535"
    year: str = "2027"

    def bodies(self) -> list[tuple[str, str]]:
        """Return record code and body of each line between BH and BT."""
        lines: list[tuple[str, str]] = []
        for journal, pairs in self.journals:
            total = sum((Decimal(pair.amount) for pair in pairs), Decimal(0))
            head = f"FI{journal:08}" + f"FI{self.number:09}".ljust(25) + money(total)
            lines.append(("JH", f"{head}ACAD".ljust(264)))
            bodies = [body for pair in pairs for body in self._pair(pair)]
            lines += [("JD", f"FI{journal:08}{n:05}{body}") for n, body in enumerate(bodies, 1)]
        for item in self.items:
            lines += self._item(item)
        return lines

    def total(self) -> Decimal:
        """Return the control total."""
        amounts = [pair.amount for _, pairs in self.journals for pair in pairs] + [item.amount for item in self.items]
        return sum(map(Decimal, amounts), Decimal(0))

    def trailer(self) -> str:
        """Return the body of BT."""
        return f"{self.feeder}{self.year}{self.number:09}{len(self.bodies()):015}{money(self.total())}"

    def inbox(self) -> bytes:
        """Return the inbox file."""
        lines = [("BH", f"{self.feeder}{self.year}{self.number:09}4010"), *self.bodies(), ("BT", self.trailer())]
        return "".join(f"{self.feeder}{self.kind}{code}{GS}{body}{GS}\n" for code, body in lines).encode()

    def feedback(self, codes: Mapping[int | str, str] = {}, *, repeats: bool = True) -> bytes:
        """Return CGI's answer.

        codes    return code and message ("2099 GL REJECTED") by line number, 1 being BG, or by record and body's part
        repeats  whether the lines between BH and BT come back
        """
        lines = [("BG", f"{self.feeder}{self.year}{self.number:09}4010"), ("BH", "")]
        lines += self.bodies() if repeats else []
        lines.append(("BT", self.trailer()))
        return b"".join(self._answer(n, *line, codes) for n, line in enumerate(lines, 1))

    def _answer(self, number: int, record: str, body: str, codes: Mapping[int | str, str]) -> bytes:
        start = f"{self.kind}{record}...{body.ljust(40) if record == 'IC' else body}"
        if record == "BG":
            return f"{start}\n".encode()
        if record == "IC":
            start = start.ljust(113)
        said = next((codes[key] for key in (number, record) if key in codes), None)
        if said is None:
            said = next((v for k, v in codes.items() if isinstance(k, str) and len(k) > 2 and k in body), "0000")
        code, _, message = said.partition(" ")
        return f"{start}{code}{message.ljust(150)}CGI\n".encode()

    def _pair(self, pair: JournalPair) -> Iterable[str]:
        first, second = ("D", "C") if pair.is_reversal else ("C", "D")
        tail = f"#{pair.about.split('-')[0]}"
        description = pair.name[:100].ljust(100)[: 100 - len(tail)] + tail
        for gl, side in ((pair.ours, first), (pair.theirs, second)):
            yield (
                f"{self.effective}{gl}{'0' * 10}{'':16}{pair.supplier:<9}{money(pair.amount)}{side}{description}"
                f"{pair.about:<110}"
            )

    def _item(self, item: Item) -> list[tuple[str, str]]:
        key = f"{'700002':<9}001{item.number:<50}"
        head = f"{key}{'':20}ST{self.effective}GEN {item.method} N78  {money(item.amount)}CAD{self.effective}"
        head += f"{'Immediate':<50}{'':76}{('REFUND_FAS_RS_' + item.number)[:30]:<30}{'':9}Y{'':110}"
        line = (
            f"{key}0001    {money(item.amount)}D{REGISTRIES_GL}{'0' * 10}{'':16}{'':55}{self.effective}".ljust(387)
            + "700002"
        )
        street, more, city, postal = item.address
        name = f"{key}{item.name:<80}{street:<40}{more:<40}{'':40}{city:<25}BC{postal:<10}CA"
        lines = [("IH", head.ljust(407)), ("IL", line.ljust(527)), ("NA", name)]
        return lines + ([("IC", f"{key}0001{item.advice}")] if item.advice else [])


def money(amount: str | Decimal) -> str:
    """Return an amount in 15 characters."""
    return f"{Decimal(amount):015.2f}"


_AT = {"created_on": SENT}
_BY = {**_AT, "created_by": "test"}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "invoices": {**_BY, "payment_method_code": "EJV"},
    "invoice_references": {},
    "distribution_codes": {**_BY, "start_date": "2020-01-01"},
    "payment_line_items": {"line_item_status_code": "ACTIVE"},
    "refunds_partial": {**_BY, "refund_type": "BASE_FEES"},
    "ejv_files": {**_AT, "disbursement_status_code": "UPLOADED"},
    "ejv_headers": {"disbursement_status_code": "UPLOADED"},
    "ejv_links": {"disbursement_status_code": "UPLOADED"},
    "partner_disbursements": {**_AT, "status_code": "UPLOADED", "is_reversal": False},
    "routing_slips": {**_BY, "routing_slip_date": "2026-11-01", "status": "REFUND_UPLOADED"},
    "refunds": {"status": "APPROVED", "type": "ROUTING_SLIP"},
    "eft_refunds": {
        **_AT,
        "refund_email": "a@b.invalid",
        "comment": "",
        "status": "APPROVED",
        "disbursement_status_code": "UPLOADED",
    },
    "eft_short_names": {**_AT},
}


class EjvBooks(PayBooks):
    """The pay database of journal vouchers; what a row demands has a default."""

    JOB = "EJV_FEEDBACK_CHECK"
    DEFAULTS = _DEFAULTS

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: NOW) -> None:
        super().__init__(database)
        self.clock = clock

    def account(self, **more: Any) -> int:
        """Add a ministry account with its GL."""
        account = self.add("payment_accounts", payment_method="EJV", **more)
        self.add("distribution_codes", account_id=account, client="901", name=f"GL of {account}")
        return account

    def invoice(self, account: int, number: int, total: str, status: str = "APPROVED", **more: Any) -> int:
        """Add an invoice with its active reference."""
        self.add("invoices", id=number, payment_account_id=account, total=total, invoice_status_code=status, **more)
        self.add("invoice_references", invoice_id=number, invoice_number=f"EJV{number:08}", status_code="ACTIVE")
        return number

    def partial_refund(self, number: int, invoice: int, amount: str, status: str = "REFUND_PROCESSING") -> int:
        """Add a partial refund of an invoice."""
        line = self.line_item(invoice, amount)
        return self.add(
            "refunds_partial",
            id=number,
            payment_line_item_id=line,
            refund_amount=amount,
            invoice_id=invoice,
            status=status,
        )

    def line_item(self, invoice: int, total: str, distribution: int | None = None) -> int:
        """Add a line item."""
        fee = self.one("SELECT min(fee_schedule_id) FROM fee_schedules")
        return self.add(
            "payment_line_items", invoice_id=invoice, total=total, filing_fees=total, fee_schedule_id=fee,
            fee_distribution_id=distribution,
        )  # fmt: skip

    def batch(
        self, number: int, file_type: str = "PAYMENT", name: str = "INBOX.F3535.20261118040107", **more: Any
    ) -> int:
        """Add a batch that was uploaded."""
        return self.add("ejv_files", id=number, file_type=file_type, file_ref=name, **more)

    def journal(self, batch: int, number: int, links: Iterable[tuple[str | None, int]], **more: Any) -> int:
        """Add a journal with its links (link type, id)."""
        self.add("ejv_headers", id=number, ejv_file_id=batch, **more)
        for sequence, (link_type, target) in enumerate(links, 1):
            self.add("ejv_links", ejv_header_id=number, link_type=link_type, link_id=target, sequence=sequence)
        return number

    def partner_gl(self) -> tuple[int, int]:
        """Add a distribution code with the partner's GL behind it, and return both."""
        partner = self.add("distribution_codes", client="112", name="partner GL")
        fee = self.add("distribution_codes", client="112", name="fee", disbursement_distribution_code_id=partner)
        return fee, partner

    def context(self, settings: dict[type[Settings], Settings] | None = None, **more: Any) -> RunContext:
        """Return what a run is given."""
        return self.context_of(self.clock, read_settings=_SETTINGS | (settings or {}), **more)


_SETTINGS: dict[type[Settings], Settings] = {
    CgiSettings: CgiSettings(),
    EventSettings: EventSettings(publish_url="file:///nowhere"),
}


def example_batch() -> Batch:
    """Return the journal batch of docs/specs/examples."""
    first = [
        JournalPair("7654321", "30.00"),
        JournalPair("7654321", "1.50", ours=SERVICE_GL),
        JournalPair("7650012", "20.00", is_reversal=True),
    ]
    agency = JournalPair("7654388", "50.00", theirs="902555556666677778888888", name="AGENCY FOR EXAMPLES")
    return Batch(
        4321,
        journals=[
            (8801, first),
            (8802, [agency, replace(agency, about="7600001-PR-55", amount="5.00", is_reversal=True)]),
        ],
    )


def example_books(books: EjvBooks) -> EjvBooks:
    """Fill the pay tables as they are before the example feedback comes (section 9)."""
    a, b = books.account(name="Ministry of Samples"), books.account(name="Agency for Examples")
    books.batch(4321)
    books.invoice(a, 7654321, "31.50")
    books.invoice(a, 7650012, "20.00", "REFUND_REQUESTED", payment_date=datetime(2026, 11, 2), corp_type_code="PPR")
    books.invoice(b, 7654388, "50.00")
    books.invoice(b, 7600001, "40.00", "PAID")
    books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = 7600001")
    books.partial_refund(55, 7600001, "5.00")
    books.journal(4321, 8801, [("invoice", 7654321), ("invoice", 7650012)], payment_account_id=a)
    books.journal(4321, 8802, [("invoice", 7654388), ("partial_refund", 55)], payment_account_id=b)
    return books
