"""What a step is, and what its look at CFS may find.

Source: docs/specs/routing-slips.md section 4: read CFS before each step, and never repeat blindly.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from connectors.cfs import CfsReceipt
from connectors.effects import Json, Observation, Step
from tasks.routing_slip_recreate.cfs_view import CfsView


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
    look: Callable[[CfsView], Observation[str]]
    send: Callable[[CfsView], Json] | None = None
    request: Json = field(default_factory=dict)
    touches: tuple[str, ...] = ()

    def over(self, view: CfsView) -> Step:
        """Return the step as the journal runs it: it looks through what is known of CFS, while that is not too old."""

        def look() -> Observation[str]:
            view.forget_old(*self.touches)
            return replace(self.look(view), since=view.since(*self.touches))

        send = None if self.send is None else partial(_send_over, view, self.send)
        return Step(self.kind, self.subject, look, send, self.request, forget=partial(view.forget, *self.touches))


def _send_over(view: CfsView, send: Callable[[CfsView], Json]) -> Json:
    view.begin()
    return send(view)


def receipt_words(receipt: CfsReceipt | None) -> str:
    """Return a few words on how CFS has a receipt."""
    if receipt is None:
        return "404"
    if receipt.is_reversed:
        return "REV"
    to = ", ".join(f"{one.amount_applied:.2f} to {one.invoice_number}" for one in receipt.invoices)
    return f"open for {receipt.receipt_amount:.2f}, {receipt.unapplied_amount:.2f} unapplied{f', {to}' if to else ''}"


def as_json(receipt: CfsReceipt) -> Json:
    """Return a receipt for the journal, amounts as text."""
    return {
        "receipt_number": receipt.receipt_number,
        "receipt_amount": str(receipt.receipt_amount),
        "unapplied_amount": str(receipt.unapplied_amount),
        "status": receipt.status,
        "invoices": {one.invoice_number: str(one.amount_applied) for one in receipt.invoices},
    }
