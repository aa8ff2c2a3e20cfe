"""A poll of one SFTP place into a real bucket and ledger, and what is there afterwards."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.inbound.ledger import InboundFile, list_files, set_state
from connectors.inbound.listing import WantedNames
from connectors.inbound.poll import PollReport, poll
from connectors.inbound.take_in import Intake
from connectors.object_store import ObjectStore
from database.engine import Database
from tests.storage_fixtures import SftpPlace

NAME = "BCR_PAYMENT_APPL_20261105.csv"
SETTLEMENT = WantedNames(re.compile(r"BCR_PAYMENT_APPL_(?P<date>\d{8})\.csv"))
NOW = datetime(2026, 11, 5, 17, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Arrivals:
    """Everything a poll touches."""

    place: SftpPlace
    store: ObjectStore
    database: Database

    def intake(self, **changes: Any) -> Intake:
        """Return where files go, with some of it changed."""
        usual = Intake(source="CAS", wanted=SETTLEMENT, database=self.database, store=self.store, clock=lambda: NOW)
        return replace(usual, **changes)

    def poll(self, *, sleep: Callable[[float], None] = lambda _seconds: None, **changes: Any) -> PollReport:
        """Poll once; changes are of the settings or of the intake."""
        names = set(Intake.__dataclass_fields__)
        settings = self.place.settings(**{name: value for name, value in changes.items() if name not in names})
        intake = self.intake(**{name: value for name, value in changes.items() if name in names})
        return poll(settings, intake, sleep=sleep)

    def files(self) -> list[InboundFile]:
        """Return the ledger."""
        with self.database.begin() as session:
            return list_files(session, "CAS")

    def mark(self, file: InboundFile, state: str) -> None:
        """Note what became of a file, as a job does."""
        with self.database.begin() as session:
            set_state(session, file.id, state, reason="said by the test", applied_on=NOW)

    def final_state(self) -> dict[str, Any]:
        """Return what is there in the end, without what differs from one undisturbed poll to the next."""
        return {
            "ledger": [
                (file.name, file.sha256, file.size_bytes, file.state, file.object_key, bool(file.archived_on))
                for file in self.files()
            ],
            "bucket": {key: digest(b"".join(self.store.read(key))) for key in self.store.list("")},
            "upload": contents(self.place.upload),
            "backup": sorted(contents(self.place.backup).values()),
        }


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def contents(folder: Path) -> dict[str, str]:
    """Return the names in a folder with the hash of what they hold."""
    return {path.name: digest(path.read_bytes()) for path in folder.iterdir() if path.is_file()}
