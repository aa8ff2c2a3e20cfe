"""What the dates and the status of an invoice mean, in words (docs/specs/invoice-lifecycle.md sections 1.1 and 1.2)."""

from datetime import datetime

_SETTLED_BY = {
    "PAD": "the application date of the settlement row",
    "ONLINE_BANKING": "the application date of the settlement row",
    "EJV": "the effective date of the feedback line",
}
_OPEN = frozenset({"CREATED", "APPROVED", "SETTLEMENT_SCHED", "PARTIAL_PAID", "OVERDUE"})
_STATUS = {
    "CREATED": "Nothing is promised yet: no payment was started, or an earlier one was reversed.",
    "APPROVED": "The service was provided on credit; the money is still to be collected.",
    "PARTIAL_PAID": "Part of it has been received.",
    "OVERDUE": "It was not paid by its due date.",
    "PAID": "Payment is confirmed.",
    "REFUND_REQUESTED": "A refund was accepted; the money has not gone back yet.",
    "MANUALLY_REFUNDED": "Finance sent a cheque outside this system; only the record is here.",
    "GL_UPDATED": "Its revenue account was changed after payment; it returns to PAID.",
    "GL_UPDATED_REFUND": "Its revenue account was changed after the refund; it returns to REFUNDED.",
    "CHARGEBACK": "The cardholder disputed the payment and the bank reversed it.",
    "DELETED": "The user deleted it before it was paid.",
    "DELETE_ACCEPTED": "The user deleted it before it was paid.",
}
_REFUNDED_BY = {
    "DIRECT_PAY": "PayBC confirmed the refund to the card",
    "CC": "PayBC confirmed the refund to the card",
    "EJV": "the reverse journal was accepted",
    "INTERNAL": "the receipt was unapplied and the money is back on the routing slip",
    "EFT": "the money went back to the EFT short name",
}


def meanings(
    *, status: str, method: str, payment_date: datetime | None, refund_date: datetime | None, was_sent: bool
) -> list[str]:
    """Return the sentences that explain an invoice; `was_sent` is whether a collecting system ever got it."""
    sentences = [_of_status(status, method, was_sent=was_sent)]
    if payment_date is not None:
        source = _SETTLED_BY.get(method, "the moment it was confirmed, in UTC")
        sentences.append(
            f"payment_date is when we learned of the settlement, not when the money moved: {source}."
            + (" A bounce or a correction does not clear it." if status in _OPEN else "")
        )
    if refund_date is not None:
        part = " A partial refund sets it too and leaves the status PAID." if status == "PAID" else ""
        sentences.append(
            f"refund_date is when our books made it CANCELLED, CREDITED, REFUNDED or MANUALLY_REFUNDED.{part}"
        )
    return sentences


def _of_status(status: str, method: str, *, was_sent: bool) -> str:
    if status == "CANCELLED":
        when = "although a reference shows that it had been sent" if was_sent else "before anything was sent"
        return f"CANCELLED: it was cancelled {when} for collection."
    if status == "CREDITED":
        return "CREDITED: PAD and online banking payments cannot be sent back; the account has a credit in CFS."
    if status == "REFUNDED":
        return f"REFUNDED: {_REFUNDED_BY.get(method, 'the money went back the way it came')}."
    if status == "SETTLEMENT_SCHED":
        if method == "PAD":
            return "SETTLEMENT_SCHED: the payment bounced; the customer now has to pay by card."
        return "SETTLEMENT_SCHED: it is in CFS, waiting for the customer's payment."
    return f"{status}: {_STATUS.get(status, 'this tool does not know this status.')}"
