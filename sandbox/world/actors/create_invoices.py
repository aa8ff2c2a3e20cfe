"""CREATE_INVOICES, 19:00: what is to be collected through CFS gets an invoice there.

Source: docs/specs/cfs-api.md section 5.
"""

from itertools import groupby

from sandbox.cfs.invoices import create_invoice
from sandbox.world.model.records import ZERO, ModelAccount, ModelInvoice
from sandbox.world.pay_api import add_reference, cfs_number
from sandbox.world.world import World


def create_invoices(world: World) -> None:
    """Send what is new: one number an account for PAD, one an invoice for online banking and EFT."""
    new = [one for one in world.model.invoices.values() if one.status in {"APPROVED", "CREATED"}]
    unsent = [one for one in new if not one.reference("ACTIVE", "COMPLETED")]
    pad = [one for one in unsent if one.method == "PAD" and one.status == "APPROVED"]
    for account_id, invoices in groupby(sorted(pad, key=lambda one: (one.account, one.id)), lambda one: one.account):
        account = world.model.accounts[account_id]
        if account.status == "ACTIVE":
            _send(world, account, list(invoices))
    for invoice in unsent:
        if (invoice.method, invoice.status) in {("ONLINE_BANKING", "CREATED"), ("EFT", "APPROVED")}:
            _send(world, world.model.accounts[invoice.account], [invoice])


def _send(world: World, account: ModelAccount, invoices: list[ModelInvoice]) -> None:
    """Make one invoice in CFS for some of ours, under the number of the oldest."""
    number, method = cfs_number(invoices[0]), invoices[0].method
    total = sum((one.total for one in invoices), ZERO)
    world.model.chronicle.note(
        f"sent to CFS by {method}{', several in one' if len(invoices) > 1 else ''}",
        f"account {account.id}",
        *(f"invoice {one.id}" for one in invoices),
    )
    made = create_invoice(world.books, world.books.sites[account.profiles[method].site], number=number, total=total)
    with world.tables.together():
        for invoice in invoices:
            add_reference(world, invoice, number, other=made.pbc_ref_number)
            if invoice.method == "ONLINE_BANKING":
                world.tables.change("invoices", invoice.id, invoice_status_code="SETTLEMENT_SCHED")
                invoice.status = "SETTLEMENT_SCHED"
