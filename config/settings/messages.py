"""Whom we tell: subscribers of events, people by mail, a webhook for failed runs, dead man's switches."""

from pydantic import Field, SecretStr, model_validator

from config.settings.base import Seconds, Settings, parts_of
from config.settings.google import GoogleIdentity


class EventSettings(GoogleIdentity):
    """Where CloudEvents are published: the Pub/Sub REST address up to and with `/topics/`."""

    publish_url: str = Field(validation_alias="PUBSUB_PUBLISH_URL")
    auth_event_topic: str = Field("auth-event-dev", validation_alias="AUTH_EVENT_TOPIC")
    account_mailer_topic: str = Field("account-mailer-dev", validation_alias="ACCOUNT_MAILER_TOPIC")
    business_pay_topic: str = Field("business-pay-dev", validation_alias="BUSINESS_PAY_TOPIC")
    namex_pay_topic: str = Field("namex-pay-dev", validation_alias="NAMEX_PAY_TOPIC")
    strr_pay_topic: str | None = Field(None, validation_alias="STRR_PAY_TOPIC", description="else the business one")
    assets_pay_topic: str = Field("assets-pay-notification-dev", validation_alias="ASSETS_PAY_TOPIC")
    nsf_notice: str = Field("", validation_alias="PAD_NSF_NOTIFY_EMAILS", description="comma list")
    product_dates: bool = Field(False, validation_alias="PAYMENT_EVENTS_PRODUCT_DATES")

    @model_validator(mode="after")
    def _usable_key(self) -> "EventSettings":
        if self.wants_token:
            self.refuse_key_that_is_none()
        return self

    @property
    def wants_token(self) -> bool:
        """Whether the publisher asks who we are: Google's always does, an emulator (http) only where we say it."""
        named = self.google_key is not None or self.google_credentials is not None
        scheme = self.publish_url.split(":", 1)[0].lower()
        return scheme == "https" or (scheme == "http" and named)

    def name_of(self, topic: str) -> str:
        """Return what a topic, named by its setting, is called in this environment."""
        return str(getattr(self, topic) or self.business_pay_topic)


class MailSettings(Settings):
    """The notify API and who is told."""

    notify_url: str = Field(validation_alias="NOTIFY_API_URL")
    notify_version: str = Field("/api/v1", validation_alias="NOTIFY_API_VERSION")
    issuer: str | None = Field(None, validation_alias="JWT_OIDC_ISSUER", description="of Keycloak, with its realm")
    client_id: str | None = Field(None, validation_alias="SBC_PAY_CLIENT_ID")
    client_secret: SecretStr | None = Field(None, validation_alias="SBC_PAY_CLIENT_SECRET")
    operations: str = Field(validation_alias="IT_OPS_EMAIL", description="comma list")

    @model_validator(mode="after")
    def _whole_client(self) -> "MailSettings":
        parts = {
            "JWT_OIDC_ISSUER": self.issuer,
            "SBC_PAY_CLIENT_ID": self.client_id,
            "SBC_PAY_CLIENT_SECRET": self.client_secret,
        }
        missing = [name for name, value in parts.items() if value is None]
        if missing and len(missing) < len(parts):
            raise ValueError(f"set the missing {', '.join(missing)} too: the notify API gets a token by all three")
        return self


class NoticeSettings(Settings):
    """Who is told of a failed run: a webhook that takes {"text": ...}, or IT_OPS_EMAIL by the notify API."""

    webhook: SecretStr | None = Field(None, validation_alias="NOTICE_WEBHOOK_URL")
    by_mail: bool = Field(False, validation_alias="NOTICE_BY_MAIL")
    repeat_after: Seconds = Field(3600, validation_alias="NOTICE_REPEAT_SECONDS")


def _named(command: str) -> str:
    """Return the name of a pair; what may be an address is a secret."""
    return command if command and "/" not in command else "a pair"


class PingSettings(Settings):
    """The dead man's switches: `COMMAND=URL`, separated by commas; a command as the clock runs it."""

    pings: SecretStr = Field(SecretStr(""), validation_alias="PAY_JOBS_PINGS")

    @model_validator(mode="after")
    def _pairs(self) -> "PingSettings":
        for pair in self._given():
            command, _, url = pair.partition("=")
            parts = parts_of("PAY_JOBS_PINGS", url)
            if not command or parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(
                    f"PAY_JOBS_PINGS: {_named(command)} has no address, expected like PAD_RECONCILE=https://"
                )
        return self

    def addresses(self) -> dict[str, str]:
        """Return the address of each command that has one."""
        return {command.strip(): url.strip() for command, _, url in (pair.partition("=") for pair in self._given())}

    def _given(self) -> list[str]:
        return [pair for pair in self.pings.get_secret_value().split(",") if pair.strip()]
