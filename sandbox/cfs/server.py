"""Serve the simulator on loopback, on a port of its own."""

import asyncio
import os
import socket
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.cfs.admin import AdminRoutes
from sandbox.cfs.books import RecordNotFound, RequestRefused
from sandbox.cfs.gate import CUT, Gate
from sandbox.cfs.rendering import html_answer
from sandbox.cfs.routes import CfsRoutes
from sandbox.cfs.simulator import Simulator

HOST = "127.0.0.1"


def serve(simulator: Simulator, *, port: int, port_file: Path | None, with_parent: bool = False) -> None:
    """Answer until told to stop.

    port         0 for any free one
    port_file    where to write the port once calls are taken
    with_parent  also stop when the process that started this one is gone
    """
    listener = socket.create_server((HOST, port))
    connections: dict[object, asyncio.BaseTransport] = {}

    class CuttableConnection(H11Protocol):
        """A connection that the application can cut."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            connections[transport.get_extra_info("peername")] = transport
            # Without it, head and body of an answer are 40 ms apart.
            transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername"), None)
            super().connection_lost(exc)

    app = build_app(simulator)

    async def cuttable(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            transport = connections[scope["client"]]
            assert isinstance(transport, asyncio.Transport)
            scope["extensions"] = {CUT: transport.abort}
        await app(scope, receive, send)

    server = uvicorn.Server(
        uvicorn.Config(
            cuttable,
            http=CuttableConnection,
            ws="none",
            log_level="error",
            access_log=False,
            timeout_graceful_shutdown=1,
            timeout_keep_alive=60,
        )
    )

    async def run() -> None:
        watch = asyncio.create_task(_leave_with_parent(server)) if with_parent else None
        await server.serve(sockets=[listener])
        if watch is not None:
            watch.cancel()

    if port_file is not None:
        unfinished = port_file.with_suffix(".unfinished")
        unfinished.write_text(str(listener.getsockname()[1]))
        unfinished.replace(port_file)
    asyncio.run(run())


def build_app(simulator: Simulator) -> Gate:
    """Put the routes behind the gate."""

    async def refused(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestRefused)
        return html_answer(simulator.options.validation_status, error.returned)

    async def missing(_request: Request, _error: Exception) -> Response:
        return html_answer(404)

    app = Starlette(
        routes=[*AdminRoutes(simulator).routes(), *CfsRoutes(simulator).routes()],
        exception_handlers={RequestRefused: refused, RecordNotFound: missing},
    )
    app.router.redirect_slashes = False
    return Gate(simulator, app)


async def _leave_with_parent(server: uvicorn.Server) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(0.5)
    server.should_exit = True
