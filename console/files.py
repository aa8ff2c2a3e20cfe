"""The files that came in, and one file with its rows, what became of each, and why."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.command_line import typed
from connectors.inbound.holds import HoldKind, in_words
from connectors.inbound.ledger import SOURCES, STATES, InboundFile, find_file, newest_files
from console.page import NotThere, Page, PageContext
from database.sql import statements
from diagnosis.unread_feedback import command_to_apply

sql = statements(__package__)

SHOWN = 50
OUTCOMES = ("applied", "already_applied", "skipped", "rejected")
LONGEST_SEARCH = 100
_ROWS = {
    "CAS": ("list_settlement_rows", "count_settlement_rows"),
    "CGI": ("list_feedback_rows", "count_feedback_rows"),
}


@dataclass(frozen=True)
class FileRow:
    """One row of a file, of settlement or of feedback; `number` is that of the invoice or journal it is about."""

    line: int
    what: str
    number: str
    account: str
    amount: Decimal | None
    outcome: str
    why: str


@dataclass(frozen=True)
class OutcomeTally:
    """How many rows of a file had one outcome for one reason, and what they come to in CAD."""

    outcome: str
    rule: str
    rows: int
    amount: Decimal | None


def listing(context: PageContext) -> Page:
    """Return the page of the files, the newest first."""
    asked = {
        "source": context.asked("source", SOURCES),
        "state": context.asked("state", STATES),
        "name": context.asked("name")[:LONGEST_SEARCH],
    }
    before = context.number("before")
    files = newest_files(
        context.session,
        source=asked["source"] or None,
        state=asked["state"] or None,
        part=asked["name"] or None,
        before=before,
        limit=SHOWN + 1,
    )
    values = {
        "files": files[:SHOWN],
        "asked": asked,
        "sources": SOURCES,
        "states": STATES,
        "first": before is not None,
        "last": files[SHOWN - 1].id if len(files) > SHOWN else None,
    }
    return Page("files.html", "Files", values)


def one(context: PageContext) -> Page:
    """Return the page of one file."""
    file = _file(context)
    asked = {"outcome": context.asked("outcome", OUTCOMES), "q": context.asked("q")[:LONGEST_SEARCH]}
    after = context.number("after")
    list_rows, count_rows = _ROWS["CAS" if file.source == "CAS" else "CGI"]
    rows = [
        FileRow(**row._mapping)
        for row in sql.run(
            context.session,
            list_rows,
            id=file.id,
            outcome=asked["outcome"] or None,
            part=asked["q"] or None,
            after=after or 0,
            limit=SHOWN + 1,
        )
    ]
    values = {
        "file": file,
        "hold": in_words(file.hold) if file.hold is not None else None,
        "next_steps": next_commands(file),
        "tallies": [OutcomeTally(**row._mapping) for row in sql.run(context.session, count_rows, id=file.id)],
        "batches": [dict(row._mapping) for row in sql.run(context.session, "list_batches_of_file", id=file.id)],
        "rows": rows[:SHOWN],
        "asked": asked,
        "outcomes": OUTCOMES,
        "first": after is not None,
        "last": rows[SHOWN - 1].line if len(rows) > SHOWN else None,
    }
    return Page("file.html", file.name, values)


def next_commands(file: InboundFile) -> list[str]:
    """Return what can be done about a file that waits for a person; nothing for one that does not."""
    if file.hold is None:
        return []
    ignore = typed("files ignore", file.name, "--id", file.id, reason=True)
    if file.hold is HoldKind.CUT_OFF:
        return [ignore]
    if file.hold is HoldKind.FAULTS:
        return [typed(command_to_apply(file.name, file.hold)), ignore]
    despite = ("--despite", file.hold) if file.hold is HoldKind.FUSE else ()
    return [typed("files replay", file.name, "--id", file.id, *despite, reason=True), ignore]


def _file(context: PageContext) -> InboundFile:
    number: Any = int(context.path["file"])
    file = find_file(context.session, number) if number < 2**63 else None
    if file is None:
        raise NotThere(f"There is no file {number}: the page of the files shows those there are.")
    return file
