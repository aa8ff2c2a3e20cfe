"""An SFTP server that answers whatever a test wants, byte by byte: paramiko's server side, with the answers by hand."""

import base64
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import paramiko
from paramiko.common import AUTH_SUCCESSFUL, OPEN_SUCCEEDED
from pydantic import SecretStr

from config.settings import CasSftpSettings

INIT, CLOSE, OPENDIR, READDIR, LSTAT = 1, 4, 11, 12, 7
STATUS, HANDLE, NAME, ATTRS = 101, 102, 104, 105
Answers = dict[int, Callable[[bytes], bytes]]


def text(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def packet(kind: int, request: bytes, body: bytes) -> bytes:
    """Return an answer to a request: kind, the request's number, and the rest."""
    return text(bytes([kind]) + request[:4] + body)


def status(request: bytes, code: int = 0, words: bytes = b"") -> bytes:
    return packet(STATUS, request, struct.pack(">I", code) + text(words) + text(b""))


class _Server(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return AUTH_SUCCESSFUL

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED


class _Subsystem(paramiko.SubsystemHandler):
    answers: Answers
    pause: float

    def start_subsystem(self, name: str, transport: paramiko.Transport, channel: Any) -> None:
        with suppress(EOFError, OSError):
            while True:
                content = _exactly(channel, struct.unpack(">I", _exactly(channel, 4))[0])
                if content[0] == INIT:
                    channel.sendall(text(bytes([2]) + struct.pack(">I", 3)))
                    continue
                answer = self.answers.get(content[0], status)(content[1:])
                if not self.pause:
                    channel.sendall(answer)
                for letter in answer if self.pause else b"":
                    channel.sendall(bytes([letter]))
                    time.sleep(self.pause)


def _exactly(channel: Any, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = channel.recv(count - len(content))
        if not part:
            raise EOFError
        content += part
    return content


@contextmanager
def hostile_sftp(answers: Answers, *, pause: float = 0) -> Iterator[tuple[CasSftpSettings, list[paramiko.Transport]]]:
    """Serve the answers, by the kind of request, and return the settings and the server's side of each connection."""
    key = paramiko.RSAKey.generate(2048)
    listening = socket.create_server(("127.0.0.1", 0))
    handler = type("Handler", (_Subsystem,), {"answers": {OPENDIR: _handle} | answers, "pause": pause})
    transports: list[paramiko.Transport] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(listening.accept()[0])
                transports.append(transport)
                transport.add_server_key(key)
                transport.set_subsystem_handler("sftp", handler)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Server())

    threading.Thread(target=accept, daemon=True).start()
    yield (
        CasSftpSettings(
            host="127.0.0.1",
            port=listening.getsockname()[1],
            username="cas",
            password=SecretStr("any"),
            host_key=base64.b64encode(key.asbytes()).decode(),
            connect_timeout=5,
            transfer_deadline=1.5,
        ),
        transports,
    )
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    for transport in transports:
        transport.close()


def _handle(request: bytes) -> bytes:
    return packet(HANDLE, request, text(b"h"))
