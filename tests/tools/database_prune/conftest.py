"""A pay database that the jobs worked on, with rows of each table that is pruned; fourteen years later."""

import csv
import gzip
import io
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg2
import pytest
from pydantic import SecretStr

from config.settings import DatabaseSettings
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from jobs.job import Job
from jobs.lifecycle.runner import RunRequest, execute
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest
from sandbox.cfs.process import RunningCfs
from tests.cfs_fixtures import fresh_cfs
from tests.ejv_factory import Batch, EjvBooks, JournalPair
from tests.jobs.conftest import quiet
from tests.pay_database import DatabaseServer
from tests.storage_fixtures import object_store_part, store
from tests.tools.verify.worked import answer, make_worked
from tools.database_prune import PRUNE
from tools.database_prune.tables import TABLES

__all__ = ["quiet", "store"]

NOW = datetime(2040, 11, 10, 12, tzinfo=UTC)
_MORE = r"""
UPDATE pay_jobs.outbox SET state = 'delivered', delivered_on = created_on WHERE id % 2 = 0;
INSERT INTO pay_jobs.outbox (created_on, channel, kind, ordering_key, idempotency_key, payload, state, delivered_on,
                             last_error, reason)
VALUES ('2026-11-05', 'event', 'odd', 'k', 'odd 1', '{"a": "b\n\"c\",é"}', 'delivered', '2026-11-05',
        E'a\n"b",\\N\t', ''),
       ('2026-11-05', 'event', 'odd', 'k', 'odd 2', '{}', 'dropped', NULL, NULL, NULL),
       ('2026-11-05', 'event', 'open', 'k', 'open', '{}', 'pending', NULL, NULL, NULL),
       ('2040-11-01', 'event', 'new', 'k', 'new', '{}', 'delivered', '2040-11-01', NULL, NULL);
INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, pod, version, started_on, finished_on, exit_code)
SELECT 'PAD_RECONCILE', 'PAD_RECONCILE', 'done', 'hand', 'pod', '1', timestamptz '2026-11-05' + n * interval '1 hour',
       timestamptz '2026-11-05' + n * interval '1 hour', 0
  FROM generate_series(1, 1010) n;
INSERT INTO pay_jobs.run_rejects (run_id, number, place, reason, detail, command)
SELECT id, 1, 'a file', 'no invoice', '', '' FROM pay_jobs.job_runs;
INSERT INTO pay_jobs.stale_reports (scope, as_of, finished_on, stuck, waiting, stuck_amount)
SELECT 'all', '2026-11-05', '2026-11-05', 1, 0, 1 FROM generate_series(1, 1003);
INSERT INTO pay_jobs.stale_invoices (report_id, invoice_id, code, is_stuck, total)
SELECT id, 1, 'P1', true, 1 FROM pay_jobs.stale_reports;
INSERT INTO pay_jobs.cfs_comparisons (scope, since, until, stage, position, compared, unanswered, begun_on, finished_on)
SELECT 'all', '2026-11-01', '2026-11-02', 'done', '', 1, 0, '2026-11-05', '2026-11-05' FROM generate_series(1, 3);
INSERT INTO pay_jobs.cfs_differences (comparison_id, kind, number, direction, detail)
SELECT id, 'invoice', 'REG1', 'ours', '' FROM pay_jobs.cfs_comparisons;
INSERT INTO pay_jobs.cgi_files (object_key, name, kind, lines, indexed_on)
VALUES ('an/old/key', 'FEEDBACK.OLD', 'feedback', 3, '2026-11-05'),
       ('a/key', 'FEEDBACK.NEW', 'feedback', 3, '2040-11-05');
INSERT INTO pay_jobs.cgi_mentions (cgi_file_id, line, kind, number, amount)
SELECT id, line, mention.kind, number, amount
  FROM pay_jobs.cgi_files
 CROSS JOIN (VALUES (1, 'batch', '1', 5.00), (2, 'invoice', '31', 2.50), (2, 'invoice', '31', 2.50),
                    (3, 'invoice', '32', NULL)) AS mention (line, kind, number, amount)
"""


@dataclass(frozen=True)
class PrunedDatabase:
    """A database to prune, and the bucket that the archives go to."""

    address: str
    store: ObjectStore

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with psycopg2.connect(self.address) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    def prune(self, *, dry_run: bool = False, stop: StopRequest | None = None) -> RunResult:
        """Run `db prune --older-than 7y`."""
        return self.run(PRUNE, dry_run=dry_run, stop=stop, older_than=7, reason="ticket 4711")

    def run(self, job: Job, *, dry_run: bool = False, stop: StopRequest | None = None, **values: Any) -> RunResult:
        """Run a command as a person does, years later."""
        request = RunRequest(values, job.name, dry_run)
        return execute(job, request, clock=lambda: NOW, stop=stop or StopRequest())

    def rows(self, table: str) -> Counter[str]:
        """Return the rows of a table, each as CSV has it."""
        file = io.StringIO()
        with psycopg2.connect(self.address, options="-c timezone=UTC") as connection, connection.cursor() as cursor:
            cursor.copy_expert(f"COPY pay_jobs.{table} TO STDOUT (FORMAT csv, HEADER)", file)
        connection.close()
        file.seek(0)
        return Counter(str(row) for row in csv.DictReader(file))

    def archived(self, table: str) -> Counter[str]:
        """Return the rows that the noted archives of a table hold."""
        found = Counter[str]()
        for (key,) in self.sql(f"SELECT object_key FROM pay_jobs.archives WHERE table_name = '{table}'"):
            text = gzip.decompress(b"".join(self.store.read(key))).decode()
            found.update(str(row) for row in csv.DictReader(io.StringIO(text, newline="")))
        return found

    def all_rows(self) -> dict[str, Counter[str]]:
        """Return what each table has, archived rows among it."""
        return {one.name: self.rows(one.name) + self.archived(one.name) for one in TABLES if one.name != "job_runs"}


@pytest.fixture(scope="package")
def cfs() -> Iterator[RunningCfs]:
    yield from fresh_cfs()


@pytest.fixture(scope="package")
def filled(server: DatabaseServer, template: str, cfs: RunningCfs) -> str:
    """The name of a pay database that the jobs worked on, with rows in each table that is pruned."""
    address = make_worked(server, template, cfs).after
    database = Database(make_engine(DatabaseSettings(url=SecretStr(address)), application_name="tests"))
    _disburse(EjvBooks(database))
    database.close()
    with psycopg2.connect(address) as connection, connection.cursor() as cursor:
        cursor.execute(_MORE)
        cursor.execute("SELECT current_database()")
        ((name,),) = cursor.fetchall()
    connection.close()
    return str(name)


def _disburse(books: EjvBooks) -> None:
    """Pay a partner for two invoices by a batch that CGI accepts whole."""
    account = books.account(name="Ministry of Fees")
    fee, _ = books.partner_gl()
    books.batch(110, "DISBURSEMENT", "INBOX.F3535.20261119030107")
    for number in (3001, 3002):
        books.invoice(account, number, "28.50", "PAID", disbursement_status_code="UPLOADED", paid="28.50",
                      payment_method_code="DIRECT_PAY")  # fmt: skip
        books.line_item(number, "28.50", fee)
        books.change("UPDATE invoice_references SET status_code = 'COMPLETED' WHERE invoice_id = :id", id=number)
    books.journal(110, 9920, [("invoice", 3001), ("invoice", 3002)], partner_code="VS")
    answer(books, Batch(110, journals=[(9920, [JournalPair("3001", "28.50"), JournalPair("3002", "28.50")])]), {})


@pytest.fixture
def database(
    server: DatabaseServer, filled: str, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PrunedDatabase]:
    """A copy of it, and an empty bucket."""
    name = f"prune_{uuid.uuid4().hex[:8]}"
    address = server.create(name, filled)
    for setting, value in object_store_part().environment().items():
        monkeypatch.setenv(setting, value)
    monkeypatch.setenv("DATABASE_URL", address)
    monkeypatch.setenv("HOSTNAME", "pod-7")
    monkeypatch.setenv("PAY_JOBS_OPERATOR", "olive")
    yield PrunedDatabase(address, store)
    server.drop(name)
