"""The lines of a CGI file, split on LF and nothing else.

0x1D, the field delimiter, is no line break, nor is any other character that generic helpers take for one; one CR
before the LF is dropped. Source: docs/specs/cgi-ejv-files.md section 1, "Reader trap".
"""

from collections.abc import Iterator
from typing import BinaryIO

_LONGEST = 1 << 16


def read_lines(stream: BinaryIO, *, first: int = 1) -> Iterator[tuple[int, bytes]]:
    """Give number and content of each line that is not blank; what is longer than any record is cut off."""
    number = first - 1
    is_inside = False
    while raw := stream.readline(_LONGEST):
        was_inside, is_inside = is_inside, not raw.endswith(b"\n")
        if was_inside:
            continue  # the rest of an overlong line
        number += 1
        line = raw.removesuffix(b"\n").removesuffix(b"\r")
        if line.strip(b" \t\x1d\0"):
            yield number, line


def decoded(line: bytes) -> str:
    """Give a line as text; what is not UTF-8 is read byte by byte, and NUL, which no database takes, as a blank."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("latin-1")
    return text.replace("\0", " ")
