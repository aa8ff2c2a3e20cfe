"""repair pad-invoice, told from top to bottom: look at everything, then judge, then act."""

from contextlib import closing
from typing import Any

from config.settings import CfsSettings, ObjectStoreSettings
from connectors.cfs import CfsClient
from connectors.object_store import ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tasks.pad_reconcile.retry_rejects import retry_what_is_accepted
from tools.repair_pad_invoice.arguments import Arguments
from tools.repair_pad_invoice.evidence import Evidence, Member, gather
from tools.repair_pad_invoice.verdict import Action, Verdict, judge

sql = statements(__package__)

COLUMNS = ("invoices", "status", "total", "CFS number", "CFS total", "CFS due", "site", "settlement rows", "verdict")
_MOST_IDS = 20


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Say what is the matter with each invoice, and apply the rows that can be applied."""
    with CfsClient(context.settings(CfsSettings), dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        found = gather(context, arguments.ids, cfs)
    judged = [(one, judge(one, context.today())) for one in found]
    table = Table("Evidence", COLUMNS, [_evidence_row(*pair) for pair in judged])
    context.record_progress({"evidence": table.records()})
    outcome = Outcome(tables=[table])
    for known, verdict in judged:
        context.stop.check()
        outcome += _act(context, known, verdict)
    return outcome


def _act(context: RunContext, known: Evidence, verdict: Verdict) -> Outcome:
    name = _named(known)
    outcome = Outcome(notes=[note]) if (note := _group_note(known)) else Outcome()
    if verdict.action is Action.PERSON:
        outcome.rejects.append(Reject(name, "not repaired", verdict.says))
        outcome.counts["not_repaired"] = 1
    elif verdict.action is Action.APPLY:
        outcome += _apply(context, known, name)
    else:
        outcome.notes.append(f"{name}: {verdict.says}.")
        outcome.counts["nothing_to_do" if verdict.action is Action.NOTHING else "to_wait_for"] = 1
    return outcome


def _apply(context: RunContext, known: Evidence, name: str) -> Outcome:
    """Apply the rejected rows of the number as PAD_RECONCILE does, whose lock this run holds."""
    assert known.number is not None
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = retry_what_is_accepted(context, store, numbers=[known.number])
    with context.database.begin() as session:
        members = [Member(*tuple(one)) for one in sql.run(session, "read_members", number=known.number)]
    before = {one.id: one.status for one in known.members}
    changed = [one for one in members if one.status != before.get(one.id)]
    if changed:
        words = ", ".join(f"{one.id} {before.get(one.id)} -> {one.status}" for one in changed)
        outcome.notes.append(f"{name}: the row was applied: {words}.")
        outcome.counts["invoices_repaired"] = len(changed)
        context.log.info("invoice.repaired", number=known.number, invoices=[one.id for one in changed])
    elif not outcome.rejects:
        outcome.rejects.append(Reject(name, "not repaired", "its row went through and changed no invoice"))
    return outcome


def _evidence_row(known: Evidence, verdict: Verdict) -> tuple[Any, ...]:
    cfs = known.cfs
    return (
        _ids(known),
        ", ".join(sorted({one.status for one in known.members})),
        sum(one.total for one in known.members),
        known.number or known.asked.completed_number,
        cfs and f"{cfs.total:.2f}",
        cfs and f"{cfs.amount_due:.2f}",
        known.site and f"{known.site.site}{f', {known.collects_by}' if known.collects_by else ''}",
        "; ".join(map(str, known.rows)) or None,
        verdict.action.value,
    )


def _group_note(known: Evidence) -> str | None:
    if known.number is None or len(known.members) < 2:
        return None
    return f"CFS number {known.number} is shared by {len(known.members)} invoices, handled together: {_ids(known)}."


def _named(known: Evidence) -> str:
    return f"invoice {known.asked.id}{f' ({known.number})' if known.number else ''}"


def _ids(known: Evidence) -> str:
    ids = [str(one.id) for one in known.members]
    more = len(ids) - _MOST_IDS
    return ", ".join(ids[:_MOST_IDS]) + (f" and {more} more" if more > 0 else "")
