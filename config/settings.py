"""Settings, read once from the environment: one frozen class per connected system.

The names are those of docs/specs/schedules.md sections 3.2 to 4. A job asks only for the systems it needs;
everything missing or wrong among them is reported in one message. Secrets are `SecretStr`: they print as stars,
and every secret that is read is made known to the log's masking processor.
"""

import base64
import binascii
import os
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import SplitResult, quote, urlsplit

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.errors import ConfigError
from config.masking import register_secret
from config.version import VERSION

DRIVER = "postgresql+psycopg2"

_INSTANCE = re.compile(r"([a-z0-9.-]+:)?[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]+")
_LEFT_OUT = ".gserviceaccount.com"
_PROXY = "127.0.0.1"

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
ServerSeconds = Annotated[float, Field(gt=0, le=2_000_000)]


class Settings(BaseSettings):
    """The settings of one connected system."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, populate_by_name=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Return the sources: no file is read for settings, and looking for none takes as long as reading them."""
        return init_settings, env_settings


def _google_key(value: SecretStr) -> SecretStr:
    """Return the JSON of a key that may stand in base64."""
    text = value.get_secret_value().strip()
    with suppress(binascii.Error, ValueError):
        text = base64.b64decode("".join(text.split()), validate=True).decode()
    return SecretStr(text)


class GoogleIdentity(Settings):
    """Who we are to Google: a key as text, a file of credentials, or neither (what the machine itself is)."""

    google_key: Annotated[SecretStr, AfterValidator(_google_key)] | None = Field(
        None, validation_alias="AUTHPAY_GCP_AUTH_KEY"
    )
    google_credentials: Path | None = Field(None, validation_alias="GOOGLE_APPLICATION_CREDENTIALS")

    def refuse_key_that_is_none(self) -> None:
        """Raise ValueError where the key is none; asked only where a token is wanted."""
        text = self.google_key.get_secret_value() if self.google_key else "{}"
        if not (text.startswith("{") and text.endswith("}")):
            raise ValueError("AUTHPAY_GCP_AUTH_KEY must be the JSON of a service account's key, or the base64 of it")


class DatabaseSettings(GoogleIdentity):
    """The pay database: one URL, or its parts; in Cloud SQL the token of our Google identity for a password."""

    url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    username: str | None = Field(None, validation_alias="DATABASE_USERNAME")
    password: SecretStr | None = Field(None, validation_alias="DATABASE_PASSWORD")
    host: str | None = Field(None, validation_alias="DATABASE_HOST")
    port: int = Field(5432, validation_alias="DATABASE_PORT", ge=1, le=65535)
    name: str | None = Field(None, validation_alias="DATABASE_NAME")
    instance: str | None = Field(
        None, validation_alias="CLOUDSQL_INSTANCE_CONNECTION_NAME", description="project:region:instance"
    )
    connect_timeout: Seconds = Field(10, validation_alias="DATABASE_CONNECT_TIMEOUT")
    statement_timeout: ServerSeconds = Field(3600, validation_alias="DATABASE_STATEMENT_TIMEOUT")
    lock_timeout: ServerSeconds = Field(30, validation_alias="DATABASE_LOCK_TIMEOUT")
    idle_in_transaction_timeout: ServerSeconds = Field(1200, validation_alias="DATABASE_IDLE_IN_TRANSACTION_TIMEOUT")

    @model_validator(mode="after")
    def _one_way_to_connect(self) -> "DatabaseSettings":
        if self.url is not None:
            scheme = _parts("DATABASE_URL", self.url.get_secret_value()).scheme
            if scheme not in {"postgresql", "postgres", DRIVER}:
                raise ValueError(f"DATABASE_URL must begin with postgresql://, not with {scheme or 'nothing'}://")
            return self
        parts = {"DATABASE_USERNAME": self.username, "DATABASE_HOST": self.address, "DATABASE_NAME": self.name}
        missing = [name for name, value in parts.items() if not value]
        if missing:
            raise ValueError(f"set DATABASE_URL, or the missing {', '.join(missing)}")
        if self.by_token:
            self._refuse_what_is_not_of_a_token()
        return self

    def _refuse_what_is_not_of_a_token(self) -> None:
        self.refuse_key_that_is_none()
        if not _INSTANCE.fullmatch(self.instance or ""):
            raise ValueError(
                f"CLOUDSQL_INSTANCE_CONNECTION_NAME must be like project:region:instance, not {self.instance!r}"
            )
        if self.password is not None:
            raise ValueError(
                "DATABASE_PASSWORD is set beside CLOUDSQL_INSTANCE_CONNECTION_NAME, with which the password is a token "
                "of Google: remove one of the two"
            )
        if str(self.username).endswith(_LEFT_OUT):
            raise ValueError(f"DATABASE_USERNAME is an IAM user: leave {_LEFT_OUT} out at its end")

    @property
    def by_token(self) -> bool:
        """Whether the password is an access token of Google."""
        return self.instance is not None and self.url is None

    @property
    def address(self) -> str | None:
        """Return the host; in Cloud SQL it is the proxy beside the pod where none is named."""
        return self.host or (_PROXY if self.instance else None)

    def sqlalchemy_url(self) -> str:
        """Return the URL with its driver named; it holds the password."""
        if self.url is not None:
            return f"{DRIVER}://{self.url.get_secret_value().split('://', 1)[1]}"
        password = f":{quote(self.password.get_secret_value(), safe='')}" if self.password else ""
        user = quote(self.username or "", safe="")
        # A token is sent in the clear to nobody but the proxy beside us.
        secure = "?sslmode=require" if self.by_token and self.address != _PROXY else ""
        return f"{DRIVER}://{user}{password}@{self.address}:{self.port}/{quote(self.name or '', safe='')}{secure}"


_ENDPOINT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)(:[0-9]{1,5})?")


def _endpoint(value: str) -> str:
    """Accept `host` or `host:port`; whether it is https is MINIO_SECURE's to say."""
    if not _ENDPOINT.fullmatch(value.strip()):
        raise ValueError(f"it must be like host:port, without https:// and without a path, not {value!r}")
    return value.strip()


class ObjectStoreSettings(Settings):
    """The S3 bucket that keeps every file."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        validation_alias="MINIO_ENDPOINT", description="host:port"
    )
    access_key: SecretStr = Field(validation_alias="MINIO_ACCESS_KEY")
    secret_key: SecretStr = Field(validation_alias="MINIO_ACCESS_SECRET")
    bucket: str = Field(validation_alias=AliasChoices("FTP_POLLER_BUCKET_NAME", "MINIO_BUCKET_NAME"))
    secure: bool = Field(True, validation_alias="MINIO_SECURE")


def _host_key(value: str) -> str:
    """Accept `ssh-rsa AAAA...`, or the base64 part alone, of any key type."""
    blob = value.rsplit(maxsplit=1)[-1] if value.strip() else ""
    try:
        if len(base64.b64decode(blob, validate=True)) < 20:
            raise ValueError("it is too short")
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"this is not the base64 part of an SSH public key ({error})") from None
    return blob


HostKey = Annotated[str, AfterValidator(_host_key)]


def _private_key(value: SecretStr) -> SecretStr:
    """Accept a private key as a secret holds it: its line ends real or written as \\n, in quotes or not."""
    text = value.get_secret_value().strip().strip("\"'").replace("\\r", "").replace("\\n", "\n").strip()
    if not (text.startswith("-----BEGIN ") and text.endswith("-----") and "\n" in text):
        raise ValueError(
            "it must be a whole private key, from -----BEGIN to its end, with line ends (real, or written as \\n)"
        )
    return SecretStr(f"{text}\n")


PrivateKey = Annotated[SecretStr, AfterValidator(_private_key)]


class SftpSettings(Settings):
    """One SFTP partner. The subclasses say under which names its settings stand."""

    host: str
    port: int = Field(22, ge=1, le=65535)
    username: str
    password: SecretStr | None = None
    private_key: Path | None = None
    private_key_text: PrivateKey | None = None
    passphrase: SecretStr | None = None
    host_key: HostKey
    directory: str
    backup_directory: str
    connect_timeout: Seconds = Field(10, validation_alias="SFTP_CONNECT_TIMEOUT")
    transfer_deadline: Seconds = Field(900, validation_alias="SFTP_TRANSFER_DEADLINE")
    settle_seconds: Annotated[float, Field(ge=0)] = Field(5, validation_alias="SFTP_SETTLE_SECONDS")

    @model_validator(mode="after")
    def _some_credential(self) -> "SftpSettings":
        if self.password is None and self.private_key is None and self.private_key_text is None:
            raise ValueError("neither a private key nor a password is set")
        return self


class CasSftpSettings(SftpSettings):
    """The SFTP server of CAS: settlement files."""

    host: str = Field(validation_alias="CAS_SFTP_HOST")
    port: int = Field(22, validation_alias="CAS_SFTP_PORT", ge=1, le=65535)
    username: str = Field(validation_alias="CAS_SFTP_USER_NAME")
    password: SecretStr | None = Field(None, validation_alias="CAS_SFTP_PASSWORD")
    private_key: Path | None = Field(None, validation_alias="BCREG_FTP_PRIVATE_KEY_LOCATION")
    private_key_text: PrivateKey | None = Field(
        None, validation_alias="BCREG_FTP_PRIVATE_KEY", description="the key itself, in place of its file"
    )
    passphrase: SecretStr | None = Field(None, validation_alias="BCREG_FTP_PRIVATE_KEY_PASSPHRASE")
    host_key: HostKey = Field(validation_alias="CAS_SFTP_HOST_KEY")
    directory: str = Field("/upload", validation_alias="CAS_SFTP_DIRECTORY")
    backup_directory: str = Field("/backup", validation_alias="CAS_SFTP_BACKUP_DIRECTORY")


class CgiSftpSettings(SftpSettings):
    """The SFTP directories of CGI: journal voucher and AP files. Host and port are those of CAS."""

    host: str = Field(validation_alias="CAS_SFTP_HOST")
    port: int = Field(22, validation_alias="CAS_SFTP_PORT", ge=1, le=65535)
    username: str = Field(validation_alias="CGI_SFTP_USER_NAME")
    password: SecretStr | None = Field(None, validation_alias="CGI_SFTP_PASSWORD")
    private_key: Path | None = Field(None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY_LOCATION")
    private_key_text: PrivateKey | None = Field(
        None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY", description="the key itself, in place of its file"
    )
    passphrase: SecretStr | None = Field(None, validation_alias="BCREG_CGI_FTP_PRIVATE_KEY_PASSPHRASE")
    host_key: HostKey = Field(validation_alias="CAS_SFTP_HOST_KEY")
    directory: str = Field("/data", validation_alias="CGI_SFTP_DIRECTORY")
    backup_directory: str = Field("/backup", validation_alias="CGI_SFTP_BACKUP_DIRECTORY")


class CgiSettings(Settings):
    """The names of CGI's files and of the folders that keep them (docs/specs/schedules.md section 3.3)."""

    feeder: str = Field("", validation_alias="CGI_FEEDER_NUMBER")
    ack_prefix: str = Field("ACK", validation_alias="CGI_ACK_FILE_PREFIX", min_length=1)
    feedback_prefix: str = Field("FEEDBACK", validation_alias="CGI_FEEDBACK_FILE_PREFIX", min_length=1)
    inbox_prefix: str = Field("INBOX", validation_alias="CGI_INBOX_FILE_PREFIX", min_length=1)
    trigger_suffix: str = Field("TRG", validation_alias="CGI_TRIGGER_FILE_SUFFIX", min_length=1)
    processing_folder: str = Field("cgi_processing", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_PROCESSING")
    processed_folder: str = Field("cgi_processed", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_PROCESSED")
    feedback_folder: str = Field("cgi_feedback", validation_alias="GOOGLE_BUCKET_FOLDER_CGI_FEEDBACK")

    @property
    def trigger_ending(self) -> str:
        """What a trigger's name adds to the file's: one dot, however the setting is written."""
        return f".{self.trigger_suffix.lstrip('.')}"


class CfsSettings(Settings):
    """CFS, the accounting system behind PayBC, with its two identities (docs/specs/cfs-api.md section 2)."""

    base_url: str = Field(validation_alias="CFS_BASE_URL")
    client_id: str = Field(validation_alias="CFS_CLIENT_ID")
    client_secret: SecretStr = Field(validation_alias="CFS_CLIENT_SECRET")
    fas_client_id: str = Field(validation_alias="CFS_FAS_CLIENT_ID")
    fas_client_secret: SecretStr = Field(validation_alias="CFS_FAS_CLIENT_SECRET")
    connector_auth: SecretStr | None = Field(None, validation_alias="PAY_CONNECTOR_AUTH")
    connect_timeout: Seconds = Field(10, validation_alias="CONNECT_TIMEOUT")
    max_per_second: Seconds = Field(20, validation_alias="CFS_MAX_PER_SECOND")
    invoice_prefix: str = Field("REG", validation_alias="CFS_INVOICE_PREFIX")


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


class PingSettings(Settings):
    """The dead man's switches: `JOB=URL`, separated by commas."""

    pings: SecretStr = Field(SecretStr(""), validation_alias="PAY_JOBS_PINGS")

    @model_validator(mode="after")
    def _pairs(self) -> "PingSettings":
        for pair in self._given():
            job, _, url = pair.partition("=")
            parts = _parts("PAY_JOBS_PINGS", url)
            if not job or parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError(
                    f"PAY_JOBS_PINGS: {job or 'a pair'} has no address, expected like PAD_RECONCILE=https://"
                )
        return self

    def addresses(self) -> dict[str, str]:
        """Return the address of each job that has one."""
        return {job.strip(): url.strip() for job, _, url in (pair.partition("=") for pair in self._given())}

    def _given(self) -> list[str]:
        return [pair for pair in self.pings.get_secret_value().split(",") if pair.strip()]


def _parts(name: str, url: str) -> SplitResult:
    """Return the parts of an address. Raises ValueError, without the address, where it cannot be read as one."""
    try:
        return urlsplit(url)
    except ValueError:
        raise ValueError(f"{name} holds an address that cannot be read: check its host and brackets") from None


def _log_level(value: str) -> str:
    level = value.strip().upper()
    if level not in LOG_LEVELS:
        raise ValueError(f"{value!r} is no level of the log: expected one of {', '.join(LOG_LEVELS)}")
    return level


LogLevel = Annotated[str, AfterValidator(_log_level)]


class PodSettings(Settings):
    """The pod a run lives in; everything has a default outside a cluster."""

    completion_index: int | None = Field(None, validation_alias="JOB_COMPLETION_INDEX", ge=0)
    completion_count: int | None = Field(None, validation_alias="JOB_COMPLETION_COUNT", ge=1)
    hostname: str = Field("", validation_alias="HOSTNAME")
    cluster: str = Field("", validation_alias="KUBERNETES_SERVICE_HOST", description="set by Kubernetes in each pod")
    trigger: str = Field("hand", validation_alias="PAY_JOBS_TRIGGER", description="cronjob, scheduler or hand")
    claim: str = Field("", validation_alias="PAY_JOBS_CLAIM", description="what the scheduler started the run for")
    operator: str = Field("", validation_alias=AliasChoices("PAY_JOBS_OPERATOR", "SUDO_USER", "USER"))
    build: str = Field("", validation_alias="PAY_JOBS_BUILD", description="the image's revision")
    log_level: LogLevel | None = Field(
        None, validation_alias="LOG_LEVEL", description="default INFO for jobs, WARNING for hand tools"
    )

    @property
    def is_by_hand(self) -> bool:
        """Whether a person started it, and not the clock."""
        return self.trigger == "hand"

    @property
    def triggered_by(self) -> str:
        """Return what started it, and for a person who it was."""
        return f"{self.trigger}:{self.operator}" if self.operator and self.is_by_hand else self.trigger

    @property
    def version(self) -> str:
        """Return the version of the program, with the revision of its image."""
        return f"{VERSION}+{self.build}" if self.build else VERSION


class IncompleteSettings(ConfigError):
    """Set them (docs/operations.md, Secrets) and run it again; `doctor` checks all of them."""


AnySettings = TypeVar("AnySettings", bound=Settings)


def read_settings(*wanted: type[Settings]) -> dict[type[Settings], Settings]:
    """Read the settings of the wanted systems from the environment.

    Raises ConfigError naming everything that is missing or wrong, of all of them at once.
    """
    found: dict[type[Settings], Settings] = {}
    problems: list[str] = []
    for kind in wanted:
        try:
            found[kind] = _from_environment(kind, frozenset(os.environ.items()))
        except ValidationError as error:
            system = (kind.__doc__ or kind.__name__).split(":")[0].split(".")[0].split(" (")[0]
            problems += [f"  {_problem(one['loc'], one['msg'], one['type'])}  [{system}]" for one in error.errors()]
    if problems:
        raise IncompleteSettings("The settings are not complete:\n" + "\n".join(dict.fromkeys(problems)))
    for settings in found.values():
        for value in settings.__dict__.values():
            if isinstance(value, SecretStr):
                register_secret(value.get_secret_value())
    return found


def read(kind: type[AnySettings]) -> AnySettings:
    """Read the settings of one system from the environment."""
    settings = read_settings(kind)[kind]
    assert isinstance(settings, kind)
    return settings


@lru_cache(maxsize=64)
def _from_environment(kind: type[Settings], _environment: frozenset[tuple[str, str]]) -> Settings:
    """Return the settings of one system; a process that asks again for the same reads them once."""
    return kind()


def _problem(location: tuple[int | str, ...], message: str, kind: str) -> str:
    text = message.removeprefix("Value error, ")
    if not location:
        return text
    name = str(location[0])
    return f"{name} is missing" if kind == "missing" else f"{name}: {text}"
