"""An object store that is none, drips, or refuses: in words that name what to do."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError, PayJobsError, SourceRefused, SourceUnavailable
from config.settings import ObjectStoreSettings
from connectors import object_store
from connectors.object_store import ObjectStore
from tests.connectors.test_hostile_http import dripping, endless, said, self_signed, talking
from tests.storage_fixtures import object_store_settings

__all__ = ["self_signed"]
PAGE = b"<html><body>Sign in<br></body></html>"


def answering(talk: Callable[[Any], None], context: ssl.SSLContext | None = None) -> Iterator[ObjectStore]:
    with talking(talk, context) as url:
        where = object_store_settings(endpoint=url.rpartition("/")[2], secure=context is not None)
        with closing(ObjectStore(where)) as store:
            yield store


@pytest.mark.parametrize("status", [b"200 OK", b"403 Forbidden", b"404 Not Found"])
def test_a_page_in_place_of_an_answer_names_the_setting(status: bytes) -> None:
    head = b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
    for store in answering(lambda peer: peer.sendall(head + PAGE)):
        with pytest.raises(ConfigError, match=r"not S3's.*Check MINIO_ENDPOINT"):
            list(store.list("incoming/"))


def test_a_page_of_a_gateway_that_is_overloaded_is_a_store_that_is_away() -> None:
    head = b"HTTP/1.1 501 no\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(PAGE)
    for store in answering(lambda peer: peer.sendall(head + PAGE)):
        with pytest.raises(SourceUnavailable, match=r"status 501"):
            list(store.list("incoming/"))


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 99999\r\n\r\n<"]
)
def test_a_store_that_drips_is_broken_off_by_our_clock(begun: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    for store in answering(dripping(begun)):
        with pytest.raises(SourceUnavailable, match=r"took longer than 0\.5 seconds"), store._told("listing", 0.5):
            next(iter(store._client.list_objects("pay")))


def test_an_answer_without_end_is_given_up_by_its_size() -> None:
    for store in answering(endless):
        with pytest.raises(SourceUnavailable, match="more than 8,388,608 bytes"):
            list(store.list("incoming/"))


def test_a_certificate_that_is_refused_is_said_to_be(self_signed: ssl.SSLContext) -> None:
    for store in answering(said(b""), self_signed):
        with pytest.raises(SourceRefused, match=r"certificate that 127\.0\.0\.1:[0-9]+ shows is refused: self-signed"):
            store.check()


def test_every_part_that_is_sent_carries_its_checksum(store: ObjectStore) -> None:
    sent: list[dict[str, str]] = []
    send = store._pool.urlopen

    def watch(method: str, url: str, **more: Any) -> Any:
        if method == "PUT":
            sent.append(dict(more["headers"]))
        return send(method, url, **more)

    store._pool.urlopen = watch  # type: ignore[method-assign, assignment]
    store.put("a", [bytes(object_store.PART_SIZE), b"x"])
    assert len(sent) == 2
    assert sent[1]["Content-MD5"] == "ndTkYSaMgDT1yFZOFVxnpg=="


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        ("RequestTimeTooSkewed", "differs", "set the clock right"),
        ("InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required", "another checksum"),
        ("QuotaExceeded", "full", "no room"),
        ("PermanentRedirect", "elsewhere", "Check MINIO_ENDPOINT"),
        ("SignatureDoesNotMatch", "no", "MINIO_ACCESS_SECRET"),
        ("ObjectLocked", "no", "kept|keeps"),
    ],
)
def test_a_code_has_words_that_name_what_to_do(code: str, message: str, words: str, store: ObjectStore) -> None:
    with pytest.raises(SourceRefused, match=words) as refused:
        raise error_of(store, code, message, 403)
    assert ("MINIO_ACCESS_KEY" in str(refused.value)) == (code == "SignatureDoesNotMatch")


@given(st.text(max_size=30), st.one_of(st.none(), st.text(max_size=30)), st.integers(300, 599))
@settings(deadline=None)
def test_every_code_and_status_has_words_and_a_class(code: str, message: str | None, status: int) -> None:
    store = ObjectStore(object_store_settings())
    assert isinstance(error_of(store, code, message, status), PayJobsError)


def error_of(store: ObjectStore, code: str, message: str | None, status: int) -> PayJobsError:
    answer: Any = SimpleNamespace(code=code, message=message, response=SimpleNamespace(status=status))
    return store._s3_error("storing 'a' in the bucket", answer)


@pytest.mark.parametrize(
    "endpoint", ["https://s3.example.org", "s3.example.org/minio", "user@host:9000", "host:port", "a b"]
)
def test_an_endpoint_without_host_and_port_is_a_wrong_setting(endpoint: str) -> None:
    with pytest.raises(ValueError, match="must be like host:port"):
        object_store_settings(endpoint=endpoint)


@pytest.mark.parametrize("endpoint", ["s3.example.org", "minio-store_1.ns.svc:9000", "[::1]:9000", "127.0.0.1:1"])
def test_an_endpoint_of_host_and_port_is_taken(endpoint: str) -> None:
    found: ObjectStoreSettings = object_store_settings(endpoint=endpoint)
    assert found.endpoint == endpoint
