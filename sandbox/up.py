"""Start and stop the parts of the sandbox; their state lies in one folder.

Every part is asked for by name (`--sandbox`): a production command with a missing setting never falls back to it.
"""

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from pydantic import SecretStr

from config.settings import DatabaseSettings
from sandbox import cfs_books, cfs_part, object_store, postgres, sftp_server, state
from sandbox.demo_data import DemoSize, analyze, load_demo_data
from sandbox.paydb import create_pay_tables, load_code_values


def up(size: DemoSize, *, say: Callable[[str], None] = lambda _line: None) -> dict[str, str]:
    """Start every part, load the demo data into an empty pay database, and return the settings."""
    state.home().mkdir(parents=True, exist_ok=True)
    with _alone():
        say("PostgreSQL: starting")
        server = postgres.start(state.home() / "postgres")
        address = postgres.create_database(server)
        if not _has_pay_tables(address):
            what = f"{size.weekly_accounts:,} weekly accounts, {size.invoices:,} invoices"
            say(f"Pay database: {what}; this takes a moment")
            prepare_pay_database(address, size)
        upgrade(address)
        say("SFTP, object store and CFS: starting")
        settings = {"DATABASE_URL": address, **_told_to_files()}
        for part in (sftp_server, object_store, cfs_part):
            settings |= part.start(state.home()).environment()
        with closing(cfs_part.start(state.home()).admin) as admin:
            if cfs_books.open_books(address, admin):
                say("CFS: knows what the pay database believes it knows")
        state.remember(settings)
        return settings


def down(*, forget: bool = False) -> bool:
    """Stop every part; with `forget`, delete its data. Return whether anything was there."""
    folder = state.home()
    if not folder.exists():
        return False
    with _alone():
        stop_parts(folder)
        state.forget()
        if forget:
            shutil.rmtree(folder)
    return True


def stop_parts(folder: Path) -> None:
    """Stop every part of a folder that runs."""
    for part in (sftp_server, object_store, cfs_part):
        running = part.find_running(folder)
        if running is not None:
            running.stop()
    postgres.stop(folder / "postgres")


@contextmanager
def _alone() -> Iterator[None]:
    """Let one command at a time start or stop parts: two would start each of them twice."""
    with (state.home() / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prepare_pay_database(address: str, size: DemoSize | None) -> None:
    """Create the pay tables with their code values, and the demo data where a size is given."""
    connection = psycopg2.connect(address)
    try:
        with connection:
            create_pay_tables(connection)
            load_code_values(connection)
            if size is not None:
                load_demo_data(connection, size)
        if size is not None:
            connection.autocommit = True
            analyze(connection)
    finally:
        connection.close()


def upgrade(address: str) -> None:
    """Bring the schema pay_jobs up to date."""
    from database import migrate
    from database.engine import make_engine

    engine = make_engine(DatabaseSettings(url=SecretStr(address)), application_name="pay-jobs sandbox", pooled=False)
    migrate.upgrade(engine)
    engine.dispose()


def _told_to_files() -> dict[str, str]:
    """Events and mails of the sandbox become files that a person can read."""
    folder = state.home().resolve()
    return {
        "PUBSUB_PUBLISH_URL": (folder / "events").as_uri(),
        "NOTIFY_API_URL": (folder / "mail").as_uri(),
        "IT_OPS_EMAIL": "operations@sandbox.invalid",
        "SFTP_SETTLE_SECONDS": "0.2",
    }


def _has_pay_tables(address: str) -> bool:
    connection = psycopg2.connect(address)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('public.invoices') IS NOT NULL")
            found = cursor.fetchone()
    finally:
        connection.close()
    return bool(found and found[0])
