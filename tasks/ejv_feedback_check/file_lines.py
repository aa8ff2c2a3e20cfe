"""The lines of a CGI file, split on LF and nothing else.

0x1D, the field delimiter, is no line break, nor is any other character that generic helpers take for one; one CR
before the LF, a byte order mark before the first line and the end sign of DOS are dropped.
Source: docs/specs/cgi-ejv-files.md section 1, "LineReader trap".
"""

from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

_PIECE = 1 << 18
_LONGEST = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\x1d\0\x1a"


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each line that is not blank; what is longer than any record is cut off."""
    return chain.from_iterable(read_blocks(stream))


def read_blocks(stream: BinaryIO) -> Iterator[list[tuple[int, bytes]]]:
    """Yield the lines that read_lines yields, those of some 250 kB at once."""
    first = 1
    for lines in _whole_lines(stream):
        if first == 1:
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
        yield [(number, line) for number, line in enumerate(map(_cut, lines), first) if line.strip(_BLANK)]
        first += len(lines)


def _whole_lines(stream: BinaryIO) -> Iterator[list[bytes]]:
    rest = b""
    while piece := stream.read(_PIECE):
        *lines, rest = (rest + piece).split(b"\n")
        if lines:
            yield lines
        rest = rest[: _LONGEST + len(_BYTE_ORDER_MARK)]
    if rest:
        yield [rest]


def _cut(line: bytes) -> bytes:
    return line[:_LONGEST].removesuffix(b"\r")


def decoded(line: bytes) -> str:
    """Return a line as text; what is not UTF-8 is read byte by byte, and NUL, which no database takes, as a blank."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", " ")
