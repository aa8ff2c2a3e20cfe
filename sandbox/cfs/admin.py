"""The paths under /_admin: look into the simulator, seed it, and make it fail.

They need no token, are not among the counted calls, and never fail on order.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import date

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.cfs.audit import audit
from sandbox.cfs.books import RequestRefused
from sandbox.cfs.faults import Fault
from sandbox.cfs.nightly import run_night
from sandbox.cfs.options import changed
from sandbox.cfs.rendering import json_answer
from sandbox.cfs.seeding import SEED, plant
from sandbox.cfs.simulator import Simulator

FAULTS = TypeAdapter(list[Fault])


class AdminRoutes:
    """One method per thing that can be asked of the simulator."""

    def __init__(self, simulator: Simulator) -> None:
        self._cfs = simulator

    def routes(self) -> list[Route]:
        """Return the paths with what answers them."""
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "ready", self.ready),
            ("GET", "books", self.books),
            ("GET", "state", self.state),
            ("POST", "state", self.put_back),
            ("GET", "calls", self.calls),
            ("POST", "reset", self.reset),
            ("POST", "seed", self.seed),
            ("POST", "faults", self.faults),
            ("POST", "options", self.options),
            ("POST", "expire-tokens", self.expire_tokens),
            ("POST", "nightly", self.nightly),
        ]
        return [Route(f"/_admin/{path}", endpoint, methods=[method]) for method, path, endpoint in table]

    async def ready(self, _request: Request) -> Response:
        return JSONResponse({"ready": True})

    async def books(self, _request: Request) -> Response:
        """Return whether the books balance, and what is wrong if not."""
        return json_answer(dataclasses.asdict(audit(self._cfs.books)))

    async def state(self, _request: Request) -> Response:
        return JSONResponse(self._cfs.dump())

    async def put_back(self, request: Request) -> Response:
        """Take the books from a state that was given earlier; options, faults and calls stay."""
        try:
            self._cfs.take(await request.json())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({})

    async def calls(self, _request: Request) -> Response:
        return JSONResponse({"calls": [dataclasses.asdict(call) for call in self._cfs.calls]})

    async def reset(self, _request: Request) -> Response:
        self._cfs.reset()
        return JSONResponse({})

    async def seed(self, request: Request) -> Response:
        try:
            plant(self._cfs.books, SEED.validate_json(await request.body()))
        except (ValidationError, RequestRefused, KeyError) as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({})

    async def faults(self, request: Request) -> Response:
        """Order the faults of a list, in place of those ordered before."""
        try:
            self._cfs.faults.ordered = FAULTS.validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({})

    async def options(self, request: Request) -> Response:
        try:
            self._cfs.change(changed(self._cfs.options, await request.json()))
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)
        return JSONResponse({})

    async def expire_tokens(self, _request: Request) -> Response:
        self._cfs.tokens.expire_all()
        return JSONResponse({})

    async def nightly(self, request: Request) -> Response:
        """Run a night, `{"date": "2026-11-05", "bounced": [...]}`, and return its settlement file."""
        asked = await request.json()
        try:
            file = run_night(
                self._cfs.books,
                date.fromisoformat(asked["date"]),
                bounced=asked.get("bounced", []),
                with_receipts=self._cfs.options.nightly_applies_receipts,
            )
        except (RequestRefused, ValueError) as error:
            return JSONResponse({"error": str(error)}, 422)
        headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
        return Response(file.content, headers=headers, media_type="text/csv")
