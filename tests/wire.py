"""PostgreSQL's wire, as far as a test needs it: a server that refuses a login, and a pooler between client and server.

Clients connect with sslmode=disable and gssencmode=disable, so that the first message is the real one.
"""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from psycopg2.extensions import parse_dsn

_KEY_DATA = b"K"
_PRETENDED_PID = 4_000_000


@contextmanager
def refusing_server(code: str, message: str) -> Iterator[int]:
    """Return the port of a server that answers every login with an error."""
    fields = {b"S": "FATAL", b"V": "FATAL", b"C": code, b"M": message}
    body = b"".join(name + value.encode() + b"\0" for name, value in fields.items()) + b"\0"

    def refuse(client: socket.socket) -> None:
        client.recv(4096)
        client.sendall(b"E" + struct.pack("!I", len(body) + 4) + body)

    with _listening(refuse) as port:
        yield port


@contextmanager
def pooler(address: str) -> Iterator[str]:
    """Yield the address of a pooler in front of a server: it tells clients a process id of its own making."""

    def pretend(kind: bytes, body: bytes) -> bytes:
        return struct.pack("!I", _PRETENDED_PID) + body[4:] if kind == _KEY_DATA else body

    with _relay(address, pretend) as here:
        yield here


@contextmanager
def by_port(address: str) -> Iterator[int]:
    """Yield the port at which a server can be reached that has only a socket."""
    with _relay(address, lambda _kind, body: body) as here:
        yield int(parse_dsn(here)["port"])


@contextmanager
def server_of_version(address: str, version: str) -> Iterator[str]:
    """Yield the address of a server that says it is of another version."""

    def pretend(kind: bytes, body: bytes) -> bytes:
        return b"server_version\0" + version.encode() + b"\0" if body.startswith(b"server_version\0") else body

    with _relay(address, pretend) as here:
        yield here


@contextmanager
def _relay(address: str, pretend: Callable[[bytes, bytes], bytes]) -> Iterator[str]:
    """Yield an address where a server can be reached, with what it says at the beginning changed."""
    parts = parse_dsn(address)

    def relay(client: socket.socket) -> None:
        with _connect(parts) as upstream:
            threading.Thread(target=_copy, args=(client, upstream), daemon=True).start()
            _answer(upstream, client, pretend)

    with _listening(relay) as port:
        yield (
            f"postgresql://{parts['user']}:{parts.get('password', '')}@127.0.0.1:{port}/{parts['dbname']}"
            "?sslmode=disable&gssencmode=disable"
        )


def _connect(parts: dict[str, str]) -> socket.socket:
    host, port = parts.get("host", "localhost"), int(parts.get("port", "5432"))
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    upstream = socket.socket(socket.AF_UNIX)
    upstream.connect(f"{host}/.s.PGSQL.{port}")
    return upstream


def _answer(upstream: socket.socket, client: socket.socket, pretend: Callable[[bytes, bytes], bytes]) -> None:
    """Pass the server's messages on one by one, changed, until its process id went by; then everything as it comes."""
    stream = upstream.makefile("rb")
    while head := stream.read(5):
        body = pretend(head[:1], stream.read(struct.unpack("!I", head[1:])[0] - 4))
        client.sendall(head[:1] + struct.pack("!I", len(body) + 4) + body)
        if head[:1] == _KEY_DATA:
            break
    while data := stream.read1():
        client.sendall(data)


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


@contextmanager
def _listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                threading.Thread(target=_serve, args=(serve, client), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _serve(serve: Callable[[socket.socket], None], client: socket.socket) -> None:
    with client, suppress(OSError):
        serve(client)
