"""The entrypoint in a process of its own with an environment of its own, as a person or a pod starts it.

The first start of each command in a test session is a fresh Python. Every later one is a fork of a process that has
imported all rooms and ran nothing: it has the same words, environment, output, signals and end for a fifth of the time.
Run as a program this module is that process; what it is to start comes over the socket it is given, with the files
that the run writes to and a socket for its process id and exit code.
"""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TextIO

from tests.forked_runs import import_all
from tests.json_output import read_json

ROOT = Path(__file__).resolve().parents[2]
ENTRYPOINT = ROOT / "invoke_jobs.py"
# The entrypoint with its clock standing still at the first word.
_AT = """
import sys, datetime
from tests.e2e.entrypoint import stop_the_clock
stop_the_clock(datetime.datetime.fromisoformat(sys.argv.pop(1)))
import invoke_jobs
sys.exit(invoke_jobs.main())
"""


@dataclass(frozen=True)
class CommandEnd:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on stdout."""
        return read_json(self.out)


class Started(Protocol):
    """A command that was started."""

    def send_signal(self, sig: int, /) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


@dataclass
class RunningCommand:
    """A command at work, and the files that it writes to."""

    process: Started
    out: TextIO
    err: TextIO

    def send_signal(self, sig: int) -> None:
        self.process.send_signal(sig)

    def end(self, *, seconds: float = 200) -> CommandEnd:
        """Wait for its end; no command ever shows a traceback to a person."""
        code = self.process.wait(seconds)
        out, err = _read_whole(self.out), _read_whole(self.err)
        assert "Traceback" not in out + err, err
        return CommandEnd(code, out, err)


class Entrypoint:
    """Starts commands; `folder` is where the workers of one test session note which of them were started already."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._imported = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.entrypoint", str(theirs.fileno())],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def start(self, words: tuple[str, ...], environment: dict[str, str], now: datetime | None = None) -> RunningCommand:
        """Start a command; with `now` its clock stands still there."""
        out, err = _new_file(), _new_file()
        if self._is_first(words):
            program = [str(ENTRYPOINT)] if now is None else ["-c", _AT, now.isoformat()]
            command = [sys.executable, *program, *words]
            fresh = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=err)
            return RunningCommand(fresh, out, err)
        order = {"words": words, "environment": environment, "now": now and now.isoformat()}
        ours, theirs = socket.socketpair()
        with theirs:
            files = [out.fileno(), err.fileno(), theirs.fileno()]
            socket.send_fds(self._orders, [json.dumps(order).encode()], files)
        return RunningCommand(ForkedCommand(ours), out, err)

    def close(self) -> None:
        """End the process that the commands are forked from."""
        self._orders.close()
        self._imported.wait()

    def _is_first(self, words: tuple[str, ...]) -> bool:
        if words[:1] == ("sandbox",):  # what it leaves running is to be nobody's child
            return True
        name = words[0] if words[0].isupper() else " ".join(words[:2])
        try:
            (self._folder / name.replace("/", " ")).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class ForkedCommand:
    """A command that was forked: what `subprocess.Popen` would tell of it."""

    def __init__(self, heard: socket.socket) -> None:
        self._heard = heard.makefile("r")
        self._socket = heard
        self.pid = int(self._heard.readline())

    def send_signal(self, sig: int) -> None:
        os.kill(self.pid, sig)

    def wait(self, timeout: float | None = None) -> int:
        """Return its exit code. Raise TimeoutError where it has not ended by then."""
        self._socket.settimeout(timeout)
        with self._socket, self._heard:
            return int(self._heard.readline())


def _new_file() -> TextIO:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _read_whole(file: TextIO) -> str:
    with file:
        file.seek(0)
        return file.read()


def _next_run(orders: socket.socket) -> dict[str, Any] | None:
    """Return what is to be run, in the process that is to run it; None once nobody can ask any more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        order, files, *_ = socket.recv_fds(orders, 1 << 17, 3)
        if not order:
            return None
        if not os.fork():
            orders.close()
            return _watched(json.loads(order), *files)
        for file in files:
            os.close(file)


def _watched(order: dict[str, Any], out: int, err: int, heard: int) -> dict[str, Any]:
    """Return the order in a fork of this process, which tells the fork's id and how it ended, and ends with it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if not child:
        os.dup2(out, 1)
        os.dup2(err, 2)
        for file in (out, err, heard):
            os.close(file)
        return order
    with suppress(OSError):  # nobody waits for it any more
        os.write(heard, f"{child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(heard, f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _be_the_entrypoint(order: dict[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(order["environment"])
    if order["now"]:
        stop_the_clock(datetime.fromisoformat(order["now"]))
    sys.argv = [str(ENTRYPOINT), *order["words"]]
    runpy.run_path(str(ENTRYPOINT), run_name="__main__")


def stop_the_clock(now: datetime) -> None:
    """Let every run of this process be at that instant."""
    import jobs.run.context

    class Stopped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.astimezone(tz)

    vars(jobs.run.context)["datetime"] = Stopped


if __name__ == "__main__":
    import_all()
    if to_run := _next_run(socket.socket(fileno=int(sys.argv[1]))):
        _be_the_entrypoint(to_run)
