"""The ledger of the files that came in: `pay_jobs.inbound_files`.

A file is known by its content: (source, name, sha256) is unique. Its states:

    stored    in the bucket, not yet moved to the backup directory
    received  ready to be applied
    applied   applied, with its content
    held      needs a decision: replay or ignore; `reason` says why
    failed    applying it failed; `reason` says how
    known     the same content was applied before under another name: kept aside, not applied
    ignored   not to be applied: somebody decided so, or a later file holds all of it

Content is known only once it was applied: what failed or is held is taken up again where it comes under a new name.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from connectors.inbound.holds import Hold, HoldKind
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

SOURCES = ("CAS", "CGI", "LOCAL")
_NOT_COLUMNS = {"name", "local_path", "hold", "cut_off"}
STATES = ("stored", "received", "applied", "held", "failed", "known", "ignored")


@dataclass(frozen=True)
class InboundFile:
    """One row of the ledger."""

    id: int
    source: str
    name: str
    sha256: str
    size_bytes: int
    state: str
    reason: str | None
    object_key: str | None
    remote_directory: str | None
    remote_name: str | None
    archived_as: str | None
    business_date: date | None
    received_on: datetime
    archived_on: datetime | None
    applied_on: datetime | None
    run_id: int | None
    details: dict[str, Any]

    @property
    def hold(self) -> HoldKind | None:
        """What stands against applying it; None where it is neither held nor failed."""
        if self.state not in {"held", "failed"}:
            return None
        return HoldKind(self.details.get("hold", HoldKind.FAILED))

    @property
    def released(self) -> frozenset[HoldKind]:
        """The holds that somebody released."""
        return frozenset(map(HoldKind, self.details.get("released", ())))


@dataclass(frozen=True)
class FileToRecord:
    """A file that is stored and about to be recorded.

    local_path  stands in for a copy in a dry run
    hold        why it is held, whatever else is known of it
    cut_off     whether it ends in the middle of a line
    """

    source: str
    name: str
    sha256: str
    size_bytes: int
    object_key: str | None
    business_date: date | None
    received_on: datetime
    run_id: int | None = None
    remote_directory: str | None = None
    archived_as: str | None = None
    local_path: str | None = None
    hold: str | None = None
    cut_off: bool = False


@dataclass(frozen=True)
class LedgerRecord:
    """What the ledger makes of a file: its row, and whether that row was there before."""

    file: InboundFile
    seen_before: bool


def record(session: Session, new: FileToRecord) -> LedgerRecord:
    """Record a file as stored, known or held, or find the row it already has.

    The source is locked until the transaction ends, so that the same content under two names at once is seen.
    """
    sql.run(session, "lock_inbound_source", source=new.source)
    rows = sql.run(session, "find_earlier_files", source=new.source, file_name=new.name, sha256=new.sha256)
    earlier = _files(rows)
    same = next((file for file in earlier if (file.name, file.sha256) == (new.name, new.sha256)), None)
    if same is not None:
        return LedgerRecord(same, seen_before=True)
    state, hold = _judge(new, earlier)
    remote_name = new.name if new.remote_directory is not None else None
    details: dict[str, Any] = {"local_path": new.local_path} if new.local_path else {}
    if new.cut_off:
        details["cut_off"] = True
    if hold is not None:
        details["hold"] = hold.kind
    values = {name: value for name, value in vars(new).items() if name not in _NOT_COLUMNS}
    row = sql.run(
        session,
        "add_inbound_file",
        **values,
        file_name=new.name,
        state=state,
        reason=_known_as(new, earlier) if hold is None else hold.reason,
        remote_name=remote_name,
        details=json.dumps(details),
    ).one()
    return LedgerRecord(InboundFile(**row._mapping), seen_before=False)


def find_content(session: Session, source: str, sha256: str) -> InboundFile | None:
    """Return the first file of a source with that content that is in the bucket."""
    rows = sql.run(session, "find_earlier_files", source=source, file_name=None, sha256=sha256)
    return next((file for file in _files(rows) if file.object_key is not None), None)


def find_applied(session: Session, file: InboundFile) -> InboundFile | None:
    """Return the file of the same source whose content is the same and was applied, None if there is none."""
    rows = sql.run(session, "find_earlier_files", source=file.source, file_name=None, sha256=file.sha256)
    return next((twin for twin in _files(rows) if twin.state == "applied" and twin.id != file.id), None)


def put_aside_if_known(session: Session, file: InboundFile, *, run_id: int | None) -> str | None:
    """Make a file `known` whose content was applied meanwhile under another name; return why, None if it was not."""
    twin = find_applied(session, file)
    if twin is None or file.state == "applied":
        return None
    reason = _same_as(twin)
    set_state(session, file.id, "known", reason=reason, run_id=run_id)
    return reason


def find_file(session: Session, file_id: int) -> InboundFile | None:
    """Return one file by its number."""
    row = sql.run(session, "find_inbound_file", id=file_id).one_or_none()
    return InboundFile(**row._mapping) if row else None


def find_by_name(session: Session, source: str, name: str) -> list[InboundFile]:
    """Return every file of a source with that name, the oldest first; usually one."""
    rows = sql.run(session, "find_earlier_files", source=source, file_name=name, sha256=None)
    return _files(rows)


def list_files(
    session: Session, source: str, states: Iterable[str] = STATES, *, limit: int | None = None
) -> list[InboundFile]:
    """Return the files of a source in some states, in the order of business date, then name, then arrival."""
    rows = sql.run(session, "list_inbound_files", source=source, states=list(states), limit=limit)
    return _files(rows)


def newest_files(
    session: Session,
    *,
    source: str | None = None,
    state: str | None = None,
    part: str | None = None,
    before: int | None = None,
    limit: int,
) -> list[InboundFile]:
    """Return the files that came in, the newest first.

    part    only files with this in their name
    before  only files whose number is smaller: the page after the one that ended there
    """
    rows = sql.run(session, "list_newest_files", source=source, state=state, part=part, before=before, limit=limit)
    return _files(rows)


def list_unarchived(session: Session, source: str, directory: str) -> list[InboundFile]:
    """Return the files of a remote directory that were recorded, and not yet seen in the backup directory."""
    return _files(sql.run(session, "list_unarchived_files", source=source, remote_directory=directory))


def confirm_archived(
    session: Session, file: InboundFile, now: datetime, *, modified: int | None = None, reason: str | None = None
) -> InboundFile:
    """Note that a file was moved: `stored` becomes `received`, other states stay.

    modified  when its sender last wrote to it, by the server's clock
    """
    looked = json.dumps({"looked": {file.archived_as: modified}} if modified is not None else {})
    row = sql.run(session, "confirm_archived", id=file.id, archived_on=now, reason=reason, details=looked).one()
    return InboundFile(**row._mapping)


def note_repeat(session: Session, file: InboundFile, now: datetime, archived_as: str | None) -> InboundFile:
    """Note that the same name and content came again, and where that copy was put; a failed file is tried again."""
    note = json.dumps([{"on": now.isoformat(), "archived_as": archived_as}])
    row = sql.run(session, "note_repeated_file", id=file.id, note=note).one()
    return InboundFile(**row._mapping)


def list_same_as_of_another_day(session: Session, source: str) -> list[Row[Any]]:
    """Return the files that hold what an earlier day's file held, so that the rows of their day did not come.

    Columns: id, name, business_date, run_id, same_as (the name of the earlier file).
    """
    return list(sql.run(session, "list_same_as_of_another_day", source=source))


def recent_archives(session: Session, source: str, directory: str, since: datetime) -> list[InboundFile]:
    """Return the files that were moved out of a remote directory since an instant, the oldest first."""
    rows = sql.run(session, "list_recent_archives", source=source, remote_directory=directory, since=since)
    return _files(rows)


def note_look(session: Session, file: InboundFile, archived_as: str, modified: int) -> None:
    """Note when an archived file was last modified, now that its content was compared."""
    sql.run(session, "note_look", id=file.id, looked=json.dumps({archived_as: modified}))


def put_part_aside(session: Session, part: InboundFile, state: str, reason: str) -> None:
    """Put a file aside that was taken before its sender had written all of it, unless it was applied."""
    sql.run(session, "supersede_part", id=part.id, state=state, reason=reason)


def set_state(
    session: Session,
    file_id: int,
    state: str,
    *,
    reason: str | None = None,
    run_id: int | None = None,
    applied_on: datetime | None = None,
    hold: HoldKind | None = None,
    details: dict[str, Any] | None = None,
) -> InboundFile:
    """Change the state of a file; `details` are added to those it has, and what stands against applying it."""
    noted = (details or {}) | ({} if hold is None else {"hold": hold})
    row = sql.run(
        session,
        "set_inbound_state",
        id=file_id,
        state=state,
        reason=reason,
        run_id=run_id,
        applied_on=applied_on,
        details=json.dumps(noted),
    ).one()
    return InboundFile(**row._mapping)


def supersede_cut_off(session: Session, file: InboundFile) -> None:
    """Put aside what came of a file's name and ended in the middle of a line, now that the file was applied."""
    reason = f"file {file.id} of this name was applied, and is whole"
    sql.run(session, "supersede_cut_off", source=file.source, file_name=file.name, reason=reason)


def _files(rows: Iterable[Row[Any]]) -> list[InboundFile]:
    return [InboundFile(**row._mapping) for row in rows]


def _judge(new: FileToRecord, earlier: list[InboundFile]) -> tuple[str, Hold | None]:
    twins = [file for file in earlier if file.sha256 == new.sha256]
    if any(file.state == "applied" for file in twins):
        return "known", None
    if new.hold is not None:
        return "held", Hold(HoldKind.CUT_OFF if new.cut_off else HoldKind.CHANGED, new.hold)
    ignored = next((file for file in twins if file.state == "ignored"), None)
    if ignored is not None:
        reason = f"this content came as {ignored.name} (file {ignored.id}), which is ignored: {ignored.reason}"
        return "held", Hold(HoldKind.IGNORED, reason)
    others = [file for file in earlier if file.name == new.name and file.size_bytes]
    if others:
        other = others[-1]
        reason = (
            f"another file of this name, with other content, came on {other.received_on:%Y-%m-%d} "
            f"(file {other.id}, {other.state}, {other.size_bytes} bytes; this one has {new.size_bytes})"
        )
        return "held", Hold(HoldKind.CHANGED, reason)
    return ("stored" if new.archived_as is not None else "received"), None


def _known_as(new: FileToRecord, earlier: list[InboundFile]) -> str | None:
    """Return where the same content was applied, None if it was not."""
    applied = next((file for file in earlier if (file.sha256, file.state) == (new.sha256, "applied")), None)
    return None if applied is None else _same_as(applied)


def _same_as(twin: InboundFile) -> str:
    return f"the same content was applied as {twin.name} (file {twin.id})"
