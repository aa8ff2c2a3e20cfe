"""Runs of the repair tools in processes of their own, which can be told to kill themselves at a point.

    python -m tests.repair_process

Reads one order a line, {"tool": "repair pad-invoice", "values": {...}, "settings": {...}, "kill_at": "..." or null},
and answers each with one line, {"returncode": ..., "points": [...]}. The points of a run are before and after each
call of CFS (after: it had its effect, and nobody has seen the answer), before and after each commit that wrote
something, and before invoices are marked as paid.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from jobs.runner import Request, execute
from tasks.repair_pad_invoice import JOB as PAD_INVOICE
from tasks.repair_partial_credit import JOB as PARTIAL_CREDIT
from tests.settlement_factory import NOW

_ROOT = Path(__file__).resolve().parent.parent
_LOCKED = 75
_TOOLS = {tool.name: tool for tool in (PAD_INVOICE, PARTIAL_CREDIT)}
_WRITES = re.compile(r"(?:--[^\n]*\n|\s)*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_MARKS_PAID = "-- Mark the invoices paid"


@dataclass(frozen=True)
class Ended:
    """How a run ended, and the points it came to."""

    returncode: int
    points: list[str]

    @property
    def was_killed(self) -> bool:
        """Whether it killed itself."""
        return self.returncode == -signal.SIGKILL


class RepairProcess:
    """The process that carries out orders, each in a child of its own: what it imports is imported once."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.repair_process"],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def run(self, tool: str, settings: dict[str, str], *, kill_at: str | None = None, **values: Any) -> Ended:
        """Run a tool; one that was killed a moment ago may still hold the lock."""
        order = json.dumps({"tool": tool, "values": values, "settings": settings, "kill_at": kill_at})
        for _ in range(50):
            ended = self._ask(order)
            if ended.returncode != _LOCKED:
                return ended
            time.sleep(0.1)
        raise AssertionError("the lock of a killed run is still held")

    def stop(self) -> None:
        """End it."""
        self._process.communicate()

    def _ask(self, order: str) -> Ended:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(order + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("ANSWER "):
                return Ended(**json.loads(line.removeprefix("ANSWER ")))
        raise AssertionError("the process that runs the tools is gone")


def repair_process() -> Iterator[RepairProcess]:
    """Give the process; a test module makes a fixture of it."""
    running = RepairProcess()
    yield running
    running.stop()


@dataclass
class _Points:
    """The points of a run, and death at one of them."""

    kill_at: str | None
    heard: Path
    seen: list[str] = field(default_factory=list)
    commits: int = 0

    def listen(self) -> None:
        send = httpx.HTTPTransport.handle_request

        def heard_send(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
            _, _, thing = request.url.path.partition("/sites/")
            if not thing:
                return send(transport, request)
            name = f"{request.method} {(thing.split('/')[1:2] or ['site'])[0] or 'site'}"
            self._reach(f"before {name}")
            answer = send(transport, request)
            self._reach(f"after {name}")
            return answer

        httpx.HTTPTransport.handle_request = heard_send  # type: ignore[method-assign, assignment]
        event.listen(Engine, "before_cursor_execute", self._statement)
        event.listen(Session, "before_commit", self._before_commit)
        event.listen(Session, "after_commit", self._after_commit)

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _WRITES.match(statement):
            connection.info["wrote"] = True
        if statement.startswith(_MARKS_PAID):
            self._reach("before invoices are marked")

    def _before_commit(self, session: Session) -> None:
        session.info["wrote"] = session.connection().info.pop("wrote", False)
        if session.info["wrote"]:
            self.commits += 1
            self._reach(f"before commit {self.commits}")

    def _after_commit(self, session: Session) -> None:
        if session.info.pop("wrote", False):
            self._reach(f"after commit {self.commits}")

    def _reach(self, name: str) -> None:
        self.seen.append(name)
        self.heard.write_text(json.dumps(self.seen))
        if name == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


def _run(order: dict[str, Any], heard: Path) -> int:
    os.environ.update(order["settings"])
    _Points(order["kill_at"], heard).listen()
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in order["values"].items()}
    return int(execute(_TOOLS[order["tool"]], Request(values), clock=lambda: NOW).exit_code)


def main() -> None:
    """Carry out orders until there are no more."""
    with tempfile.TemporaryDirectory() as folder:
        heard = Path(folder) / "heard.json"
        for line in sys.stdin:
            order = json.loads(line)
            heard.write_text("[]")
            child = os.fork()
            if not child:
                os._exit(_run(order, heard))
            _, status = os.waitpid(child, 0)
            answer = {"returncode": os.waitstatus_to_exitcode(status), "points": json.loads(heard.read_text())}
            sys.stdout.write(f"\nANSWER {json.dumps(answer)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
