"""The bucket that keeps every file."""

import re
from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, SecretStr

from config.settings.base import Settings

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
    settlement_folder: str = Field(
        "ar", validation_alias="GOOGLE_BUCKET_FOLDER_AR", description="where the old poller left settlement files"
    )
