"""What is known of a row that is unexplained, and what to type next."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from config.command_line import in_short
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

UNKNOWN = "not known"
MOST_ASKED = 1000
_STATEMENTS = {"invoice": "find_invoice_causes", "credit": "find_credit_causes", "slip": "find_slip_causes"}
_OF_A_BATCH = re.compile(r"\d+/\d+(/|$)")
_LINE_OF_A_FILE = re.compile(r"(.*) line \d+", re.DOTALL)
_MOST_SUBJECTS = 3  # of one row, as where a payment is of many invoices


@dataclass(frozen=True)
class KnownCause:
    """What an unexplained thing is called, why it is so, and what to type next."""

    row: str
    cause: str
    next: str


@dataclass(frozen=True)
class RowApart:
    """A thing that one side of an equation has otherwise: its pair, and the first row with where that comes from."""

    pair: str
    row: str
    origin: str


def about_items(session: Session, kind: str, ids: Sequence[int]) -> dict[int, KnownCause]:
    """Return the cause and the next command of invoices, credits or slips, of the first thousand."""
    if not ids:
        return {}
    rows = sql.run(session, _STATEMENTS[kind], ids=list(ids[:MOST_ASKED])).all()
    findings = _findings(session, [row.row for row in rows])
    return {
        row.id: KnownCause(row.row, _together([row.cause, *findings[row.row]]) or UNKNOWN, row.next) for row in rows
    }


def about_rows(session: Session, meeting: str, apart: Sequence[RowApart]) -> list[KnownCause]:
    """Return the cause and the next command of what an equation of two sides has otherwise, in the same order.

    The causes are those of the row itself and of the invoices, the credit or the slip that it is about.
    """
    asked = apart[:MOST_ASKED]
    subjects = _subjects(session, meeting, [one.pair for one in asked])
    findings = _findings(session, [one.row for one in asked])
    return [_about(meeting, one, subjects[one.pair], findings[one.row]) for one in apart]


def _about(meeting: str, one: RowApart, subjects: Sequence[KnownCause], findings: Sequence[str]) -> KnownCause:
    name = f"slip {one.pair}" if meeting == "deposits" else one.row
    causes = [
        subject.cause if subject.row == name else f"{subject.row}: {subject.cause}"
        for subject in subjects
        if subject.cause != UNKNOWN
    ]
    return KnownCause(name, _together([*findings, *causes]) or UNKNOWN, _next(meeting, one, subjects))


def _subjects(session: Session, meeting: str, pairs: Sequence[str]) -> defaultdict[str, list[KnownCause]]:
    """Return the invoices, the credit or the slip that each pair is about, the first few of many."""
    found: defaultdict[str, list[KnownCause]] = defaultdict(list)
    rows = sql.run(session, "find_subjects", meeting=meeting, pairs=list(pairs)).all() if pairs else []
    known = {kind: about_items(session, kind, [row.id for row in rows if row.kind == kind]) for kind in _STATEMENTS}
    for row in rows:
        about = known[row.kind].get(row.id)
        if about is not None and len(found[row.pair]) < _MOST_SUBJECTS:
            found[row.pair].append(about)
    return found


def _findings(session: Session, rows: Sequence[str]) -> defaultdict[str, list[str]]:
    """Return what verify says of rows, by row."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in sql.run(session, "list_findings_of_rows", rows=list(rows)) if rows else ():
        found[row.row].append(row.finding)
    return found


def _together(causes: Sequence[str | None]) -> str:
    return "; ".join(filter(None, causes))


def _next(meeting: str, one: RowApart, about: Sequence[KnownCause]) -> str:
    """Return what to type next: about the batch, the first thing that it is about, or the file."""
    if meeting in ("journals", "payments") and _OF_A_BATCH.match(one.pair):
        return f"explain batch {one.pair.split('/', maxsplit=1)[0]}"
    if about:
        return about[0].next
    if line := _LINE_OF_A_FILE.fullmatch(one.origin):
        return in_short("explain file", line[1])
    return "verify"
