"""Find an invoice, batch, journal, slip or refund in every stored inbox and feedback file, and say what each says."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, text

from connectors.object_store import ObjectMissing, ObjectStore
from jobs.context import RunContext
from jobs.outcome import Outcome, Table
from tasks.ejv_feedback_check.feedback import ACCEPTED, Line
from tasks.ejv_feedback_check.flow_through import read_flow_through
from tasks.ejv_feedback_check.registry import FEEDBACK, INBOX

MAX_LINES = 2000
_COLUMNS = ("file", "line", "batch", "journal", "what", "amount", "effective", "says", "outcome")
_JOURNAL = re.compile(r"[A-Z]{2}(\d{8})", re.ASCII)
_FIND = """
SELECT file.object_key, file.name, file.kind, mention.line,
       (SELECT line.outcome || coalesce(' ' || nullif(line.rule, ''), '')
          FROM pay_jobs.inbound_files AS inbound
          JOIN pay_jobs.feedback_lines AS line ON line.file_id = inbound.id AND line.line = mention.line
         WHERE inbound.object_key = file.object_key LIMIT 1) AS outcome
  FROM pay_jobs.cgi_mentions AS mention
  JOIN pay_jobs.cgi_files AS file ON file.id = mention.cgi_file_id
 WHERE mention.number = ANY (:numbers) AND (CAST(:kind AS text) IS NULL OR mention.kind = :kind)
 ORDER BY right(file.name, 14), file.name, mention.line
 LIMIT :limit
"""


def search(context: RunContext, store: ObjectStore, wanted: Iterable[str]) -> Outcome:
    """Show every line that is about the wanted numbers."""
    outcome = Outcome()
    for what in wanted:
        numbers, kind = _numbers(what)
        with context.database.begin() as session:
            found = session.execute(text(_FIND), {"numbers": numbers, "kind": kind, "limit": MAX_LINES}).all()
        outcome.counts["lines_found"] += len(found)
        if not found:
            outcome.notes.append(
                f"{what}: no indexed file speaks of it. Older files in the bucket: "
                f"EJV_FEEDBACK_CHECK --search {what} --index-bucket"
            )
            continue
        rows: list[tuple[Any, ...]] = []
        for key, lines in _by_file(found).items():
            rows += _read(store, key, lines, outcome)
        outcome.tables.append(Table(f"{what} in the stored files, the oldest first", _COLUMNS, rows))
    return outcome


def _numbers(what: str) -> tuple[list[str], str | None]:
    """Give the forms a number is indexed in, and the only kind it can be, if its form tells."""
    written = what.strip()
    journal = _JOURNAL.fullmatch(written)
    if journal:
        return [str(int(journal[1]))], "journal"
    if "-" in written and (about := read_flow_through(written)) is not None:
        return [str(about.invoice_id)], "invoice"
    if written.isascii() and written.isdecimal():
        return sorted({written, str(int(written))}), None
    return [written], None


def _by_file(found: Iterable[Row[Any]]) -> dict[str, list[Row[Any]]]:
    files: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in found:
        files[row.object_key].append(row)
    return files


def _read(store: ObjectStore, key: str, wanted: list[Row[Any]], outcome: Outcome) -> list[tuple[Any, ...]]:
    """Read the wanted lines of a file, with the batch each is in."""
    by_line = {row.line: row for row in wanted}
    last, batch, rows = max(by_line), None, []
    reader = FEEDBACK if wanted[0].kind == "feedback" else INBOX
    try:
        with store.open(key) as stream:
            for line, _ in reader.lines(stream):
                if line.number > last:
                    break
                batch = line.batch if line.record == "BG" else batch
                if line.number in by_line:
                    rows.append(_row(by_line[line.number], line, batch))
    except ObjectMissing as error:
        outcome.notes.append(f"{wanted[0].name}: {error}")
    return rows


def _row(found: Row[Any], line: Line, batch: int | None) -> tuple[Any, ...]:
    side = {"C": " credit", "D": " debit"}.get(line.side, "")
    what = f"{line.record}{side} {line.subject}".strip()
    if found.kind == "inbox":
        says = "sent"
    elif not line.code:
        says = ""
    else:
        says = "accepted" if line.code == ACCEPTED else f"refused: {line.code} {line.message}"
    return (found.name, line.number, batch, line.journal, what, line.amount, line.effective, says, found.outcome)
