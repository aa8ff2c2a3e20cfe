"""The shapes in which invoices and credit memos are sent.

Source: docs/specs/cfs-api.md sections 5 and 6.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from config.business_time import BUSINESS_ZONE
from connectors.cfs.model import InvoiceLine
from connectors.cfs.reading import JsonObject


def two_places(value: Decimal) -> Decimal:
    """Return the amount with two places. Raises ValueError if that would change it."""
    exact = value.quantize(Decimal("0.01"))
    if exact != value:
        raise ValueError(f"{value} is not an amount in cents")
    return exact


def wall_time(instant: datetime) -> str:
    """Return an aware instant as CFS wants it: the Vancouver wall time, written with a Z."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%dT%H:%M:%SZ")


def document_lines(lines: Sequence[InvoiceLine], *, sign: int) -> list[JsonObject]:
    """Number the lines; each is booked whole to its account (section 5)."""
    if not lines or any(line.amount <= 0 for line in lines):
        raise ValueError("a CFS document needs lines, each with a positive amount")
    return [
        {
            "line_number": number,
            "line_type": "LINE",
            "description": line.description,
            "unit_price": sign * two_places(line.amount),
            "quantity": 1,
            "distribution": [
                {"dist_line_number": 1, "amount": sign * two_places(line.amount), "account": line.account}
            ],
        }
        for number, line in enumerate(lines, start=1)
    ]
