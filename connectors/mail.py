"""Mail through the notify API.

A repeat carries the same Idempotency-Key; the worst a receiver that ignores it can do is to send a mail twice. Where
NOTIFY_API_URL is a file:// one, each mail becomes a JSON file in that folder.
"""

from collections.abc import Sequence
from functools import partial

from access.kept_token import KeptToken
from access.token_server import token_by_client_credentials
from config.errors import InputRefused
from config.settings import MailSettings
from connectors.outbox.json_sink import FolderSink, sink
from connectors.outbox.model import Answer, Channel, Message, NewMessage


def new_mail(
    kind: str, recipients: Sequence[str], subject: str, body: str, *, ordering_key: str, idempotency_key: str
) -> NewMessage:
    """Return the outbox message of a mail.

    kind  what sort of mail it is, like `settlement_report`
    """
    payload = {"recipients": list(recipients), "subject": subject, "body": body}
    return NewMessage(Channel.MAIL, kind, ordering_key, idempotency_key, payload)


def addresses(comma_list: str) -> list[str]:
    """Return the addresses of a comma list, as the settings hold them.

    >>> addresses("ops@example.org, nsf@example.org,")
    ['ops@example.org', 'nsf@example.org']
    """
    return [one.strip() for one in comma_list.split(",") if one.strip()]


def notify_token(settings: MailSettings) -> KeptToken | None:
    """Return the token that the notify API wants, by client credentials; None where the settings name no client."""
    if settings.issuer is None:
        return None
    assert settings.client_id is not None
    assert settings.client_secret is not None
    return KeptToken(
        partial(
            token_by_client_credentials,
            f"{settings.issuer.rstrip('/')}/protocol/openid-connect/token",
            settings.client_id,
            settings.client_secret.get_secret_value(),
            what="The token server of the notify API",
            settings=("JWT_OIDC_ISSUER", "SBC_PAY_CLIENT_ID", "SBC_PAY_CLIENT_SECRET"),
        )
    )


class Mailer:
    """The handler of the channel `mail`; close it."""

    def __init__(self, settings: MailSettings) -> None:
        self._address = f"{settings.notify_url.rstrip('/')}/{settings.notify_version.strip('/')}/notify/"
        self._sink = sink(
            settings.notify_url,
            notify_token(settings),
            setting="NOTIFY_API_URL",
            what="The notify API",
            settings="JWT_OIDC_ISSUER, SBC_PAY_CLIENT_ID and SBC_PAY_CLIENT_SECRET",
        )

    def close(self) -> None:
        """Close the connections."""
        self._sink.close()

    def __call__(self, message: Message) -> Answer:
        """Send the mail of a message."""
        recipients = message.payload.get("recipients")
        if not isinstance(recipients, list) or not recipients or not all(isinstance(one, str) for one in recipients):
            raise InputRefused(f"the mail {message.kind} has no recipients")
        mail = {
            "recipients": ",".join(recipients),
            "content": {"subject": message.text("subject"), "body": message.text("body")},
        }
        if isinstance(self._sink, FolderSink):
            return self._sink.write(f"{message.id:08}.mail.{message.kind}", mail)
        answer = self._sink.post(self._address, mail, key=message.stable_id)
        return {"status": answer.status_code}
