"""HTTP calls that end: each by our clock, however the other side drips, and with an answer of a bounded size.

The timeouts of httpx begin anew with every byte. Here one deadline stands behind all waits of a call; it is kept in the
network layer, so that it also holds while the first line and the headers come. An answer comes as it was sent:
compressed ones are not asked for, because a few bytes of them may stand for gigabytes.
"""

import os
import re
import ssl
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpcore

from config.errors import ConfigError, SourceRefused
from config.lean_imports import without

with without("pygments"):  # for httpx as a command of its own
    import httpx

MAX_ANSWER = 8 * 1024 * 1024
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ERRNO = re.compile(r"^\[Errno -?\d+\] ")
# The first kind that fits; what is not listed says itself what it is.
_IN_WORDS = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "no connection free in time"),
    (httpx.TimeoutException, "it took too long"),
    (httpx.ConnectError, "no connection: {said}"),
    (httpx.ProxyError, "refused by the proxy: {said}"),
    (httpx.NetworkError, "the connection broke: {said}"),
    (httpx.RemoteProtocolError, "no answer that is HTTP: {said}"),
)
_until: ContextVar[float | None] = ContextVar("the end of the call under way", default=None)


class CertificateRefused(SourceRefused):
    """Have the certificate renewed, or our CA bundle (SSL_CERT_FILE); check the address in the settings."""


class AnswerUnusable(httpx.RequestError):
    """An answer that is too large, or compressed though that was not asked for."""


class BoundedClient:
    """Connections to the server of an address, past any proxy where that is this machine.

    deadline  seconds from the beginning of a call to the end of its answer
    timeout   seconds for each wait in it
    """

    def __init__(self, url: str, *, deadline: float, timeout: float, **more: Any) -> None:
        self._deadline = deadline
        trust_env = urlsplit(url).hostname not in _LOOPBACK
        context = _tls_context(trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        self._http = httpx.Client(timeout=timeout, verify=context, trust_env=trust_env, **more)
        for transport in [self._http._transport, *self._http._mounts.values()]:
            if isinstance(transport, httpx.HTTPTransport):
                pool: Any = transport._pool
                pool._network_backend = _Backend(pool._network_backend)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: str | bytes | None = None,
        data: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send a request and return the whole answer. Raises httpx.RequestError where none comes that can be used."""
        bounded = {**(headers or {}), "Accept-Encoding": "identity"}
        call = _until.set(time.monotonic() + self._deadline)
        try:
            with self._http.stream(method, url, headers=bounded, content=content, data=data) as answer:
                body = _read(answer)
        finally:
            _until.reset(call)
        whole = httpx.Response(answer.status_code, headers=answer.headers, content=body, request=answer.request)
        whole.elapsed = answer.elapsed
        return whole


def read_address(url: str, *, setting: str, like: str) -> SplitResult:
    """Return the parts of the address in a setting. Raises ConfigError where it cannot be read as one."""
    try:
        parts = urlsplit(url)
        _ = parts.port, httpx.URL(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigError(f"{setting} must be like {like}, not {url!r} ({error}).") from error
    return parts


def what_failed(error: httpx.HTTPError | httpx.InvalidURL) -> str:
    """Return in words why a call has no answer.

    >>> what_failed(httpx.ReadTimeout("")), what_failed(httpx.ConnectError("[Errno 111] Connection refused"))
    ('it took too long', 'no connection: Connection refused')
    """
    said = _ERRNO.sub("", str(error)).strip()
    for kind, words in _IN_WORDS:
        if isinstance(error, kind):
            return words.format(said=said).rstrip(": ")
    return said or "the request failed"


def refused_certificate(error: BaseException | None, host: str | None) -> str | None:
    """Return whose certificate is refused and why, None where an error is about something else."""
    seen: set[int] = set()
    pending: list[object] = [error]
    while pending:
        one = pending.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, ssl.SSLCertVerificationError):
            return f"the certificate that {host} shows is refused: {one.verify_message or one.reason}"
        pending += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


@cache
def _tls_context(trust_env: bool, _file: str | None, _directory: str | None) -> ssl.SSLContext:
    """Return what all clients share: to read the authorities takes longer than most calls."""
    return httpx.create_ssl_context(trust_env=trust_env)


def _read(answer: httpx.Response) -> bytes:
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise AnswerUnusable(f"the answer is compressed ({encoding[:40]}), which was not asked for")
    pieces, size = [], 0
    for piece in answer.iter_raw():
        size += len(piece)
        if size > MAX_ANSWER:
            raise AnswerUnusable(f"the answer has more than {MAX_ANSWER:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _left(timeout: float | None, expired: type[Exception]) -> float | None:
    """Return how long to wait at most; raises the error given where the call has no time left."""
    until = _until.get()
    if until is None:
        return timeout
    left = until - time.monotonic()
    if left <= 0:
        raise expired("the call took longer than it may")
    return left if timeout is None else min(timeout, left)


class _Backend(httpcore.NetworkBackend):
    """The network, with no wait beyond the end of the call under way."""

    def __init__(self, network: httpcore.NetworkBackend) -> None:
        self._network = network

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._network.connect_tcp(host, port, left, local_address, socket_options))

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    """A connection, with no wait beyond the end of the call under way."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
