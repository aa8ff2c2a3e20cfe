"""The CFS of the sandbox: the simulator in a process of its own, its books kept from one start to the next."""

import sys
from dataclasses import dataclass
from pathlib import Path

from sandbox.cfs.options import Options
from sandbox.cfs.process import CfsAdmin
from sandbox.detached import DetachedProcess, private_folder


@dataclass(frozen=True)
class CfsPart:
    """The running simulator."""

    folder: Path
    port: int

    @property
    def admin(self) -> CfsAdmin:
        """The simulator's own controls: its books, its calls, faults on order."""
        return CfsAdmin(f"http://127.0.0.1:{self.port}")

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to it."""
        return Options().environment(f"http://127.0.0.1:{self.port}", max_per_second=1_000)

    def stop(self) -> None:
        """Stop it; its books stay."""
        _process(self.folder).stop()


def start(state_dir: Path) -> CfsPart:
    """Start it, or join it where it runs already."""
    running = find_running(state_dir)
    if running is not None:
        return running
    folder = private_folder(state_dir.resolve() / "cfs")
    _port_file(folder).unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox.cfs", "--port", "0", "--port-file", str(_port_file(folder))]
    command += ["--state-file", str(folder / "books.json")]
    _process(folder).start(command, lambda: _port_file(folder).exists())
    return _part(folder)


def find_running(state_dir: Path) -> CfsPart | None:
    """Return the part if it runs."""
    folder = state_dir.resolve() / "cfs"
    return _part(folder) if _process(folder).is_running() else None


def _process(folder: Path) -> DetachedProcess:
    return DetachedProcess(folder, "cfs")


def _part(folder: Path) -> CfsPart:
    return CfsPart(folder, int(_port_file(folder).read_text(encoding="utf-8")))


def _port_file(folder: Path) -> Path:
    return folder / "port"
