"""How the pay database is reached, and how long it may take."""

import re
from typing import Any
from urllib.parse import quote

from config.settings.base import SecretStr, number, parts_of, seconds, secret, text, whole_number
from config.settings.google import GoogleIdentity

DRIVER = "postgresql+psycopg2"

_INSTANCE = re.compile(r"([a-z0-9.-]+:)?[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]+")
_LEFT_OUT = ".gserviceaccount.com"
_PROXY = "127.0.0.1"


def _server_seconds(name: str, *, default: float) -> Any:
    """Declare a length of time that fits into the server's count of milliseconds."""
    return number(name, default=default, more_than=0, at_most=2_000_000)


class DatabaseSettings(GoogleIdentity):
    """The pay database: one URL, or its parts; in Cloud SQL the token of our Google identity for a password."""

    url: SecretStr | None = secret("DATABASE_URL", default=None)
    username: str | None = text("DATABASE_USERNAME", default=None)
    password: SecretStr | None = secret("DATABASE_PASSWORD", default=None)
    host: str | None = text("DATABASE_HOST", default=None)
    port: int = whole_number("DATABASE_PORT", default=5432, at_least=1, at_most=65535)
    name: str | None = text("DATABASE_NAME", default=None)
    instance: str | None = text("CLOUDSQL_INSTANCE_CONNECTION_NAME", default=None)  # project:region:instance
    connect_timeout: float = seconds("DATABASE_CONNECT_TIMEOUT", default=10)
    statement_timeout: float = _server_seconds("DATABASE_STATEMENT_TIMEOUT", default=3600)
    lock_timeout: float = _server_seconds("DATABASE_LOCK_TIMEOUT", default=30)
    idle_in_transaction_timeout: float = _server_seconds("DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", default=1200)

    def check(self) -> None:
        """Raise ValueError where there is not one way to connect."""
        if self.url is not None:
            scheme = parts_of("DATABASE_URL", self.url.get_secret_value()).scheme
            if scheme not in {"postgresql", "postgres", DRIVER}:
                raise ValueError(f"DATABASE_URL must begin with postgresql://, not with {scheme or 'nothing'}://")
            return
        parts = {"DATABASE_USERNAME": self.username, "DATABASE_HOST": self.address, "DATABASE_NAME": self.name}
        missing = [name for name, value in parts.items() if not value]
        if missing:
            raise ValueError(f"set DATABASE_URL, or the missing {', '.join(missing)}")
        if self.by_token:
            self._refuse_what_is_not_of_a_token()

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
