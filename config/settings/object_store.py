"""The bucket that keeps every file."""

import re

from config.settings.base import SecretStr, Settings, secret, text, yes_or_no

_ENDPOINT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)(:[0-9]{1,5})?")


def _endpoint(value: str) -> str:
    """Accept `host` or `host:port`; whether it is https is MINIO_SECURE's to say."""
    if not _ENDPOINT.fullmatch(value.strip()):
        raise ValueError(f"it must be like host:port, without https:// and without a path, not {value!r}")
    return value.strip()


class ObjectStoreSettings(Settings):
    """The S3 bucket that keeps every file."""

    endpoint: str = text("MINIO_ENDPOINT", check=_endpoint)  # host:port
    access_key: SecretStr = secret("MINIO_ACCESS_KEY")
    secret_key: SecretStr = secret("MINIO_ACCESS_SECRET")
    bucket: str = text("FTP_POLLER_BUCKET_NAME", "MINIO_BUCKET_NAME")
    secure: bool = yes_or_no("MINIO_SECURE", default=True)
    settlement_folder: str = text("GOOGLE_BUCKET_FOLDER_AR", default="ar")  # where the old poller left them
