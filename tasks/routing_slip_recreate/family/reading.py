"""Read families from the pay database, each as it is at one moment."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from config.errors import UsageError
from connectors import effects
from connectors.cfs import CfsSite
from connectors.effects import read_operations
from database.pay.numbers import invoice_number
from database.pay.profiles import CfsProfile, profiles_of_slips
from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipAccount, SlipFamily, SlipInvoice, SlipOperation

sql = statements(__package__)


def choose_families(session: Session, slip: str | None) -> list[str]:
    """Return the parents' numbers of all families that may need work, or of the one with this slip.

    Raises UsageError if there is no such slip.
    """
    found = list(sql.run(session, "choose_families", slip=slip).scalars())
    if slip is not None and not found:
        raise UsageError(f"There is no routing slip {slip!r} (expected a number like 206000010).")
    return found


def read_family(session: Session, root: str, *, prefix: str) -> SlipFamily | None:
    """Return a family, or None where there is no such slip.

    prefix  the start of our invoice numbers in CFS
    """
    slips = sql.run(session, "read_slips", root=root).all()
    if not slips or slips[0].number != root:
        return None
    numbers = [row.number for row in slips]
    invoices: dict[str, list[SlipInvoice]] = defaultdict(list)
    for row in sql.run(session, "read_invoices", numbers=numbers):
        invoices[row.routing_slip].append(_invoice(row, prefix))
    operations: dict[str, list[SlipOperation]] = defaultdict(list)
    for one in read_operations(session, [f"slip {number}" for number in numbers]):
        operations[one.subject.removeprefix("slip ")].append(_operation(one))
    accounts = {number: _account(profile) for number, profile in profiles_of_slips(session, numbers).items()}
    members = [_slip(row, accounts.get(row.number), invoices[row.number], operations[row.number]) for row in slips]
    return SlipFamily(members[0], tuple(members[1:]))


def _operation(entry: effects.Operation) -> SlipOperation:
    return SlipOperation(
        id=entry.id,
        slip=entry.subject.removeprefix("slip "),
        kind=entry.kind.removeprefix("slip "),
        state=entry.state,
        plan=entry.plan,
        sent=entry.was_sent,
        why=entry.why,
        step=entry.last_step.story if entry.last_step else None,
    )


def _invoice(row: Row[Any], prefix: str) -> SlipInvoice:
    return SlipInvoice(
        id=row.id,
        slip=row.routing_slip,
        status=row.invoice_status_code,
        total=row.total,
        number=row.reference_number or invoice_number(prefix, row.id),
        reference_id=row.reference_id,
        # A fee whose line is not written yet is one of another job that died between its two commits.
        is_nsf_fee=row.is_nsf_fee or (row.corp_type_code == "BCR" and not row.has_lines),
        disbursement=row.disbursement_status_code,
        net_paid=row.net_paid,
        receipts={number: Decimal(amount) for number, amount in (row.receipts or {}).items()},
    )


def _account(profile: CfsProfile) -> SlipAccount:
    site = CfsSite.where_complete(profile.party, profile.account, profile.site)
    return SlipAccount(profile.id, profile.status, site)


def _slip(
    row: Row[Any], account: SlipAccount | None, invoices: list[SlipInvoice], operations: list[SlipOperation]
) -> RoutingSlip:
    return RoutingSlip(
        number=row.number,
        status=row.status,
        total=row.total,
        remaining=row.remaining,
        parent=row.parent_number,
        version=row.version,
        slip_date=row.routing_slip_date,
        payment_account_id=row.payment_account_id,
        account=account,
        cas_mismatch=row.cas_mismatch,
        is_lost=row.is_lost,
        taken_out=row.taken_out,
        void_refund=row.void_refund,
        old_refund=row.old_refund,
        free=row.free,
        invoices=tuple(invoices),
        operations=tuple(operations),
    )
