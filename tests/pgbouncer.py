"""A real pgbouncer in transaction mode in front of a server, where it is installed."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

from psycopg2.extensions import parse_dsn

from tests.child_process import start_with_us
from tests.waiting import wait_until

PGBOUNCER = which("pgbouncer") or which("pgbouncer", path="/usr/sbin")


@contextmanager
def pgbouncer(address: str, *, ignore: str = "") -> Iterator[str]:
    """Yield the address of a pgbouncer with one connection to a server.

    ignore  the start-up parameters it drops; it refuses the others that it does not know
    """
    assert PGBOUNCER is not None
    parts = parse_dsn(address)
    with TemporaryDirectory(prefix="pay-jobs-pooler-") as place:
        folder = Path(place)
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n{parts['dbname']} = host={parts['host']} user={parts['user']} pool_size=1\n"
            f"[pgbouncer]\nlisten_addr =\nunix_socket_dir = {folder}\nlisten_port = 6432\nauth_type = any\n"
            f"pool_mode = transaction\nignore_startup_parameters = {ignore}\n"
        )
        folder.chmod(0o777)
        owner = None
        if os.geteuid() == 0:  # pgbouncer refuses to be root
            owner = Path(parts["host"]).owner() if parts["host"].startswith("/") else "nobody"
        process = start_with_us([PGBOUNCER, "-q", str(folder / "pgbouncer.ini")], user=owner)
        try:
            wait_until(lambda: _listens(folder / ".s.PGSQL.6432"), "pgbouncer listens")
            yield f"postgresql://{parts['user']}@/{parts['dbname']}?host={folder}&port=6432"
        finally:
            process.communicate()


def _listens(path: Path) -> bool:
    """Whether somebody takes connections there; the socket is in the folder a moment before that."""
    with socket.socket(socket.AF_UNIX) as trial:
        return trial.connect_ex(str(path)) == 0
