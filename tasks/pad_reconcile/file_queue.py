"""Which settlement files are applied now, in which order, and which are held for a person."""

import re
from datetime import date
from itertools import takewhile

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.errors import UsageError
from connectors.inbound.ledger import InboundFile, find_by_name, list_files
from connectors.inbound.listing import Wanted

SOURCE = "CAS"
WANTED = Wanted(
    re.compile(r"BCR_PAYMENT_APPL_(?P<date>\d{8})(?:[._-][\w.-]*)?\.csv", re.IGNORECASE | re.ASCII),
    ends_in_line_end=True,
)
IF_HELD = 'Once it is right: files replay NAME --reason "..."; rows that were applied are not applied twice.'
_PROCESSED_NAMES = (
    "SELECT max(substring(upper(file_name) FROM '^BCR_PAYMENT_APPL_(\\d{8})'))"
    " FROM cas_settlements WHERE processed_on IS NOT NULL"
)


def waiting_files(session: Session) -> tuple[list[InboundFile], list[InboundFile]]:
    """Give the files that can be applied now, in the order of their business date, and those that must wait.

    A file that is stored and not moved yet holds back what is newer, which would make it a late one.
    """
    found = sorted(list_files(session, SOURCE, ["stored", "received"]), key=_place)
    ready = list(takewhile(lambda file: file.state == "received", found))
    return ready, found[len(ready) :]


def _place(file: InboundFile) -> tuple[date, list[tuple[bool, int, str]], int]:
    """Return what a file is sorted by: its day, then its name with numbers as numbers, so that _2 is before _10."""
    stem = file.name.rpartition(".")[0].upper()
    parts = [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", stem)]
    return (file.business_date or date.max, parts, file.id)


def newest_applied(session: Session) -> date | None:
    """Give the business date of the newest file that was applied, by us or by the reference before us."""
    ours = session.scalar(
        text("SELECT max(business_date) FROM pay_jobs.inbound_files WHERE source = :source AND state = 'applied'"),
        {"source": SOURCE},
    )
    digits = session.scalar(text(_PROCESSED_NAMES))
    theirs = WANTED.business_date(f"BCR_PAYMENT_APPL_{digits}.csv") if digits else None
    return max((day for day in (ours, theirs) if day is not None), default=None)


def reason_to_hold(session: Session, file: InboundFile, *, allow_late: bool) -> str | None:
    """Say why a file must not be applied without a person, None if it may.

    Source: docs/specs/cas-settlement-csv.md section 4 step 0, section 9 (late files), section 10 nos. 2 and 13.
    """
    settlement = session.execute(
        text("SELECT received_on, processed_on FROM cas_settlements WHERE file_name = :name ORDER BY id LIMIT 1"),
        {"name": file.name},
    ).one_or_none()
    if settlement is not None:
        done = (
            f"processed on {settlement.processed_on:%Y-%m-%d}" if settlement.processed_on else "begun and not finished"
        )
        return f"cas_settlements says a file of this name was {done} by another system"
    if allow_late:
        return None
    if file.business_date is None:
        fault = WANTED.date_fault(file.name) or "its name holds no business date"
        return f"{fault} (expected like BCR_PAYMENT_APPL_20261105.csv)"
    newest = newest_applied(session)
    if newest is not None and file.business_date < newest:
        return (
            f"it is older than the newest applied file ({newest}); late files have released accounts that were rightly "
            "frozen. Check it for NSF rows, then `files replay` it with a reason, or use --allow-late"
        )
    return None


def file_to_replay(session: Session, name: str) -> InboundFile:
    """Give the held or failed file of that name. Raises UsageError for one that was applied, or is not there."""
    found = _named(session, name)
    usable = [file for file in found if file.state in {"held", "failed"}]
    if not usable:
        states = ", ".join(sorted({file.state for file in found}))
        raise UsageError(
            f"{name} is {states}: only a held or failed file can be replayed. A file is never applied twice."
        )
    whole = [file for file in usable if not file.details.get("cut_off")]
    if not whole:
        raise UsageError(
            f"{name} (file {usable[-1].id}) ends in the middle of a line, so part of it may be missing; it is never "
            "applied as it is. Ask CAS for the whole file, take that one in with --file, then replay it."
        )
    return whole[-1]


def newest_file(session: Session, name: str) -> InboundFile:
    """Return the newest file of that name. Raises UsageError where there is none."""
    return _named(session, name)[-1]


def _named(session: Session, name: str) -> list[InboundFile]:
    found = find_by_name(session, SOURCE, name)
    if not found:
        raise UsageError(f"No settlement file is named {name!r}; `files list` shows those there are.")
    return found


def stored_file(session: Session, name: str) -> InboundFile:
    """Give the stored file of that name that is ready to be applied. Raises UsageError if there is none."""
    found = find_by_name(session, SOURCE, name)
    if not found:
        raise UsageError(f"There is no local file {name!r}, and no stored one; `files list` shows those there are.")
    ready = [file for file in found if file.state == "received"]
    if not ready:
        raise UsageError(
            f"{name} is {found[-1].state} ({found[-1].reason or 'nothing to do'}): `files replay` applies a held one."
        )
    return ready[0]
