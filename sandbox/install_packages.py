"""Install the locked packages with one line that says how far it is; what pip complains of is shown in full.

Run by `make` before anything is installed: nothing but the standard library. A pip works on one core, so each core has
one: the lock names all there is, and no package waits for another.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

_COLLECTED = re.compile(r"^Collecting (\S+?)[=<>~!\s(]")
_PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
# What is imported is compiled then.
_LOCKED = ["--no-deps", "--no-compile", "--require-hashes"]


def install(lock: Path) -> int:
    """Install what a lock file names and return the exit code of pip."""
    packages = re.findall(r"^[^\s#].*==(?:.*\n(?=\s))*.*\n?", lock.read_text("utf-8"), re.MULTILINE)
    _progress(f"Packages: {len(packages)} to install, in about a minute", stays=not sys.stdout.isatty())
    began = time.monotonic()
    cores = min(os.cpu_count() or 1, len(packages))
    fetched = partial(next, count(1))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(cores) as threads:
        shares = [Path(folder, f"{nth}.lock") for nth in range(cores)]
        for nth, share in enumerate(shares):
            share.write_text("".join(packages[nth::cores]), "utf-8")
        codes = list(threads.map(lambda share: _install_share(share, len(packages), fetched), shares))
    if not any(codes):
        _progress(f"{len(packages)} packages are installed, in {time.monotonic() - began:.0f} s.", stays=True)
    return max(codes)


def _install_share(share: Path, wanted: int, fetched: Callable[[], int]) -> int:
    command = [*_PIP, *_LOCKED, "-r", str(share)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        assert pip.stdout is not None
        said = _follow(pip.stdout, wanted, fetched)
    if pip.returncode:
        sys.stderr.write("\nThe packages could not be installed. pip says:\n" + "".join(said[-30:]))
    return pip.returncode


def _follow(lines: Iterable[str], wanted: int, fetched: Callable[[], int]) -> Sequence[str]:
    """Show what is being fetched, and return what was said."""
    said: list[str] = []
    for line in lines:
        said.append(line)
        if collected := _COLLECTED.match(line):
            _progress(f"Packages: {fetched()} of about {wanted}, {collected[1]}")
        elif line.startswith("Installing collected packages"):
            _progress("Packages: all fetched, being unpacked")
    return said


def _progress(line: str, *, stays: bool = False) -> None:
    """Show a line in place of the one before on a terminal; elsewhere only those that stay."""
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[K{line}" + ("\n" if stays else ""))
    elif stays:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(install(Path(sys.argv[1])))
