"""What EJV_FEEDBACK_CHECK must make of the answer to a batch. Source: docs/specs/cgi-ejv-files.md section 7."""

from collections.abc import Collection, Mapping
from datetime import datetime, time

from sandbox.world.model.records import ZERO, ModelBatch, ModelItem, ModelPayment, ModelReceipt, ModelShare, WorldModel

# Products whose services hear of their payments (docs/specs/schedules.md section 4.1).
_LISTENING = frozenset({"CP", "BEN", "PPR", "NRO"})
_OWED = frozenset({"APPROVED", "CREATED", "OVERDUE", "PARTIAL_PAID", "SETTLEMENT_SCHED"})


def learn_feedback(
    model: WorldModel, batch: ModelBatch, refused: Collection[str], partner_codes: Mapping[int, int]
) -> None:
    """Take in that the answer to a batch was read.

    refused        what was refused: flow-throughs, lines of them ("17/2"), headers of journals ("JH 5"), or BH
    partner_codes  the distribution code of the partner that gets a share, by invoice
    """
    batch.is_answered = True
    is_refused, lines = "BH" in refused, {one.partition("/")[0] for one in refused}
    accepted = [
        item
        for item in ([] if is_refused else batch.items)
        if item.about not in lines and f"JH {item.journal}" not in refused
    ]
    for item in batch.items:
        answer = "accepted" if item in accepted else _refusal(item, lines, is_header=is_refused)
        model.chronicle.note(_situation(batch, item, answer), f"invoice {item.invoice.id}")
        if batch.file_type == "PAYMENT" and item in accepted:
            _accept(model, batch, item)
        elif batch.file_type == "PAYMENT":
            _refuse(item)
        else:
            _disburse(batch, item, is_accepted=item in accepted, is_header=item.about not in lines)
        if item.about in lines and not is_refused:
            account = model.accounts[item.invoice.account]
            model.stopped.add(account.gl if batch.file_type == "PAYMENT" else partner_codes[item.invoice.id])
    if batch.file_type == "PAYMENT":
        _write_payments(model, batch, accepted)


def _refusal(item: ModelItem, lines: Collection[str], *, is_header: bool) -> str:
    return f"refused{' with the batch' if is_header else '' if item.about in lines else ' with the journal'}"


def _situation(batch: ModelBatch, item: ModelItem, answer: str) -> str:
    what = "a partial refund" if item.refund else "a reversal" if item.is_reversal else "a charge"
    what += " by a partner row" if item.share else ""
    meanwhile = f" of an invoice in {item.invoice.status}" if batch.file_type == "PAYMENT" else ""
    return f"{batch.file_type}: {what}{meanwhile} {answer}"


def _accept(model: WorldModel, batch: ModelBatch, item: ModelItem) -> None:
    day = datetime.combine(batch.effective, time.min)
    invoice = item.invoice
    if item.refund:
        item.refund.status = "REFUND_PROCESSED"
        return
    for reference in invoice.references:
        reference.status = "COMPLETED" if reference.status == "ACTIVE" else reference.status
    if item.is_reversal:
        invoice.status, invoice.refund_date = "REFUNDED", day
        if invoice.product in _LISTENING:
            model.told.append(("payment REVERSED", str(invoice.id)))
        return
    invoice.status = "PAID" if invoice.status in _OWED else invoice.status
    invoice.paid, invoice.payment_date = invoice.total, day
    invoice.receipts.append(ModelReceipt(_receipt_number(batch, item.journal), item.amount))


def _refuse(item: ModelItem) -> None:
    """What was refused is free for another batch, a refund as it was before it was sent; but not one never charged."""
    if item.refund:
        item.refund.status = "REFUND_REQUESTED"
        return
    invoice = item.invoice
    is_refund = invoice.status == "REFUND_REQUESTED"
    if is_refund and invoice.payment_date is None and not invoice.receipts:
        return
    for reference in invoice.references:
        if reference.status == "ACTIVE":
            reference.status = "COMPLETED" if is_refund else "CANCELLED"


def _disburse(batch: ModelBatch, item: ModelItem, *, is_accepted: bool, is_header: bool) -> None:
    if item.share:
        _settle_share(batch, item.share, is_accepted=is_accepted, is_header=is_header)
        if item.refund:
            return
    if is_accepted:
        item.invoice.disbursement = "REVERSED" if item.is_reversal else "COMPLETED"
    else:
        item.invoice.disbursement = "COMPLETED" if item.is_reversal and is_header else "ERRORED"


def _settle_share(batch: ModelBatch, share: ModelShare, *, is_accepted: bool, is_header: bool) -> None:
    """What was refused with its batch or journal waits for the next; what was refused by itself waits for a person."""
    if is_accepted:
        share.status, share.feedback_on = "REVERSED" if share.is_reversal else "COMPLETED", batch.effective
    else:
        share.status = "WAITING_FOR_JOB" if is_header else "ERRORED"


def _write_payments(model: WorldModel, batch: ModelBatch, accepted: list[ModelItem]) -> None:
    """One payment a journal, over what was accepted of it."""
    for journal in dict.fromkeys(item.journal for item in accepted):
        items = [item for item in accepted if item.journal == journal]
        amount = sum((item.amount for item in items), ZERO)
        receipt = _receipt_number(batch, journal)
        model.payments.append(ModelPayment(items[0].invoice.account, "EJV", "COMPLETED", None, receipt, amount, amount))


def _receipt_number(batch: ModelBatch, journal: int) -> str:
    return f"GIJH...FI{journal:08}FI{batch.number:09}"
