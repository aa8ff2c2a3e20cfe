"""The ledger of the files that came in: `pay_jobs.inbound_files`.

A file is known by its content: (source, name, sha256) is unique. Its states:

    stored    in the bucket, not yet moved to the backup directory
    received  ready to be applied
    applied   applied, with its content
    held      for a person; `reason` says why
    failed    applying it failed; `reason` says how
    known     the same content came before under another name: kept aside, not applied
    ignored   a person decided that it is not applied
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from database.sql import run_sql

_PACKAGE = "connectors.inbound"
SOURCES = ("CAS", "CGI", "LOCAL")
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


@dataclass(frozen=True)
class NewFile:
    """A file that is stored and about to be recorded; `local_path` stands in for a copy in a dry run."""

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


@dataclass(frozen=True)
class Recorded:
    """What the ledger makes of a file: its row, and whether that row was there before."""

    file: InboundFile
    seen_before: bool


def record(session: Session, new: NewFile) -> Recorded:
    """Record a file as stored, known or held, or find the row it already has.

    The source is locked until the transaction ends, so that the same content under two names at once is seen.
    """
    run_sql(session, _PACKAGE, "lock_inbound_source", source=new.source)
    rows = run_sql(session, _PACKAGE, "find_earlier_files", source=new.source, file_name=new.name, sha256=new.sha256)
    earlier = [InboundFile(**row._mapping) for row in rows]
    same = next((file for file in earlier if (file.name, file.sha256) == (new.name, new.sha256)), None)
    if same is not None:
        return Recorded(same, seen_before=True)
    state, reason = _judge(new, earlier)
    remote_name = new.name if new.remote_directory is not None else None
    values = {name: value for name, value in vars(new).items() if name not in {"name", "local_path"}}
    details = json.dumps({"local_path": new.local_path} if new.local_path else {})
    row = run_sql(
        session,
        _PACKAGE,
        "add_inbound_file",
        **values,
        file_name=new.name,
        state=state,
        reason=reason,
        remote_name=remote_name,
        details=details,
    ).one()
    return Recorded(InboundFile(**row._mapping), seen_before=False)


def find_content(session: Session, source: str, sha256: str) -> InboundFile | None:
    """Give the first file of a source with that content that is in the bucket."""
    rows = run_sql(session, _PACKAGE, "find_earlier_files", source=source, file_name=None, sha256=sha256)
    return next((InboundFile(**row._mapping) for row in rows if row.object_key is not None), None)


def find_file(session: Session, file_id: int) -> InboundFile | None:
    """Give one file by its number."""
    row = run_sql(session, _PACKAGE, "find_inbound_file", id=file_id).one_or_none()
    return InboundFile(**row._mapping) if row else None


def find_by_name(session: Session, source: str, name: str) -> list[InboundFile]:
    """Give every file of a source with that name, the oldest first; usually one."""
    rows = run_sql(session, _PACKAGE, "find_earlier_files", source=source, file_name=name, sha256=None)
    return [InboundFile(**row._mapping) for row in rows]


def list_files(
    session: Session, source: str, states: Iterable[str] = STATES, *, limit: int | None = None
) -> list[InboundFile]:
    """Give the files of a source in some states, in the order of business date, then name, then arrival."""
    rows = run_sql(session, _PACKAGE, "list_inbound_files", source=source, states=list(states), limit=limit)
    return [InboundFile(**row._mapping) for row in rows]


def list_unarchived(session: Session, source: str, directory: str) -> list[InboundFile]:
    """Give the files of a remote directory that were recorded, and not yet seen in the backup directory."""
    rows = run_sql(session, _PACKAGE, "list_unarchived_files", source=source, remote_directory=directory)
    return [InboundFile(**row._mapping) for row in rows]


def confirm_archived(session: Session, file: InboundFile, now: datetime, *, reason: str | None = None) -> InboundFile:
    """Note that a file was moved: `stored` becomes `received`, other states stay."""
    row = run_sql(session, _PACKAGE, "confirm_archived", id=file.id, archived_on=now, reason=reason).one()
    return InboundFile(**row._mapping)


def note_repeat(session: Session, file: InboundFile, now: datetime, archived_as: str | None) -> InboundFile:
    """Note that the same name and content came again, and where that copy was put."""
    note = json.dumps([{"on": now.isoformat(), "archived_as": archived_as}])
    row = run_sql(session, _PACKAGE, "note_repeated_file", id=file.id, note=note).one()
    return InboundFile(**row._mapping)


def set_state(
    session: Session,
    file_id: int,
    state: str,
    *,
    reason: str | None = None,
    run_id: int | None = None,
    applied_on: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> InboundFile:
    """Change the state of a file; `details` are added to those it has."""
    row = run_sql(
        session,
        _PACKAGE,
        "set_inbound_state",
        id=file_id,
        state=state,
        reason=reason,
        run_id=run_id,
        applied_on=applied_on,
        details=json.dumps(details or {}),
    ).one()
    return InboundFile(**row._mapping)


def _judge(new: NewFile, earlier: list[InboundFile]) -> tuple[str, str | None]:
    same_content = next((file for file in earlier if file.sha256 == new.sha256), None)
    if same_content is not None:
        return "known", f"the same content came as {same_content.name} (file {same_content.id}, {same_content.state})"
    if earlier:
        other = earlier[-1]
        return "held", (
            f"another file of this name, with other content, came on {other.received_on:%Y-%m-%d} "
            f"(file {other.id}, {other.state}, {other.size_bytes} bytes; this one has {new.size_bytes})"
        )
    return ("stored" if new.archived_as is not None else "received"), None
