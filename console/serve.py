"""Serve the pages and the port for the cluster until SIGTERM or Ctrl-C."""

import os
import signal
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from typing import Any

import uvicorn

from config.errors import ConfigError

PATIENCE_SECONDS = 5
OWN_MACHINE = "127.0.0.1"
ANYWHERE = "0.0.0.0"  # noqa: S104 - the cluster's probes and its Prometheus come from other addresses


def open_port(host: str, port: int, *, option: str) -> socket.socket:
    """Return a socket that listens. Raises ConfigError, with the option that names another port, where it cannot."""
    try:
        return socket.create_server((host, port), backlog=128)
    except OSError as error:
        raise ConfigError(
            f"Port {port} cannot be served on: {os.strerror(error.errno or 0)}. Name another: {option}."
        ) from error


def serve(pages: Any, at: socket.socket, monitor: Any, monitor_at: socket.socket, ready: Callable[[], None]) -> None:
    """Serve both applications until the process is told to stop.

    ready  called once both sockets listen
    """
    first, second = server_of(pages), server_of(monitor)
    beside = threading.Thread(target=second.run, args=([monitor_at],), name="monitor", daemon=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _already_heard)
    with closing(at), closing(monitor_at):
        beside.start()
        ready()
        first.run([at])
        second.should_exit = True
        beside.join(PATIENCE_SECONDS)


def _already_heard(_number: int, _frame: object) -> None:
    """Do nothing: uvicorn has ended because of the signal, and hands it on once it has."""


def server_of(app: Any) -> uvicorn.Server:
    """Return what serves an application."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            lifespan="off",
            timeout_keep_alive=PATIENCE_SECONDS,
            timeout_graceful_shutdown=PATIENCE_SECONDS,
        )
    )
