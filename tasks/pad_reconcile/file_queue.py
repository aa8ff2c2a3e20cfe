"""Which settlement files are applied now, in which order, and which are held."""

import re
from datetime import date
from itertools import takewhile

from config.business_time import business_date
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


def waiting_files(session: Session) -> FileQueue:
    """Return the files that can be applied now, in the order of their business date, and those that must wait.

    A file that is stored and not moved yet holds back what is newer, which would make it a late one.
    """
    found = sorted(list_files(session, SOURCE, ["stored", "received"]), key=_place)
    ready = list(takewhile(lambda file: file.state == "received", found))
    return FileQueue(ready, found[len(ready) :])


def _place(file: InboundFile) -> tuple[date, list[tuple[int, str]], int]:
    """Return what a file is sorted by: its day, then its name with numbers as numbers, so that _2 is before _10."""
    stem = file.name.rpartition(".")[0].upper()
    parts = [(int(part) if part.isdigit() else 0, part) for part in re.split(r"([0-9]+)", stem)]
    return (file.business_date or date.max, parts, file.id)


def newest_applied(session: Session) -> date | None:
    """Return the business date of the newest file that was applied, by us or by the reference before us.

    The reference takes a file of any name: one whose digits are no date hides none that are. A name whose day had not
    come when its file was applied is wrong, and makes no other file late.
    """
    applied = sql.run(session, "list_applied_days", source=SOURCE)
    days = ((WANTED.business_date(f"BCR_PAYMENT_APPL_{row.digits}.csv"), row.applied_on) for row in applied)
    return max((day for day, at in days if day is not None and day <= business_date(at)), default=None)


def reasons_to_hold(session: Session, file: InboundFile, *, today: date, allow_late: bool) -> list[Hold]:
    """Return what stands against applying a file without a decision.

    Source: docs/specs/cas-settlement-csv.md section 4 step 0, section 9 (late files), section 10 nos. 2 and 13.
    """
    found = [_processed(session, file), _misnamed(file, today), None if allow_late else _late(session, file)]
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
        f"the day in its name, {file.business_date}, has not come yet (today is {today}). Ask CAS which day it is of "
        "and for the file under that name; put this one aside"
    )
    return Hold(HoldKind.DATE, reason)


def _late(session: Session, file: InboundFile) -> Hold | None:
    newest = newest_applied(session)
    if file.business_date is None or newest is None or file.business_date >= newest:
        return None
    reason = (
        f"it is older than the newest applied file ({newest}); late files have released accounts that were rightly "
        "frozen. Check it for NSF rows, then `files replay` it with a reason"
    )
    return Hold(HoldKind.LATE, reason)
