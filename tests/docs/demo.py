"""The demo that the examples of docs/operations.md are from, and its commands run in this process."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg2
import psycopg2.errors
import pytest

import invoke_jobs
from sandbox import cfs_part, feedback_demo, object_store, settlement_demo, sftp_server, state
from sandbox.demo_data import DemoSize
from sandbox.up import down, up

SIZE = DemoSize(weekly_accounts=300, invoices=3000)
LOGGED = {"id": "1", "source": "sbc-auth-auth-api", "type": "bc.registry.auth.staffReviewAccount", "data": {}}


def whole_command_line(monkeypatch: pytest.MonkeyPatch) -> click.Group:
    """Return the command line as the entrypoint puts it together."""
    found: list[click.Group] = []
    monkeypatch.setattr("jobs.commands.cli.main", found.append)
    invoke_jobs.main()
    monkeypatch.undo()
    return found[0]


@contextmanager
def demo(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Start the demo in a folder, with the files of an evening laid out, and point this process at it."""
    # Not in pytest's own folder: the next session of the same user closes that to the database server's user.
    place = tempfile.TemporaryDirectory(prefix="pay-jobs-demo-", ignore_cleanup_errors=True)
    for name in ("JOB_COMPLETION_INDEX", "JOB_COMPLETION_COUNT", "PAY_JOBS_TRIGGER", "PAY_JOBS_BUILD", "SUDO_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PAY_JOBS_SANDBOX", str(Path(place.name) / "sandbox"))
    monkeypatch.setenv("PAY_JOBS_OPERATOR", "olive")
    try:
        settings = up(SIZE)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        _lay_out(settings["DATABASE_URL"], state.home())
        _break_an_index(settings["DATABASE_URL"])
        write_files(folder)
        monkeypatch.chdir(folder)
        yield
    finally:
        down(forget=True)
        place.cleanup()


def write_files(folder: Path) -> None:
    """Write the files that the examples name."""
    (folder / "billing.csv").write_text("KEY,AMOUNT,DATE\nREG00000115,50.00,2022-06-20\n", encoding="utf-8")
    (folder / "logged-line.txt").write_text(f"mailer - INFO - received {json.dumps(LOGGED)}\n", encoding="utf-8")


def _lay_out(address: str, home: Path) -> None:
    sftp, cfs = sftp_server.find_running(home), cfs_part.find_running(home)
    store = object_store.find_running(home)
    assert sftp is not None and cfs is not None and store is not None
    with closing(cfs.admin) as admin:
        settlement_demo.lay_out(address, sftp, admin)
    feedback_demo.lay_out(address, sftp, store, now=datetime.now(UTC))
    os.environ["SFTP_SETTLE_SECONDS"] = "0"


def _break_an_index(address: str) -> None:
    connection = psycopg2.connect(address)
    connection.autocommit = True
    with connection.cursor() as cursor, suppress(psycopg2.errors.UniqueViolation):
        cursor.execute("CREATE TABLE public.thing AS SELECT 'a' AS name FROM generate_series(1, 2)")
        cursor.execute("CREATE UNIQUE INDEX CONCURRENTLY ux_thing_name ON public.thing (name)")
    connection.close()
