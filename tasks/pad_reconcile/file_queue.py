"""Which settlement files are applied now, in which order, and which are held."""

import re
from datetime import date
from itertools import takewhile

from connectors.inbound.holds import Hold, HoldKind
from connectors.inbound.ledger import InboundFile, list_files
from connectors.inbound.listing import WantedNames
from database.sessions import Session
from database.sql import statements
from jobs.inbound.file_format import FileQueue

sql = statements(__package__)

SOURCE = "CAS"
WANTED = WantedNames(
    re.compile(r"BCR_PAYMENT_APPL_(?P<date>\d{8})(?:[._-][\w.-]*)?\.csv", re.IGNORECASE | re.ASCII),
    ends_in_line_end=True,
    example="BCR_PAYMENT_APPL_20261105.csv",
)


def waiting_files(session: Session, *, today: date) -> FileQueue:
    """Return the files that can be applied now, in the order of their business date, and those that must wait.

    A file that was held because its day had not come is among them on that day. One that is stored and not moved yet
    holds back what is newer, which would make it a late one.
    """
    files = list_files(session, SOURCE, ["stored", "received", "held"])
    found = sorted((file for file in files if file.state != "held" or _has_come(file, today)), key=_place)
    ready = list(takewhile(lambda file: file.state != "stored", found))
    return FileQueue(ready, found[len(ready) :])


def _has_come(file: InboundFile, today: date) -> bool:
    return file.hold is HoldKind.DATE and file.business_date is not None and file.business_date <= today


def _place(file: InboundFile) -> tuple[date, list[tuple[int, str]], int]:
    """Return what a file is sorted by: its day, then its name with numbers as numbers, so that _2 is before _10."""
    stem = file.name.rpartition(".")[0].upper()
    parts = [(int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", stem)]
    return (file.business_date or date.max, parts, file.id)


def newest_applied(session: Session, today: date) -> date | None:
    """Return the business date of the newest file that was applied, by us or by the reference before us.

    The reference takes a file of any name: one whose digits are no date hides none that are, and one of a day that has
    not come makes no other late.
    """
    applied = sql.run(session, "list_applied_days", source=SOURCE).scalars()
    days = (WANTED.business_date(f"BCR_PAYMENT_APPL_{digits}.csv") for digits in applied)
    return max((day for day in days if day is not None and day <= today), default=None)


def reasons_to_hold(session: Session, file: InboundFile, *, today: date, allow_late: bool) -> list[Hold]:
    """Return what stands against applying a file without a decision.

    Source: docs/specs/cas-settlement-csv.md section 4 step 0, section 9 (late files), section 10 nos. 2 and 13.
    """
    found = [_processed(session, file), _misnamed(file, today), None if allow_late else _late(session, file, today)]
    return [hold for hold in found if hold is not None]


def _processed(session: Session, file: InboundFile) -> Hold | None:
    settlement = sql.run(session, "find_processed", name=file.name, source=SOURCE).one_or_none()
    if settlement is None:
        return None
    done = f"processed on {settlement.processed_on:%Y-%m-%d}" if settlement.processed_on else "begun and not finished"
    return Hold(HoldKind.PROCESSED, f"cas_settlements says a file of this name was {done} by another system")


def _misnamed(file: InboundFile, today: date) -> Hold | None:
    if file.business_date is None:
        fault = WANTED.date_fault(file.name) or "its name holds no business date"
        return Hold(HoldKind.DATE, f"{fault} (expected like {WANTED.example})")
    if file.business_date <= today:
        return None
    reason = (
        f"the day in its name, {file.business_date}, has not come yet (today is {today}): a run on that day applies "
        "it. If the name is wrong, ask CAS for the file under its own, and put this one aside when that one is applied"
    )
    return Hold(HoldKind.DATE, reason)


def _late(session: Session, file: InboundFile, today: date) -> Hold | None:
    newest = newest_applied(session, today)
    if file.business_date is None or newest is None or file.business_date >= newest:
        return None
    reason = (
        f"it is older than the newest applied file ({newest}); late files have released accounts that were rightly "
        "frozen. Check it for NSF rows, then `files replay` it with a reason"
    )
    return Hold(HoldKind.LATE, reason)
