"""The console as it is served, on a port of its own, for tests and pictures."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import Connection

from config.log_setup import get_log
from config.schedule import Schedule, read_schedule
from config.settings import DatabaseSettings
from console.app import Surroundings, console_app
from console.reading import Reader
from console.serve import open_port, server_of
from database.sessions import Session
from tasks import JOBS
from tools import BY_CLOCK

NAMES = [job.name for job in (*JOBS, *BY_CLOCK)]


def surroundings(address: str, now: datetime, *, log: Any = None, needs_person: bool = False) -> Surroundings:
    """Return what the console is served with, at an instant that stands still."""
    reader = Reader(DatabaseSettings(url=SecretStr(address)))
    schedule: Schedule = read_schedule()
    return Surroundings(
        reader, schedule, NAMES, lambda: now, get_log() if log is None else log, needs_person=needs_person
    )


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve an application; yields its address, without a slash at the end."""
    at = open_port("127.0.0.1", 0, option="--port")
    server = server_of(app)
    thread = threading.Thread(target=server.run, args=([at],), daemon=True)
    with closing(at):
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{at.getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@contextmanager
def console_of(address: str, now: datetime) -> Iterator[str]:
    """Serve the console of a pay database at an instant; yields its address."""
    around = surroundings(address, now)
    with closing(around.reader), serving(console_app(around)) as url:
        yield url


class Asker:
    """Asks an application without a network, each time in an event loop of its own."""

    def __init__(self, app: Any, **headers: str) -> None:
        self._transport = httpx.ASGITransport(app=app)
        self._headers = headers

    def get(self, path: str, headers: Mapping[str, bytes] | None = None) -> httpx.Response:
        """Ask for a page."""
        return self.request("GET", path, headers)

    def request(self, method: str, path: str, headers: Mapping[str, bytes] | None = None) -> httpx.Response:
        """Send a request of any method."""
        return asyncio.run(self._request(method, path, headers))

    async def _request(self, method: str, path: str, headers: Mapping[str, bytes] | None) -> httpx.Response:
        async with httpx.AsyncClient(transport=self._transport, base_url="http://localhost") as client:
            sent = {name.encode(): value.encode() for name, value in self._headers.items()}
            sent |= {name.encode(): value for name, value in (headers or {}).items()}
            return await client.request(method, path, headers=sent)


class OneTransaction:
    """Reads in a transaction of the owner that is never committed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self, question: Callable[[Session], Any]) -> Any:
        with self._connection.begin_nested():
            return question(self._connection)
