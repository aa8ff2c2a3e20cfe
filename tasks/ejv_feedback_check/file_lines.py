"""The lines of a CGI file, split on LF and nothing else.

0x1D, the field delimiter, is no line break, nor is any other character that generic helpers take for one; one CR
before the LF, a byte order mark before the first line and the end sign of DOS are dropped.
Source: docs/specs/cgi-ejv-files.md section 1, "LineReader trap".
"""

from collections.abc import Iterator
from typing import BinaryIO

_LONGEST = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\x1d\0\x1a"


def read_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each line that is not blank; what is longer than any record is cut off."""
    number = 0
    is_inside = False
    while raw := stream.readline(_LONGEST):
        was_inside, is_inside = is_inside, not raw.endswith(b"\n")
        if was_inside:
            continue  # the rest of an overlong line
        number += 1
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if line.strip(_BLANK):
            yield number, line


def decoded(line: bytes) -> str:
    """Return a line as text; what is not UTF-8 is read byte by byte, and NUL, which no database takes, as a blank."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", " ")
