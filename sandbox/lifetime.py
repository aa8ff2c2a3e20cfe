"""Parts that end with the process that started them, however that ends: a small process of its own sees to it."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENDED = b"ended"
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


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder that is gone when the block ends or this process does; its parts stop then at the latest."""
    with tempfile.TemporaryDirectory(prefix=prefix) as name, ending_with_us(Path(name), delete=True):
        yield Path(name)
