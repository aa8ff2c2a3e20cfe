"""What every session with the pay database is before any work: direct, on a server we know, and with limits of our own.

Nothing is set before the connection is known to lead to the server itself: what is set on a pooled connection stays
there for whoever gets it next.
"""

from typing import Any

from sqlalchemy import Connection

from config.errors import ConfigError
from config.settings import DatabaseSettings

# What runs statements in one transaction. The sessions of SQLAlchemy's ORM would cost each process a tenth of a second.
Session = Connection

OLDEST_SERVER = 14
_TRANSACTION_TIMEOUT_SINCE = 17


def prepare_session(raw: Any, settings: DatabaseSettings) -> None:
    """Refuse a psycopg2 connection that will not do, and set the limits of one that will.

    Raises ConfigError.
    """
    raw.autocommit = True
    with raw.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        refuse_pooler(promised=raw.info.backend_pid, actual=cursor.fetchone()[0])
        refuse_old_server(raw.server_version)
        limits = _limits(settings, raw.server_version // 10_000)
        cursor.execute(f"SELECT {', '.join(['set_config(%s, %s, false)'] * len(limits))}", sum(limits.items(), ()))
    raw.autocommit = False


def refuse_pooler(*, promised: int, actual: int) -> None:
    """Refuse a connection pooler between us and the server. Raises ConfigError.

    A pooler hands the client a process id of its own making; the server knows its real one.
    """
    if promised != actual:
        raise ConfigError(
            "A connection pooler (such as pgbouncer) stands between the job and PostgreSQL: the server says it is "
            f"process {actual}, the connection was told {promised}. Advisory locks do not hold through a transaction "
            "pooler, so two runs could work at once. Nothing was done. Set DATABASE_HOST and DATABASE_PORT (or "
            "DATABASE_URL) to the server itself."
        )


def refuse_old_server(version: int) -> None:
    """Refuse a server that is older than we know, by the number libpq gives its version. Raises ConfigError."""
    if version < OLDEST_SERVER * 10_000:
        raise ConfigError(
            f"The database server is PostgreSQL {_name(version)}; the oldest that works is {OLDEST_SERVER} "
            "(docs/specs/README.md). Nothing was done. Have the server upgraded, or connect to another."
        )


def _limits(settings: DatabaseSettings, major: int) -> dict[str, str]:
    """Return what a role, a database or a server may have set otherwise; 0 is no limit."""
    found = {
        "timezone": "UTC",
        "statement_timeout": _milliseconds(settings.statement_timeout),
        "lock_timeout": _milliseconds(settings.lock_timeout),
        "idle_in_transaction_session_timeout": _milliseconds(settings.idle_in_transaction_timeout),
        "idle_session_timeout": "0",
    }
    return found | ({"transaction_timeout": "0"} if major >= _TRANSACTION_TIMEOUT_SINCE else {})


def _milliseconds(seconds: float) -> str:
    return str(max(1, int(seconds * 1000)))


def _name(version: int) -> str:
    """Return a version as people write it: 90624 is 9.6, 130018 is 13."""
    return str(version // 10_000) if version >= 100_000 else f"{version // 10_000}.{version // 100 % 100}"
