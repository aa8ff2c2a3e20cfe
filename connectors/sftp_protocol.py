"""The SFTP protocol, as far as paramiko's own client does not do it well enough for us.

Its listing fails as a whole where one name is not UTF-8, so anybody who may write to a directory could stop all
polls of it. Its prefetch asks for the whole file at once, or waits in a thread that can lose count of the answers
and keep blocks for ever. What came and is not read yet it keeps in an array, and moves all of it to the front with
each read. It believes an answer that promises two thousand million names, and reads them out of nothing for ever, where
no deadline reaches it. So every answer is bounded here before it is read, and read no further than it goes. This
rests on paramiko's request and answer calls, which are private: the lock file pins the version, and
tests/connectors/test_sftp.py covers what is relied on.
"""

import errno
import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from config.lean_imports import without

with without("invoke"):  # for commands in ~/.ssh/config, which is not read
    import paramiko
    from paramiko.buffered_pipe import BufferedPipe
    from paramiko.message import Message
    from paramiko.sftp import (
        CMD_ATTRS,
        CMD_CLOSE,
        CMD_DATA,
        CMD_HANDLE,
        CMD_LSTAT,
        CMD_NAME,
        CMD_OPENDIR,
        CMD_READ,
        CMD_READDIR,
        CMD_STAT,
        SFTP_EOF,
        SFTP_NO_SUCH_FILE,
        SFTP_OK,
        SFTP_PERMISSION_DENIED,
        int64,
    )

BLOCK = 32 * 1024
BLOCKS_AHEAD = 160
WINDOW = (BLOCKS_AHEAD + 32) * BLOCK  # what a server may send before it is read
MAX_ANSWER = 256 * 1024  # OpenSSH sends and takes no more
MAX_ENTRIES = 200_000
MAX_LISTING = 64 * 1024 * 1024
_SIZE, _OWNER, _MODE, _TIMES, _EXTENDED = 1, 2, 4, 8, 0x80000000
_Base: Any = paramiko.SFTPClient
_Pipe: Any = BufferedPipe


class ReceivedBytes(_Pipe):  # type: ignore[misc]
    """What came through a channel and is not read yet."""

    def __init__(self) -> None:
        super().__init__()
        self._buffer = bytearray()

    def _buffer_frombytes(self, data: bytes) -> None:
        self._buffer += data

    def _buffer_tobytes(self, limit: int | None = None) -> bytes:
        with memoryview(self._buffer) as view:
            return bytes(view[:limit])


@dataclass(frozen=True)
class FileAttributes:
    """What a server says about an entry; None is what it leaves out."""

    size: int | None
    mode: int | None
    modified: int | None


class SftpClient(_Base):  # type: ignore[misc]
    """paramiko's client, with answers that are bounded and need not be UTF-8."""

    def _read_packet(self) -> tuple[int, bytes]:
        (size,) = struct.unpack(">I", self._read_all(4))
        if not 1 <= size <= MAX_ANSWER:
            raise paramiko.SFTPError(f"an answer of {size:,} bytes, the most is {MAX_ANSWER:,}")
        content = self._read_all(size)
        return content[0], content[1:]

    def _convert_status(self, answer: Message) -> None:
        fields = _Fields(answer)
        code = fields.number()
        words = fields.text().decode("utf-8", "backslashreplace")[:300] if fields.left else ""
        if code == SFTP_OK:
            return
        if code == SFTP_EOF:
            raise EOFError(words or "the end")
        if code == SFTP_NO_SUCH_FILE:
            raise OSError(errno.ENOENT, words)
        if code == SFTP_PERMISSION_DENIED:
            raise OSError(errno.EACCES, words)
        raise OSError(words)

    def look_at(self, path: str, *, follow: bool = False) -> FileAttributes:
        """Return what the server says about an entry, or about what it leads to where it is a link."""
        kind, answer = self._request(CMD_STAT if follow else CMD_LSTAT, path)
        if kind != CMD_ATTRS:
            raise paramiko.SFTPError(f"attributes were expected, answer {kind} came")
        return _Fields(answer).attributes()


def list_directory(client: Any, directory: str) -> Iterator[tuple[str, str, FileAttributes]]:
    """Return name, long form and attributes of every entry; bytes that are not UTF-8 come as lone surrogates."""
    kind, answer = client._request(CMD_OPENDIR, directory)
    if kind != CMD_HANDLE:
        raise paramiko.SFTPError(f"a handle was expected, answer {kind} came")
    handle = answer.get_binary()
    try:
        yield from _entries(client, handle)
    except paramiko.SFTPError:
        raise  # nothing more is asked on a connection whose answers make no sense
    except OSError:
        client._request(CMD_CLOSE, handle)
        raise
    client._request(CMD_CLOSE, handle)


def _entries(client: Any, handle: bytes) -> Iterator[tuple[str, str, FileAttributes]]:
    count = size = 0
    while True:
        try:
            kind, answer = client._request(CMD_READDIR, handle)
        except EOFError as error:
            if not error.args:  # of a broken connection; what the server answers comes with a text
                raise
            return
        if kind != CMD_NAME:
            raise paramiko.SFTPError(f"names were expected, answer {kind} came")
        fields = _Fields(answer)
        size += fields.left
        for _ in range(fields.number()):
            name = fields.text().decode("utf-8", "surrogateescape")
            long_form = fields.text().decode("utf-8", "replace")
            attributes = fields.attributes()
            count += 1
            if count > MAX_ENTRIES or size > MAX_LISTING:
                raise paramiko.SFTPError(f"a listing of more than {MAX_ENTRIES:,} entries or {MAX_LISTING:,} bytes")
            if name not in {".", ".."}:
                yield name, long_form, attributes


class _Fields:
    """The fields of an answer, read in order; raises SFTPError where it promises more than it holds."""

    def __init__(self, answer: Message) -> None:
        self._bytes = memoryview(answer.get_remainder())

    @property
    def left(self) -> int:
        """How many bytes are not read yet."""
        return len(self._bytes)

    def number(self, size: int = 4) -> int:
        """Read a number."""
        return int.from_bytes(self._take(size), "big")

    def text(self) -> bytes:
        """Read a text, as the bytes it came in."""
        return bytes(self._take(self.number()))

    def attributes(self) -> FileAttributes:
        """Read what is said about an entry (version 3)."""
        flags = self.number()
        size = self.number(8) if flags & _SIZE else None
        if flags & _OWNER:
            self._take(8)
        mode = self.number() if flags & _MODE else None
        modified = int.from_bytes(self._take(8)[4:], "big") if flags & _TIMES else None
        for _ in range(self.number() if flags & _EXTENDED else 0):
            self._take(self.number())
            self._take(self.number())
        return FileAttributes(size, mode, modified)

    def _take(self, count: int) -> memoryview:
        if count > len(self._bytes):
            raise paramiko.SFTPError(f"an answer promises {count:,} bytes more and holds {len(self._bytes):,}")
        taken, self._bytes = self._bytes[:count], self._bytes[count:]
        return taken


class BlockReader:
    """Reads a file of known size in order, with a bounded number of requests under way, in the calling thread."""

    def __init__(self, client: Any, handle: Any, size: int) -> None:
        self._client = client
        self._handle = handle
        self._size = size
        self._arrived: dict[int, bytes | Exception] = {}

    def blocks(self) -> Iterator[bytes]:
        """Return the blocks of the file; raises EOFError where it is shorter than was said."""
        under_way: deque[tuple[int, int, int]] = deque()
        asked = 0
        while asked < self._size or under_way:
            while asked < self._size and len(under_way) < BLOCKS_AHEAD:
                length = min(BLOCK, self._size - asked)
                number = self._client._async_request(self, CMD_READ, self._handle, int64(asked), length)
                under_way.append((number, asked, length))
                asked += length
            number, offset, length = under_way.popleft()
            data = _at_most(length, self._wait_for(number))
            yield data
            while len(data) < length:
                offset, length = offset + len(data), length - len(data)
                data = _at_most(length, self._read_now(offset, length))
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


def _at_most(length: int, data: bytes) -> bytes:
    if len(data) > length:
        raise paramiko.SFTPError(f"{len(data):,} bytes came where {length:,} were asked for")
    return data
