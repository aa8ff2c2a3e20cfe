"""Events as messages of the outbox, and as CloudEvents 1.0.

A repeat has the same event id, made from the message's idempotency key, so that a subscriber can tell it from a new
event. event_publisher.py publishes them: what only writes messages does not pay for an HTTP client.
Source: docs/specs/schedules.md section 4 (topics) and section 4.1 (events).
"""

from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum
from typing import Any

from connectors.outbox.model import Channel, Message, NewMessage

SOURCE = "PAY-QUEUE"
PAYMENT = "bc.registry.payment"


class Topic(StrEnum):
    """The topics, by the name of the setting that says what each is called in an environment."""

    AUTH = "auth_event_topic"
    ACCOUNT_MAILER = "account_mailer_topic"
    BUSINESS_PAY = "business_pay_topic"
    NAMEX_PAY = "namex_pay_topic"
    STRR_PAY = "strr_pay_topic"
    ASSETS_PAY = "assets_pay_topic"


def new_event(
    topic: Topic,
    event_type: str,
    data: Mapping[str, Any],
    *,
    ordering_key: str,
    idempotency_key: str,
    source: str = SOURCE,
) -> NewMessage:
    """Return the outbox message of an event."""
    payload = {"topic": str(topic), "data": dict(data)} | ({} if source == SOURCE else {"source": source})
    return NewMessage(Channel.EVENT, event_type, ordering_key, idempotency_key, payload)


def cloud_event(message: Message) -> dict[str, Any]:
    """Return a message as a CloudEvent in structured mode."""
    return {
        "specversion": "1.0",
        "id": message.stable_id,
        "source": message.payload.get("source", SOURCE),
        "type": message.kind,
        "time": message.created_on.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": message.payload.get("data"),
    }
