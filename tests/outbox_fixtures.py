"""What tests of the outbox share: a clock that is set, a receiver that keeps what it gets, a recording HTTP server."""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sqlalchemy import text

from config.log_setup import get_log
from connectors.outbox import Channel, DeliveryReport, Handler, Message, NewMessage, deliver, enqueue
from connectors.outbox.model import Answer
from database.engine import Database

NOW = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)


@dataclass
class SetClock:
    """A clock that moves when it is told to."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Receiver:
    """A handler that keeps what it gets, and fails as often as it is told to for a message."""

    failures: dict[str, list[BaseException]] = field(default_factory=lambda: defaultdict(list))
    got: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def __call__(self, message: Message) -> Answer:
        self.messages.append(message)
        if self.failures[message.idempotency_key]:
            raise self.failures[message.idempotency_key].pop(0)
        self.got.append(message.idempotency_key)
        return {"taken": True}


def note(name: str, key: str = "account-1", channel: Channel = Channel.EVENT, **payload: Any) -> NewMessage:
    """Return a message that says nothing much."""
    return NewMessage(channel, "test.noted", key, name, payload or {"name": name})


def keep(database: Database, messages: Iterable[NewMessage]) -> int:
    """Write messages in a transaction of their own."""
    with database.begin() as session:
        return enqueue(session, messages, created_on=NOW)


def send(
    database: Database,
    handlers: Handler | Mapping[str, Handler],
    clock: SetClock | None = None,
    *,
    stop_check: Callable[[], None] = lambda: None,
    limit: int | None = None,
) -> DeliveryReport:
    """Deliver once; one handler alone takes every channel."""
    by_channel = handlers if isinstance(handlers, Mapping) else {str(channel): handlers for channel in Channel}
    return deliver(database, by_channel, clock=clock or SetClock(), stop_check=stop_check, log=get_log(), limit=limit)


def kept(database: Database, name: str) -> dict[str, Any]:
    """Return the row of a message."""
    with database.begin() as session:
        row = session.execute(text("SELECT * FROM pay_jobs.outbox WHERE idempotency_key = :name"), {"name": name})
        return dict(row.one()._mapping)


def states(database: Database) -> dict[str, str]:
    """Return the state of every message, in the order they were written."""
    with database.begin() as session:
        rows = session.execute(text("SELECT idempotency_key, state FROM pay_jobs.outbox ORDER BY id"))
        return {row.idempotency_key: row.state for row in rows}


@dataclass
class RecordedRequest:
    """A request that came in."""

    path: str
    headers: Mapping[str, str]
    body: Any


class HttpRecorder(ThreadingHTTPServer):
    """An HTTP server that keeps every POST, and answers as it is told: first `answers`, then `usual`."""

    daemon_threads = True

    def __init__(self, usual: tuple[int, Any] = (200, {"messageIds": ["m-1"]})) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.usual = usual
        self.answers: list[tuple[int, Any]] = []
        self.requests: list[RecordedRequest] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: HttpRecorder

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append(RecordedRequest(self.path, dict(self.headers.items()), json.loads(body)))
        status, answer = self.server.answers.pop(0) if self.server.answers else self.server.usual
        if not status:
            self.close_connection = True
            return
        content = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def recording(usual: tuple[int, Any] = (200, {"messageIds": ["m-1"]})) -> Iterator[HttpRecorder]:
    """Run a recorder; status 0 cuts the connection without an answer."""
    with HttpRecorder(usual) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
