"""The object store: what goes in comes out the same, and what goes wrong says what to do."""

import io
from collections.abc import Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from config.errors import ConfigError, SourceRefused, SourceUnavailable
from connectors.byte_stream import ByteStream
from connectors.object_store import PART_SIZE, ObjectMissing, ObjectStore, object_key
from tests.poll_fixtures import digest
from tests.storage_fixtures import object_store_part, object_store_settings

TEXT = b"one\r\ntwo\r\n"


@pytest.mark.parametrize("size", [0, 1, PART_SIZE - 1, PART_SIZE, PART_SIZE + 1, 2 * PART_SIZE + 5])
def test_a_stream_of_any_length_comes_back_as_it_was(size: int, store: ObjectStore) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    content = content[:size]
    stored = store.put_verified("a/b", (content[start : start + 70_000] for start in range(0, size, 70_000)))
    assert (stored.size, stored.sha256) == (size, digest(content))
    assert b"".join(store.read("a/b")) == content


def test_an_object_is_read_as_lines_of_text(store: ObjectStore) -> None:
    store.put("a", [TEXT])
    with store.open("a") as stream, io.TextIOWrapper(stream, encoding="utf-8", newline="") as lines:
        assert list(lines) == ["one\r\n", "two\r\n"]


def test_a_copy_is_read_back(store: ObjectStore) -> None:
    copy = store.copy_verified(store.put("a", [TEXT]), "b")
    assert (copy.key, b"".join(store.read("b"))) == ("b", TEXT)


def test_an_object_that_was_not_stored_as_sent_is_removed(store: ObjectStore) -> None:
    stored = store.put("a", [TEXT])
    store.put("a", [TEXT[:-1] + b"?"])
    with pytest.raises(SourceUnavailable, match="SHA-256"):
        store.verify(stored)
    assert store.size_of("a") is None


def test_objects_are_listed_by_prefix_in_order(store: ObjectStore) -> None:
    for key in ("cas/2", "cas/1", "cgi/1"):
        store.put(key, [TEXT])
    assert list(store.list("cas/")) == ["cas/1", "cas/2"]


def test_an_object_that_is_missing_is_said_to_be_missing(store: ObjectStore) -> None:
    assert store.size_of("none") is None
    store.remove("none")
    with pytest.raises(ObjectMissing, match="Reading 'none' from the bucket"):
        list(store.read("none"))


def test_a_sender_that_fails_leaves_no_object(store: ObjectStore) -> None:
    def broken() -> Iterator[bytes]:
        yield bytes(PART_SIZE + 1)
        raise SourceUnavailable("the sender fell silent")

    with pytest.raises(SourceUnavailable, match="the sender fell silent"):
        store.put("a", broken())
    assert store.size_of("a") is None


def test_a_reader_that_stops_early_gives_its_connection_back(store: ObjectStore) -> None:
    store.put("a", [bytes(5_000_000)])
    for _ in range(8):
        chunks = store.read("a")
        next(chunks)
        chunks.close()
    assert store.size_of("a") == 5_000_000


@pytest.mark.slow
def test_a_missing_bucket_is_a_wrong_setting() -> None:
    store = ObjectStore(object_store_settings(bucket="no-such-bucket"))
    with pytest.raises(ConfigError, match="no bucket 'no-such-bucket'"):
        store.check()
    store.close()


@pytest.mark.parametrize("wrong", ["access_key", "secret_key"])
def test_wrong_keys_are_refused_and_appear_nowhere(wrong: str) -> None:
    store = ObjectStore(object_store_settings(**{wrong: "some-wrong-key"}))
    with pytest.raises(SourceRefused, match="MINIO_ACCESS_SECRET") as refused:
        list(store.read("a"))
    assert "some-wrong-key" not in str(refused.value)
    assert object_store_part().secret_key not in str(refused.value)
    store.close()


def test_a_store_that_is_away_is_unavailable() -> None:
    store = ObjectStore(object_store_settings(endpoint="127.0.0.1:1"))
    with pytest.raises(SourceUnavailable, match=r"Storing 'a' in the bucket .* failed"):
        store.put("a", [TEXT])
    store.close()


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("AccessDenied", 403, SourceRefused),
        ("NoSuchBucket", 404, ConfigError),
        ("NoSuchKey", 404, ObjectMissing),
        ("SlowDown", 429, SourceUnavailable),
        ("InternalError", 500, SourceUnavailable),
        ("XMinioStorageFull", 507, SourceUnavailable),
    ],
)
def test_every_answer_names_who_has_to_act(
    code: str, status: int, expected: type[Exception], store: ObjectStore
) -> None:
    answer: Any = SimpleNamespace(code=code, message="told so.", response=SimpleNamespace(status=status))
    assert type(store._s3_error("reading 'a' from the bucket", answer)) is expected


def test_a_key_holds_source_day_name_and_content() -> None:
    key = object_key("CAS", date(2026, 11, 5), "BCR_PAYMENT_APPL_20261105.csv", "ab34" * 16)
    assert key == "cas/2026/11/05/BCR_PAYMENT_APPL_20261105.csv.ab34ab34ab34"


def test_chunks_of_any_size_make_one_stream() -> None:
    chunks = [b"", b"a", b"bc", b"", b"defgh"]
    assert ByteStream(iter(chunks)).read() == b"abcdefgh"
    stream = ByteStream(iter(chunks))
    assert [stream.read(3), stream.read(3), stream.read(3), stream.read(3)] == [b"abc", b"def", b"gh", b""]
