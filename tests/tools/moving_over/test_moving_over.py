"""`doctor --moving-over` finds what the system of before left, and what it still writes; our own work is not that."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from sqlalchemy import Connection, Engine, text

from connectors.object_store import ObjectStore
from jobs.commands.cli import build_cli, main
from jobs.watch.doctor import doctor_command
from jobs.watch.doctor_check import Check
from tests.json_output import read_json, rows_of
from tests.storage_fixtures import SftpPlace, asyncssh_place, object_store_part, store
from tools.files import TOOLS
from tools.moving_over import PROBES
from tools.moving_over.at_work import AT_WORK
from tools.moving_over.left_behind import LEFT_BEHIND
from tools.moving_over.outside import settlement_files

__all__ = ["store"]
FILES = build_cli((), tools={"files": ("Files that came in.", TOOLS)}, use_sandbox=lambda: None, late={})
NOW = datetime(2026, 11, 5, 18, 30, tzinfo=UTC)
RUN = (
    "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, started_on, finished_on)"
    " VALUES ('{}', '-', 'done', 'cronjob', '-', '-', '2026-11-05 15:59Z', '2026-11-05 16:01Z')"
)
FILE = (
    "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, received_on)"
    " VALUES ('{}', '{}', repeat('a', 64), 1, 'applied', '2026-11-05 16:00Z')"
)
SETTLED = (
    "INSERT INTO cas_settlements (received_on, file_name, processed_on)"
    " VALUES ('2026-11-05 16:00', 'BCR_PAYMENT_APPL_20261105.csv', '2026-11-05 16:01')"
)
ANSWERED = (
    "INSERT INTO ejv_files (created_on, completed_on, file_ref, disbursement_status_code, feedback_file_ref, file_type)"
    " VALUES ('2026-11-04', '2026-11-05 05:00', 'INBOX.1', 'COMPLETED', 'FEEDBACK.1', 'PAYMENT')"
)
VOIDED = (
    "INSERT INTO cfs_accounts (id, status, version, payment_method, account_id)"
    " VALUES (1, 'INACTIVE', 2, 'INTERNAL', 1);"
    "INSERT INTO cfs_accounts_history (id, status, version, changed) VALUES (1, 'ACTIVE', 1, '2026-11-05 16:00')"
)
STATED = (
    "INSERT INTO statements (from_date, to_date, created_on, is_empty, is_interim_statement)"
    " VALUES ('2026-11-04', '2026-11-04', '2026-11-05', false, false)"
)
WRITTEN = {
    "CAS_FTP_POLLER": ("PAD_RECONCILE", SETTLED, FILE.format("CAS", "BCR_PAYMENT_APPL_20261105.csv")),
    "CGI_FTP_POLLER": ("EJV_FEEDBACK_CHECK", ANSWERED, FILE.format("CGI", "FEEDBACK.1")),
    "ROUTING_SLIP": ("ROUTING_SLIP_RECREATE", VOIDED, RUN.format("ROUTING_SLIP_RECREATE")),
    "GENERATE_STATEMENTS of before": ("GENERATE_STATEMENTS", STATED, RUN.format("GENERATE_STATEMENTS")),
}
SLIP = (
    "INSERT INTO routing_slips (id, number, status, total, remaining_amount, created_by, created_on,"
    " routing_slip_date, payment_account_id, cas_mismatch)"
    " VALUES (1, '206000010', '{}', 100, 40, 'x', '2026-11-01', '2026-11-01', 11, {})"
)
LEFT = {
    "settlement files half applied": (
        "INSERT INTO cas_settlements (received_on, file_name) VALUES ('2026-01-05', 'BCR_PAYMENT_APPL_20260105.csv')",
        "BCR_PAYMENT_APPL_20260105.csv",
        "files replay",
    ),
    "bounces half booked": (
        "INSERT INTO non_sufficient_funds (invoice_id, invoice_number) VALUES (1, 'REG7');"
        "INSERT INTO payments (payment_system_code, payment_method_code, payment_status_code, invoice_number,"
        " is_routing_slip) VALUES ('PAYBC', 'PAD', 'COMPLETED', 'REG7', false)",
        "REG7",
        "verify",
    ),
    "batches without an answer": (
        "INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, file_type)"
        " VALUES (7, '2026-01-05', 'INBOX.7', 'UPLOADED', 'PAYMENT')",
        "7 (INBOX.7)",
        "ejv outstanding",
    ),
    "batches half read": (
        "INSERT INTO ejv_files (id, created_on, file_ref, disbursement_status_code, feedback_file_ref, file_type)"
        " VALUES (7, '2026-01-05', 'INBOX.7', 'UPLOADED', 'FEEDBACK.7', 'PAYMENT')",
        "7 (FEEDBACK.7)",
        "EJV_FEEDBACK_CHECK --file",
    ),
    "slips under way": (
        SLIP.format("CORRECTION", "false")
        + ";INSERT INTO cfs_accounts (id, status, version, payment_method, account_id)"
        " VALUES (1, 'ACTIVE', 1, 'INTERNAL', 11)",
        "206000010 (CORRECTION)",
        "ROUTING_SLIP_RECREATE --dry-run",
    ),
    "slips set aside": (SLIP.format("REFUND_AUTHORIZED", "true"), "206000010", "slips list"),
    "half done by ours": (
        "INSERT INTO pay_jobs.operations (kind, subject, state, plan, command)"
        " VALUES ('slip correction', 'slip 206000010', 'sent', '{}', '-')",
        "slip 206000010 (slip correction)",
        "pending",
    ),
}


@pytest.fixture
def books(engine: Engine) -> Iterator[Connection]:
    """A pay database in which rows may stand without those they belong to."""
    with engine.connect() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield connection
        connection.rollback()


def looked(books: Connection, *probes: object) -> dict[str, Check]:
    return {check.what: check for probe in probes for check in probe(books, NOW)}  # type: ignore[operator]


def test_where_nothing_was_left_every_line_is_ok(books: Connection) -> None:
    found = looked(books, *AT_WORK, *LEFT_BEHIND)

    assert set(found) == {*WRITTEN, *LEFT}
    assert {check.state for check in found.values()} == {"ok"}


@pytest.mark.parametrize("theirs", WRITTEN)
def test_what_the_old_job_writes_is_a_warning_and_a_failure_once_ours_is_at_work_too(
    books: Connection, theirs: str
) -> None:
    ours, written, _ = WRITTEN[theirs]
    books.execute(text(written))
    alone = looked(books, *AT_WORK)[theirs]
    books.execute(text(RUN.format(ours).replace("15:59", "17:59").replace("16:01", "18:01")))
    if theirs == "GENERATE_STATEMENTS of before":
        books.execute(text("UPDATE statements SET created_on = '2026-11-03'"))
    both = looked(books, *AT_WORK)[theirs]

    assert (alone.state, both.state) == ("warning", "failure")
    assert alone.do == f"Leave {ours} off until {theirs} is stopped and its last run has ended."
    assert f"both systems are at work: 1 run of {ours}" in both.found


@pytest.mark.parametrize("theirs", WRITTEN)
def test_what_a_run_of_ours_wrote_is_not_theirs(books: Connection, theirs: str) -> None:
    _, written, by_us = WRITTEN[theirs]
    books.execute(text(written))
    books.execute(text(by_us))

    assert looked(books, *AT_WORK)[theirs].state == "ok"


@pytest.mark.parametrize("what", LEFT)
def test_what_was_left_is_named_with_the_next_command(books: Connection, what: str) -> None:
    planted, example, command = LEFT[what]
    books.execute(text(planted.replace(":", r"\:")))

    found = looked(books, *LEFT_BEHIND)

    assert {name for name, check in found.items() if check.state != "ok"} == {what}
    assert found[what].found.startswith("1 ")
    assert f": {example}. " in found[what].found
    assert f"python3 invoke_jobs.py {command}" in found[what].do


@pytest.fixture
def place() -> SftpPlace:
    return asyncssh_place().emptied()


@pytest.fixture
def surroundings(place: SftpPlace, store: ObjectStore, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    values = object_store_part().environment() | {
        "DATABASE_URL": database_url,
        "CAS_SFTP_HOST": place.values["host"],
        "CAS_SFTP_PORT": str(place.values["port"]),
        "CAS_SFTP_USER_NAME": place.values["username"],
        "CAS_SFTP_HOST_KEY": place.values["host_key"],
        "CAS_SFTP_DIRECTORY": place.values["directory"],
        "CAS_SFTP_BACKUP_DIRECTORY": place.values["backup_directory"],
        "BCREG_FTP_PRIVATE_KEY_LOCATION": str(place.values.get("private_key", "")),
        "CAS_SFTP_PASSWORD": place.values["password"].get_secret_value() if "password" in place.values else "",
        "FTP_POLLER_BUCKET_NAME": store.bucket,
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_files_that_the_old_poller_took_and_nobody_applied_are_named(
    books: Connection, store: ObjectStore, surroundings: None
) -> None:
    for day in ("20261103", "20261105"):
        store.put(f"ar/BCR_PAYMENT_APPL_{day}.csv", [b"x\n"])
    store.put("ar/notes.txt", [b"x\n"])
    books.execute(text(SETTLED))

    found = looked(books, settlement_files)["settlement files never applied"]

    assert found.state == "warning"
    assert found.found == "1 of 2 files that the old poller stored: BCR_PAYMENT_APPL_20261103.csv"
    assert found.do == (
        "python3 invoke_jobs.py files fetch NAME --to /tmp/NAME, look for bounces in it, then "
        "python3 invoke_jobs.py PAD_RECONCILE --file /tmp/NAME"
    )


def test_files_that_lie_and_files_that_another_poller_moved_are_named(
    books: Connection, place: SftpPlace, surroundings: None
) -> None:
    ages = {"20261104": NOW - timedelta(hours=20), "20261105": NOW - timedelta(minutes=5)}
    for day, at in ages.items():
        path = place.put(f"BCR_PAYMENT_APPL_{day}.csv", "x\n")
        os.utime(path, (at.timestamp(), at.timestamp()))
    for name, at in (
        ("BCR_PAYMENT_APPL_20261103.csv", NOW - timedelta(days=1)),
        ("BCR_PAYMENT_APPL_20260103.csv", NOW),
    ):
        (place.backup / name).write_text("x\n")
        os.utime(place.backup / name, (at.timestamp(), at.timestamp()))
    books.execute(text(FILE.format("CAS", "BCR_PAYMENT_APPL_20260103.csv")))

    found = looked(books, settlement_files)

    assert found["inbox of CAS"].state == "warning"
    assert "2 files in" in found["inbox of CAS"].found
    assert "one for 20 hours" in found["inbox of CAS"].found
    assert (
        "1 file of the last two days moved there, not by us: BCR_PAYMENT_APPL_20261103" in found["backup of CAS"].found
    )
    assert "CAS_FTP_POLLER is at work" in found["backup of CAS"].do


def test_a_system_that_cannot_be_looked_at_hides_no_other(
    surroundings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CAS_SFTP_HOST_KEY")
    cli = click.Group(commands={"doctor": doctor_command(moving_probes=lambda: PROBES)})

    code = main(cli, ["doctor", "--moving-over", "--json"])

    checks = rows_of(read_json(capsys.readouterr().out), "checks")
    unseen = [check for check in checks if check["what"] == "cannot look"]
    assert code == 3
    assert ["CAS_SFTP_HOST_KEY is missing" in check["found"] for check in unseen] == [True, True]
    assert len([check for check in checks if check["state"] == "ok"]) >= len(AT_WORK) + len(LEFT_BEHIND)


@pytest.mark.parametrize("folder", ["ar", "settled"])
def test_a_file_that_only_the_old_poller_stored_is_fetched_as_it_came(
    folder: str, surroundings: None, store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_BUCKET_FOLDER_AR", folder)
    store.put(f"{folder}/BCR_PAYMENT_APPL_20261103.csv", [b"Record type\r\n"])
    target = tmp_path / "fetched.csv"

    code = main(FILES, ["files", "fetch", "BCR_PAYMENT_APPL_20261103.csv", "--to", str(target)])

    assert (code, target.read_bytes()) == (0, b"Record type\r\n")


def test_a_file_that_nobody_stored_is_said_to_be_nowhere(
    surroundings: None, store: ObjectStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(FILES, ["files", "fetch", "BCR.csv", "--to", str(tmp_path / "fetched.csv")])

    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "No file BCR.csv is stored" in capsys.readouterr().err
