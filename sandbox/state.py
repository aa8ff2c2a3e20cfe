"""Where the sandbox lies and how a command reaches it while it runs; light, because every --sandbox command asks."""

import json
import os
import socket
from contextlib import closing
from pathlib import Path

import psycopg2

_HOME_VARIABLE = "PAY_JOBS_SANDBOX"
_MIGRATIONS = Path(__file__).resolve().parent.parent / "database" / "migrations" / "versions"
_DIGITS = 4


def home() -> Path:
    """Return the sandbox's folder: .sandbox beside invoke_jobs.py, or what PAY_JOBS_SANDBOX names."""
    named = os.environ.get(_HOME_VARIABLE)
    return Path(named) if named else Path(__file__).resolve().parent.parent / ".sandbox"


def running() -> dict[str, str] | None:
    """Return the settings of the running sandbox, or None where it is down."""
    try:
        known: dict[str, str] = json.loads(_file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return known if _all_listen(known) and is_ready(known["DATABASE_URL"]) else None


def is_up_to_date(address: str) -> bool:
    """Whether its schema pay_jobs is the one that this code works with; without alembic, which takes long to import."""
    newest = max(one.name[:_DIGITS] for one in _MIGRATIONS.glob("[0-9]*_*.py"))
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT version_num FROM pay_jobs.schema_version")
        found = cursor.fetchone()
    return found is not None and found[0] == newest


def remember(settings: dict[str, str]) -> None:
    """Keep the settings that point a command at the sandbox."""
    _file().write_text(json.dumps(settings, indent=2), encoding="utf-8")


def forget() -> None:
    """Forget that it runs."""
    _file().unlink(missing_ok=True)


def is_ready(address: str) -> bool:
    """Whether a database answers."""
    try:
        psycopg2.connect(address, connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _all_listen(known: dict[str, str]) -> bool:
    ports = [
        int(known["CAS_SFTP_PORT"]),
        int(known["MINIO_ENDPOINT"].rpartition(":")[2]),
        int(known["CFS_BASE_URL"].rpartition(":")[2]),
    ]
    try:
        for port in ports:
            socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def _file() -> Path:
    return home() / "state.json"
