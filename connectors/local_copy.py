"""The content of a file as a local one, so that nothing is held open while it travels."""

import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, BinaryIO

from config.errors import PayJobsError
from connectors.byte_stream import ByteStream

_CHUNK = 1 << 20


@contextmanager
def local_copy(chunks: Iterable[bytes]) -> Iterator[BinaryIO]:
    """Yield the whole of a stream as a temporary file, at its beginning; the file has no name and leaves nothing.

    Enter it before a transaction begins: what is yielded has come to its end, however slow the other side was.
    """
    with tempfile.TemporaryFile(prefix="pay-jobs-") as file:
        for chunk in chunks:
            _write(file, chunk)
        try:
            file.flush()
        except OSError as error:
            raise _no_room(error) from error
        file.seek(0)
        yield io.BufferedReader(ByteStream(iter(partial(file.read, _CHUNK), b"")), _CHUNK)


def _write(file: IO[bytes], chunk: bytes) -> None:
    try:
        file.write(chunk)
    except OSError as error:
        raise _no_room(error) from error


def _no_room(error: OSError) -> PayJobsError:
    return PayJobsError(
        f"A copy cannot be kept in the temporary folder {tempfile.gettempdir()} ({error.strerror}). Nothing was "
        "changed. Make room there, or name another folder: TMPDIR."
    )
