"""Show the slips in progress, the step each is at, and what blocks it."""

from collections import Counter

from config.plurals import counted, is_or_are
from diagnosis.diagnose_invoices import PREFIX
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.routing_slip_recreate.family.due import due_for
from tasks.routing_slip_recreate.family.model import SlipFamily
from tasks.routing_slip_recreate.family.reading import choose_families, read_family

COLUMNS = ("slip", "status", "operation", "state", "step", "blocked_by")


def list_slips(context: RunContext, slip: str | None = None) -> Outcome:
    """Return the slips in progress as a table; asks CFS nothing."""
    rows: list[tuple[str, str, str, str, str, str]] = []
    with context.database.read() as session:
        roots = choose_families(session, slip)
        for root in roots:
            family = read_family(session, root, prefix=PREFIX)
            assert family is not None
            rows += _rows(family)
    if not rows:
        return Outcome(answer="No slip is in progress.")
    kinds = Counter(operation for _, _, operation, *_ in rows)
    by_kind = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in kinds.most_common())
    answer = f"{counted(len(rows), 'operation')} on slips {is_or_are(len(rows))} in progress: {by_kind}."
    return Outcome(answer=answer, tables=[Table("Slips in progress", COLUMNS, rows, "slips")])


def _rows(family: SlipFamily) -> list[tuple[str, str, str, str, str, str]]:
    rows, before = [], ""
    due = due_for(family)
    for one in due:
        work = one.slip.open_operation
        blocked = one.refused or (f"waits for {one.waits_for}" if one.waits_for else before)
        state, step = (work.state, work.step or "none yet") if work else ("due", "none yet")
        rows.append((one.slip.number, one.slip.status, one.kind, state, step, (work.why if work else None) or blocked))
        before = f"waits for the {one.kind} of slip {one.slip.number}"
    known = {one.slip.number for one in due}
    for slip in family.members:
        if slip.open_operation is not None and slip.number not in known:
            work = slip.open_operation
            rows.append((slip.number, slip.status, work.kind, work.state, work.step or "none yet", work.why or ""))
    return rows
