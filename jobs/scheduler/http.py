"""What the scheduler tells the cluster: /healthz (is it alive), /readyz (can it work), /metrics (for Prometheus)."""

import threading
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, Counter, Gauge, Summary, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST


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


def serve(
    address: tuple[str, int], metrics: Metrics, healthy: Callable[[], str | None], ready: Callable[[], str | None]
) -> ThreadingHTTPServer:
    """Serve the three paths from threads of their own; the server knows its port.

    healthy, ready  give None, or why not
    """

    class Handler(BaseHTTPRequestHandler):
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

    server = ThreadingHTTPServer(address, Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    return server
