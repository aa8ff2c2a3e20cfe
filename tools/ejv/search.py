"""Find an invoice, batch, journal, slip or refund in every stored inbox and feedback file, and show what each says."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from config.plurals import counted
from connectors.object_store import ObjectMissing, ObjectStore
from database.archived import where_older_rows_are
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.ejv_feedback_check.batches_in_file import continues
from tasks.ejv_feedback_check.feedback_lines import ACCEPTED, FeedbackLine
from tasks.ejv_feedback_check.file_index import FEEDBACK, INBOX
from tasks.ejv_feedback_check.flow_through import read_flow_through

sql = statements(__package__)

MAX_LINES = 2000
_COLUMNS = ("file", "line", "batch", "journal", "what", "amount", "effective", "says", "outcome")
_JOURNAL = re.compile(r"[A-Z]{2}(\d{8})", re.ASCII)


@dataclass(frozen=True)
class NumberMention:
    """A line of a stored file that is about a number; kind is that of the file, inbox or feedback."""

    object_key: str
    name: str
    kind: str
    line: int


def search(context: RunContext, store: ObjectStore, wanted: Iterable[str]) -> Outcome:
    """Show every line that is about the wanted numbers."""
    outcome = Outcome()
    for what in wanted:
        numbers, kind = _numbers(what)
        with context.database.read() as session:
            mentions = sql.run(session, "find_mentions", numbers=numbers, kind=kind, limit=MAX_LINES)
            found = [NumberMention(**row._mapping) for row in mentions]
            archived = where_older_rows_are(session, *numbers)
        if not found:
            unknown = f"{what}: not found in any indexed file. `ejv index` indexes older files in the bucket."
            outcome.notes.append(" ".join([unknown, *archived]))
            continue
        if len(found) == MAX_LINES:
            outcome.notes.append(
                f"{what}: only the {MAX_LINES} oldest places are shown; ask for one invoice or journal."
            )
        rows: list[tuple[Any, ...]] = []
        for key, mentioned in _by_file(found).items():
            lines = _read(store, key, mentioned, outcome)
            outcomes = _outcomes(context, key, [line.number for line, _ in lines])
            rows += [_row(mentioned[0], line, batch, outcomes.get(line.number)) for line, batch in lines]
        outcome.counts["lines_found"] += len(rows)
        said = f"{what} is on {counted(len(rows), 'line')} of {counted(len(_by_file(found)), 'stored file')}."
        outcome.answer = f"{outcome.answer} {said}".strip()
        outcome.tables.append(Table(f"{what} in the stored files, the oldest first", _COLUMNS, rows, "lines"))
    outcome.answer = outcome.answer or "Not found in any indexed file."
    return outcome


def _outcomes(context: RunContext, key: str, lines: list[int]) -> dict[int, str]:
    """Return what became of lines of a feedback file, as far as it was applied."""
    with context.database.read() as session:
        found = sql.run(session, "list_line_outcomes", key=key, lines=lines)
        return {row.line: row.outcome for row in found}


def _numbers(what: str) -> tuple[list[str], str | None]:
    """Return the forms a number is indexed in, and the only kind it can be, if its form shows that."""
    written = what.strip()
    journal = _JOURNAL.fullmatch(written)
    if journal:
        return [str(int(journal[1]))], "journal"
    if "-" in written and (about := read_flow_through(written)) is not None:
        return [str(about.invoice_id)], "invoice"
    if written.isascii() and written.isdecimal():
        return sorted({written, str(int(written))}), None
    return [written], None


def _by_file(found: Iterable[NumberMention]) -> dict[str, list[NumberMention]]:
    files: dict[str, list[NumberMention]] = defaultdict(list)
    for row in found:
        files[row.object_key].append(row)
    return files


def _read(
    store: ObjectStore, key: str, wanted: list[NumberMention], outcome: Outcome
) -> list[tuple[FeedbackLine, int | None]]:
    """Read the wanted lines of a file, and those that continue them, with the batch each is in."""
    numbers = {row.line for row in wanted}
    last, batch = max(numbers), None
    before: FeedbackLine | None = None
    found: list[tuple[FeedbackLine, int | None]] = []
    reader = FEEDBACK if wanted[0].kind == "feedback" else INBOX
    try:
        with store.open(key) as stream:
            for line, _ in reader.lines(stream):
                batch = line.batch if line.record == "BG" else batch
                if line.number in numbers or continues(before, line):
                    found.append((line, batch))
                    before = line
                elif line.number > last:
                    break
                else:
                    before = None
    except ObjectMissing as error:
        outcome.notes.append(f"{wanted[0].name}: {error}")
    return found


def _row(found: NumberMention, line: FeedbackLine, batch: int | None, outcomes: str | None) -> tuple[Any, ...]:
    side = {"C": " credit", "D": " debit"}.get(line.side, "")
    what = f"{line.record}{side} {line.subject}".strip()
    if found.kind == "inbox":
        says = "sent"
    elif not line.code:
        says = ""
    else:
        says = "accepted" if line.code == ACCEPTED else f"refused: {line.code} {line.message}"
    return (found.name, line.number, batch, line.journal, what, line.amount, line.effective, says, outcomes)
