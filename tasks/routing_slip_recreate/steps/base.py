"""What a step is, and what its look at CFS may find.

Source: docs/specs/routing-slips.md section 4: read CFS before each step, and never repeat blindly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.cfs import Receipt
from tasks.routing_slip_recreate.cfs_view import CfsView

Json = dict[str, object]


@dataclass(frozen=True)
class StepState:
    """What the look before a step found; `true` means there is nothing to send."""

    true: bool
    found: str


class StateConflict(Exception):
    """CFS and our books contradict each other, and the next run cannot tell which is right.

    repair  what to put right in CFS or in our books so that the next run can continue on its own
    """

    def __init__(self, *, cfs: str, ours: str, repair: str) -> None:
        super().__init__(cfs)
        self.cfs = cfs
        self.ours = ours
        self.repair = repair

    def account(self, slip: str) -> str:
        """Return where the slip stands, and the two ways to resolve it."""
        return (
            f"CFS says: {self.cfs}. We say: {self.ours}. Nothing further was sent. Either (1) {self.repair}; "
            f"the next run sees it and continues on its own. Or (2) finish slip {slip} by hand, in CFS and in the pay "
            "database; once it is not due any more and our receipts say what CFS says, the job drops it."
        )


@dataclass(frozen=True)
class CfsStep:
    """One call that changes CFS, or one check.

    kind, subject   what is done to what; together they name the step within its operation
    look            sees whether it is true already; raises StateConflict where CFS is in no state it could come from
    send            sends it, keeps what CFS answers, and returns the answer for the journal; None for a check
    request         what is sent, for the journal
    touches         the numbers of the receipts and invoices it may change
    """

    kind: str
    subject: str
    look: Callable[[CfsView], StepState]
    send: Callable[[CfsView], Json] | None = None
    request: Json = field(default_factory=dict)
    touches: tuple[str, ...] = ()


def receipt_words(receipt: Receipt | None) -> str:
    """Return a few words on how CFS has a receipt."""
    if receipt is None:
        return "404"
    if receipt.is_reversed:
        return "REV"
    to = ", ".join(f"{one.amount_applied:.2f} to {one.invoice_number}" for one in receipt.invoices)
    return f"open over {receipt.receipt_amount:.2f}, {receipt.unapplied_amount:.2f} unapplied{f', {to}' if to else ''}"


def as_json(receipt: Receipt) -> Json:
    """Return a receipt for the journal, amounts as text."""
    return {
        "receipt_number": receipt.receipt_number,
        "receipt_amount": str(receipt.receipt_amount),
        "unapplied_amount": str(receipt.unapplied_amount),
        "status": receipt.status,
        "invoices": {one.invoice_number: str(one.amount_applied) for one in receipt.invoices},
    }
