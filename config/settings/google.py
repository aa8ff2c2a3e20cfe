"""Who we are to Google."""

import base64
import binascii
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from config.settings.base import Settings


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
