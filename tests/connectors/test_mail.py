import json
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError, InputRefused, SourceUnavailable
from config.settings import MailSettings
from connectors.mail import Mailer, addresses, new_mail
from connectors.outbox import Channel, Message, NewMessage
from database.engine import Database
from tests.outbox_fixtures import NOW, HttpRecorder, SetClock, keep, kept, recording, send


def settings(url: str) -> MailSettings:
    return MailSettings(notify_url=url, operations="ops@example.org")


def report(**changes: Any) -> NewMessage:
    parts: dict[str, Any] = {
        "recipients": ["ops@example.org", "nsf@example.org"],
        "subject": "Payment Reconciliation Failure",
        "body": "<p>1 line was rejected.</p>",
    }
    return new_mail("settlement_report", **parts | changes, ordering_key="file:7", idempotency_key="report:7")


def as_message(new: NewMessage) -> Message:
    return Message(7, NOW, new.channel, new.kind, new.ordering_key, new.idempotency_key, new.payload, 1, None)


def mail(server: HttpRecorder, new: NewMessage) -> dict[str, Any]:
    mailer = Mailer(settings(server.url))
    try:
        return mailer(as_message(new))
    finally:
        mailer.close()


def test_a_mail_is_posted_to_the_notify_api() -> None:
    with recording((200, {"id": 1})) as server:
        answer = mail(server, report())

    (request,) = server.requests
    assert request.path == "/api/v1/notify/"
    assert request.body == {
        "recipients": "ops@example.org,nsf@example.org",
        "content": {"subject": "Payment Reconciliation Failure", "body": "<p>1 line was rejected.</p>"},
    }
    assert answer == {"status": 200}


def test_a_repeated_mail_carries_the_same_key(database: Database) -> None:
    keep(database, [report()])
    clock = SetClock()
    with recording((200, {})) as server:
        server.answers = [(502, "bad gateway")]
        mailer = Mailer(settings(server.url))
        for _ in range(2):
            send(database, {Channel.MAIL: mailer}, clock)
            clock.forward(minutes=1)
        mailer.close()

    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert kept(database, "report:7")["state"] == "delivered"


def test_a_notify_api_that_is_away_is_tried_again() -> None:
    with recording((503, "")) as server, pytest.raises(SourceUnavailable, match="notify API answered 503"):
        mail(server, report())


@pytest.mark.parametrize("changes", [{"recipients": []}, {"recipients": [7]}, {"subject": ""}, {"body": ""}])
def test_a_mail_without_its_parts_is_for_a_person(changes: dict[str, Any]) -> None:
    with recording() as server, pytest.raises(InputRefused):
        mail(server, report(**changes))
    assert server.requests == []


def test_in_the_sandbox_each_mail_is_a_file(tmp_path: Path) -> None:
    mailer = Mailer(settings(tmp_path.as_uri()))

    mailer(as_message(report()))
    mailer.close()

    (file,) = tmp_path.iterdir()
    assert file.name == "00000007.mail.settlement_report.json"
    assert json.loads(file.read_text(encoding="utf-8"))["content"]["subject"] == "Payment Reconciliation Failure"


def test_an_address_of_another_kind_is_a_wrong_setting() -> None:
    with pytest.raises(ConfigError, match="NOTIFY_API_URL must be like"):
        Mailer(settings("smtp://mail.example.org"))


def test_a_comma_list_is_a_list_of_addresses() -> None:
    assert addresses(" ops@example.org ,, nsf@example.org") == ["ops@example.org", "nsf@example.org"]
