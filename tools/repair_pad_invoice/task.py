"""repair pad-invoice, told from top to bottom: diagnose everything, then decide, then act."""

from contextlib import closing
from typing import Any

from config.command_line import typed
from config.settings import CfsSettings, ObjectStoreSettings
from connectors.cfs import CfsClient
from connectors.object_store import ObjectStore
from diagnosis.repairs_in_words import answered
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tasks.pad_reconcile.retry_rejects import retry_rejects
from tools.repair_pad_invoice.arguments import Arguments
from tools.repair_pad_invoice.cases import RepairCase, read_cases, read_members
from tools.repair_pad_invoice.decision import CaseAction, CaseDecision, decide

COLUMNS = (
    "invoices", "status", "total", "CFS number", "CFS total", "CFS due", "site", "settlement rows", "diagnosis",
    "verdict",
)  # fmt: skip
_MOST_IDS = 20


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Diagnose each invoice, and apply the rows that can be applied."""
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        cases = read_cases(context, arguments.ids, cfs, settings.invoice_prefix)
    decided = [(case, decide(case)) for case in cases]
    table = Table("Evidence", COLUMNS, [_evidence_row(*pair) for pair in decided], "evidence")
    context.record_progress({"evidence": table.records()})
    outcome = Outcome(tables=[table])
    for case, decision in decided:
        context.stop.check()
        outcome += _act(context, case, decision)
    return answered(context, outcome)


def _act(context: RunContext, case: RepairCase, decision: CaseDecision) -> Outcome:
    name = _named(case)
    outcome = Outcome(notes=[note]) if (note := _group_note(case)) else Outcome()
    if decision.action is CaseAction.ATTENTION:
        outcome.rejects.append(_not_repaired(case, name, decision.why))
        outcome.counts["not_repaired"] = 1
    elif decision.action is CaseAction.APPLY:
        outcome += _apply(context, case, name)
    else:
        outcome.notes.append(f"{name}: {decision.why.rstrip('.')}.")
        outcome.counts["nothing_to_do" if decision.action is CaseAction.NOTHING else "to_wait_for"] = 1
    return outcome


def _apply(context: RunContext, case: RepairCase, name: str) -> Outcome:
    """Apply the rejected rows of the number as PAD_RECONCILE does, whose lock this run holds."""
    assert case.number is not None
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        outcome = retry_rejects(context, store, numbers=[case.number])
    with context.database.read() as session:
        members = read_members(session, case.number)
    before = {one.id: one.status for one in case.members}
    changed = [one for one in members if one.status != before.get(one.id)]
    if changed:
        words = ", ".join(f"{one.id} {before.get(one.id)} -> {one.status}" for one in changed)
        outcome.notes.append(f"{name}: the row was applied: {words}.")
        outcome.counts["invoices_repaired"] = len(changed)
        context.log.info("invoice.repaired", number=case.number, invoices=[one.id for one in changed])
    elif not outcome.rejects:
        outcome.rejects.append(
            Reject(
                name,
                "not repaired",
                "its row was applied and changed no invoice",
                typed("explain invoice", case.invoice.id),
            )
        )
    return outcome


def _not_repaired(case: RepairCase, name: str, why: str) -> Reject:
    return Reject(name, "not repaired", why, typed("explain invoice", case.invoice.id))


def _evidence_row(case: RepairCase, decision: CaseDecision) -> tuple[Any, ...]:
    evidence = case.diagnosed.evidence if case.diagnosed else None
    cfs = evidence.cfs if evidence and evidence.cfs and evidence.cfs.is_there else None
    collects_by = f", {evidence.collects_by}" if evidence and evidence.collects_by else ""
    return (
        _ids(case),
        ", ".join(sorted({one.status for one in case.members})),
        sum(one.total for one in case.members),
        case.shown_number,
        cfs and cfs.total,
        cfs and cfs.due,
        case.invoice.site and f"{case.invoice.site.site}{collects_by}",
        "; ".join(map(str, case.rows)) or None,
        case.diagnosed and case.diagnosed.diagnosis.code,
        decision.action.value,
    )


def _group_note(case: RepairCase) -> str | None:
    if case.number is None or len(case.members) < 2:
        return None
    return f"CFS number {case.number} is shared by {len(case.members)} invoices, handled together: {_ids(case)}."


def _named(case: RepairCase) -> str:
    return f"invoice {case.invoice.id}{f' ({case.number})' if case.number else ''}"


def _ids(case: RepairCase) -> str:
    ids = [str(one.id) for one in case.members]
    more = len(ids) - _MOST_IDS
    return ", ".join(ids[:_MOST_IDS]) + (f" and {more} more" if more > 0 else "")
