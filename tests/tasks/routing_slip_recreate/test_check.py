"""Where our receipts and invoices differ from those of CFS that were looked at; what is in flight or over is left."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.cfs import CfsInvoice, CfsReceipt
from connectors.cfs.model import AppliedInvoice
from tasks.routing_slip_recreate.cfs_view import CfsView
from tasks.routing_slip_recreate.check import differences
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily, SlipInvoice
from tests.tasks.routing_slip_recreate.scenarios import PARENT


def told(applied: dict[str, str], *ours: SlipInvoice, **totals: str) -> list[str]:
    """Return the differences where CFS applied receipt R to invoices, and has invoices over these totals."""
    nothing_is_asked: Any = None
    view = CfsView(nothing_is_asked)
    parts = tuple(AppliedInvoice(number, None, Decimal(amount)) for number, amount in applied.items())
    view.keep_receipt(CfsReceipt("R", Decimal(100), Decimal(0), None, None, None, parts))
    for number, total in totals.items():
        view.keep_invoice(CfsInvoice(number, None, Decimal(total), Decimal(0), ()))
    slip = RoutingSlip(PARENT, "ACTIVE", Decimal(100), Decimal(0), None, 1, date(2026, 11, 22), 1, None, invoices=ours)
    return differences(SlipFamily(slip), view)


def ours(number: str, status: str = "PAID", **receipts: str) -> SlipInvoice:
    """Return an invoice of 30.00 with our receipts."""
    written = {name: Decimal(amount) for name, amount in receipts.items()}
    return SlipInvoice(1, PARENT, status, Decimal(30), number, 1, receipts=written)


@pytest.mark.parametrize(
    ("applied", "invoices", "differing"),
    [
        ({"I1": "30"}, [ours("I1", R="30")], []),
        ({"I1": "30"}, [ours("I1", R="29")], ["30.00 of receipt R to I1, our receipts say 29.00"]),
        ({}, [ours("I1", R="30")], ["0.00 of receipt R to I1, our receipts say 30.00"]),
        ({}, [ours("I1", OTHER="30")], []),
        ({"I9": "5"}, [], ["5.00 of receipt R to I9, our receipts say 0.00"]),
        ({"I1": "30"}, [ours("I1", "APPROVED")], []),
        ({"I1": "30"}, [ours("I1", "CANCELLED")], []),
        (
            {"I1": "30", "I2": "6"},
            [ours("I1", "APPROVED"), ours("I2")],
            ["6.00 of receipt R to I2, our receipts say 0"],
        ),
        ({"I1": "1", "I2": "2"}, [ours("I2"), ours("I1")], ["1.00 of receipt R to I1", "2.00 of receipt R to I2"]),
    ],
)
def test_what_is_applied_differs_or_agrees_invoice_by_invoice(
    applied: dict[str, str], invoices: list[SlipInvoice], differing: list[str]
) -> None:
    found = told(applied, *invoices)
    assert len(found) == len(differing)
    assert all(f"CFS applied {words}" in one for one, words in zip(found, differing, strict=True))


def test_a_total_that_differs_is_told_and_that_of_a_stranger_is_not() -> None:
    invoice = ours("I1", R="30")
    assert told({"I1": "30"}, invoice, I1="30", I9="7") == []
    assert told({"I1": "30"}, invoice, I1="31") == ["invoice I1 is for 31.00 in CFS, and for 30 here"]
