"""CloudEvents 1.0, published to the Pub/Sub REST address.

A repeat has the same event id, made from the message's idempotency key, so that a subscriber can tell it from a new
event. A payment event names its corp type beside itself, because subscriptions filter by it. Where PUBSUB_PUBLISH_URL
is a file:// one, each event becomes a JSON file in that folder.
Source: docs/specs/schedules.md section 4 (topics) and section 4.1 (events).
"""

import base64
import json
from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from access.google import PUBSUB, google_token
from config.errors import InputRefused, SourceUnavailable
from config.settings import EventSettings
from connectors.outbox.json_sink import FolderSink, sink
from connectors.outbox.model import Answer, Channel, Message, NewMessage

SOURCE = "PAY-QUEUE"
PAYMENT = "bc.registry.payment"
CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
MAX_ORDERING_KEY = 1024


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


class EventPublisher:
    """The handler of the channel `event`; close it."""

    def __init__(self, settings: EventSettings) -> None:
        self._settings = settings
        self._sink = sink(
            settings.publish_url,
            google_token(settings, PUBSUB) if settings.wants_token else None,
            setting="PUBSUB_PUBLISH_URL",
            what="The event publisher",
            settings="AUTHPAY_GCP_AUTH_KEY or GOOGLE_APPLICATION_CREDENTIALS",
        )

    def close(self) -> None:
        """Close the connections."""
        self._sink.close()

    def __call__(self, message: Message) -> Answer:
        """Publish the event of a message, and return its id and what the publisher calls it."""
        event = cloud_event(message)
        return self.publish(self._topic(message), event, name=f"{message.id:08}", ordering_key=message.ordering_key)

    def publish(self, topic: str, event: dict[str, Any], *, name: str, ordering_key: str = "") -> Answer:
        """Publish a CloudEvent to a topic; where events go into a folder, `name` begins the name of its file."""
        if isinstance(self._sink, FolderSink):
            written = self._sink.write(f"{name}.{topic}.{event['type']}", event)
            return {"event_id": event["id"], **written}
        address = f"{self._settings.publish_url.rstrip('/')}/{quote(topic, safe='')}:publish"
        answer = self._sink.post(address, {"messages": [_pubsub_message(event, ordering_key)]}, key=event["id"])
        try:
            published = answer.json()["messageIds"][0]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise SourceUnavailable(
                f"The event publisher answered {answer.status_code} without a message id. It will be sent again."
            ) from None
        return {"event_id": event["id"], "message_id": str(published)}

    def _topic(self, message: Message) -> str:
        try:
            topic = Topic(message.text("topic"))
        except ValueError as error:
            raise InputRefused(f"there is no topic {message.payload.get('topic')!r}") from error
        return self._settings.name_of(topic)


def _pubsub_message(event: dict[str, Any], ordering_key: str) -> dict[str, Any]:
    attributes = {"content-type": CONTENT_TYPE, "id": event["id"], "type": event["type"]}
    if (corp_type := _corp_type(event)) is not None:
        attributes["corp_type"] = corp_type
    message = {
        "data": base64.b64encode(json.dumps(event, ensure_ascii=False).encode()).decode(),
        "attributes": attributes,
    }
    return message | ({"orderingKey": ordering_key[:MAX_ORDERING_KEY]} if ordering_key else {})


def _corp_type(event: dict[str, Any]) -> str | None:
    """Return the corp type of a payment event."""
    data = event.get("data")
    found = data.get("corpTypeCode") if event["type"] == PAYMENT and isinstance(data, dict) else None
    return found if isinstance(found, str) else None
