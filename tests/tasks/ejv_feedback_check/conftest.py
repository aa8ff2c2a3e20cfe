"""What feedback tests share: the pay database, and CGI's SFTP directory and the bucket."""

import io
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.business_days import next_business_day
from config.settings import CgiSettings, CgiSftpSettings, ObjectStoreSettings, Settings
from connectors.effects import open_operation
from connectors.inbound.ledger import FileToRecord, record
from connectors.object_store import ObjectStore
from database.engine import Database
from jobs.inbound.file_format import FileToApply
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.apply_file import apply_file
from tasks.ejv_feedback_check.resubmission import Resubmission
from tests.ejv_factory import Batch, EjvBooks
from tests.pay_database import PayDatabase
from tests.storage_fixtures import SftpPlace, object_store_settings, sftp_part, store
from tests.typed import run_ejv

__all__ = ["store"]

FEEDBACK = "FEEDBACK.F3535.20261117214512"


@pytest.fixture
def books(database: PayDatabase) -> EjvBooks:
    """An empty pay database."""
    return EjvBooks(database)


@dataclass
class FeedbackOffice:
    """The job with everything around it: pay database, CGI's directory, bucket."""

    books: EjvBooks
    place: SftpPlace
    store: ObjectStore
    folder: Path

    def settings(self) -> dict[type[Settings], Settings]:
        """Return the settings that lead to the parts."""
        return {
            CgiSettings: CgiSettings(),
            CgiSftpSettings: CgiSftpSettings(**(self.place.values | {"settle_seconds": 0, "connect_timeout": 5})),
            ObjectStoreSettings: object_store_settings(),
        }

    def run(self, *, dry_run: bool = False, at: datetime | None = None, **arguments: Any) -> Outcome:
        """Run the job, without the delivery of the outbox, which is the runner's."""
        if at is not None:
            self.books.clock = lambda: at
        context = self.books.context(self.settings())
        if not dry_run:
            return run_ejv(context, arguments)
        context.dry_run = True
        context.database = Database(self.books.database.engine, dry_run=True)
        try:
            return run_ejv(context, arguments)
        finally:
            context.database.close()

    def apply(self, content: bytes, name: str = FEEDBACK) -> Outcome:
        """Apply a feedback file that is recorded and held in memory: forty times as fast as one from the bucket."""
        new = FileToRecord("CGI", name, sha256(content).hexdigest(), len(content), None, None, self.books.clock())
        with self.books.database.begin() as session:
            file = record(session, new).file
        return apply_file(self.books.context(self.settings()), FileToApply(file, nullcontext(io.BytesIO(content))))

    def take_in(self, content: bytes, name: str = FEEDBACK, **arguments: Any) -> Outcome:
        """Apply a feedback file of this machine, by way of the bucket."""
        path = self.folder / name
        path.write_bytes(content)
        return self.run(file=str(path), **arguments)

    def answer(self, batch: Batch, codes: Mapping[int | str, str] = {}, **more: Any) -> Outcome:
        """Apply CGI's answer to a batch."""
        return self.apply(batch.feedback(codes), **more)

    def sent(self, batch: Batch, name: str) -> None:
        """Keep the inbox file of a batch in the bucket, as the bucket poller does."""
        self.store.put(f"cgi_processed/{name}", [batch.inbox()])

    def begun(self, batch: int, name: str, new_name: str, *, sha256: str) -> None:
        """Let a run have planned to send a batch again, and died before anything left."""
        now = self.books.clock()
        key, day = f"cgi_processed/{name}", next_business_day(now.date()).isoformat()
        new = Resubmission(batch, name, new_name, key, sha256, day, now.isoformat())
        with self.books.database.begin() as session:
            open_operation(session, new.planned(reason="ticket 4711", amount=None), None)

    def states(self) -> list[tuple[str, str]]:
        """Return name and state of each file, in the order of arrival."""
        return [
            (name, state)
            for name, state in self.books.rows("SELECT name, state FROM pay_jobs.inbound_files ORDER BY id")
        ]


def cgi_place() -> SftpPlace:
    """Return the sandbox's SFTP server as CGI sees it."""
    part = sftp_part()
    values = {
        "host": "127.0.0.1",
        "port": part.port,
        "username": "cgi",
        "password": SecretStr(part.passwords["cgi"]),
        "host_key": part.host_key,
        "directory": "/data",
        "backup_directory": "/backup",
    }
    root = part.root("cgi")
    return SftpPlace("asyncssh", values, root / "data", root / "backup", part.faults.path)


@pytest.fixture
def office(books: EjvBooks, store: ObjectStore, tmp_path: Path) -> FeedbackOffice:
    """An empty pay database, CGI directory and bucket."""
    return FeedbackOffice(books, cgi_place().emptied(), store, tmp_path)
