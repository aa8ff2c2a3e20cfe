"""The console as an application: its addresses, and what stands in for a page that cannot be shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from psycopg2.errors import QueryCanceled
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from config.business_time import business_date
from config.errors import ConfigError, PayJobsError
from config.schedule import Schedule
from config.version import VERSION
from console import files, find, money, night, outside, runs, statement_calendar, stuck
from console.answer_cache import AnswerCache
from console.gate import AccessGate
from console.page import BadQuestion, NotThere, Page, PageContext
from console.reading import STATEMENT_SECONDS, Reader
from console.rendering import environment
from database.errors import explain
from database.sessions import Session

KEPT_FOR = timedelta(minutes=10)
TOO_LONG = (
    f"The pay database was asked for longer than the {STATEMENT_SECONDS} seconds that a page may take. Try again when "
    "less is going on; the commands in a terminal have no such limit."
)
STATIC = Path(__file__).parent / "static"
STATIC_MARK = sha256(b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()))).hexdigest()[:8]
NAVIGATION = (
    ("/", "Night"),
    ("/runs", "Runs"),
    ("/files", "Files"),
    ("/statements", "Statements"),
    ("/money", "Money"),
    ("/stuck", "Stuck"),
    ("/outside", "Outside"),
)
PAGES: dict[str, Callable[[PageContext], Page | Response]] = {
    "/": night.page,
    "/runs": runs.listing,
    "/runs/{run:int}": runs.one,
    "/runs/{run:int}/artifacts/{artifact:int}": runs.artifact,
    "/files": files.listing,
    "/files/{file:int}": files.one,
    "/statements": statement_calendar.year,
    "/statements/{day}": statement_calendar.day,
    "/money": money.month,
    "/money/{day}": money.day,
    "/stuck": stuck.page,
    "/outside": outside.page,
    "/find": find.page,
}


@dataclass(frozen=True)
class Surroundings:
    """What the pages are served with.

    jobs          the names of the jobs this installation has
    needs_person  whether the proxy must say who looks
    """

    reader: Reader
    schedule: Schedule
    jobs: Sequence[str]
    clock: Callable[[], datetime]
    log: Any
    needs_person: bool = True
    cache: AnswerCache = field(default_factory=lambda: AnswerCache(KEPT_FOR))


def console_app(around: Surroundings) -> AccessGate:
    """Return the application that serves the pages."""
    shown = _Pages(around)
    routes = [Route(path, shown.handler(page), methods=["GET"]) for path, page in PAGES.items()]
    app = Starlette(
        routes=[*routes, Mount("/static", _KeptFiles(directory=STATIC))],
        exception_handlers={HTTPException: shown.refused, Exception: shown.broken},
    )
    return AccessGate(app, needs_person=around.needs_person)


class _KeptFiles(StaticFiles):
    """Styles and scripts, which a browser keeps: their address changes with them."""

    def file_response(self, *given: Any, **named: Any) -> Response:
        response = super().file_response(*given, **named)
        response.headers["Cache-Control"] = "public, max-age=86400"
        return response


class _Pages:
    """Makes answers of pages."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._templates = environment()

    def handler(self, page: Callable[[PageContext], Page | Response]) -> Callable[[Request], Response]:
        """Return what answers a request for a page."""

        def answer(request: Request) -> Response:
            try:
                return self._around.reader.read(lambda session: self._shown(page, request, session))
            except BadQuestion as error:
                return self._message(request, 400, "The address cannot be understood", str(error))
            except NotThere as error:
                return self._message(request, 404, "There is no such page", str(error))
            except (DBAPIError, NoConnection, PayJobsError) as error:
                return self._away(request, error)

        return answer

    def refused(self, request: Request, error: Exception) -> Response:
        """Return what stands for an address that is none."""
        assert isinstance(error, HTTPException)
        said = "The pages are in the line at the top." if error.status_code == 404 else str(error.detail)
        return self._message(request, error.status_code, "There is no such page", said)

    def broken(self, request: Request, error: Exception) -> Response:
        """Return what stands for a page that a fault of the program keeps from being shown."""
        self._around.log.error("console.fault", path=request.url.path, error=f"{type(error).__name__}: {error}")
        said = "This is a fault of the program; its log says more. Nothing was changed. The terminal shows the same."
        return self._message(request, 500, "The page cannot be shown", said)

    def _shown(self, page: Callable[[PageContext], Page | Response], request: Request, session: Session) -> Response:
        around = self._around
        context = PageContext(
            session=session,
            schedule=around.schedule,
            jobs=around.jobs,
            now=around.clock(),
            person=request.state.person,
            path=request.path_params,
            query=request.query_params,
            log=around.log,
            cache=around.cache,
        )
        found = page(context)
        return self._html(request, found, context.now) if isinstance(found, Page) else found

    def _away(self, request: Request, error: Exception) -> Response:
        if _took_too_long(error):
            self._around.log.warning("console.too_long", path=request.url.path)
            return self._message(request, 503, "The page takes too long", TOO_LONG)
        why = explain(error) if isinstance(error, DBAPIError) else error
        self._around.log.warning("console.database_away", path=request.url.path, error=str(why))
        said = why.full_text if isinstance(why, PayJobsError) else "Too many pages are asked for at once. Try again."
        title = "The settings are not right" if isinstance(why, ConfigError) else "The pay database is away"
        return self._message(request, 503, title, said)

    def _message(self, request: Request, status: int, title: str, said: str) -> Response:
        page = Page("message.html", title, {"said": said, "again": status == 503})
        return self._html(request, page, self._around.clock(), status)

    def _html(self, request: Request, page: Page, now: datetime, status: int = 200) -> Response:
        always = {
            "title": page.title,
            "static_mark": STATIC_MARK,
            "path": request.url.path,
            "navigation": NAVIGATION,
            "person": request.state.person,
            "now": now,
            "today": business_date(now),
            "version": VERSION,
            "q": request.query_params.get("q", "")[:100],
        }
        text = self._templates.get_template(page.template).render(always | page.values)
        return HTMLResponse(text, status, headers={"Retry-After": "30"} if status == 503 else None)


def _took_too_long(error: Exception) -> bool:
    is_cancelled = isinstance(error, DBAPIError) and isinstance(error.orig, QueryCanceled)
    return is_cancelled and "statement timeout" in str(error)
