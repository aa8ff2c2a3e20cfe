"""Chunks as a file-like stream, and back, in constant memory."""

import io
from collections.abc import Iterator


class ByteStream(io.RawIOBase):
    """A readable stream over chunks; `io.TextIOWrapper(io.BufferedReader(...))` makes lines of it.

    >>> ByteStream(iter([b"ab", b"c"])).read()
    b'abc'
    """

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        view = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(view):
            if not self._rest:
                chunk = next(self._chunks, None)
                if chunk is None:
                    break
                self._rest = memoryview(chunk)
            count = min(len(view) - filled, len(self._rest))
            view[filled : filled + count] = self._rest[:count]
            self._rest = self._rest[count:]
            filled += count
        return filled
