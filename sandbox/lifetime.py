"""Parts that end with the process that started them, however that ends: a small process of its own sees to it."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENDED = b"ended"
_MEMORY, _PLENTY = Path("/dev/shm"), 4 << 30
_ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def ending_with_us(folder: Path, *, delete: bool = False) -> Iterator[None]:
    """Stop the parts of a folder, and with `delete` the folder too, if this process is killed inside the block."""
    command = [sys.executable, "-m", "sandbox.watcher", str(folder.resolve()), *(["--delete"] if delete else [])]
    watcher = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,  # it ends with us, whatever ends us
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd=_ROOT,
    )
    try:
        yield
    finally:
        watcher.communicate(ENDED)


def in_memory() -> str | None:
    """Return where many small files are made and dropped fastest; None where TMPDIR names a place or room is scarce.

    PostgreSQL makes a file for each temporary table: in memory the nights of a world take a seventh less time, and the
    tests as much.
    """
    if "TMPDIR" in os.environ or not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _PLENTY:
        return None
    return str(_MEMORY)


@contextmanager
def temporary_folder(prefix: str, within: str | None = None) -> Iterator[Path]:
    """Make a folder that is gone when the block ends or this process does; its parts stop then at the latest."""
    with tempfile.TemporaryDirectory(prefix=prefix, dir=within) as name, ending_with_us(Path(name), delete=True):
        yield Path(name)
