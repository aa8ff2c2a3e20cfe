"""Install the locked packages with one line that says how far it is; what pip complains of is shown in full.

Run by `make` before anything is installed: nothing but the standard library.
"""

import re
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

_COLLECTED = re.compile(r"^Collecting (\S+?)[=<>~!\s(]")


def install(lock: Path) -> int:
    """Install what a lock file names and return the exit code of pip."""
    wanted = sum(not line.startswith((" ", "#")) and "==" in line for line in lock.read_text("utf-8").splitlines())
    words = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    words += ["--no-deps", "--no-compile"]  # the lock names all there is; what is imported is compiled then
    _progress(f"Packages: {wanted} to install, in about a minute", stays=not sys.stdout.isatty())
    began = time.monotonic()
    with subprocess.Popen(
        [*words, "--require-hashes", "-r", str(lock)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        said = _follow(pip.stdout, wanted)
    if pip.returncode:
        sys.stderr.write("\nThe packages could not be installed. pip says:\n" + "".join(said[-30:]))
    else:
        _progress(f"{wanted} packages are installed, in {time.monotonic() - began:.0f} s.", stays=True)
    return pip.returncode


def _follow(lines: Iterable[str], wanted: int) -> list[str]:
    """Show what is being fetched, and return what was said."""
    said: list[str] = []
    count = 0
    for line in lines:
        said.append(line)
        if collected := _COLLECTED.match(line):
            count += 1
            _progress(f"Packages: {count} of about {wanted}, {collected[1]}")
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
