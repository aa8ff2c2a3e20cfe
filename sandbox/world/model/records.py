"""What the model knows: accounts, invoices with references and receipts, payments, credits. Amounts in CAD."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sandbox.world.chronicle import Chronicle
from sandbox.world.situations import AWAITED

ZERO = Decimal("0.00")
FINAL = frozenset({"CANCELLED", "CREDITED", "REFUNDED", "MANUALLY_REFUNDED", "DELETED"})


@dataclass
class ModelSetting:
    """A statement setting; `last` is None while nobody ended it."""

    id: int
    frequency: str
    first: date
    last: date | None = None


@dataclass(frozen=True)
class ModelProfile:
    """A row of cfs_accounts: what CFS has of an account for one payment method."""

    id: int
    cfs_account: str
    site: str


@dataclass
class ModelAccount:
    """A payment account.

    profiles    by payment method
    status      of its PAD profile
    owes_since  since when a bounce is open
    interims    the first and last days of its interim statements
    leaves_eft  whether it buys nothing more by EFT, so that it may pay otherwise once nothing is owed
    """

    id: int
    auth: str
    method: str
    is_notified: bool
    profiles: dict[str, ModelProfile] = field(default_factory=dict)
    status: str = "ACTIVE"
    gl: int = 0
    owes_since: datetime | None = None
    settings: list[ModelSetting] = field(default_factory=list)
    interims: list[tuple[date, date]] = field(default_factory=list)
    leaves_eft: bool = False


@dataclass
class ModelReference:
    """The number under which an invoice is collected."""

    number: str
    status: str = "ACTIVE"


@dataclass
class ModelReceipt:
    """Money that settled an invoice."""

    number: str
    amount: Decimal


@dataclass
class ModelLine:
    """A line item: the fee, the service fee, and the tax on each."""

    id: int
    fee: Decimal
    service: Decimal = ZERO
    fee_gst: Decimal = ZERO
    service_gst: Decimal = ZERO

    @property
    def base(self) -> Decimal:
        """The fee with its tax: what a partner has a right to."""
        return self.fee + self.fee_gst

    @property
    def ours(self) -> Decimal:
        """The service fee with its tax."""
        return self.service + self.service_gst


@dataclass
class ModelInvoice:
    """An invoice as it must stand; times as the pay tables hold them, naive UTC."""

    id: int
    account: int
    method: str
    day: date
    total: Decimal
    status: str
    lines: list[ModelLine] = field(default_factory=list)
    paid: Decimal = ZERO
    refund: Decimal = ZERO
    payment_date: datetime | None = None
    refund_date: datetime | None = None
    references: list[ModelReference] = field(default_factory=list)
    receipts: list[ModelReceipt] = field(default_factory=list)
    product: str = ""
    slip: str | None = None
    disbursement: str | None = None

    def reference(self, *statuses: str) -> ModelReference | None:
        """Return the reference in one of some states, if there is one."""
        return next((one for one in self.references if one.status in statuses), None)

    @property
    def number(self) -> str:
        """The number under which it is collected now. Raise AssertionError where it is not."""
        found = self.reference("ACTIVE", "COMPLETED")
        assert found is not None
        return found.number


@dataclass
class ModelPayment:
    """A row of payments."""

    account: int
    method: str
    status: str
    number: str | None
    receipt: str | None
    invoice_amount: Decimal
    paid: Decimal


@dataclass
class ModelCredit:
    """Money that an account has on the site of a payment method: a credit memo, or money on account.

    applied  by invoice
    """

    identifier: str
    account: int
    method: str
    amount: Decimal
    is_memo: bool
    applied: dict[int, Decimal] = field(default_factory=dict)
    used: Decimal = ZERO

    @property
    def remaining(self) -> Decimal:
        """What is left of it."""
        return self.amount - self.used


@dataclass
class ModelRefund:
    """A row of refunds_partial."""

    id: int
    invoice: ModelInvoice
    amount: Decimal
    status: str


@dataclass
class ModelShare:
    """A row of partner_disbursements: what a partner gets for an invoice, or gives back of it or of a part of it."""

    id: int
    invoice: ModelInvoice
    amount: Decimal
    is_reversal: bool
    refund: ModelRefund | None = None
    status: str = "WAITING_FOR_JOB"
    feedback_on: date | None = None


@dataclass(frozen=True)
class ModelItem:
    """What a journal is about: an invoice, a partial refund, or a partner's share; `about` is its flow-through."""

    journal: int
    about: str
    invoice: ModelInvoice
    amount: Decimal
    is_reversal: bool = False
    refund: ModelRefund | None = None
    share: ModelShare | None = None


@dataclass
class ModelBatch:
    """A batch that was sent to CGI; `effective` is the day that its lines name, `cheques` the slips that get one."""

    number: int
    file_type: str
    effective: date
    items: list[ModelItem]
    cheques: list[str] = field(default_factory=list)
    is_answered: bool = False


@dataclass
class ModelStatement:
    """A statement with what it must list; an interim one was made by the API."""

    account: int
    frequency: str
    first: date
    last: date
    methods: str
    invoices: list[ModelInvoice]
    notification: str
    is_interim: bool = False


@dataclass
class WorldModel:
    """Everything that is known.

    fees       the NSF fee invoice of a bounced number, or of a slip and which of its bounces it was; the job gives it
               its id
    stopped    the distribution codes that send no journals until somebody has corrected them
    chronicle  what came up
    told       what others must have heard since the last look: the type of an event, and whom or what it is about
    """

    accounts: dict[int, ModelAccount] = field(default_factory=dict)
    invoices: dict[int, ModelInvoice] = field(default_factory=dict)
    payments: list[ModelPayment] = field(default_factory=list)
    credits: dict[str, ModelCredit] = field(default_factory=dict)
    fees: dict[str, ModelInvoice] = field(default_factory=dict)
    partial_refunds: list[ModelRefund] = field(default_factory=list)
    shares: list[ModelShare] = field(default_factory=list)
    batches: list[ModelBatch] = field(default_factory=list)
    stopped: set[int] = field(default_factory=set)
    statements: list[ModelStatement] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    chronicle: Chronicle = field(default_factory=lambda: Chronicle(AWAITED))
    _of_slips: dict[str, list[ModelInvoice]] = field(default_factory=dict)
    _numbers: dict[str, list[ModelInvoice]] = field(default_factory=dict)

    def add(self, invoice: ModelInvoice) -> ModelInvoice:
        """Take in an invoice that has an id."""
        self.invoices[invoice.id] = invoice
        if invoice.slip:
            self._of_slips.setdefault(invoice.slip, []).append(invoice)
        return invoice

    def of_slips(self, numbers: Iterable[str]) -> list[ModelInvoice]:
        """Return the transactions of slips, and their fees, by id."""
        found = [one for number in numbers for one in self._of_slips.get(number, [])]
        return sorted(found, key=lambda one: one.id)

    def refer(self, invoice: ModelInvoice, number: str, status: str = "ACTIVE") -> ModelReference:
        """Give an invoice a number."""
        reference = ModelReference(number, status)
        invoice.references.append(reference)
        self._numbers.setdefault(number, []).append(invoice)
        return reference

    def behind(self, number: str, *statuses: str) -> list[ModelInvoice]:
        """Return the invoices whose reference of this number is in one of some states; the fee, if any, last."""
        return [
            invoice
            for invoice in self._numbers.get(number, [])
            if any(one.number == number and one.status in statuses for one in invoice.references)
        ]

    def owner_of(self, cfs_account: str) -> ModelAccount:
        """Return the account that has a CFS account."""
        return next(
            one
            for one in self.accounts.values()
            if any(profile.cfs_account == cfs_account for profile in one.profiles.values())
        )

    def failed(self, account: ModelAccount) -> list[ModelPayment]:
        """Return the failed payments of an account whose numbers are still owed."""
        return [
            one
            for one in self.payments
            if one.account == account.id
            and one.status == "FAILED"
            and one.number is not None
            and self.behind(one.number, "ACTIVE")
        ]

    def credit_of(self, account: ModelAccount, method: str) -> Decimal:
        """Return what is left of the credits of an account on the site of a payment method."""
        credits = [one for one in self.credits.values() if (one.account, one.method) == (account.id, method)]
        return sum((one.remaining for one in credits), ZERO)


def local_day(stored: datetime) -> date:
    """Return the day in Vancouver of a time as the pay tables hold it."""
    return stored.replace(tzinfo=UTC).astimezone(ZoneInfo("America/Vancouver")).date()
