"""A monitor like healthchecks.io: keeps every signal it is sent."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Monitor(ThreadingHTTPServer):
    """An HTTP server that keeps path and body of every POST, and answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.received: list[tuple[str, str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/uuid"

    def signals(self) -> list[str]:
        """Return the signals in the order they came."""
        return [path for path, _, _ in self.received]


class _Handler(BaseHTTPRequestHandler):
    server: Monitor

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        path, _, query = self.path.partition("?")
        self.server.received.append((path, query, body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        return


@contextmanager
def monitoring() -> Iterator[Monitor]:
    """Run a monitor."""
    with Monitor() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
