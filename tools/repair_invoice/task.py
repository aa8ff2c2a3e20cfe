"""repair ejv-invoice and repair slip-invoice, told from top to bottom: diagnose everything, then decide, then act."""

from collections.abc import Callable
from contextlib import closing

from config.errors import UsageError
from config.settings import CfsSettings, ObjectStoreSettings
from connectors.cfs import CfsClient
from connectors.object_store import ObjectStore
from database.pay.states import UNFINISHED
from diagnosis.diagnose_invoices import DiagnosedInvoice, diagnose_invoices
from diagnosis.evidence import InvoiceRecord
from diagnosis.evidence_in_words import evidence_in_words
from diagnosis.read_evidence import read_invoices
from diagnosis.repairs_in_words import answered
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tools.repair_invoice.arguments import EjvArguments, SlipArguments
from tools.repair_invoice.journal_repair import journal_repair
from tools.repair_invoice.repair import Repair, carry_out
from tools.repair_invoice.slip_repair import slip_repair

_COLUMNS = ("invoice", "status", "total", "diagnosis", "verdict", "evidence")
Diagnosed = DiagnosedInvoice | None


def repair_ejv_invoices(context: RunContext, arguments: EjvArguments) -> Outcome:
    """Finish, or free for the next batch, each invoice that is paid by journal voucher."""
    invoices = _asked(context, arguments.ids, "EJV", "journal voucher")
    diagnosed = _diagnosed(context, invoices, None, prefix="")
    with closing(ObjectStore(context.settings(ObjectStoreSettings))) as store:
        return _work(
            context,
            invoices,
            diagnosed,
            lambda one, found: journal_repair(context, store, one, found, no_journal=arguments.no_journal),
        )


def repair_slip_invoices(context: RunContext, arguments: SlipArguments) -> Outcome:
    """Finish each invoice of a routing slip that CFS has as paid."""
    settings = context.settings(CfsSettings)
    invoices = _asked(context, arguments.ids, "INTERNAL", "routing slip")
    with CfsClient(settings, dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        diagnosed = _diagnosed(context, invoices, cfs, prefix=settings.invoice_prefix)
        return _work(context, invoices, diagnosed, lambda one, found: slip_repair(context, cfs, one, found))


def _asked(context: RunContext, ids: tuple[int, ...], method: str, paid_by: str) -> list[InvoiceRecord]:
    """Return the invoices. Raises UsageError where an id is none that is paid so."""
    with context.database.read() as session:
        invoices = read_invoices(session, sorted(set(ids)))
    unknown = sorted(set(ids) - {one.id for one in invoices})
    if unknown:
        raise UsageError(f"There is no invoice {', '.join(map(str, unknown))}. Nothing was changed.")
    others = [f"{one.id} ({one.method})" for one in invoices if one.method != method]
    if others:
        raise UsageError(f"Not paid by {paid_by}: {', '.join(others)}. Nothing was changed.")
    return invoices


def _diagnosed(
    context: RunContext, invoices: list[InvoiceRecord], cfs: CfsClient | None, *, prefix: str
) -> dict[int, DiagnosedInvoice]:
    """Return the diagnoses of those that are not finished, by id. Raises PayJobsError where CFS gave no answer."""
    found = diagnose_invoices(context, [one for one in invoices if one.status in UNFINISHED], cfs=cfs, prefix=prefix)
    if found.cfs_failure is not None:
        raise found.cfs_failure
    return {one.evidence.invoice.id: one for one in found.diagnosed}


def _work(
    context: RunContext,
    invoices: list[InvoiceRecord],
    diagnosed: dict[int, DiagnosedInvoice],
    decide: Callable[[InvoiceRecord, Diagnosed], Repair],
) -> Outcome:
    decided = [(one, decide(one, diagnosed.get(one.id))) for one in invoices]
    rows = [_evidence_row(one, diagnosed.get(one.id), repair) for one, repair in decided]
    table = Table("Evidence", _COLUMNS, rows, "evidence")
    context.record_progress({"evidence": table.records()})
    outcome = Outcome(tables=[table])
    for one, repair in decided:
        context.stop.check()
        outcome += carry_out(context, one, repair)
    return answered(context, outcome)


def _evidence_row(invoice: InvoiceRecord, diagnosed: Diagnosed, repair: Repair) -> tuple[object, ...]:
    code = diagnosed.diagnosis.code if diagnosed is not None else None
    words = evidence_in_words(diagnosed.evidence) if diagnosed is not None else None
    return (invoice.id, invoice.status, invoice.total, code, repair.action.value, words)
