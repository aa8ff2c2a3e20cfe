"""`compare bcol`, told from top to bottom."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import text

from config.business_time import day_bounds
from config.errors import FormatError
from config.plurals import counted
from database.copy import copy_rows
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tools.compare_bcol.arguments import Arguments
from tools.compare_bcol.export import BcolRecord, read_export

sql = statements(__package__)

_COUNTED_AS = {
    "amounts differ": "amounts_differ",
    "billed by BC Online, no invoice of ours": "only_at_bc_online",
    "our invoice, not billed by BC Online": "only_ours",
}


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Stage the export, compare it with our invoices, and say what differs."""
    outcome = Outcome()
    unreadable: list[BcolRecord] = []
    with context.database.begin() as session:
        sql.run(session, "create_records")
        values = _values(read_export(arguments, today=context.today()), unreadable)
        records = copy_rows(session, "bcol_records", ("key", "line", "amount", "day"), values)
        first, last = session.execute(text("SELECT min(day), max(day) FROM bcol_records")).one()
        if first is None:
            raise FormatError(
                f"{arguments.file} holds no billing record that can be read ({len(unreadable)} lines cannot)."
            )
        starts, ends = day_bounds(first, last)
        session.execute(text("ANALYZE bcol_records"))
        rows = sql.run(session, "compare", first=starts, after=ends).all()
    outcome.rejects += [
        Reject(f"{arguments.file} line {record.line}", "unreadable", record.problem or "") for record in unreadable
    ]
    outcome.counts.update(records_read=records + len(unreadable), differences=len(rows))
    verdicts = Counter(row.verdict for row in rows)
    said = "; ".join(f"{number:,} x {verdict}" for verdict, number in verdicts.most_common())
    found = f"{counted(len(rows), 'difference')} ({said})" if rows else "No difference"
    outcome.answer = f"{found} from {first} to {last}, amounts without service fees."
    outcome.counts.update(_COUNTED_AS[row.verdict] for row in rows)
    if rows:
        columns = ("key", "line", "BC Online", "ours", "what")
        outcome.tables.append(Table("Differences", columns, [tuple(row) for row in rows], "differences"))
        outcome.attention = True
    return outcome


def _values(records: Iterable[BcolRecord], unreadable: list[BcolRecord]) -> Iterator[tuple[Any, ...]]:
    for record in records:
        if record.problem:
            unreadable.append(record)
        else:
            yield record.key, record.line, record.amount, record.day
