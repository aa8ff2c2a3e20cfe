"""Two requests of the SFTP protocol that paramiko's own client does not do well enough for us.

Its listing fails as a whole where one name is not UTF-8, so anybody who may write to a directory could stop all
polls of it. Its prefetch asks for the whole file at once, or waits in a thread that can lose count of the answers
and keep blocks for ever. Both are done here on its request and answer calls, which are private: the lock file
pins the version, and tests/connectors/test_sftp.py covers what is relied on.
"""

from collections import deque
from collections.abc import Iterator
from typing import Any

import paramiko
from paramiko.message import Message
from paramiko.sftp import CMD_CLOSE, CMD_DATA, CMD_HANDLE, CMD_NAME, CMD_OPENDIR, CMD_READ, CMD_READDIR, int64

BLOCK = 32 * 1024
BLOCKS_AHEAD = 64
_ATTRIBUTES: Any = paramiko.SFTPAttributes


def list_directory(client: Any, directory: str) -> Iterator[tuple[str, str, paramiko.SFTPAttributes]]:
    """Give name, long form and attributes of every entry; bytes that are not UTF-8 come as lone surrogates."""
    kind, answer = client._request(CMD_OPENDIR, directory)
    if kind != CMD_HANDLE:
        raise paramiko.SFTPError(f"a handle was expected, answer {kind} came")
    handle = answer.get_binary()
    try:
        while True:
            try:
                kind, answer = client._request(CMD_READDIR, handle)
            except EOFError:
                return
            if kind != CMD_NAME:
                raise paramiko.SFTPError(f"names were expected, answer {kind} came")
            for _ in range(answer.get_int()):
                name = answer.get_string().decode("utf-8", "surrogateescape")
                long_form = answer.get_string().decode("utf-8", "replace")
                attributes = _ATTRIBUTES._from_msg(answer)
                if name not in {".", ".."}:
                    yield name, long_form, attributes
    finally:
        client._request(CMD_CLOSE, handle)


class BlockReader:
    """Reads a file of known size in order, with a bounded number of requests under way, in the calling thread."""

    def __init__(self, client: Any, handle: Any, size: int) -> None:
        self._client = client
        self._handle = handle
        self._size = size
        self._arrived: dict[int, bytes | Exception] = {}

    def blocks(self) -> Iterator[bytes]:
        """Give the blocks of the file; raises EOFError where it is shorter than was said."""
        under_way: deque[tuple[int, int, int]] = deque()
        asked = 0
        while asked < self._size or under_way:
            while asked < self._size and len(under_way) < BLOCKS_AHEAD:
                length = min(BLOCK, self._size - asked)
                number = self._client._async_request(self, CMD_READ, self._handle, int64(asked), length)
                under_way.append((number, asked, length))
                asked += length
            number, offset, length = under_way.popleft()
            data = self._wait_for(number)
            yield data
            while len(data) < length:
                offset, length = offset + len(data), length - len(data)
                data = self._read_now(offset, length)
                yield data

    def _wait_for(self, number: int) -> bytes:
        while number not in self._arrived:
            self._client._read_response()
        data = self._arrived.pop(number)
        if isinstance(data, Exception):
            raise data
        return data

    def _read_now(self, offset: int, length: int) -> bytes:
        """A server may give less than was asked for; the rest is asked for on its own."""
        kind, answer = self._client._request(CMD_READ, self._handle, int64(offset), length)
        if kind != CMD_DATA:
            raise paramiko.SFTPError(f"data was expected, answer {kind} came")
        return self._some(answer.get_string())

    def _async_response(self, kind: int, answer: Message, number: int) -> None:
        """Called by the client for each answer to a request of ours."""
        try:
            if kind != CMD_DATA:
                self._client._convert_status(answer)
                raise paramiko.SFTPError(f"data was expected, answer {kind} came")
            self._arrived[number] = self._some(answer.get_string())
        except (OSError, EOFError, paramiko.SFTPError) as error:
            self._arrived[number] = error

    @staticmethod
    def _some(data: bytes) -> bytes:
        if not data:
            raise EOFError("an empty block")
        return data
