"""Publish events to the Pub/Sub REST address.

A payment event names its corp type beside itself, because subscriptions filter by it. Where PUBSUB_PUBLISH_URL is a
file:// one, each event becomes a JSON file in that folder.
"""

import base64
import json
from typing import Any
from urllib.parse import quote

from access.google import PUBSUB, google_token
from config.errors import InputRefused, SourceUnavailable
from config.settings import EventSettings
from connectors.events import PAYMENT, Topic, cloud_event
from connectors.outbox.json_sink import FolderSink, sink
from connectors.outbox.model import Answer, Message

CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"
MAX_ORDERING_KEY = 1024


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
