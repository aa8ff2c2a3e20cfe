"""The notify API and Pub/Sub by tokens that renew themselves, against a local token server."""

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt
from pydantic import SecretStr

from access.google import PUBSUB, google_token
from config.errors import ConfigError, PayJobsError, SourceRefused, SourceUnavailable
from config.settings import EventSettings, MailSettings, read
from connectors.event_publisher import EventPublisher
from connectors.events import Topic, new_event
from connectors.mail import Mailer, new_mail
from connectors.outbox import Channel, Message, NewMessage
from database.engine import Database
from tests.outbox_fixtures import NOW, SetClock, keep, kept, send
from tests.token_servers import CLIENT, GOOGLE, METADATA, SECRET, STS, TokenServer, token_server


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with token_server() as running:
        yield running


def report(name: str = "report:7") -> NewMessage:
    return new_mail("report", ["ops@example.org"], "Report", "One row.", ordering_key="a", idempotency_key=name)


def lock() -> NewMessage:
    return new_event(Topic.AUTH, "bc.registry.payment.lockAccount", {}, ordering_key="a", idempotency_key="lock")


def as_message(new: NewMessage) -> Message:
    return Message(7, NOW, new.channel, new.kind, new.ordering_key, new.idempotency_key, new.payload, 1, None)


def mail_settings(issuer: str, secret: str = SECRET) -> MailSettings:
    return MailSettings(
        notify_url=issuer,
        issuer=f"{issuer}/realms/bcregistry",
        client_id=CLIENT,
        client_secret=SecretStr(secret),
        operations="ops@example.org",
    )


# The notify API


def test_one_token_serves_many_mails(tokens: TokenServer) -> None:
    with closing(Mailer(mail_settings(tokens.url))) as mailer:
        for _ in range(3):
            mailer(as_message(report()))

    assert len(tokens.taken) == 3
    assert len(tokens.asked) == 1


def test_a_refused_token_is_renewed_once_and_the_mail_sent_once(tokens: TokenServer) -> None:
    with closing(Mailer(mail_settings(tokens.url))) as mailer:
        mailer(as_message(report()))
        tokens.revoke()
        mailer(as_message(report()))

    assert (len(tokens.taken), tokens.refused, len(tokens.asked)) == (2, 1, 2)


def test_a_new_token_that_is_refused_too_is_for_a_person(tokens: TokenServer) -> None:
    tokens.answers = [(200, {"access_token": f"of-another-realm-{number}", "expires_in": 60}) for number in range(2)]

    with closing(Mailer(mail_settings(tokens.url))) as mailer, pytest.raises(SourceRefused) as caught:
        mailer(as_message(report()))

    assert "answered 401: who is Bearer ***?. Check JWT_OIDC_ISSUER, SBC_PAY_CLIENT_ID" in str(caught.value)
    assert (tokens.refused, len(tokens.asked)) == (2, 2)


def test_a_mail_without_a_token_that_is_refused_names_what_to_set(tokens: TokenServer) -> None:
    settings = MailSettings(notify_url=tokens.url, operations="ops@example.org")

    with closing(Mailer(settings)) as mailer, pytest.raises(SourceRefused, match="No token was sent: set JWT_OIDC_"):
        mailer(as_message(report()))


def test_while_the_token_server_is_away_the_outbox_keeps_the_mail(database: Database) -> None:
    keep(database, [report()])
    clock = SetClock()
    with token_server() as gone:
        port, settings = gone.server_port, mail_settings(gone.url)
    with closing(Mailer(settings)) as mailer:
        send(database, {Channel.MAIL: mailer}, clock)
        waiting = kept(database, "report:7")
        clock.forward(hours=1)
        with token_server(port) as back:
            send(database, {Channel.MAIL: mailer}, clock)

    assert waiting["state"] == "pending"
    assert "The token server of the notify API at 127.0.0.1 gave no token; no connection" in waiting["last_error"]
    assert kept(database, "report:7")["state"] == "delivered"
    assert len(back.taken) == 1


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        ((503, "busy"), SourceUnavailable, "it answered 503: busy"),
        ((200, b"x" * 9_000_000), SourceUnavailable, "more than 8,388,608 bytes"),
        ((200, "<html>log in</html>"), SourceUnavailable, "cannot be read"),
        ((200, "[" * 100_000), SourceUnavailable, "cannot be read"),
        ((200, {"expires_in": 60}), SourceUnavailable, "cannot be read"),
        ((200, {"access_token": "a\r\nX-Evil: 1"}), SourceUnavailable, "cannot be read"),
        ((200, {"access_token": 7}), SourceUnavailable, "cannot be read"),
        ((200, {"access_token": "good-enough", "expires_in": -5}), SourceUnavailable, "cannot be read"),
        ((200, '{"access_token": "good-enough", "expires_in": NaN}'), SourceUnavailable, "cannot be read"),
        ((404, "no such realm"), SourceRefused, "404: no such realm. Check JWT_OIDC_ISSUER"),
        ((302, ""), SourceRefused, "302. Check JWT_OIDC_ISSUER"),
        ((401, f"{SECRET} is wrong"), SourceRefused, "Check SBC_PAY_CLIENT_ID and SBC_PAY_CLIENT_SECRET"),
    ],
)
def test_whatever_a_token_server_answers_nothing_is_sent_and_no_secret_shown(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch, answer: tuple[int, Any], expected: type[Exception], said: str
) -> None:
    for name, value in {
        "NOTIFY_API_URL": tokens.url,
        "JWT_OIDC_ISSUER": f"{tokens.url}/realms/bcregistry/",
        "SBC_PAY_CLIENT_ID": CLIENT,
        "SBC_PAY_CLIENT_SECRET": SECRET,
        "IT_OPS_EMAIL": "ops@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    tokens.answers = [answer]

    with closing(Mailer(read(MailSettings))) as mailer, pytest.raises(expected) as caught:
        mailer(as_message(report()))

    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
    assert tokens.taken == []
    assert tokens.refused == 0


def test_a_client_of_which_a_part_is_missing_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_API_URL", "https://notify.example.org")
    monkeypatch.setenv("IT_OPS_EMAIL", "ops@example.org")
    monkeypatch.setenv("SBC_PAY_CLIENT_ID", CLIENT)

    with pytest.raises(ConfigError, match="set the missing JWT_OIDC_ISSUER, SBC_PAY_CLIENT_SECRET too"):
        read(MailSettings)


def test_a_token_that_is_refused_stands_in_no_log_and_not_in_the_outbox(
    database: Database, tokens: TokenServer, capfd: pytest.CaptureFixture[str]
) -> None:
    keep(database, [report()])
    tokens.answers = [(200, {"access_token": f"canary-token-{number}", "expires_in": 60}) for number in range(2)]

    with closing(Mailer(mail_settings(tokens.url))) as mailer:
        send(database, {Channel.MAIL: mailer})

    shown = "".join(capfd.readouterr()) + str(kept(database, "report:7"))
    assert "answered 401" in shown
    assert "canary-token" not in shown
    assert SECRET not in shown


# Pub/Sub


@pytest.fixture(scope="module")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def service_account(tokens: TokenServer, key: rsa.RSAPrivateKey) -> str:
    return json.dumps(
        {
            "type": "service_account",
            "client_email": "pay-jobs@test.iam.gserviceaccount.com",
            "private_key": pem(key),
            "private_key_id": "1",
            "token_uri": tokens.url + GOOGLE,
        }
    )


def publish(url: str) -> None:
    with closing(EventPublisher(read_events(url))) as publisher:
        publisher(as_message(lock()))


def read_events(url: str) -> EventSettings:
    os.environ["PUBSUB_PUBLISH_URL"] = f"{url}/v1/projects/test/topics/"
    return read(EventSettings)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHPAY_GCP_AUTH_KEY", "GOOGLE_APPLICATION_CREDENTIALS", "PUBSUB_PUBLISH_URL"):
        monkeypatch.setenv(name, "")
    google_token.cache_clear()


def as_text(text: str, _folder: Path) -> tuple[str, str]:
    return "AUTHPAY_GCP_AUTH_KEY", text


def as_base64(text: str, _folder: Path) -> tuple[str, str]:
    return "AUTHPAY_GCP_AUTH_KEY", base64.encodebytes(text.encode()).decode()


def as_file(text: str, folder: Path) -> tuple[str, str]:
    (folder / "key.json").write_text(text)
    return "GOOGLE_APPLICATION_CREDENTIALS", str(folder / "key.json")


@pytest.mark.parametrize("given", [as_text, as_base64, as_file])
def test_an_event_is_published_by_a_service_account(
    tokens: TokenServer,
    private_key: rsa.RSAPrivateKey,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    given: Callable[[str, Path], tuple[str, str]],
) -> None:
    monkeypatch.setenv(*given(service_account(tokens, private_key), tmp_path))

    publish(tokens.url)
    tokens.revoke()
    publish(tokens.url)

    public = private_key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = jwt.decode(tokens.asked[0].form["assertion"], certs=public)  # type: ignore[no-untyped-call]
    assert claims["iss"] == "pay-jobs@test.iam.gserviceaccount.com"
    assert claims["scope"] == PUBSUB
    assert (len(tokens.taken), tokens.refused, len(tokens.asked)) == (2, 1, 2)


def test_an_event_is_published_by_workload_identity(
    tokens: TokenServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "projected").write_text("the-token-of-the-cluster")
    credentials = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b",
        "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": tokens.url + STS,
        "credential_source": {"file": str(tmp_path / "projected")},
    }
    monkeypatch.setenv(*as_file(json.dumps(credentials), tmp_path))

    publish(tokens.url)

    assert tokens.asked[0].form["subject_token"] == "the-token-of-the-cluster"
    assert len(tokens.taken) == 1


def test_without_credentials_the_metadata_server_is_asked(tokens: TokenServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{tokens.server_port}")

    token = google_token(EventSettings(publish_url="https://pubsub.googleapis.com/v1/"), PUBSUB).current()

    assert token == tokens.given[-1]
    assert tokens.asked[0].path.startswith(METADATA + "?scopes=https%3A%2F%2F")


def test_a_machine_that_is_nobody_to_google_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    with token_server() as gone:
        monkeypatch.setenv("GCE_METADATA_HOST", f"127.0.0.1:{gone.server_port}")

    with pytest.raises(SourceUnavailable, match="Neither AUTHPAY_GCP_AUTH_KEY nor GOOGLE_APPLICATION_CREDENTIALS"):
        google_token(EventSettings(publish_url="https://pubsub.googleapis.com/v1/"), PUBSUB).current()


@pytest.mark.parametrize(
    ("answer", "expected", "said"),
    [
        ((400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}), SourceRefused, "invalid_gr"),
        ((200, b"x" * 9_000_000), SourceUnavailable, "more than 8,388,608 bytes"),
        ((200, "<html>"), SourceUnavailable, "cannot be read"),
        ((200, "[" * 100_000), SourceUnavailable, "cannot be read"),
        ((200, {"access_token": 5, "expires_in": 3}), SourceUnavailable, "cannot be read"),
        ((200, '{"access_token": "good-enough", "expires_in": 1e400}'), SourceUnavailable, "cannot be read"),
        ((200, b"\xff\xfe"), SourceUnavailable, "cannot be read"),
    ],
)
def test_whatever_the_token_server_of_google_answers_nothing_is_published(
    tokens: TokenServer,
    private_key: rsa.RSAPrivateKey,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, Any],
    expected: type[Exception],
    said: str,
) -> None:
    monkeypatch.setenv("AUTHPAY_GCP_AUTH_KEY", service_account(tokens, private_key))
    tokens.answers = [answer]

    with pytest.raises(expected) as caught:
        publish(tokens.url)

    assert said in str(caught.value)
    assert "The token server of Google" in str(caught.value)
    assert tokens.taken == []


def test_while_googles_token_server_is_away_the_outbox_keeps_the_event(
    database: Database, private_key: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, [lock()])
    with token_server() as gone:
        monkeypatch.setenv("AUTHPAY_GCP_AUTH_KEY", service_account(gone, private_key))
    with closing(EventPublisher(read_events(gone.url))) as publisher:
        send(database, {Channel.EVENT: publisher})

    waiting = kept(database, "lock")
    assert waiting["state"] == "pending"
    assert "The token server of Google at 127.0.0.1 gave no token; no connection" in waiting["last_error"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("c2VjcmV0LXdvcmRz", "must be the JSON of a service account's key"),
        ("{secret-words}", "holds no credentials of Google"),
        ('{"type": "secret-words"}', "of another type than those that are used"),
        ('{"type": "service_account", "private_key": "secret-words"}', "cannot be used: "),
        (
            '{"type": "service_account", "client_email": "a@b", "token_uri": "", "private_key": "secret-words"}',
            "cannot be used: ",
        ),
        ('{"type": "external_account", "audience": "secret-words"}', "cannot be used: "),
    ],
)
def test_a_key_that_is_none_is_a_wrong_setting_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, key: str, said: str
) -> None:
    monkeypatch.setenv("AUTHPAY_GCP_AUTH_KEY", key)

    with pytest.raises(ConfigError) as caught:
        publish("http://127.0.0.1:1")

    assert "AUTHPAY_GCP_AUTH_KEY" in str(caught.value)
    assert said in str(caught.value)
    assert "secret-words" not in str(caught.value)


def test_a_file_of_credentials_that_is_not_there_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")

    with pytest.raises(ConfigError, match=r"the file /nowhere/key\.json cannot be read: No such file or directory"):
        publish("http://127.0.0.1:1")


def test_an_emulator_gets_no_token_unless_somebody_says_who_we_are(tokens: TokenServer) -> None:
    with pytest.raises(PayJobsError, match="No token was sent: set AUTHPAY_GCP_AUTH_KEY or"):
        publish(tokens.url)
    assert tokens.asked == []
