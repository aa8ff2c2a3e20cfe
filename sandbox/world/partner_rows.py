"""The rows of partner_disbursements as the pay API writes them: what a partner gets of money that has not come yet, and
what it gives back. Source: docs/specs/cgi-ejv-files.md section 5.1.
"""

from sandbox.world.model.records import ZERO, ModelInvoice, ModelRefund, ModelShare
from sandbox.world.world import World


def share_with_partner(world: World, invoice: ModelInvoice) -> None:
    """Let the partner of a new EFT invoice get its share."""
    amount = sum((line.base for line in invoice.lines), ZERO)
    if invoice.product in world.partners and invoice.method == "EFT" and amount:
        _add(world, ModelShare(0, invoice, amount, is_reversal=False))


def take_share_back(world: World, invoice: ModelInvoice) -> None:
    """Take back the share in an EFT invoice that is given up: a row that waits is cancelled, another is reversed."""
    shares = [one for one in world.model.shares if one.invoice is invoice and not one.refund]
    if not shares or shares[-1].is_reversal or shares[-1].status == "CANCELLED":
        return
    last = shares[-1]
    if last.status == "WAITING_FOR_JOB":
        world.model.chronicle.note("a partner row is cancelled", f"invoice {invoice.id}")
        last.status = "CANCELLED"
        world.tables.change("partner_disbursements", last.id, status_code=last.status)
    else:
        world.model.chronicle.note(f"a partner row is reversed, the first is {last.status}", f"invoice {invoice.id}")
        _add(world, ModelShare(0, invoice, last.amount, is_reversal=True))


def take_part_back(world: World, refund: ModelRefund) -> None:
    """Let the partner give back a part of an invoice, whatever paid it."""
    if refund.invoice.product in world.partners and refund.invoice.method != "INTERNAL":
        _add(world, ModelShare(0, refund.invoice, refund.amount, is_reversal=True, refund=refund))


def _add(world: World, share: ModelShare) -> None:
    share.id = world.tables.add(
        "partner_disbursements",
        amount=share.amount,
        created_on=world.clock.stored,
        partner_code=share.invoice.product,
        is_reversal=share.is_reversal,
        status_code=share.status,
        target_id=(share.refund or share.invoice).id,
        target_type="partial_refund" if share.refund else "invoice",
    )
    world.model.shares.append(share)
