"""Everything a task may touch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from config.business_time import business_date
from jobs.run.progress import Progress
from jobs.run.shard import WHOLE, Shard
from jobs.run.stopping import StopRequest

if TYPE_CHECKING:
    from config.settings import Settings
    from database.engine import Database
    from database.sessions import Session
    from jobs.run.outcome import Reject, Table

AnySettings = TypeVar("AnySettings", bound="Settings")


def system_clock() -> datetime:
    """Return the current instant."""
    return datetime.now(UTC)


def one_setting(settings: Mapping[type["Settings"], "Settings"], kind: type[AnySettings]) -> AnySettings:
    """Return the settings of one system out of those that were read."""
    found = settings[kind]
    assert isinstance(found, kind)
    return found


@dataclass
class RunContext:
    """What a run is given: the database, settings, the clock, the log, and how to say how far it is.

    run_id           None where no trace is left: in a dry run, and where a person only asks
    record_progress  keep what is finished in the run ledger, for the case that the process vanishes
    keep_rejects     keep rejects with the run in the transaction that makes them, for the same case
    show             show a table now rather than at the end
    """

    job: str
    database: "Database"
    clock: Callable[[], datetime]
    log: Any
    progress: Progress
    stop: StopRequest
    run_id: int | None = None
    dry_run: bool = False
    shard: Shard = WHOLE
    read_settings: dict[type["Settings"], "Settings"] = field(default_factory=dict)
    record_progress: Callable[[dict[str, Any]], None] = lambda _finished: None
    keep_rejects: Callable[["Session", Sequence["Reject"]], None] = lambda _session, _rejects: None
    show: Callable[["Table"], None] = lambda _table: None

    def today(self) -> date:
        """Return the current business day."""
        return business_date(self.clock())

    def settings(self, kind: type[AnySettings]) -> AnySettings:
        """Return the settings of one system, which the job must have listed in `needs`."""
        return one_setting(self.read_settings, kind)
