"""Decide about an invoice that is paid from a routing slip (R5), and write what CFS has of it."""

import json
from decimal import Decimal

from config.business_time import naive_utc
from connectors.cfs import CfsClient, CfsInvoice
from database.sessions import Session
from database.sql import statements
from diagnosis.cfs_questions import question
from diagnosis.diagnose_invoices import DiagnosedInvoice
from diagnosis.evidence import Evidence, InvoiceRecord
from jobs.run.context import RunContext
from tasks.routing_slip_recreate.pay_tables.invoices import pay_invoice
from tasks.routing_slip_recreate.pay_tables.receipts import add_receipts
from tools.repair_invoice.invoice_rows import InvoiceRows, RowKeys, read_rows
from tools.repair_invoice.repair import Repair, RepairAction, without_repair

sql = statements(__package__)


def slip_repair(
    context: RunContext, cfs: CfsClient, invoice: InvoiceRecord, diagnosed: DiagnosedInvoice | None
) -> Repair:
    """Return what to do with an invoice."""
    if diagnosed is None or diagnosed.diagnosis.code != "R5":
        return without_repair(invoice, diagnosed)
    evidence = diagnosed.evidence
    asked = question(evidence)
    assert asked is not None
    found = cfs.get_invoice(asked.site, asked.number)
    if found is None or found.amount_due:
        return Repair(
            RepairAction.ATTENTION, "CFS said a moment ago that it is paid, and says otherwise now; run it again"
        )
    applied = _applied(cfs, evidence, found)
    with context.database.read() as session:
        rows = read_rows(session, RowKeys(invoice.id, number=asked.number))
    against = _against(invoice, found, applied, rows)
    if against:
        return Repair(RepairAction.ATTENTION, f"{against}. See explain invoice {invoice.id}")
    paid_by = ", ".join(f"{number} ({amount} CAD)" for number, amount in applied.items())
    return Repair(
        RepairAction.FINISH,
        f"CFS has {asked.number} for {found.total} CAD, paid by receipt {paid_by}",
        rows,
        lambda session: _write(context, session, invoice, found, applied),
    )


def _applied(cfs: CfsClient, evidence: Evidence, found: CfsInvoice) -> dict[str, Decimal]:
    """Return what each receipt of the slip, and each that CFS names, paid of the invoice."""
    site = evidence.slip.site if evidence.slip is not None else None
    assert site is not None
    known = evidence.slip.receipts if evidence.slip is not None else ()
    applied: dict[str, Decimal] = {}
    for number in dict.fromkeys((*known, *found.receipt_numbers)):
        receipt = cfs.get_receipt(site, number)
        if receipt is not None and not receipt.is_reversed:
            applied[number] = receipt.applied_to(found.invoice_number)
    return {number: amount for number, amount in applied.items() if amount}


def _against(invoice: InvoiceRecord, found: CfsInvoice, applied: dict[str, Decimal], rows: InvoiceRows) -> str | None:
    """Return why an invoice cannot be finished, None if it can."""
    if found.total != invoice.total:
        return f"CFS has it for {found.total} CAD, and ours is for {invoice.total} CAD"
    if sum(applied.values(), Decimal(0)) != found.total:
        listed = ", ".join(f"{number} {amount} CAD" for number, amount in applied.items()) or "none"
        return f"the receipts of its slip do not pay {found.total} CAD of it in CFS (found {listed})"
    unknown = [words for words in rows.of("receipts") if words not in {f"{n}, {a:.2f} CAD" for n, a in applied.items()}]
    if unknown:
        return f"it has receipts here that CFS does not have so: {'; '.join(unknown)}"
    return None


def _write(
    context: RunContext, session: Session, invoice: InvoiceRecord, found: CfsInvoice, applied: dict[str, Decimal]
) -> None:
    now = naive_utc(context.clock())
    pay_invoice(session, invoice.id, now=context.clock(), paid=found.total)
    receipts = [
        {"invoice_id": invoice.id, "receipt_number": number, "amount": str(amount)}
        for number, amount in applied.items()
    ]
    add_receipts(session, json.dumps(receipts), now=context.clock())
    number = {"number": found.invoice_number, "reference_number": found.reference_number}
    sql.run(session, "restore_reference", invoice=invoice.id, now=now, **number)
    sql.run(session, "write_slip_payment", invoice=invoice.id, number=found.invoice_number, now=now)
