"""Bring our receipts in line with what CFS has applied."""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.family.model import SlipFamily
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.pay_tables.slips import naive

sql = statements(__package__)


def sync_receipts(
    session: Session, inputs: OperationInputs, fresh: SlipFamily, numbers: Sequence[str], *, gone: Sequence[str] = ()
) -> dict[str, Decimal]:
    """Write what CFS has of these receipts, and return what each of them paid.

    gone  receipts that are reversed, so that nothing is paid by them
    """
    ids = {one.number: one.id for one in fresh.invoices if not one.is_final}
    rows, applied = [], {}
    for number in numbers:
        receipt = inputs.view.receipt(fresh.root.site, number)
        assert receipt is not None
        applied[number] = receipt.applied_amount
        rows += [
            {"invoice_id": ids[part.invoice_number], "receipt_number": number, "amount": str(part.amount_applied)}
            for part in receipt.invoices
            if part.invoice_number in ids
        ]
    about = {"invoice_ids": list(ids.values()), "receipt_numbers": [*numbers, *gone]}
    cause, now = f"slip {inputs.slip.number}", naive(inputs.now)
    sql.run(session, "sync_receipts", rows=json.dumps(rows), cause=cause, now=now, **about)
    add_receipts(session, json.dumps(rows), now=inputs.now)
    return applied


def add_receipts(session: Session, rows: str, *, now: datetime) -> None:
    """Write the receipts that are not here yet; `rows` is JSON as add_receipts.sql takes it."""
    sql.run(session, "add_receipts", rows=rows, now=naive(now))


def drop_receipts(session: Session, inputs: OperationInputs, invoice_ids: Sequence[int]) -> None:
    """Forget what was paid of these invoices."""
    cause = f"slip {inputs.slip.number}"
    sql.run(session, "drop_receipts", invoice_ids=list(invoice_ids), cause=cause, now=naive(inputs.now))
