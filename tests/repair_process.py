"""Runs of the repair tools that can be told to kill themselves at a point (tests/forked_runs.py).

An order is {"tool": "repair pad-invoice", "values": {...}, "settings": {...}, "kill_at": "..." or null}. The points of
a run are before and after each call of CFS (after: it had its effect, and nobody has seen the answer), before and after
each commit that wrote something, and before invoices are marked as paid; with `each_write` also before each statement
that writes, whoever runs it.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import Connection, Engine, event

from jobs.lifecycle.runner import RunRequest, execute
from sandbox.commits import listen_to_commits
from tests.forked_runs import ForkedRun, ForkedRuns, HeardPoints, die
from tests.settlement_factory import NOW
from tools.repair_invoice import EJV, SLIP
from tools.repair_pad_invoice import JOB as PAD_INVOICE
from tools.repair_partial_credit import JOB as PARTIAL_CREDIT

_TOOLS = {tool.name: tool for tool in (PAD_INVOICE, PARTIAL_CREDIT, EJV, SLIP)}
_WRITES = re.compile(r"(?:--[^\n]*\n|\s)*(INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
_MARKS_PAID = "-- Mark the invoices paid"


def run_tool(
    tool: str,
    settings: dict[str, str],
    values: Mapping[str, Any],
    *,
    kill_at: str | None = None,
    each_write: bool = False,
) -> ForkedRun:
    """Run a tool in a process of its own."""
    order = {"kill_at": kill_at, "each_write": each_write}
    return ForkedRuns("tests.repair_process").order(tool=tool, values=dict(values), settings=settings, **order)


@dataclass
class _Listener:
    """Hears of the points of a run, and kills it at one of them."""

    kill_at: str | None
    points: HeardPoints
    each_write: bool = False
    commits: int = 0
    writes: int = 0

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
        listen_to_commits(self._commit)

    def _statement(self, connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _WRITES.match(statement):
            connection.info["wrote"] = True
            self.writes += 1
            if self.each_write:
                self._reach(f"before write {self.writes}")
        if statement.startswith(_MARKS_PAID):
            self._reach("before invoices are marked")

    def _commit(self, connection: Connection, when: str) -> None:
        if connection.info.get("wrote"):
            self.commits += when == "before"
            self._reach(f"{when} commit {self.commits}")
        if when == "after":
            connection.info.pop("wrote", None)

    def _reach(self, name: str) -> None:
        self.points.note(name)
        if name == self.kill_at:
            die()


def carry_out(order: dict[str, Any], points: HeardPoints) -> int:
    """Carry out an order of the module's docstring and return the exit code."""
    os.environ.update(order["settings"])
    _Listener(order["kill_at"], points, order["each_write"]).listen()
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in order["values"].items()}
    return int(execute(_TOOLS[order["tool"]], RunRequest(values), clock=lambda: NOW).exit_code)
