"""Decide about an invoice that is paid by journal voucher (J12, J13 and J15), and write it."""

from decimal import Decimal

from sqlalchemy import text

from config.business_time import naive_utc
from config.settings import EventSettings
from connectors.object_store import ObjectStore
from connectors.outbox import enqueue
from connectors.payment_events import PaymentStatus, payment_event
from database.sessions import Session
from database.sql import statements
from diagnosis.diagnose_invoices import DiagnosedInvoice
from diagnosis.evidence import InvoiceRecord, JournalVoucher
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.apply_batch import accepted_refunds, settle_charged_invoices
from tools.repair_invoice.feedback_answer import FeedbackAnswer, feedback_answer
from tools.repair_invoice.invoice_rows import InvoiceRows, RowKeys, read_rows
from tools.repair_invoice.repair import Repair, RepairAction, without_repair

sql = statements(__package__)


def journal_repair(
    context: RunContext,
    store: ObjectStore,
    invoice: InvoiceRecord,
    diagnosed: DiagnosedInvoice | None,
    *,
    no_journal: bool,
) -> Repair:
    """Return what to do with an invoice.

    no_journal  whether CAS confirmed that it has no journal
    """
    journal = diagnosed.evidence.journal if diagnosed is not None else None
    if diagnosed is None or journal is None:
        return without_repair(invoice, diagnosed)
    code = diagnosed.diagnosis.code
    if code == "J12":
        assert journal.batch is not None
        return _finish(context, invoice, journal.batch, feedback_answer(context, store, journal.batch, invoice.id))
    if code == "J13":
        return _free_refused(context, invoice, journal)
    if code == "J15" and no_journal:
        return _free(context, invoice, "CAS has no journal for it")
    return without_repair(invoice, diagnosed)


def _free_refused(context: RunContext, invoice: InvoiceRecord, journal: JournalVoucher) -> Repair:
    """Free an invoice whose newest journal was refused, unless an older one was accepted."""
    if journal.completed_batches:
        why = "its newest journal was refused, but an older one was accepted: sent again, it would be charged twice"
        return Repair(RepairAction.ATTENTION, f"{why}. See explain invoice {invoice.id}")
    return _free(context, invoice, f"batch {journal.batch} refused it: {journal.link_message or 'no message'}")


def _free(context: RunContext, invoice: InvoiceRecord, why: str) -> Repair:
    def write(session: Session) -> None:
        sql.run(session, "cancel_references", invoice=invoice.id)

    with context.database.read() as session:
        rows = read_rows(session, RowKeys(invoice.id))
    return Repair(RepairAction.CANCEL, f"{why}. The next EJV_PAYMENT sends it again", rows, write)


def _finish(context: RunContext, invoice: InvoiceRecord, batch: int, answer: FeedbackAnswer | None) -> Repair:
    if answer is None or answer.receipt is None:
        return Repair(
            RepairAction.ATTENTION,
            f"batch {batch} completed it, but no stored feedback file has its line, so date and receipt are not known. "
            f"`ejv index` indexes older files; without the file, ask CAS for the feedback of batch {batch}",
        )
    with context.database.read() as session:
        rows = read_rows(session, RowKeys(invoice.id, receipt=answer.receipt))
    against = _against(invoice, answer, rows)
    if against:
        return Repair(RepairAction.ATTENTION, f"{against}. See explain invoice {invoice.id}")
    why = f"{answer.file} accepted {answer.amount} CAD of batch {batch}, effective {answer.effective}"
    return Repair(RepairAction.FINISH, why, rows, lambda session: _write(context, session, invoice, batch, answer))


def _against(invoice: InvoiceRecord, answer: FeedbackAnswer, rows: InvoiceRows) -> str | None:
    """Return why an invoice cannot be finished, None if it can."""
    is_refund = invoice.status == "REFUND_REQUESTED"
    if answer.refusal:
        return f"its link is COMPLETED, but {answer.refusal}"
    if answer.is_reversal != is_refund:
        moved = "paid back" if answer.is_reversal else "charged"
        return f"the journal {moved} {answer.amount} CAD, and the invoice is {invoice.status}"
    if answer.amount != invoice.total:
        return f"the journal is for {answer.amount} CAD, the invoice for {invoice.total} CAD"
    if answer.effective is None:
        return f"{answer.file} has no effective date that can be read"
    others = [words for words in rows.of("receipts") if not words.startswith(f"{answer.receipt},")]
    if others and not is_refund:
        return f"it has other receipts, so it may have been paid twice: {'; '.join(others)}"
    return None


def _write(context: RunContext, session: Session, invoice: InvoiceRecord, batch: int, answer: FeedbackAnswer) -> None:
    """Write what the feedback would have written of this invoice, in its own transaction."""
    now = naive_utc(context.clock())
    is_refund = answer.is_reversal
    about: dict[str, object] = {"invoice": invoice.id, "receipt": answer.receipt}
    effect = {"effect": "refunded" if is_refund else "paid", "effective": answer.effective}
    sql.run(session, "note_accepted_invoice", **about, **effect, amount=Decimal(answer.amount))
    settle_charged_invoices(session, now)
    if is_refund:
        _tell(context, session, batch)
    session.execute(text("DROP TABLE feedback_items"))
    if is_refund:
        return
    paid = {"receipt": answer.receipt, "amount": answer.journal_amount, "day": answer.effective}
    said = {"account": invoice.account_id, "invoice": str(invoice.id), "batch": batch, "now": now}
    sql.run(session, "write_journal_payment", **paid, **said)
    number = {"number": answer.journal_name, "reference_number": None}
    sql.run(session, "restore_reference", invoice=invoice.id, now=now, **number)


def _tell(context: RunContext, session: Session, batch: int) -> None:
    """Keep the event of the refund, under the key that the feedback would have given it."""
    with_dates = context.settings(EventSettings).product_dates
    for one in accepted_refunds(session):
        key = f"reversed:{one.invoice_id}:{batch}"
        event = payment_event(one, PaymentStatus.REVERSED, with_dates=with_dates, idempotency_key=key)
        if event is not None:
            enqueue(session, [event], run_id=context.run_id, created_on=context.clock())
