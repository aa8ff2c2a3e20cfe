"""Say in words what a database error means and what to do about it."""

import re

from psycopg2 import errors as pg
from sqlalchemy.exc import DBAPIError

from config.errors import ConfigError, PayJobsError, SourceUnavailable
from config.masking import mask_text

# no cardinality, data, integrity, triggered change, check option, program limit, raised by a trigger
_OF_CONTENT = {"21", "22", "23", "27", "44", "54", "P0"}


def explain(error: DBAPIError) -> PayJobsError:
    """Give the error of our tree that a database error stands for; its message is fit for people and logs."""
    cause = error.orig
    said = _first_line(cause)
    if isinstance(cause, pg.UndefinedTable | pg.InvalidSchemaName) and "pay_jobs" in said:
        return ConfigError(
            f"The database has no complete schema pay_jobs ({said}). "
            "Create or upgrade it: python3 invoke_jobs.py db upgrade"
        )
    if isinstance(cause, pg.UndefinedTable | pg.UndefinedColumn):
        return ConfigError(f"This is not the pay database the jobs know ({said}). Check DATABASE_NAME or DATABASE_URL.")
    if isinstance(cause, pg.InsufficientPrivilege):
        return ConfigError(
            f"The database user may not do this ({said}). Ask for the right, or use the user that has it."
        )
    if isinstance(cause, pg.ReadOnlySqlTransaction):
        return ConfigError(f"The database is read-only ({said}). Connect to the primary with a user that may write.")
    if isinstance(cause, pg.InvalidPassword | pg.InvalidAuthorizationSpecification | pg.InvalidCatalogName):
        return ConfigError(f"The database refused the connection ({said}). Check user, password and database name.")
    if isinstance(cause, pg.IndexCorrupted):
        return PayJobsError(
            f"A database index is corrupted ({said}). Nothing was changed. Build it anew: "
            f'python3 invoke_jobs.py db reindex --index {_index_named(said)} --reason "..."'
        )
    if isinstance(cause, pg.LockNotAvailable):
        return SourceUnavailable(f"Another session held a lock for longer than the lock timeout ({said}).")
    if isinstance(cause, pg.QueryCanceled):
        return SourceUnavailable(f"The database stopped a statement ({said}).")
    if error.connection_invalidated or isinstance(cause, pg.OperationalError | pg.InterfaceError):
        return _unreachable(said)
    return PayJobsError(f"The database refused a statement: {said}")


def refuses_content(error: DBAPIError) -> bool:
    """Return whether the database refused what it was given: a value, a key, a rule or a limit, by class of SQLSTATE.

    The same content is refused by every run, so it must not stop what waits behind it. Where the server is away, out of
    room, or not the database we know, the content is not at fault, and the next run tries it again.
    """
    return (getattr(error.orig, "pgcode", None) or "")[:2] in _OF_CONTENT


def _unreachable(said: str) -> PayJobsError:
    """libpq gives no error code when a connection cannot be made, so its words decide."""
    if "password authentication failed" in said or "no pg_hba.conf entry" in said:
        return ConfigError(
            f"The database refused the connection ({said}). Check DATABASE_USERNAME and DATABASE_PASSWORD."
        )
    if "database" in said and "does not exist" in said:
        return ConfigError(f"The database refused the connection ({said}). Check DATABASE_NAME.")
    return SourceUnavailable(
        f"The database cannot be reached ({said}). Check DATABASE_HOST and DATABASE_PORT, and that the server is up."
    )


def _index_named(said: str) -> str:
    found = re.search(r'index "([^"]+)"', said)
    return found[1] if found else "NAME"


def _first_line(cause: BaseException | None) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return mask_text(lines[0] if lines else type(cause).__name__)
