"""Processes of the sandbox that outlive the command that started them, and can be found and stopped by another."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import psutil

from config.errors import SourceUnavailable

_POLL_SECONDS = 0.05
_STOP_SECONDS = 10
_TOLD_LINES = 5
_ROOT = Path(__file__).resolve().parent.parent


class DetachedProcess:
    """One process, known by its number and the time it was created, so that a reused number is not taken for it."""

    def __init__(self, folder: Path, name: str) -> None:
        self.log = folder / f"{name}.log"
        self._name = name
        self._note = folder / f"{name}.pid"

    def start(self, command: Sequence[str], ready: Callable[[], bool], seconds: float = 30, **environment: str) -> None:
        """Start it in a session of its own, with more in its environment, and wait until it is ready."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=_ROOT,
                env=os.environ | environment,
            )  # fmt: skip
        created = psutil.Process(process.pid).create_time()
        self._note.write_text(json.dumps({"pid": process.pid, "created": created}), encoding="utf-8")
        end = time.monotonic() + seconds
        while not ready():
            if process.poll() is not None or time.monotonic() > end:
                self.stop()
                told = " | ".join(self.log.read_text(errors="replace").splitlines()[-_TOLD_LINES:])
                raise SourceUnavailable(
                    f"The sandbox's {self._name} did not start within {seconds:g} seconds. {self.log} ends with: {told}"
                )
            time.sleep(_POLL_SECONDS)
        process.returncode = 0  # it lives on by design; this object need not wait for it

    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process() is not None

    def kill(self) -> None:
        """End it at once, for what has nothing left to write."""
        process = self._process()
        if process is not None:
            process.kill()
            process.wait(_STOP_SECONDS)
        self._note.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it, kindly at first."""
        process = self._process()
        if process is not None:
            process.terminate()
            try:
                process.wait(_STOP_SECONDS)
            except psutil.TimeoutExpired:
                process.kill()
                process.wait(_STOP_SECONDS)
        self._note.unlink(missing_ok=True)

    def _process(self) -> "psutil.Process | None":
        try:
            noted = json.loads(self._note.read_text(encoding="utf-8"))
            process = psutil.Process(noted["pid"])
            is_ours = abs(process.create_time() - noted["created"]) < 1
        except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
            return None
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None


def free_ports(count: int) -> list[int]:
    """Return ports of the loopback that nobody listens on, all different."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can look into."""
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    aside = path.with_name(f".{path.name}.part")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    aside.replace(path)
