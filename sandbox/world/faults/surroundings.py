"""What is around a pod as its fault says: servers that are away, files written in part, a disk that is full."""

import errno
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sandbox.world.faults.pod import Pod

Strike = Callable[[Pod, str], None]
_NOWHERE = {"sftp": {"CAS_SFTP_PORT": "1"}, "store": {"MINIO_ENDPOINT": "127.0.0.1:1"}}


@contextmanager
def surroundings(pod: Pod, uploads: Path, strike: Strike) -> Iterator[None]:
    """Let what is around a run be as its fault says, and as it was afterwards."""
    before, halved = dict(os.environ), _halve_uploads(pod, uploads, strike) if pod.kind == "half" else {}
    if pod.kind in _NOWHERE:
        strike(pod, "away")
        os.environ.update(_NOWHERE[pod.kind])
    try:
        with _full_disk(pod, strike) if pod.kind == "disk" else nullcontext():
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        for path, content in halved.items():
            path.write_bytes(content)


@contextmanager
def _full_disk(pod: Pod, strike: Strike) -> Iterator[None]:
    """Let nothing be written to temporary files."""

    def opened(*_values: Any, **_options: Any) -> io.BufferedRandom:
        if not pod.is_struck:
            strike(pod, "is full")
        return io.BufferedRandom(_FullDisk())

    def refused(*_values: Any, **_options: Any) -> Any:
        if not pod.is_struck:
            strike(pod, "is full")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = tempfile.TemporaryFile, tempfile.TemporaryDirectory
    tempfile.TemporaryFile, tempfile.TemporaryDirectory = opened, refused  # type: ignore[misc, assignment]
    try:
        yield
    finally:
        tempfile.TemporaryFile, tempfile.TemporaryDirectory = before  # type: ignore[misc]


def _halve_uploads(pod: Pod, uploads: Path, strike: Strike) -> dict[Path, bytes]:
    """Cut every file that waits within a line; return the whole content of each."""
    found = sorted(path for path in uploads.iterdir() if path.is_file())
    whole = {path: path.read_bytes() for path in found}
    cut = {
        path: content[: pod.draws.number(1, len(content) - 1)] for path, content in whole.items() if len(content) > 1
    }
    halved = {path: half for path, half in cut.items() if not half.endswith(b"\n")}
    for path, half in halved.items():
        path.write_bytes(half)
    if halved:
        strike(pod, "a file is written in part")
    return {path: whole[path] for path in halved}


class _FullDisk(io.RawIOBase):
    """A file on a disk that is full: it can be opened, and refuses what is written (once: closing it writes again)."""

    has_refused = False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, _place: int, _whence: int = 0) -> int:
        return 0

    def readinto(self, _buffer: Any) -> int:
        return 0

    def write(self, content: Any) -> int:
        if self.has_refused:
            return len(content)
        self.has_refused = True
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
