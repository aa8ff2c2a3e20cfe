"""The events that other services are told of payments by: an invoice settled or refunded, an account locked.

Source: docs/specs/schedules.md section 4.1.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from connectors.events import PAYMENT, Topic, new_event
from connectors.outbox import NewMessage

LOCK_ACCOUNT = "bc.registry.payment.lockAccount"
UNLOCK_ACCOUNT = "bc.registry.payment.unlockAccount"
ACTIVITY = "bc.registry.auth.activity"
QUEUE = "PAY-QUEUE"  # who told of bounces before: what listens knows this name
OURSELVES = "PAY-JOBS"
_NAMES_REQUEST = "NRO"
_TOPICS = {
    "BUSINESS": Topic.BUSINESS_PAY,
    "BUSINESS_SEARCH": Topic.BUSINESS_PAY,
    "BTR": Topic.BUSINESS_PAY,
    "STRR": Topic.STRR_PAY,
    "PPR": Topic.ASSETS_PAY,
    "MHR": Topic.ASSETS_PAY,
}
_RELEASED_AT_ONCE = frozenset({"PAD", "EFT", "EJV", "INTERNAL"})


class PaymentStatus(StrEnum):
    """What became of the payment of an invoice."""

    COMPLETED = "COMPLETED"
    REVERSED = "REVERSED"


@dataclass(frozen=True)
class EventInvoice:
    """What the event of a payment says of its invoice."""

    invoice_id: int
    filing_id: str | None
    corp_type_code: str
    product: str | None
    payment_account_id: int
    payment_method_code: str
    created_on: datetime
    payment_date: datetime | None
    refund_date: datetime | None


def payment_topic(corp_type: str, product: str | None) -> Topic | None:
    """Return the topic on which a product hears of its payments; None where it hears of none.

    >>> payment_topic("BTR", "BTR"), payment_topic("NRO", "NRO"), payment_topic("VS", "VS")
    (<Topic.BUSINESS_PAY: 'business_pay_topic'>, <Topic.NAMEX_PAY: 'namex_pay_topic'>, None)
    """
    return Topic.NAMEX_PAY if corp_type == _NAMES_REQUEST else _TOPICS.get(product or "")


def payment_event(
    invoice: EventInvoice, status: PaymentStatus, *, with_dates: bool, idempotency_key: str
) -> NewMessage | None:
    """Return the event of an invoice whose payment was completed or reversed; None where its product hears of none.

    with_dates  whether the event also says when the product was released and taken back
    """
    topic = payment_topic(invoice.corp_type_code, invoice.product)
    if topic is None:
        return None
    data: dict[str, object] = {
        "id": invoice.invoice_id,
        "statusCode": str(status),
        "filingIdentifier": invoice.filing_id,
        "corpTypeCode": invoice.corp_type_code,
    }
    if with_dates:
        at_once = invoice.payment_method_code in _RELEASED_AT_ONCE
        data |= {
            "productReleaseDate": invoice.created_on if at_once else invoice.payment_date,
            "productReversalDate": invoice.refund_date,
        }
    account = f"account:{invoice.payment_account_id}"
    return new_event(topic, PAYMENT, data, ordering_key=account, idempotency_key=idempotency_key)


def lock_events(
    *,
    auth_account: str,
    notified: str,
    outstanding: Decimal,
    original: Decimal,
    amount: Decimal,
    reason: str,
    at: datetime,
    ordering_key: str,
    idempotency_key: str,
) -> tuple[NewMessage, NewMessage]:
    """Return the events of an account that is locked since its debit bounced: the lock, and its line in the log.

    notified  comma list of the further addresses that are mailed, as it is configured
    at        when it was locked, aware
    """
    lock = {
        "accountId": auth_account,
        "additionalEmails": notified,
        "paymentMethod": "PAD",
        "source": QUEUE,
        "suspensionReasonCode": "PAD_NSF",
        "outstandingAmount": outstanding,
        "originalAmount": original,
        "amount": amount,
        "reversalReason": reason,
    }
    activity = {
        "actorId": None,
        "action": "PAD_NSF_LOCK",
        "itemName": "",
        "itemId": auth_account,
        "itemValue": reason,
        "orgId": auth_account,
        "remoteAddr": None,
        "createdAt": at.astimezone(UTC).isoformat(),
        "source": QUEUE,
        "itemType": "ACCOUNT",
    }
    return (
        new_event(Topic.AUTH, LOCK_ACCOUNT, lock, ordering_key=ordering_key, idempotency_key=f"{idempotency_key}:lock"),
        new_event(
            Topic.AUTH, ACTIVITY, activity, ordering_key=ordering_key, idempotency_key=f"{idempotency_key}:activity"
        ),
    )


def unlock_event(auth_account: str, ordering_key: str, idempotency_key: str) -> NewMessage:
    """Return the event of an account that is unlocked because it was locked by mistake; its customer is told."""
    data = {"accountId": auth_account, "skipNotification": False, "source": OURSELVES}
    return new_event(
        Topic.AUTH,
        UNLOCK_ACCOUNT,
        data,
        ordering_key=ordering_key,
        idempotency_key=idempotency_key,
        source=OURSELVES,
    )
