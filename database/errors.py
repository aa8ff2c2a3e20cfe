"""Say in words what a database error means and what to do about it.

What an error means is told by its SQLSTATE, the longest entry that fits; where libpq gives none, because there was no
session yet or it is gone, by its words.
"""

import re

from psycopg2 import InterfaceError, OperationalError
from sqlalchemy.exc import DBAPIError

from config.errors import ConfigError, PayJobsError, SourceUnavailable
from config.masking import excerpt

_LONGEST = 500
# no cardinality, data, integrity, triggered change, check option, program limit, raised by a trigger
_OF_CONTENT = {"21", "22", "23", "27", "44", "54", "P0"}

Meaning = tuple[type[PayJobsError], str]

_LOGIN: Meaning = (
    ConfigError,
    "The database refused the connection ({said}). Check DATABASE_USERNAME and DATABASE_PASSWORD; in Cloud SQL, that "
    "the user is the IAM user of our Google identity.",
)
_NAME: Meaning = (ConfigError, "The database refused the connection ({said}). Check DATABASE_NAME.")
_FULL_HOUSE: Meaning = (
    SourceUnavailable,
    "The database server has no connection left ({said}). Look who holds them (pg_stat_activity), or have the limit "
    "of the server, the database or the role raised.",
)
_STARTING: Meaning = (SourceUnavailable, "The database server is starting, stopping or recovering ({said}).")
_LOST: Meaning = (
    SourceUnavailable,
    "The connection to the database was lost in the middle of the work ({said}). What was committed stays; the open "
    "transaction was rolled back.",
)
_UNREACHABLE: Meaning = (
    SourceUnavailable,
    "The database cannot be reached ({said}). Check DATABASE_HOST and DATABASE_PORT, and that the server, or the proxy "
    "beside the pod, is up.",
)
_REFUSED: Meaning = (PayJobsError, "The database refused a statement: {said}")
_FOREIGN: Meaning = (
    ConfigError,
    "This is not the pay database the jobs know ({said}). Check DATABASE_NAME or DATABASE_URL.",
)
_UNKNOWN: Meaning = (
    ConfigError,
    "The database is not as this version knows it ({said}). `db upgrade` brings the schema pay_jobs up to date; "
    "`doctor` says how the pay tables differ.",
)
_NO_SCHEMA: Meaning = (
    ConfigError,
    "The database has no complete schema pay_jobs ({said}). Create or upgrade it: python3 invoke_jobs.py db upgrade",
)

_BY_STATE: dict[str, Meaning] = {
    "08": _LOST,
    "25006": (ConfigError, "The database is read-only ({said}). Connect to the primary with a user that may write."),
    "25P03": (
        SourceUnavailable,
        "The program stood still inside a transaction for longer than DATABASE_IDLE_IN_TRANSACTION_TIMEOUT, and the "
        "server ended the session ({said}). The transaction was rolled back. Was the pod paused or starved?",
    ),
    "25P04": (SourceUnavailable, "The server's transaction_timeout ended the session ({said}). It was rolled back."),
    "28": _LOGIN,
    "3D000": _NAME,
    "3F000": _FOREIGN,
    "40001": (
        SourceUnavailable,
        "Another session changed the same rows at the same time, and the database rolled ours back ({said}).",
    ),
    "40P01": (
        SourceUnavailable,
        "Our session and {other} waited for each other{table}, and the database rolled ours back ({said}).",
    ),
    "40": (SourceUnavailable, "The database rolled the transaction back ({said})."),
    "42501": (
        ConfigError,
        "The database user may not do this ({said}). Ask for the right, or use the user that has it.",
    ),
    "42703": _FOREIGN,
    "42883": _UNKNOWN,
    "42P01": _FOREIGN,
    "53100": (
        SourceUnavailable,
        "The disk of the database server is full ({said}). The transaction was rolled back. Have room made there.",
    ),
    "53200": (SourceUnavailable, "The database server is out of memory ({said}). The transaction was rolled back."),
    "53300": _FULL_HOUSE,
    "53400": (
        ConfigError,
        "A limit of the database server was reached ({said}). The transaction was rolled back. Have the limit raised "
        "for this user.",
    ),
    "53": (SourceUnavailable, "The database server lacks what the statement needs ({said}). It was rolled back."),
    "55P03": (
        SourceUnavailable,
        "Another session held a lock for longer than the lock timeout{table} ({said}). The transaction was rolled "
        "back.{holders}",
    ),
    "57014": (SourceUnavailable, "The database stopped a statement ({said}).{which}"),
    "57P01": (
        SourceUnavailable,
        "The database session was ended from outside ({said}): by an administrator, a restart or a failover. The open "
        "transaction was rolled back.",
    ),
    "57P02": (SourceUnavailable, "The database server crashed and starts anew ({said}). It rolled the work back."),
    "57P03": _STARTING,
    "57P04": (ConfigError, "The database was dropped while it was in use ({said}). Check DATABASE_NAME."),
    "57P05": (SourceUnavailable, "The server's idle_session_timeout ended the session ({said})."),
    "58": (
        PayJobsError,
        "The database server cannot read or write its own files ({said}). The transaction was rolled back. Have its "
        "disk and its log looked at.",
    ),
    "XX001": (
        PayJobsError,
        "Data of the database is corrupted ({said}). The transaction was rolled back. Have the server's disk looked at "
        "before anything else runs.",
    ),
    "XX002": (
        PayJobsError,
        "A database index is corrupted ({said}). Nothing was changed. Build it anew: "
        'python3 invoke_jobs.py db reindex --index {index} --reason "..."',
    ),
    "XX": (PayJobsError, "The database server has a fault of its own ({said}). Have its log looked at."),
}
_BY_WORDS: tuple[tuple[re.Pattern[str], Meaning], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (
            r"startup parameter|RDS Proxy",
            (
                ConfigError,
                "A connection pooler stands between the job and PostgreSQL, and does not take what a session needs "
                "({said}). Set DATABASE_HOST and DATABASE_PORT (or DATABASE_URL) to the server itself.",
            ),
        ),
        (r"due to administrator command", _BY_STATE["57P01"]),
        (r"due to idle-in-transaction timeout", _BY_STATE["25P03"]),
        (r"due to transaction timeout", _BY_STATE["25P04"]),
        (r"due to idle-session timeout", _BY_STATE["57P05"]),
        (r"crash of another server process|unexpected postmaster exit", _BY_STATE["57P02"]),
        (
            r"IAM .*authentication failed",
            (
                ConfigError,
                "Cloud SQL refused the token of our Google identity ({said}). Check that DATABASE_USERNAME is its IAM "
                "user in the instance, and that it has the role cloudsql.instanceUser.",
            ),
        ),
        (
            r"authentication failed|no pg_hba\.conf entry|role .* does not exist|not permitted to log in|no such user"
            r"|no password supplied",
            _LOGIN,
        ),
        (r"database .* does not exist|no such database", _NAME),
        (
            r"permission denied for database",
            (ConfigError, "The database user may not connect ({said}). Have CONNECT on the database granted to it."),
        ),
        (r"too many (clients|connections)|connection slots are reserved|no more connections allowed", _FULL_HOUSE),
        (r"the database system is|not (currently|yet) accepting connections", _STARTING),
        (
            r"does not support SSL|certificate|sslmode|private key",
            (
                ConfigError,
                "The connection to the database cannot be made secure ({said}). Check sslmode and sslrootcert in "
                "DATABASE_URL, and the server's certificate.",
            ),
        ),
        (
            r"invalid (dsn|connection option|port|URI|integer value)|missing .=. after",
            (ConfigError, "The address of the database was not understood ({said}). Check DATABASE_URL."),
        ),
        (r"^connection to server|^could not (connect|translate)|^timeout expired", _UNREACHABLE),
        (r"server closed the connection|connection (has been |already )?closed|SSL SYSCALL|terminating", _LOST),
        (r"could not (receive|send) data|connection not open|lost synchronization|EOF detected", _LOST),
    )
)
_WHICH = {
    "statement timeout": " It took longer than DATABASE_STATEMENT_TIMEOUT.",
    "user request": " Somebody cancelled it (pg_cancel_backend).",
}


def explain(error: DBAPIError) -> PayJobsError:
    """Return the error of our tree that a database error stands for; its message is fit for people and logs."""
    cause = error.orig
    said, notes = str(cause).strip(), "; ".join(getattr(cause, "__notes__", ()))
    state = str(getattr(cause, "pgcode", None) or "")
    if notes and not state:
        said = notes
    kind, words = _meaning(error, state, said)
    relation = re.search(r'in relation "([^"]+)"', said)
    other = re.search(r"blocked by process (\d+)", said)
    index = re.search(r'index "([^"]+)"', said)
    return kind(
        words.format(
            said=excerpt(said.split("\n", 1)[0].strip() or "it said nothing", _LONGEST),
            table=f" in table {relation[1]}" if relation else "",
            other=f"that of process {other[1]}" if other else "another",
            index=index[1] if index else "NAME",
            holders=f" {notes[0].upper()}{notes[1:]}." if notes else "",
            which=next((more for reason, more in _WHICH.items() if reason in said), ""),
        )
    )


def refuses_content(error: DBAPIError) -> bool:
    """Return whether the database refused what it was given: a value, a key, a rule or a limit, by class of SQLSTATE.

    The same content is refused by every run, so it must not stop what waits behind it. Where the server is away, out of
    room, or not the database we know, the content is not at fault, and the next run tries it again.
    """
    return (getattr(error.orig, "pgcode", None) or "")[:2] in _OF_CONTENT


def is_deadlock(error: DBAPIError) -> bool:
    """Return whether the database ended our transaction because it and another one waited for each other."""
    return getattr(error.orig, "pgcode", None) == "40P01"


def _meaning(error: DBAPIError, state: str, said: str) -> Meaning:
    if state in {"42P01", "3F000"} and "pay_jobs" in said:
        return _NO_SCHEMA
    if state == "42703" and "pay_jobs." in said + (error.statement or ""):
        return _UNKNOWN
    found = _BY_STATE.get(state) or _BY_STATE.get(state[:2])
    if found is not None or state:
        return found or _REFUSED
    worded = next((meaning for pattern, meaning in _BY_WORDS if pattern.search(said)), None)
    if worded is not None:
        return worded
    is_of_connection = error.connection_invalidated or isinstance(error.orig, OperationalError | InterfaceError)
    return _UNREACHABLE if is_of_connection else _REFUSED
