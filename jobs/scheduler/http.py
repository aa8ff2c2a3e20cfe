"""What the scheduler tells the cluster: /healthz (is it alive), /readyz (can it work), /metrics (for Prometheus)."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Summary, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MOST_CONNECTIONS = 32
PATIENCE_SECONDS = 10


class Metrics:
    """The figures of one scheduler."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._runs = Counter(
            "pay_jobs_runs", "Runs that ended, by exit code.", ["job", "exit_code"], registry=self.registry
        )
        self._seconds = Summary("pay_jobs_run_seconds", "How long runs took.", ["job"], registry=self.registry)
        self._running = Gauge("pay_jobs_running", "Runs under way.", ["job"], registry=self.registry)
        self._success = Gauge(
            "pay_jobs_last_success_timestamp_seconds",
            "When a run last ended with exit code 0.",
            ["job"],
            registry=self.registry,
        )
        self._next = Gauge(
            "pay_jobs_next_run_timestamp_seconds", "When the next run is due.", ["job"], registry=self.registry
        )
        self._passed = Counter(
            "pay_jobs_passed_over", "Scheduled instants that were not carried out.", ["job"], registry=self.registry
        )
        self._ready = Gauge("pay_jobs_scheduler_ready", "Whether the scheduler can work.", registry=self.registry)

    def begun(self, job: str) -> None:
        """Note that a run began."""
        self._running.labels(job).inc()

    def ended(self, job: str, exit_code: int, seconds: float, at: datetime) -> None:
        """Note how a run ended."""
        self._running.labels(job).dec()
        self._runs.labels(job, str(exit_code)).inc()
        self._seconds.labels(job).observe(seconds)
        if exit_code == 0:
            self._success.labels(job).set(at.timestamp())

    def passed_over(self, job: str, number: int) -> None:
        """Note that scheduled instants are not carried out."""
        self._passed.labels(job).inc(number)

    def due_next(self, job: str, at: datetime) -> None:
        """Note when a job is due next."""
        self._next.labels(job).set(at.timestamp())

    def ready(self, is_ready: bool) -> None:
        """Note whether the scheduler can work."""
        self._ready.set(is_ready)


class _BoundedServer(ThreadingHTTPServer):
    """A server with a thread a connection, up to so many: a new connection ends the oldest one that is left."""

    daemon_threads = True
    request_queue_size = 128  # of five, the standard, others would wait for seconds while one is taken in

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._places = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._open: dict[int, Any] = {}
        self._lock = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        while not self._places.acquire(blocking=False):
            self._end_oldest()
            if self._places.acquire(timeout=1):
                break
        with self._lock:
            self._open[id(request)] = request
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            was_open = self._open.pop(id(request), None) is not None
        super().shutdown_request(request)
        if was_open:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is not worth a line."""

    def _end_oldest(self) -> None:
        with self._lock:
            oldest = next(iter(self._open.values()), None)
        if oldest is not None:
            with suppress(OSError):
                oldest.shutdown(socket.SHUT_RDWR)


def serve(
    address: tuple[str, int], metrics: Metrics, healthy: Callable[[], str | None], ready: Callable[[], str | None]
) -> ThreadingHTTPServer:
    """Serve the three paths from threads of their own; the server knows its port.

    healthy, ready  give None, or why not
    """

    class ProbeHandler(BaseHTTPRequestHandler):
        timeout = PATIENCE_SECONDS

        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(200, CONTENT_TYPE_LATEST, generate_latest(metrics.registry))
            elif self.path in {"/healthz", "/readyz"}:
                trouble = healthy() if self.path == "/healthz" else ready()
                self._answer(503 if trouble else 200, "text/plain; charset=utf-8", f"{trouble or 'ok'}\n".encode())
            else:
                self._answer(404, "text/plain; charset=utf-8", b"There are /healthz, /readyz and /metrics.\n")

        def _answer(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Probes every few seconds are not worth a line each."""

    server = _BoundedServer(address, ProbeHandler)
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    return server
