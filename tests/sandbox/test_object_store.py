"""The object store of the sandbox keeps what it was given from one start to the next."""

import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import ObjectStoreSettings
from connectors.object_store import ObjectStore
from sandbox import object_store
from sandbox.object_store import ObjectStorePart


@pytest.mark.slow
def test_what_was_stored_is_there_after_a_stop_and_a_start() -> None:
    with tempfile.TemporaryDirectory(prefix="pay-jobs-sandbox-") as folder:
        part = object_store.start(Path(folder))
        opened(part).put("a/file", [b"x" * 100_000])
        part.stop()

        part = object_store.start(Path(folder))
        try:
            assert b"".join(opened(part).read("a/file")) == b"x" * 100_000
        finally:
            part.stop()


def opened(part: ObjectStorePart) -> ObjectStore:
    settings = ObjectStoreSettings(
        endpoint=part.environment()["MINIO_ENDPOINT"],
        access_key=SecretStr(part.access_key),
        secret_key=SecretStr(part.secret_key),
        bucket=object_store.BUCKET,
        secure=False,
    )
    return ObjectStore(settings)
