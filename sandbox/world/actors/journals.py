"""EJV_PAYMENT, 20:01, and EJV_PARTNER, 19:01: journals of ministry accounts and of partners' shares go to CGI.

Source: docs/specs/cgi-ejv-files.md section 5.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from config.business_days import next_business_day
from sandbox.cgi_files import FEEDER, VoucherLine, journal_batch
from sandbox.world.model.records import ZERO, ModelAccount, ModelBatch, ModelInvoice, ModelItem, ModelRefund, ModelShare
from sandbox.world.pay_api import add_reference
from sandbox.world.world import BatchAtCgi, World

_PARTNER_WAITS = timedelta(days=5)
_GIVEN_BACK = ("REFUNDED", "REFUND_REQUESTED", "CREDITED")


def send_payment_batch(world: World) -> None:
    """Send what ministry accounts owe and get back; one journal an account."""
    accounts = [one for one in world.model.accounts.values() if one.method == "EJV"]
    due = {one.id: _due(world, one) for one in accounts if one.gl not in world.model.stopped}
    if any(invoices or refunds for invoices, refunds in due.values()):
        with world.tables.together():
            _send_payments(world, due)


def send_partner_batch(world: World) -> None:
    """Send the shares of partners in what was paid some days ago, and take back those of what was refunded."""
    before = world.clock.stored - _PARTNER_WAITS
    due = [
        one
        for one in world.model.invoices.values()
        if one.product in world.partners
        and one.method not in {"INTERNAL", "EFT"}
        and world.partners[one.product].code not in world.model.stopped
        and (_is_earned(one, before) or (one.status in _GIVEN_BACK and one.disbursement == "COMPLETED"))
    ]
    shares = [
        one
        for one in world.model.shares
        if one.status == "WAITING_FOR_JOB"
        and world.partners[one.invoice.product].code not in world.model.stopped
        and (one.invoice.payment_date is None or one.invoice.payment_date <= before)
    ]
    if due or shares:
        with world.tables.together():
            _send_shares(world, due, shares)


def _due(world: World, account: ModelAccount) -> tuple[list[ModelInvoice], list[ModelRefund]]:
    invoices = [
        one
        for one in world.model.invoices.values()
        if one.account == account.id and one.status in {"APPROVED", "REFUND_REQUESTED"} and not one.reference("ACTIVE")
    ]
    refunds = [
        one
        for one in world.model.partial_refunds
        if one.invoice.account == account.id and one.status == "REFUND_REQUESTED" and one.invoice.status == "PAID"
    ]
    return invoices, refunds


def _send_payments(world: World, due: dict[int, tuple[list[ModelInvoice], list[ModelRefund]]]) -> None:
    number, name = _add_file(world, "PAYMENT")
    items: list[ModelItem] = []
    for account, (invoices, refunds) in due.items():
        if not (invoices or refunds):
            continue
        journal = _add_header(world, number, payment_account_id=account)
        for invoice in invoices:
            is_reversal = invoice.status == "REFUND_REQUESTED"
            again = ", again" if invoice.references else ""
            world.model.chronicle.note(
                f"sent to CGI: {'a reversal' if is_reversal else 'a charge'}{again}", f"invoice {invoice.id}"
            )
            _refer_again(world, invoice)
            items.append(ModelItem(journal, str(invoice.id), invoice, invoice.total, is_reversal))
        for refund in refunds:
            about = f"{refund.invoice.id}-PR-{refund.id}"
            world.tables.change("refunds_partial", refund.id, status="REFUND_PROCESSING")
            refund.status = "REFUND_PROCESSING"
            items.append(ModelItem(journal, about, refund.invoice, refund.amount, is_reversal=True, refund=refund))
    _upload(world, ModelBatch(number, "PAYMENT", _effective(world), items), name)


def _send_shares(world: World, due: Sequence[ModelInvoice], shares: Sequence[ModelShare]) -> None:
    number, name = _add_file(world, "DISBURSEMENT")
    items: list[ModelItem] = []
    for product in dict.fromkeys([*(one.product for one in due), *(one.invoice.product for one in shares)]):
        journal = _add_header(world, number, partner_code=product)
        for invoice in [one for one in due if one.product == product]:
            share = sum((line.base for line in invoice.lines), ZERO)
            world.tables.change("invoices", invoice.id, disbursement_status_code="UPLOADED")
            items.append(ModelItem(journal, str(invoice.id), invoice, share, invoice.disbursement == "COMPLETED"))
            invoice.disbursement = "UPLOADED"
        items += [_sent_share(world, journal, one) for one in shares if one.invoice.product == product]
    _upload(world, ModelBatch(number, "DISBURSEMENT", _effective(world), items), name)


def _sent_share(world: World, journal: int, share: ModelShare) -> ModelItem:
    about = f"{share.invoice.id}-{share.id}{'-PR' if share.refund else ''}"
    world.tables.change("partner_disbursements", share.id, status_code="UPLOADED", processed_on=world.clock.stored)
    share.status = "UPLOADED"
    return ModelItem(journal, about, share.invoice, share.amount, share.is_reversal, share.refund, share)


def _is_earned(invoice: ModelInvoice, before: datetime) -> bool:
    is_due = invoice.status == "PAID" and invoice.disbursement in {None, "ERRORED"}
    return is_due and invoice.payment_date is not None and invoice.payment_date <= before


def _refer_again(world: World, invoice: ModelInvoice) -> None:
    """Give the invoice the number of this batch; for a reversal, that of the charge is given up first."""
    world.tables.run("UPDATE invoice_references SET status_code = 'CANCELLED' WHERE invoice_id = :invoice"
                     " AND status_code = 'COMPLETED'", invoice=invoice.id)  # fmt: skip
    for reference in invoice.references:
        reference.status = "CANCELLED"
    add_reference(world, invoice, f"EJV{invoice.id:08}")


def _add_file(world: World, file_type: str) -> tuple[int, str]:
    stamp = datetime.combine(next_business_day(world.clock.stored.date()), world.clock.stored.time())
    name = f"INBOX.F{FEEDER}.{stamp:%Y%m%d%H%M%S}"
    row = {"created_on": world.clock.stored, "file_ref": name, "file_type": file_type}
    return world.tables.add("ejv_files", disbursement_status_code="UPLOADED", **row), name


def _add_header(world: World, number: int, **whose: Any) -> int:
    return world.tables.add("ejv_headers", ejv_file_id=number, disbursement_status_code="UPLOADED", **whose)


def _upload(world: World, batch: ModelBatch, name: str) -> None:
    """Write the links and the file, which the poller brings to CGI and keeps."""
    for sequence, item in enumerate(batch.items, 1):
        world.tables.add(
            "ejv_links",
            ejv_header_id=item.journal,
            link_type="partial_refund" if item.refund else "invoice",
            link_id=item.refund.id if item.refund else item.invoice.id,
            disbursement_status_code="UPLOADED",
            sequence=sequence,
        )
    entries = [line for item in batch.items for line in _entries(world, batch, item)]
    sent = journal_batch(batch.number, name, world.clock.today, entries)
    world.bucket.put(f"cgi_processed/{name}", [sent.inbox()])
    world.model.batches.append(batch)
    world.sent[batch.number] = BatchAtCgi(sent)


def _entries(world: World, batch: ModelBatch, item: ModelItem) -> list[VoucherLine]:
    """Return the pairs of an item: the fee, and beside it the service fee."""
    ours, account = world.gl[item.invoice.product], world.model.accounts[item.invoice.account]
    if batch.file_type == "DISBURSEMENT":
        parts, theirs = [item.amount], ours
        ours = world.partners[item.invoice.product].gl
    else:
        service = ZERO if item.refund else sum((line.ours for line in item.invoice.lines), ZERO)
        parts, theirs = [item.amount - service, service], f"9011111122222{account.id % 10000:04}4444444"
    return [
        VoucherLine(
            item.journal, item.invoice.id, part, ours, theirs, f"ACCOUNT {account.id}", item.about, item.is_reversal
        )
        for part in parts
        if part
    ]


def _effective(world: World) -> Any:
    return next_business_day(world.clock.today)
