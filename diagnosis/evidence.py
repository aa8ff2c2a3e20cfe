"""What is known of one invoice when it is judged: plain values, read before (read_evidence.py) and never fetched here.

The letters are those of docs/specs/invoice-lifecycle.md section 4. Days are business-local; amounts are CAD.
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from connectors.cfs import CfsSite
from connectors.inbound.holds import HoldKind


class InvoiceRecord(NamedTuple):
    """E1 to E3: the invoice, its references and the CFS account it belongs to.

    active_number    the reference that says: sent, outcome open
    bundle_number    an active reference to a consolidated invoice
    profile_status   of the newest CFS account of the invoice's payment method, one in use before an inactive one
    site             where its CFS invoice is; None while there is no complete profile
    """

    id: int
    method: str
    status: str
    created_on: date
    created_at: datetime
    total: Decimal
    paid: Decimal
    slip_number: str | None
    overdue_at: datetime | None
    account_id: int | None
    account: str | None
    is_billable: bool
    pad_activation: date | None
    takes_bank: bool
    active_number: str | None
    active_on: date | None
    bundle_number: str | None
    completed_number: str | None
    cancelled_number: str | None
    profile_status: str | None
    site: CfsSite | None
    payment_date: datetime | None = None
    account_name: str | None = None

    @property
    def was_never_sent(self) -> bool:
        """Whether it has no reference at all."""
        return not (self.active_number or self.bundle_number or self.completed_number or self.cancelled_number)


class CfsAnswer(NamedTuple):
    """E4: what CFS says of an invoice number; `is_there` is None where CFS gave no usable answer."""

    is_there: bool | None
    total: Decimal = Decimal(0)
    due: Decimal = Decimal(0)


class SettlementTrace(NamedTuple):
    """E5 to E7: what settlement files and payments say of a CFS number.

    file, line, outcome, detail  of the row in an applied file; a rejected row goes first
    waiting_file                 a stored file with the number that is not, or not wholly, processed
    waiting_state                the state of that file
    waiting_id                   its number where several files of its name wait
    waiting_hold                 what holds that file
    waiting_is_cut_off           whether that file ends in the middle of a line
    waiting_bounces              how many NSF rows that file holds
    first_file                   the day of the first file that is known, where no file has the number
    missing_days                 the first business days after the reference was made for which no file is known
    missing_count                how many such days there are
    """

    file: str | None = None
    line: int | None = None
    outcome: str | None = None
    detail: str | None = None
    day: date | None = None
    payment: str | None = None
    bounce: str | None = None
    waiting_file: str | None = None
    waiting_state: str | None = None
    waiting_id: int | None = None
    waiting_hold: str | None = None
    waiting_is_cut_off: bool = False
    waiting_bounces: int = 0
    first_file: date | None = None
    missing_days: tuple[date, ...] = ()
    missing_count: int = 0


class InvoiceGroup(NamedTuple):
    """The PAD invoices of an account that go to CFS as one, numbered after the oldest; E13 for all of them."""

    ids: tuple[int, ...]
    totals: tuple[Decimal, ...]
    has_expired_gl: bool

    @property
    def total(self) -> Decimal:
        """What they come to."""
        return sum(self.totals, Decimal(0))

    def members_making(self, total: Decimal) -> int | None:
        """Return how many of the oldest invoices come to exactly that total, None where no number of them does."""
        running = Decimal(0)
        for number, one in enumerate(self.totals, 1):
            running += one
            if running == total:
                return number
        return None


class JournalVoucher(NamedTuple):
    """E8 to E10: the newest journal voucher of an EJV invoice, and its account's GL.

    completed_batches  how many batches have a completed link for it
    feedback_file      a stored feedback file that speaks of its batch
    sent_at            when its batch was sent last, aware
    unread_file        a feedback file that came since its batch was sent and was not read: it may speak of it
    was_never_charged  whether each of its journals was refused, and nothing was received
    batch_done         when its batch was answered or voided
    holds              what stands against each feedback file that is held or failed
    """

    refund_asked: datetime | None
    has_gl: bool
    is_stopped: bool
    gl_code: int | None
    gl_client: str | None
    gl_changed: datetime | None
    link_status: str | None
    link_message: str | None
    batch: int | None
    file_ref: str | None
    file_made: date | None
    file_status: str | None
    feedback_ref: str | None
    file_message: str | None
    completed_batches: int
    feedback_file: str | None = None
    feedback_is_applied: bool = False
    unread_file: str | None = None
    unread_words: str = ""
    unread_command: str = ""
    sent_at: datetime | None = None
    was_never_charged: bool = False
    batch_done: datetime | None = None
    holds: Mapping[str, str] = MappingProxyType({})

    @property
    def is_held_by_fuse(self) -> bool:
        """Return whether the fuse holds the feedback file that speaks of its batch."""
        return self.holds.get(self.feedback_file or "") == HoldKind.FUSE


class SlipRecord(NamedTuple):
    """E11 and E12: the routing slip an invoice is paid from.

    unapplied  what is left of its receipts and its children's in CFS; None where that was not asked
    """

    number: str
    status: str
    remaining: Decimal | None
    cas_mismatch: bool
    profile_status: str | None
    site: CfsSite | None
    receipts: tuple[str, ...]
    has_created_invoice: bool
    unapplied: Decimal | None = None


class EftLinks(NamedTuple):
    """E14: what staff linked to an EFT invoice."""

    pending_since: datetime | None
    pending_amount: Decimal
    is_completed: bool
    receipt: str | None


class CardPayment(NamedTuple):
    """What we know of a card payment."""

    receipt: str | None
    refund_error: str | None
    refund_asked: datetime | None


class Evidence(NamedTuple):
    """All that is known of one invoice; None is a part that does not concern it.

    cfs          None where CFS was not asked
    cfs_number   the number it has, or should have, in CFS
    collects_by  how CFS collects on its site, where that was asked
    """

    invoice: InvoiceRecord
    cfs_number: str | None = None
    cfs: CfsAnswer | None = None
    collects_by: str | None = None
    settlement: SettlementTrace = SettlementTrace()
    group: InvoiceGroup | None = None
    journal: JournalVoucher | None = None
    slip: SlipRecord | None = None
    eft: EftLinks | None = None
    card: CardPayment | None = None

    @property
    def owed(self) -> Decimal:
        """What CFS should have as the total of its number: of the whole group where it goes with others."""
        return self.group.total if self.group is not None else self.invoice.total
