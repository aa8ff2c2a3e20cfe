"""A batch of feedback, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from connectors.payment_events import EventInvoice
from tasks.ejv_feedback_check.owed_items import OwedItem

JOURNAL_FILES = ("PAYMENT", "DISBURSEMENT")


@dataclass(frozen=True)
class FeedbackBatch:
    """A batch of feedback, as it stands in its file."""

    file_id: int
    file_name: str
    batch_type: str
    number: int
    feeder: str
    first_line: int
    last_line: int


class ItemToCheck(NamedTuple):
    """An item of a batch that needs attention: one row of list_to_check.sql.

    at_line        the line that refuses it, else its first
    expected       the amount in our tables
    earlier        what had been received for the invoice before
    status_before  the status of the row that its answer changes
    was_never_charged  whether its charge was refused while its refund is asked for
    refused_sides      C, D or CD: the sides of the journal lines that CGI refused
    gls                the GL codes of its journal by their owner (diagnosis/gl_codes.py), where CGI refused a line
    """

    at_line: int | None
    journal: int | None
    subject: str | None
    link_id: int | None
    amount: Decimal | None
    expected: Decimal | None
    message: str
    effect: str
    outcome: str
    rule: str
    is_accepted: bool
    is_header_refused: bool
    is_undated: bool
    effective_date: date | None
    invoice_status: str | None
    status_before: str | None
    earlier: Decimal | None
    invoice_id: int | None
    was_never_charged: bool
    refused_sides: str | None
    gls: Mapping[str, Sequence[str]] = MappingProxyType({})


class UnansweredLink(NamedTuple):
    """An open link that no line answers, and how many there are of the batch."""

    journal: int
    link_type: str
    link_id: int
    number: int


@dataclass
class BatchResult:
    """What became of a batch.

    lines       outcome: number of lines
    effects     (what happened, how many items, amount in CAD)
    is_held     none of its items could be applied, though some should: batch and journals stay as they are
    refusal     code and message of BH, '' where it accepted
    trailer     line of BT, with its code and message, where it alone refuses
    to_check    the items that need attention
    unanswered  open links that no line answers
    owed        items of an AP batch that no line answers, unless the whole batch was refused
    stopped     distribution codes on which journals are stopped now
    reversed    invoices whose reversal was accepted
    """

    file_type: str
    refusal: str = ""
    trailer: tuple[int, str] | None = None
    is_held: bool = False
    lines: dict[str, int] = field(default_factory=dict)
    effects: list[tuple[Any, ...]] = field(default_factory=list)
    to_check: list[ItemToCheck] = field(default_factory=list)
    unanswered: list[UnansweredLink] = field(default_factory=list)
    owed: list[OwedItem] = field(default_factory=list)
    stopped: list[int] = field(default_factory=list)
    reversed: list[EventInvoice] = field(default_factory=list)
