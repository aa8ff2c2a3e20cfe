"""What stands before the routes: the record of calls, opening hours, faults and identities.

Source: docs/specs/cfs-api.md sections 1, 2 and 8 (items 4, 7 and 9).
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.business_time import BUSINESS_ZONE
from sandbox.cfs.faults import Fault, FaultKind
from sandbox.cfs.options import Availability
from sandbox.cfs.rendering import html_answer, json_answer
from sandbox.cfs.simulator import CallRecord, Simulator

CUT = "cfs.cut"
OPENING_HOURS = ((time(6), time(21)),) * 5 + ((time(6), time(19)), (time(9), time(21)))


class Gate:
    """Let a call through to the routes, or not."""

    def __init__(self, simulator: Simulator, routes: ASGIApp) -> None:
        self._simulator = simulator
        self._routes = routes
        self._late: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_admin/"):
            await self._routes(scope, receive, send)
            return
        headers = Headers(scope=scope)
        call = CallRecord(scope["method"], scope["path"], request_id=headers.get("x-request-id", ""))
        self._simulator.calls.append(call)
        await self._through(call, _Exchange(scope, receive, send, call))

    async def _through(self, call: CallRecord, exchange: "_Exchange") -> None:
        slower, fault = self._simulator.faults.for_call(call.method, call.path)
        if slower:
            await asyncio.sleep(slower)
        state = self._state()
        if state is Availability.DROP:
            await exchange.cut()
        elif state is Availability.CFS_DOWN:
            await exchange.answer(html_answer(404, "[CFS Down]"))
        elif refused := self._refuse(call, exchange.headers):
            await exchange.answer(refused)
        elif fault is None:
            await self._routes(exchange.scope, exchange.receive, exchange.send)
        else:
            call.fault = fault.kind.value
            await self._strike(fault, exchange)

    async def _strike(self, fault: Fault, exchange: "_Exchange") -> None:
        broken = html_answer(fault.status, fault.reason)
        match fault.kind:
            case FaultKind.REFUSE_401:
                await exchange.answer(html_answer(401))
            case FaultKind.ERROR_BEFORE:
                await exchange.answer(broken)
            case FaultKind.LATE_EFFECT:
                receive = await exchange.read_ahead()
                self._keep(self._do_late(exchange.scope, receive, fault.seconds))
                await exchange.answer(broken)
            case FaultKind.HELD_EFFECT:
                receive = await exchange.read_ahead()
                self._simulator.held.append(lambda: self._routes(exchange.scope, receive, _swallow))
                await exchange.answer(broken)
            case FaultKind.ERROR_AFTER:
                await self._routes(exchange.scope, exchange.receive, _swallow)
                await exchange.answer(broken)
            case FaultKind.BARE_ANSWER:
                await self._routes(exchange.scope, exchange.receive, _swallow)
                await exchange.answer(json_answer({}, fault.status))
            case _:
                await self._routes(exchange.scope, exchange.receive, _swallow)
                await exchange.fall_silent(fault.seconds)
                await exchange.cut()

    async def _do_late(self, scope: Scope, receive: Receive, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._routes(scope, receive, _swallow)

    def _keep(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _state(self) -> Availability:
        options = self._simulator.options
        if options.opening_hours and not is_open(datetime.now(UTC)):
            return options.closed_as
        return options.availability

    def _refuse(self, call: CallRecord, headers: Headers) -> Response | None:
        """Check the shared secret and the token; note whose it is."""
        options = self._simulator.options
        if options.connector_auth and headers.get("pay-connector") != options.connector_auth:
            return html_answer(403, "[Pay-Connector is not accepted]")
        if call.path == "/oauth/token":
            return None
        identity = self._simulator.tokens.identity_of(headers.get("authorization", ""))
        if identity is None:
            return html_answer(401)
        call.identity = identity
        return None


def is_open(instant: datetime) -> bool:
    """Whether CFS is open at an aware instant (section 1, opening hours)."""
    local = instant.astimezone(BUSINESS_ZONE)
    first, last = OPENING_HOURS[local.weekday()]
    return first <= local.time() < last


class _Exchange:
    """A call and the ways to answer it; what is sent is noted on its record."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, call: CallRecord) -> None:
        self.scope = {**scope, "cfs.call": call}
        self.receive = receive
        self.headers = Headers(scope=scope)
        self._send = send
        self._call = call

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._call.status = message["status"]
        await self._send(message)

    async def answer(self, response: Response) -> None:
        await response(self.scope, self.receive, self.send)

    async def read_ahead(self) -> Receive:
        """Take the body in now, and return something that hands it out later."""
        body, more = b"", True
        while more:
            message = await self.receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)

        async def handed_out() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        return handed_out

    async def fall_silent(self, seconds: float) -> None:
        """Wait, but not longer than the client does."""
        if seconds:
            try:
                await asyncio.wait_for(self._gone(), seconds)
            except TimeoutError:
                return

    async def cut(self) -> None:
        """Cut the connection without an answer."""
        cut: Callable[[], None] = self.scope["extensions"][CUT]
        cut()
        await self._gone()

    async def _gone(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass


async def _swallow(_message: Message) -> None:
    return
