"""What is done with an invoice, and the one transaction that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from database.pay.states import FINAL
from database.sessions import Session
from database.sql import statements
from diagnosis.catalogue import ActionOwner
from diagnosis.diagnose_invoices import DiagnosedInvoice
from diagnosis.evidence import InvoiceRecord
from diagnosis.next_command import advice_in_words
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from tools.repair_invoice.invoice_rows import InvoiceRows, changes, read_rows

sql = statements(__package__)


class RepairAction(StrEnum):
    """What is done with an invoice."""

    FINISH = "finish the invoice"
    CANCEL = "cancel the reference"
    NOTHING = "nothing to do"
    WAIT = "wait"
    ATTENTION = "needs attention"


@dataclass(frozen=True)
class Repair:
    """What is done, and why in words.

    rows   what was judged, read again before it is changed
    write  changes the rows; None where nothing is changed
    """

    action: RepairAction
    why: str
    rows: InvoiceRows | None = None
    write: Callable[[Session], None] | None = None


def without_repair(invoice: InvoiceRecord, diagnosed: DiagnosedInvoice | None) -> Repair:
    """Return the answer for an invoice whose diagnosis is none that can be repaired here."""
    if invoice.status == "PAID" or invoice.status in FINAL - {"REFUND_REQUESTED"}:
        return Repair(RepairAction.NOTHING, f"it is {invoice.status}")
    if diagnosed is None:
        return Repair(
            RepairAction.ATTENTION, f"it is {invoice.status}, which is not expected of it; see explain invoice"
        )
    action = RepairAction.WAIT if diagnosed.diagnosis.turn is ActionOwner.NOBODY else RepairAction.ATTENTION
    return Repair(action, advice_in_words(*diagnosed))


def carry_out(context: RunContext, invoice: InvoiceRecord, repair: Repair) -> Outcome:
    """Do what was decided about an invoice, and show every row that changes."""
    name = f"invoice {invoice.id}"
    if repair.action is RepairAction.ATTENTION:
        return _not_repaired(name, repair.why)
    if repair.write is None or repair.rows is None:
        kind = "nothing_to_do" if repair.action is RepairAction.NOTHING else "to_wait_for"
        return _counted(kind, Outcome(notes=[f"{name}: {repair.why.rstrip('.')}."]))
    with context.database.begin() as session:
        sql.run(session, "lock_invoice", id=invoice.id)
        if read_rows(session, repair.rows.keys) != repair.rows:
            return _not_repaired(name, "its rows were changed by another service meanwhile; run the command again")
        repair.write(session)
        changed = changes(repair.rows, read_rows(session, repair.rows.keys))
    context.log.info("invoice.repaired", invoice=invoice.id, action=repair.action.value, rows=len(changed))
    outcome = Outcome(
        tables=[Table(f"{name}: {repair.action.value}", ("table", "id", "before", "after"), changed, "changed")]
    )
    outcome.notes.append(f"{name}: {repair.why.rstrip('.')}.")
    return _counted("invoices_repaired", outcome)


def _not_repaired(name: str, why: str) -> Outcome:
    return _counted("not_repaired", Outcome(rejects=[Reject(name, "not repaired", why)]))


def _counted(kind: str, outcome: Outcome) -> Outcome:
    outcome.counts[kind] += 1
    return outcome
