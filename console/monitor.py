"""The port for the cluster: alive, ready, and figures for Prometheus; no name and no account is in any of them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.errors import PayJobsError
from config.schedule import Schedule
from console.reading import Reader
from database.errors import explain
from database.sessions import Session
from jobs.run import ledger
from jobs.watch.metrics import MetricsProbe, metrics_text

_ONE = text("SELECT 1")


def monitor_app(
    reader: Reader,
    schedule: Schedule,
    jobs: Sequence[str],
    probes: Sequence[MetricsProbe],
    clock: Callable[[], datetime],
) -> Starlette:
    """Return the application that serves /healthz, /readyz and /metrics."""

    def healthz(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    def readyz(_request: Request) -> Response:
        return _asked(lambda: reader.read(_reached))

    def metrics(_request: Request) -> Response:
        return _asked(lambda: Response(reader.read(figures), media_type=CONTENT_TYPE_LATEST))

    def figures(connection: Session) -> bytes:
        alarm = ledger.newest_verdict(connection, "check")
        findings = alarm.counts.get("findings", 0) if alarm else None
        return metrics_text(connection, schedule.enabled_jobs(jobs), findings, probes, now=clock())

    paths = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    return Starlette(routes=[Route(path, answer, methods=["GET"]) for path, answer in paths.items()])


def _reached(session: Session) -> Response:
    session.execute(_ONE)
    return PlainTextResponse("ok\n")


def _asked(question: Callable[[], Response]) -> Response:
    try:
        return question()
    except (SQLAlchemyError, PayJobsError) as error:
        why = explain(error) if isinstance(error, DBAPIError) else error
        return PlainTextResponse(f"The pay database is away: {why}\n", 503)
