"""Holds the pay tables against the model, row by row, and says in words what is not as it must be."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from database.sql import statements
from sandbox.world.model.records import ZERO, ModelInvoice, WorldModel
from sandbox.world.model.slips import ModelSlip
from sandbox.world.pay_tables import PayTables

sql = statements(__package__)

_Values = tuple[Any, ...]

_PARTIAL_REFUNDS = text("SELECT id, invoice_id, refund_amount, status FROM refunds_partial")
_SHARES = text(
    "SELECT id, target_id, amount, is_reversal, status_code, CAST(feedback_on AS date) FROM partner_disbursements"
)
_COLUMNS = ("status", "paid", "refund", "payment_date", "refund_date", "disbursement", "references", "receipts")
_STOPPED = text("SELECT distribution_code_id FROM distribution_codes WHERE stop_ejv")


def differences(
    model: WorldModel, slips: Mapping[str, ModelSlip], tables: PayTables, *, askew: timedelta
) -> Iterator[str]:
    """Return what stands otherwise in the pay tables than the model says.

    askew  how far the clocks of pods were off at most: so far may times be off that a run has written
    """
    yield from _invoices(model, tables, askew)
    payments = [tuple(vars(one).values()) for one in model.payments]
    yield from _missing_and_extra("payment", payments, tables.tuples(sql["list_payments"]))
    accounts = [
        (*one[:3], _like(one[3], model.accounts[one[0]].owes_since, askew), *one[4:])
        for one in tables.tuples(sql["list_accounts"])
    ]
    yield from _missing_and_extra("account", _accounts(model), accounts)
    credits = [
        (one.identifier, one.amount, one.remaining, one.used if one.is_memo else ZERO) for one in model.credits.values()
    ]
    yield from _missing_and_extra("credit", credits, tables.tuples(sql["list_credits"]))
    refunds = [(one.id, one.invoice.id, one.amount, one.status) for one in model.partial_refunds]
    yield from _missing_and_extra("partial refund", refunds, tables.tuples(_PARTIAL_REFUNDS))
    shares = [
        (one.id, (one.refund or one.invoice).id, one.amount, one.is_reversal, one.status, one.feedback_on)
        for one in model.shares
    ]
    yield from _missing_and_extra("partner row", shares, tables.tuples(_SHARES))
    yield from _missing_and_extra("stopped GL", [(one,) for one in model.stopped], tables.tuples(_STOPPED))
    yield from _missing_and_extra("routing slip", _slips(slips), tables.tuples(sql["list_slips"]))
    yield from _missing_and_extra("statement", _statements(model), tables.tuples(sql["list_statements"]))


def learn_fees(model: WorldModel, tables: PayTables) -> Iterator[str]:
    """Take the ids of the fee invoices from the rows that tell of a bounce; there must be one for each freeze."""
    made = tables.tuples(sql["list_fees"])
    for number, invoice, _ in made:
        fee = model.fees.get(number)
        if fee is None:
            yield f"an NSF fee was charged for {number}, which froze no account"
        elif fee.id == 0:
            fee.id = invoice
            model.add(fee)
            if fee.slip:
                model.refer(fee, f"REG{invoice:08}")
    known = [number for number, *_ in made]
    yield from (f"no NSF fee was charged for {number}" for number in model.fees if number not in known)
    yield from (f"{number} has more than one NSF fee" for number in set(known) if known.count(number) > 1)


def _invoices(model: WorldModel, tables: PayTables, askew: timedelta) -> Iterator[str]:
    rows = {row[0]: row[1:] for row in tables.tuples(sql["list_invoices"])}
    yield from (f"invoice {one} is there, and nobody made it" for one in rows.keys() - model.invoices.keys())
    for id_, expected in model.invoices.items():
        row = rows.get(id_)
        if row is None:
            yield f"invoice {id_} is gone"
            continue
        must = _values(expected)
        if row == must:
            continue
        for name, value, found in zip(_COLUMNS, must, row, strict=True):
            if _like(found, value, askew) != value:
                yield f"invoice {id_} ({expected.method}): {name} must be {value}, and is {found}"


def _like(found: Any, must: Any, askew: timedelta) -> Any:
    """Return what was found; of a time that is off by no more than clocks were, what it must be."""
    are_times = isinstance(found, datetime) and isinstance(must, datetime)
    return must if are_times and abs(found - must) <= askew else found


def _values(invoice: ModelInvoice) -> tuple[Any, ...]:
    """Return what must be in the columns."""
    return (
        invoice.status,
        invoice.paid,
        invoice.refund,
        invoice.payment_date,
        invoice.refund_date,
        invoice.disbursement,
        [f"{one.number} {one.status}" for one in invoice.references],
        sorted(f"{one.number} {one.amount}" for one in invoice.receipts),
    )


def _accounts(model: WorldModel) -> list[tuple[Any, ...]]:
    left: defaultdict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for credit in model.credits.values():
        left[credit.account, credit.method] += credit.remaining
    return [
        (
            one.id,
            one.method,
            ", ".join(f"{method} {one.status if method == 'PAD' else 'ACTIVE'}" for method in sorted(one.profiles)),
            one.owes_since,
            left[one.id, "PAD"],
            left[one.id, "ONLINE_BANKING"],
        )
        for one in model.accounts.values()
        if one.profiles
    ]


def _slips(slips: Mapping[str, ModelSlip]) -> list[tuple[Any, ...]]:
    return [
        (one.number, one.status, one.total, one.remaining, one.parent, one.version, one.profile, one.refunded,
         one.refund_status)
        for one in slips.values()
    ]  # fmt: skip


def _statements(model: WorldModel) -> list[tuple[Any, ...]]:
    return [
        (
            one.account, one.frequency, one.first, one.last, one.methods, one.notification,
            one.is_interim or not one.invoices, one.is_interim,
            " ".join(map(str, sorted(invoice.id for invoice in one.invoices))),
        )
        for one in model.statements
    ]  # fmt: skip


def _missing_and_extra(what: str, expected: Sequence[_Values], rows: Sequence[_Values]) -> Iterator[str]:
    """Hold rows against each other that have no id in common: what is missing, and what is there beside."""
    must, found = Counter(expected), Counter(rows)
    if must != found:
        yield from (f"{what} missing: {_written(one)}" for one in (must - found).elements())
        yield from (f"{what} that must not be: {_written(one)}" for one in (found - must).elements())


def _written(values: Sequence[Any]) -> str:
    return ", ".join(str(value) for value in values)
