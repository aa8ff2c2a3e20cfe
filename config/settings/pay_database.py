"""How the pay database is reached, and how long it may take."""

import re
from typing import Annotated
from urllib.parse import quote

from pydantic import Field, SecretStr, model_validator

from config.settings.base import Seconds, parts_of
from config.settings.google import GoogleIdentity

DRIVER = "postgresql+psycopg2"
ServerSeconds = Annotated[float, Field(gt=0, le=2_000_000)]

_INSTANCE = re.compile(r"([a-z0-9.-]+:)?[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]+")
_LEFT_OUT = ".gserviceaccount.com"
_PROXY = "127.0.0.1"


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
            scheme = parts_of("DATABASE_URL", self.url.get_secret_value()).scheme
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
