"""Waits for the end of the process that started it, and stops the sandbox's parts in a folder if that was killed.

python -m sandbox.watcher FOLDER [--delete], with a pipe as its input (sandbox/lifetime.py)
"""

import sys
from pathlib import Path
from shutil import rmtree

from sandbox.lifetime import ENDED


def main(folder: Path, *, delete: bool) -> None:
    """Read the pipe to its end."""
    if sys.stdin.buffer.read() == ENDED:
        return
    from sandbox.up import stop_parts

    stop_parts(folder)
    if delete:
        rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), delete="--delete" in sys.argv)
