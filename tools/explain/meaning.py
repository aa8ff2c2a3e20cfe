"""What the dates and the status of an invoice mean, in words (docs/specs/invoice-lifecycle.md sections 1.1 and 1.2)."""

from datetime import datetime

_SETTLED_BY = {
    "PAD": "the application date of the settlement row",
    "ONLINE_BANKING": "the application date of the settlement row",
    "EJV": "the effective date of the feedback line",
}
_OPEN = frozenset({"CREATED", "APPROVED", "SETTLEMENT_SCHED", "PARTIAL_PAID", "OVERDUE"})
_STATUS = {
    "CREATED": "It exists and nothing is promised: the payment was not begun, or an earlier one was taken back.",
    "APPROVED": "The service was given on trust; the money is still to be collected.",
    "PARTIAL_PAID": "Part of it was received.",
    "OVERDUE": "It was not paid by its overdue date.",
    "PAID": "It is confirmed as paid.",
    "REFUND_REQUESTED": "A refund was accepted; the money is not back yet.",
    "MANUALLY_REFUNDED": "Finance sent a cheque outside this system; only the record is here.",
    "GL_UPDATED": "Its revenue account was changed after the payment; it goes back to PAID.",
    "GL_UPDATED_REFUND": "Its revenue account was changed after the refund; it goes back to REFUNDED.",
    "CHARGEBACK": "The card's owner had the payment charged back.",
    "DELETED": "The user removed it before it was paid.",
    "DELETE_ACCEPTED": "The user removed it before it was paid.",
}
_REFUNDED_BY = {
    "DIRECT_PAY": "PayBC confirmed the refund to the card",
    "CC": "PayBC confirmed the refund to the card",
    "EJV": "the reverse journal was accepted",
    "INTERNAL": "the receipt was un-applied and the routing slip has its balance back",
    "EFT": "the money is back with the short name",
}


def meanings(
    *, status: str, method: str, payment_date: datetime | None, refund_date: datetime | None, was_sent: bool
) -> list[str]:
    """Return the sentences that explain an invoice; `was_sent` is whether a collecting system ever got it."""
    sentences = [_of_status(status, method, was_sent=was_sent)]
    if payment_date is not None:
        source = _SETTLED_BY.get(method, "the moment it was confirmed, in UTC")
        sentences.append(
            f"payment_date is when we learned that it was settled, not when money moved: {source}."
            + (" A bounce or a correction leaves the date behind." if status in _OPEN else "")
        )
    if refund_date is not None:
        part = " A partial refund sets it too, and the status stays PAID." if status == "PAID" else ""
        sentences.append(
            f"refund_date is when it became CANCELLED, CREDITED, REFUNDED or MANUALLY_REFUNDED with us.{part}"
        )
    return sentences


def _of_status(status: str, method: str, *, was_sent: bool) -> str:
    if status == "CANCELLED":
        said = "nothing had been sent for collection, so it was simply called off"
        return (
            f"CANCELLED: {said if not was_sent else 'it was called off, although a reference shows it had been sent'}."
        )
    if status == "CREDITED":
        return (
            "CREDITED: PAD and online banking money cannot be sent back, so it is kept as the account's credit in CFS."
        )
    if status == "REFUNDED":
        return f"REFUNDED: {_REFUNDED_BY.get(method, 'the money went back to where it came from')}."
    if status == "SETTLEMENT_SCHED":
        if method == "PAD":
            return "SETTLEMENT_SCHED: the payment bounced; it waits for the customer to pay by card."
        return "SETTLEMENT_SCHED: it is in CFS and waits for the customer's payment."
    return f"{status}: {_STATUS.get(status, 'a status this tool does not know.')}"
