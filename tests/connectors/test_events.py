import base64
import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError, InputRefused, SourceRefused, SourceUnavailable
from config.settings import EventSettings
from connectors.event_publisher import EventPublisher
from connectors.events import Topic, new_event
from connectors.outbox import Channel, Message, NewMessage
from database.engine import Database
from tests.outbox_fixtures import NOW, HttpRecorder, SetClock, keep, kept, recording, send

LOCK = "bc.registry.payment.lockAccount"


def settings(url: str) -> EventSettings:
    return EventSettings(publish_url=url, auth_event_topic="auth-event-test")


def lock(name: str = "nsf:7:12:lock", **data: Any) -> NewMessage:
    return new_event(Topic.AUTH, LOCK, {"accountId": "1234", **data}, ordering_key="account:11", idempotency_key=name)


def as_message(new: NewMessage) -> Message:
    return Message(7, NOW, new.channel, new.kind, new.ordering_key, new.idempotency_key, new.payload, 1, None)


def published(server: HttpRecorder) -> list[dict[str, Any]]:
    """Return the CloudEvents that were published."""
    return [json.loads(base64.b64decode(one.body["messages"][0]["data"])) for one in server.requests]


def publish(server: HttpRecorder, *new: NewMessage) -> list[dict[str, Any]]:
    publisher = EventPublisher(settings(f"{server.url}/v1/projects/test/topics/"))
    try:
        return [publisher(as_message(one)) for one in new]
    finally:
        publisher.close()


def test_an_event_is_a_cloud_event_on_its_topic() -> None:
    with recording() as server:
        answers = publish(server, lock(reversalReason="Fonds insuffisants é"))

    (request,) = server.requests
    assert request.path == "/v1/projects/test/topics/auth-event-test:publish"
    (pubsub,) = request.body["messages"]
    (event,) = published(server)
    assert event == {
        "specversion": "1.0",
        "id": event["id"],
        "source": "PAY-QUEUE",
        "type": LOCK,
        "time": "2026-11-05T18:30:00Z",
        "datacontenttype": "application/json",
        "data": {"accountId": "1234", "reversalReason": "Fonds insuffisants é"},
    }
    assert pubsub["orderingKey"] == "account:11"
    assert pubsub["attributes"]["id"] == event["id"]
    assert answers == [{"event_id": event["id"], "message_id": "m-1"}]


def test_a_repeat_has_the_same_id_and_another_event_another_one() -> None:
    with recording() as server:
        publish(server, lock(), lock(), lock("nsf:7:13:lock"))

    first, repeat, other = (event["id"] for event in published(server))
    assert first == repeat
    assert first != other
    assert server.requests[0].headers["Idempotency-Key"] == first


def test_an_answer_that_was_lost_leads_to_a_repeat_with_the_same_id(database: Database) -> None:
    keep(database, [lock()])
    clock = SetClock()
    with recording() as server:
        server.answers = [(0, None), (503, "busy")]
        publisher = EventPublisher(settings(f"{server.url}/topics"))
        for _ in range(3):
            send(database, {Channel.EVENT: publisher}, clock)
            clock.forward(hours=1)
        publisher.close()

    assert len(server.requests) == 3
    assert len({event["id"] for event in published(server)}) == 1
    assert len({event["time"] for event in published(server)}) == 1
    assert kept(database, "nsf:7:12:lock")["state"] == "delivered"


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (500, "broken", SourceUnavailable),
        (429, "slow down", SourceUnavailable),
        (200, "<html>", SourceUnavailable),
        (200, {"messageIds": []}, SourceUnavailable),
        (0, None, SourceUnavailable),
        (401, "who are you", SourceRefused),
        (403, "no", SourceRefused),
        (302, "log in", SourceRefused),
        (400, {"error": "bad"}, InputRefused),
        (404, "no such topic", InputRefused),
    ],
)
def test_what_the_publisher_answers_says_whether_a_retry_may_help(
    status: int, body: Any, expected: type[Exception]
) -> None:
    with recording((status, body)) as server, pytest.raises(expected) as caught:
        publish(server, lock())

    assert type(caught.value) is expected


def test_a_publisher_that_is_not_there_is_tried_again() -> None:
    with recording() as server:
        gone = server.url
    publisher = EventPublisher(settings(gone))

    with pytest.raises(SourceUnavailable, match="gave no answer: no connection: Connection refused"):
        publisher(as_message(lock()))
    publisher.close()


def test_an_unknown_topic_is_for_a_person() -> None:
    with recording() as server, pytest.raises(InputRefused, match="no topic 'weather'"):
        publish(server, NewMessage(Channel.EVENT, LOCK, "a", "k", {"topic": "weather", "data": {}}))


def test_in_the_sandbox_each_event_is_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "some events"
    publisher = EventPublisher(settings(folder.as_uri()))

    answer = publisher(as_message(lock()))
    publisher(as_message(lock()))
    publisher.close()

    (file,) = folder.iterdir()
    assert file.name == "00000007.auth-event-test.bc.registry.payment.lockAccount.json"
    assert json.loads(file.read_text(encoding="utf-8"))["data"] == {"accountId": "1234"}
    assert answer["file"] == str(file)


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    publisher = EventPublisher(settings((tmp_path / "taken").as_uri()))

    with pytest.raises(SourceUnavailable, match="cannot be written"):
        publisher(as_message(lock()))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "pubsub.googleapis.com/v1",
        "http://",
        "file://elsewhere/x",
        "http://[::1",
        "https://host:99999/",
        "https://host:port/",
        "https://a\x00b/",
    ],
)
def test_an_address_of_another_kind_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigError, match="PUBSUB_PUBLISH_URL must be like"):
        EventPublisher(settings(url))
