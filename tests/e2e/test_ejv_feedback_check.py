"""EJV_FEEDBACK_CHECK as an operator or a CronJob runs it: a batch that CGI forgets, and commands that are wrong."""

import json
import shlex
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from connectors.object_store import ObjectStore
from database.engine import Database
from tests.e2e.conftest import environment
from tests.e2e.entrypoint import CommandEnd, Entrypoint
from tests.ejv_factory import Batch, EjvBooks, JournalPair, example_batch, example_books
from tests.json_output import rows_of
from tests.storage_fixtures import SftpPlace, object_store_part, sftp_part, store
from tests.tasks.ejv_feedback_check.conftest import cgi_place

__all__ = ["store"]

pytestmark = pytest.mark.slow

TUESDAY_NIGHT = "2026-11-17T21:15-07:00"
TUESDAY_LATE = "2026-11-17T21:50-07:00"
THURSDAY_NIGHT = "2026-11-19T21:50-07:00"
FRIDAY_NIGHT = "2026-11-20T21:50-07:00"
MONDAY = "2026-11-23T21:00-07:00"
FORGOTTEN = Batch(5000, journals=[(9900, [JournalPair("7700001", "12.00")])])
FIRST_INBOX, FORGOTTEN_INBOX = "INBOX.F3535.20261118040107", "INBOX.F3535.20261118040109"
SENT_AGAIN = "INBOX.F3535.20261119215000"
FIRST_ANSWER, SECOND_ANSWER = "FEEDBACK.F3535.20261117214512", "FEEDBACK.F3535.20261120214455"


@dataclass
class FeedbackNight:
    """Pay database, CGI's directory and the bucket, and the command line in front of them."""

    books: EjvBooks
    place: SftpPlace
    store: ObjectStore
    entrypoint: Entrypoint
    settings: dict[str, str]

    def type(self, command: str, *, at: str) -> CommandEnd:
        """Type a command behind `python3 invoke_jobs.py`."""
        given = environment(**self.settings)
        return self.entrypoint.start(tuple(shlex.split(command)), given, datetime.fromisoformat(at)).end()

    def batch(self, said: CommandEnd, number: int) -> dict[str, Any]:
        """Return the row of a batch in the table of what is outstanding."""
        [row] = [row for row in rows_of(said.json, "outstanding") if row["batch"] == number]
        return dict(row)


@pytest.fixture
def night(
    database: Database,
    database_url: str,
    store: ObjectStore,
    entrypoint: Entrypoint,
    tmp_path_factory: pytest.TempPathFactory,
) -> FeedbackNight:
    """Tuesday 20:01: batches 4321 and 5000 left for CGI."""
    books = example_books(EjvBooks(database))
    account = books.account(name="Bureau of Tests")
    books.batch(5000, name=FORGOTTEN_INBOX)
    books.invoice(account, 7700001, "12.00")
    books.journal(5000, 9900, [("invoice", 7700001)], payment_account_id=account)
    store.put(f"cgi_processed/{FIRST_INBOX}", [example_batch().inbox()])
    store.put(f"cgi_processed/{FORGOTTEN_INBOX}", [FORGOTTEN.inbox()])
    events = tmp_path_factory.mktemp("events").as_uri()
    settings = {"DATABASE_URL": database_url, "PUBSUB_PUBLISH_URL": events, "SFTP_SETTLE_SECONDS": "0"}
    return FeedbackNight(
        books,
        cgi_place().emptied(),
        store,
        entrypoint,
        settings | sftp_part().environment() | object_store_part().environment(),
    )


def test_a_batch_that_cgi_forgot_is_found_sent_again_and_answered(night: FeedbackNight) -> None:
    books, place = night.books, night.place

    place.put(f"ACK.{FIRST_INBOX}", b"")
    said = night.type("EJV_FEEDBACK_CHECK --json", at=TUESDAY_NIGHT)
    assert (said.code, said.json["counts"]["batches_outstanding"]) == (0, 2)
    assert (night.batch(said, 4321)["state"], night.batch(said, 5000)["state"]) == ("acknowledged", "uploaded")
    assert books.one("SELECT ack_file_ref FROM ejv_files WHERE id = 4321") == f"ACK.{FIRST_INBOX}"

    place.put(FIRST_ANSWER, example_batch().feedback({12: "2099 GL SEGMENT REJECTED"}))
    said = night.type("EJV_FEEDBACK_CHECK", at=TUESDAY_LATE)
    assert said.code == 3
    assert f"{FIRST_ANSWER} batch 4321 journal 8802 line 12" in said.out
    assert "7654388, 50.00 CAD: 2099 GL SEGMENT REJECTED" in said.out
    assert "ejv unstop" in said.out
    assert books.rows("SELECT id, invoice_status_code FROM invoices ORDER BY id") == [
        (7600001, "PAID"), (7650012, "REFUNDED"), (7654321, "PAID"), (7654388, "APPROVED"), (7700001, "APPROVED"),
    ]  # fmt: skip
    assert books.rows("SELECT paid_amount FROM payments ORDER BY 1") == [(Decimal("5.00"),), (Decimal("51.50"),)]
    [event] = books.rows("SELECT state FROM pay_jobs.outbox")
    assert event == ("delivered",)
    assert (place.uploaded(), len(place.backed_up())) == ([], 2)

    said = night.type("EJV_FEEDBACK_CHECK --json", at=THURSDAY_NIGHT)
    overdue = night.batch(said, 5000)
    assert (said.code, said.json["counts"]["batches_overdue"]) == (3, 1)
    assert (overdue["state"], overdue["age"], overdue["open"], overdue["amount"]) == ("uploaded", 2, 1, "12.00")
    assert "Ask CAS whether it was received" in overdue["next"]

    command = overdue["command"].removeprefix("python3 invoke_jobs.py ").replace("...", "ticket 4711: CAS never got it")
    said = night.type(command, at=THURSDAY_NIGHT)
    assert said.code == 0, said.err
    assert f"{FORGOTTEN_INBOX} was sent again as {SENT_AGAIN}, then {SENT_AGAIN}.TRG" in " ".join(said.out.split())
    assert (place.upload / SENT_AGAIN).read_bytes() == FORGOTTEN.inbox()
    assert (place.upload / f"{SENT_AGAIN}.TRG").read_bytes() == b""
    assert books.rows(
        "SELECT run.triggered_by, run.reason, sent.plan ->> 'old_name', sent.plan ->> 'new_name', sent.state"
        " FROM pay_jobs.operations AS sent JOIN pay_jobs.job_runs AS run ON run.id = sent.run_id"
    ) == [("hand:olive", "ticket 4711: CAS never got it", FORGOTTEN_INBOX, SENT_AGAIN, "done")]
    said = night.type(command, at=THURSDAY_NIGHT)
    assert (said.code, "sent again this business day already" in " ".join(said.err.split())) == (3, True)

    for name in place.uploaded():
        (place.upload / name).unlink()  # CGI takes them
    place.put(f"ACK.{SENT_AGAIN}", b"")
    place.put(SECOND_ANSWER, FORGOTTEN.feedback())
    said = night.type("EJV_FEEDBACK_CHECK --json", at=FRIDAY_NIGHT)
    assert (said.code, said.json["counts"]["items_paid"], night.batch(said, 5000)["state"]) == (0, 1, "completed")
    assert books.one("SELECT invoice_status_code, paid FROM invoices WHERE id = 7700001") == ("PAID", Decimal("12.00"))
    assert books.rows("SELECT DISTINCT disbursement_status_code FROM ejv_files") == [("COMPLETED",)]

    said = night.type("EJV_FEEDBACK_CHECK", at=MONDAY)
    assert (said.code, "No batch is without an answer." in said.out) == (0, True)
    said = night.type("ejv search 7700001 --json", at=MONDAY)
    found = rows_of(said.json, "lines")
    assert [(row["file"], row["what"], row["says"]) for row in found] == [
        (name, f"JD {side} 7700001", says)
        for name, says in ((FORGOTTEN_INBOX, "sent"), (SENT_AGAIN, "sent"), (SECOND_ANSWER, "accepted"))
        for side in ("credit", "debit")
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("ejv resubmit 4711 --reason x", "There is no batch 4711 in ejv_files"),
        ("ejv resubmit 5000", "Missing option '--reason'"),
        ("EJV_FEEDBACK_CHECK --resubmit 5000 --reason x", "ejv resubmit BATCH"),
        ("EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.20200101000000", "no stored feedback file of that name"),
        ("ejv unstop 999999 --reason x", "There is no distribution code 999999"),
    ],
)
def test_a_wrong_command_ends_with_2_and_says_what_is_wrong(command: str, said: str, night: FeedbackNight) -> None:
    answer = night.type(f"{command} --json", at=THURSDAY_NIGHT)
    assert (answer.code, said in json.loads(answer.out)["error"]) == (2, True), answer.out
    assert night.books.rows("SELECT DISTINCT disbursement_status_code FROM ejv_files") == [("UPLOADED",)]
    assert night.place.uploaded() == []
