"""HTTP servers that drip, never end, or show a wrong certificate: every user of HTTP comes to an end, in words."""

import gzip
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from access.bounded_http import AnswerUnusable, BoundedClient, CertificateRefused
from config.errors import InputRefused, SourceUnavailable
from config.settings import CfsSettings
from connectors.cfs import (
    CfsAnswerUnreadable,
    CfsCertificateRefused,
    CfsClient,
    CfsReceipt,
    CfsUnavailable,
    CreditMemo,
    exact_json,
)
from connectors.outbox.json_sink import HttpSink
from jobs.watch.pings import Pings
from tests.cfs_fixtures import SITE

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Talk = Callable[[socket.socket], None]


def said(content: bytes, head: bytes = b"") -> Talk:
    """Answer with a body."""
    return lambda peer: peer.sendall(HEAD + head + b"Content-Length: %d\r\n\r\n" % len(content) + content)


def dripping(content: bytes) -> Talk:
    """Answer a byte at a time, for ever."""

    def talk(peer: socket.socket) -> None:
        for letter in content:
            peer.sendall(bytes([letter]))
        while True:
            time.sleep(0.05)
            peer.sendall(b"x")

    return talk


def endless(peer: socket.socket) -> None:
    peer.sendall(HEAD + b"\r\n")
    while True:
        peer.sendall(b" " * 65536)


def read_request(peer: socket.socket) -> None:
    """Read a request to its end: a server that closes with a part unread resets the connection."""
    said = b""
    while b"\r\n\r\n" not in said and (part := peer.recv(65536)):
        said += part
    head, _, body = said.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)^content-length: *(\d+)", head, re.MULTILINE)
    missing = int(length[1]) - len(body) if length else 0
    while missing > 0 and (part := peer.recv(65536)):
        missing -= len(part)


@contextmanager
def talking(talk: Talk, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve what a test wants said to every request."""
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(peer: socket.socket) -> None:
        with suppress(OSError), peer:
            secured = context.wrap_socket(peer, server_side=True) if context else peer
            read_request(secured)
            talk(secured)

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield f"{'https' if context else 'http'}://127.0.0.1:{listening.getsockname()[1]}"
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()


def asked(url: str, *, deadline: float = 60) -> httpx.Response:
    with closing(BoundedClient(url, deadline=deadline, timeout=deadline)) as client:
        return client.request("GET", url)


@pytest.mark.parametrize(
    "begun", [b"", b"HTTP/1.1 200 OK\r\nX-A: ", HEAD + b"\r\n", HEAD + b"Content-Length: 9999\r\n\r\n"]
)
def test_a_server_that_drips_is_given_up_wherever_it_begins_to(begun: bytes) -> None:
    with talking(dripping(begun)) as url, pytest.raises(httpx.ReadTimeout):
        asked(url, deadline=0.6)


def test_an_answer_without_end_is_given_up_by_its_size() -> None:
    with (
        talking(endless) as url,
        closing(BoundedClient(url, deadline=200, timeout=60)) as client,
        pytest.raises(AnswerUnusable, match="more than 8,388,608 bytes"),
    ):
        client.request("GET", url)


def test_an_answer_that_is_compressed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    with (
        talking(said(bomb, b"Content-Encoding: gzip, gzip\r\n")) as url,
        pytest.raises(AnswerUnusable, match="compressed"),
    ):
        asked(url)


def test_an_answer_comes_whole_with_its_headers() -> None:
    with talking(said(b'{"a": 1}', b"X-One: two\r\n")) as url:
        answer = asked(url)
    assert (answer.status_code, answer.content, answer.headers["X-One"]) == (200, b'{"a": 1}', "two")
    assert timedelta() < answer.elapsed < timedelta(seconds=60)


def cfs_at(url: str, *, timeout: float = 60) -> CfsClient:
    where = CfsSettings(
        base_url=url,
        client_id="a",
        client_secret=SecretStr("b"),
        fas_client_id="c",
        fas_client_secret=SecretStr("d"),
        connect_timeout=timeout,
    )
    return CfsClient(where, sleep=lambda _seconds: None)


def either(token: Talk, other: Talk) -> Talk:
    """Return a token first, then something else."""
    turns = iter([token])

    def talk(peer: socket.socket) -> None:
        next(turns, other)(peer)

    return talk


TOKEN = said(b'{"access_token": "t", "expires_in": 3600}')


@pytest.mark.parametrize(
    ("talk", "error", "words"),
    [
        (said(b'{"a": ' * 200_000), CfsAnswerUnreadable, "nested too deep"),
        (said(b'{"total": ' + b"9" * 100_000 + b"}"), CfsAnswerUnreadable, "cannot be read"),
        (said(b"<html>login</html>"), CfsAnswerUnreadable, "cannot be read"),
        (endless, CfsAnswerUnreadable, "more than 8,388,608 bytes"),
        (dripping(HEAD + b"\r\n"), CfsUnavailable, "gave no answer"),
    ],
)
def test_an_unusable_answer_of_cfs_is_an_error_of_that_call(talk: Talk, error: type[Exception], words: str) -> None:
    timeout = 0.3 if error is CfsUnavailable else 60
    with (
        talking(either(TOKEN, talk)) as url,
        closing(cfs_at(url, timeout=timeout)) as cfs,
        pytest.raises(error, match=words),
    ):
        cfs.get_credit_memo(SITE, "CM1")


def test_a_token_server_that_drips_is_cfs_that_is_away() -> None:
    with (
        talking(dripping(HEAD + b"\r\n")) as url,
        closing(cfs_at(url, timeout=0.3)) as cfs,
        pytest.raises(CfsUnavailable),
    ):
        cfs.get_credit_memo(SITE, "CM1")


@pytest.mark.parametrize(
    "answer",
    [
        {"receipt_number": "R", "receipt_amount": "10", "unapplied_amount": "-5"},
        {"receipt_number": "R", "receipt_amount": "-10", "unapplied_amount": "0"},
        {"receipt_number": "R", "receipt_amount": "1e999999", "unapplied_amount": "0"},
        {"receipt_number": "R", "receipt_amount": "1e-999999", "unapplied_amount": "0"},
    ],
)
def test_a_receipt_that_cannot_be_true_is_not_read(answer: dict[str, object]) -> None:
    with pytest.raises(CfsAnswerUnreadable):
        CfsReceipt.from_json(answer)


@given(st.decimals(-100, 100, places=2), st.decimals(-100, 100, places=2))
@settings(deadline=None)
def test_of_a_credit_memo_never_more_is_left_than_it_was_made_over(total: object, due: object) -> None:
    try:
        memo = CreditMemo.from_json({"credit_memo_number": "C", "total": total, "amount_due": due})
    except CfsAnswerUnreadable:
        return
    assert memo.total is not None and 0 <= memo.remaining_amount <= abs(memo.total)


@given(st.binary(max_size=60))
@settings(deadline=None)
def test_any_bytes_are_json_or_a_value_error(content: bytes) -> None:
    with suppress(ValueError):
        exact_json.loads(content)


def post(url: str) -> None:
    with closing(HttpSink(url, None, what="The notify API")) as poster:
        poster.post(url, {"a": 1}, key="k")


def test_mail_and_events_have_the_same_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as hurried:
        hurried.setattr("connectors.outbox.json_sink.DEADLINE_SECONDS", 0.5)
        with talking(dripping(HEAD)) as url, pytest.raises(SourceUnavailable, match="The notify API gave no answer"):
            post(url)
    answer = b"HTTP/1.1 400 no\r\nContent-Type: text/html;charset=base64\r\n\r\n<x>"
    with talking(lambda peer: peer.sendall(answer)) as url, pytest.raises(InputRefused, match="answered 400: <x>"):
        post(url)


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    folder: Path = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    (folder / "cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    return context


WHOSE = "the certificate that 127.0.0.1 shows is refused: self-signed certificate"


def test_a_certificate_that_is_refused_is_said_to_be_with_whose_it_is_and_why(self_signed: ssl.SSLContext) -> None:
    with talking(TOKEN, self_signed) as url:
        with closing(cfs_at(url)) as cfs, pytest.raises(CfsCertificateRefused, match=WHOSE):
            cfs.get_credit_memo(SITE, "CM1")
        with pytest.raises(CertificateRefused, match=f"The notify API was sent nothing: {WHOSE}"):
            post(url)
        log = LastWarning()
        Pings(url, log=log).success()
    assert log.said["why"] == WHOSE


class LastWarning:
    """Keeps the last warning."""

    def __init__(self) -> None:
        self.said: dict[str, object] = {}

    def warning(self, _event: str, **said: object) -> None:
        self.said = said
