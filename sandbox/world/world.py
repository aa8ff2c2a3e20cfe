"""What a world is made of, and its parts: a real PostgreSQL, SFTP server and object store, and CFS in a thread."""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pydantic import SecretStr

from config.settings import DatabaseSettings
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from sandbox.cfs.books import CfsBooks
from sandbox.cgi_files import VoucherBatch
from sandbox.object_store import ObjectStorePart
from sandbox.sftp_server import FOLDERS, SftpPart
from sandbox.world.cfs_thread import CfsThread
from sandbox.world.chance import SeededChance
from sandbox.world.clock import VirtualClock
from sandbox.world.faults import WorldFaults
from sandbox.world.meanwhile import Meanwhile, looking_meanwhile
from sandbox.world.model.records import WorldModel
from sandbox.world.model.slips import ModelSlip
from sandbox.world.pay_tables import PayTables
from sandbox.world.real_time import no_real_time
from sandbox.world.settlement_line import Delivery, SettlementFile, SettlementLine
from sandbox.world.warm_sessions import warm_sessions

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
# Seconds to wait for an answer: whether one comes must not be a matter of how busy the machine is.
_PATIENCE = "600"


@dataclass(frozen=True)
class WorldParts:
    """What a world stands on; `folder` gets events and mail. The pay database holds code values and nothing else."""

    database_url: str
    sftp: SftpPart
    store: ObjectStorePart
    cfs: CfsThread
    folder: Path

    def environment(self) -> dict[str, str]:
        """Return the settings of the jobs' runs, and no others."""
        settings = {name: os.environ[name] for name in _KEPT if name in os.environ}
        for part in (self.sftp, self.store, self.cfs):
            settings |= part.environment()
        return settings | {
            "DATABASE_URL": self.database_url,
            "PUBSUB_PUBLISH_URL": (self.folder / "events").resolve().as_uri(),
            "NOTIFY_API_URL": (self.folder / "mail").resolve().as_uri(),
            "IT_OPS_EMAIL": "operations@world.invalid",
            "PAD_NSF_NOTIFY_EMAILS": "nsf@world.invalid",
            "SFTP_SETTLE_SECONDS": "0",
            **dict.fromkeys(("CONNECT_TIMEOUT", "SFTP_CONNECT_TIMEOUT", "DATABASE_CONNECT_TIMEOUT"), _PATIENCE),
            "LOG_LEVEL": "CRITICAL",
            "HOSTNAME": "world",
        }

    def empty(self) -> None:
        """Remove what an earlier world left at the partners, in the bucket and in the books of CFS."""
        for user, folders in FOLDERS.items():
            for folder in folders:
                place = self.sftp.root(user) / folder
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir(parents=True)
        bucket = self.store.bucket()
        for key in bucket.list(""):
            bucket.remove(key)
        bucket.close()
        shutil.rmtree(self.folder / "events", ignore_errors=True)
        self.cfs.simulator.reset()


@dataclass(frozen=True)
class Partner:
    """Who gets a share of a product: the distribution code, and its GL in 24 characters."""

    code: int
    gl: str


@dataclass
class BatchAtCgi:
    """A batch as CGI has it."""

    batch: VoucherBatch
    is_acknowledged: bool = False


@dataclass
class World:
    """A world at a moment.

    written          the lines of the settlement file that comes next
    kept_back        the settlement files that are late
    early            those that came under the name of tomorrow, and are held until then
    delivery         what CAS brought this morning
    undos            what takes back the bounces of it that were none, by CFS account
    bounced_wrongly  the accounts that ever had such a bounce
    dropped          the settlement files that came, by name
    schedules        a fee schedule of each product
    distributions    the distribution code of each product: our own GL
    gl               that GL, in 24 characters
    partners         who gets a share of a product
    sent             what CGI has, by batch
    unread           what each batch has refused, whose answer CGI has put where no run has read it yet
    answers          the FEEDBACK files that came
    slips            the routing slips, by number
    first            its first day
    without          the actors that do nothing
    """

    parts: WorldParts
    chance: SeededChance
    clock: VirtualClock
    database: Database
    tables: PayTables
    bucket: ObjectStore
    model: WorldModel
    faults: WorldFaults
    meanwhile: Meanwhile
    written: list[SettlementLine] = field(default_factory=list)
    kept_back: list[SettlementFile] = field(default_factory=list)
    early: list[SettlementFile] = field(default_factory=list)
    delivery: Delivery = field(default_factory=Delivery)
    undos: dict[str, Callable[[datetime], None]] = field(default_factory=dict)
    bounced_wrongly: set[int] = field(default_factory=set)
    dropped: dict[str, bytes] = field(default_factory=dict)
    schedules: dict[str, int] = field(default_factory=dict)
    distributions: dict[str, int] = field(default_factory=dict)
    gl: dict[str, str] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    sent: dict[int, BatchAtCgi] = field(default_factory=dict)
    unread: dict[int, frozenset[str]] = field(default_factory=dict)
    answers: list[bytes] = field(default_factory=list)
    slips: dict[str, ModelSlip] = field(default_factory=dict)
    first: date = date.min
    without: frozenset[str] = frozenset()

    @property
    def books(self) -> CfsBooks:
        """The books of CFS."""
        return self.parts.cfs.simulator.books


@contextmanager
def open_world(parts: WorldParts, *, seed: int, first: date, faults: Sequence[str] = ()) -> Iterator[World]:
    """Return an empty world whose clock stands at the beginning of a day; the environment leads its jobs to it.

    faults  the kinds of faults that strike runs (faults/)
    """
    parts.empty()
    bucket = parts.store.bucket()
    clock = VirtualClock(first)
    database = Database(make_engine(DatabaseSettings(url=SecretStr(parts.database_url)), application_name="world"))
    model, chance = WorldModel(), SeededChance(seed)
    world_faults = WorldFaults(
        tuple(faults), chance, clock, database, parts.cfs.simulator, parts.sftp.root("cas") / "upload", model.chronicle
    )
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(parts.environment())
        with (
            warm_sessions(database),
            no_real_time(),
            world_faults.at_work(),
            looking_meanwhile(database) as meanwhile,
        ):
            tables = PayTables(database, clock)
            yield World(parts, chance, clock, database, tables, bucket, model, world_faults, meanwhile, first=first)
    finally:
        os.environ.clear()
        os.environ.update(before)
        bucket.close()
        database.close()
