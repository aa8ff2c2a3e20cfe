"""Whom we tell: subscribers of events, people by mail, a webhook for failed runs, dead man's switches."""

from config.settings.base import SecretStr, Settings, parts_of, seconds, secret, text, yes_or_no
from config.settings.google import GoogleIdentity


class EventSettings(GoogleIdentity):
    """Where CloudEvents are published: the Pub/Sub REST address up to and with `/topics/`."""

    publish_url: str = text("PUBSUB_PUBLISH_URL")
    auth_event_topic: str = text("AUTH_EVENT_TOPIC", default="auth-event-dev")
    account_mailer_topic: str = text("ACCOUNT_MAILER_TOPIC", default="account-mailer-dev")
    business_pay_topic: str = text("BUSINESS_PAY_TOPIC", default="business-pay-dev")
    namex_pay_topic: str = text("NAMEX_PAY_TOPIC", default="namex-pay-dev")
    strr_pay_topic: str | None = text("STRR_PAY_TOPIC", default=None)  # else the business one
    assets_pay_topic: str = text("ASSETS_PAY_TOPIC", default="assets-pay-notification-dev")
    nsf_notice: str = text("PAD_NSF_NOTIFY_EMAILS", default="")  # comma list
    product_dates: bool = yes_or_no("PAYMENT_EVENTS_PRODUCT_DATES", default=False)

    def check(self) -> None:
        """Raise ValueError where a token is wanted and the key is none."""
        if self.wants_token:
            self.refuse_key_that_is_none()

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

    notify_url: str = text("NOTIFY_API_URL")
    notify_version: str = text("NOTIFY_API_VERSION", default="/api/v1")
    issuer: str | None = text("JWT_OIDC_ISSUER", default=None)  # of Keycloak, with its realm
    client_id: str | None = text("SBC_PAY_CLIENT_ID", default=None)
    client_secret: SecretStr | None = secret("SBC_PAY_CLIENT_SECRET", default=None)
    operations: str = text("IT_OPS_EMAIL")  # comma list

    def check(self) -> None:
        """Raise ValueError where only a part of the client is set."""
        parts = {
            "JWT_OIDC_ISSUER": self.issuer,
            "SBC_PAY_CLIENT_ID": self.client_id,
            "SBC_PAY_CLIENT_SECRET": self.client_secret,
        }
        missing = [name for name, value in parts.items() if value is None]
        if missing and len(missing) < len(parts):
            raise ValueError(f"set the missing {', '.join(missing)} too: the notify API gets a token by all three")


class NoticeSettings(Settings):
    """Who is told of a failed run: a webhook that takes {"text": ...}, or IT_OPS_EMAIL by the notify API."""

    webhook: SecretStr | None = secret("NOTICE_WEBHOOK_URL", default=None)
    by_mail: bool = yes_or_no("NOTICE_BY_MAIL", default=False)
    repeat_after: float = seconds("NOTICE_REPEAT_SECONDS", default=3600)


class PingSettings(Settings):
    """The dead man's switches: `JOB=URL`, separated by commas."""

    pings: SecretStr = secret("PAY_JOBS_PINGS", default=SecretStr(""))

    def check(self) -> None:
        """Raise ValueError where one of them is no `JOB=URL`."""
        for pair in self._given():
            job, _, url = pair.partition("=")
            parts = parts_of("PAY_JOBS_PINGS", url)
            if not job or parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(
                    f"PAY_JOBS_PINGS: {job or 'a pair'} has no address, expected like PAD_RECONCILE=https://"
                )

    def addresses(self) -> dict[str, str]:
        """Return the address of each job that has one."""
        return {job.strip(): url.strip() for job, _, url in (pair.partition("=") for pair in self._given())}

    def _given(self) -> list[str]:
        return [pair for pair in self.pings.get_secret_value().split(",") if pair.strip()]
