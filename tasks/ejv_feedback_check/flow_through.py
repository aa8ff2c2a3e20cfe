"""The flow-through of a journal line: which invoice, partner disbursement or partial refund it is about.

Source: docs/specs/cgi-ejv-files.md section 4.

>>> read_flow_through("7654321-PR-55")
FlowThrough(form='REFUND', invoice_id=7654321, partner_id=None, refund_id=55)
>>> read_flow_through("GL 0099") is None
True
"""

import re
from typing import NamedTuple

_NUMBER = r"(?P<{}>[1-9][0-9]{{0,9}})"
_FORMS = tuple(
    (form, re.compile(pattern, re.ASCII))
    for form, pattern in (
        ("PARTNER_REFUND", _NUMBER.format("invoice") + "-" + _NUMBER.format("partner") + "-PR"),
        ("REFUND", _NUMBER.format("invoice") + "-PR-" + _NUMBER.format("refund")),
        ("PARTNER", _NUMBER.format("invoice") + "-" + _NUMBER.format("partner")),
        ("INVOICE", _NUMBER.format("invoice")),
    )
)
_LARGEST = 2**31 - 1


class FlowThrough(NamedTuple):
    """What a journal line is about.

    form  INVOICE, PARTNER (an invoice's row of partner_disbursements), PARTNER_REFUND (the row of a partial refund)
          or REFUND (a partial refund of a ministry account)
    """

    form: str
    invoice_id: int
    partner_id: int | None = None
    refund_id: int | None = None


def read_flow_through(text: str) -> FlowThrough | None:
    """Read a flow-through without its padding; None for anything else."""
    for form, pattern in _FORMS:
        found = pattern.fullmatch(text)
        if found is not None:
            numbers = {name: int(digits) for name, digits in found.groupdict().items()}
            if max(numbers.values()) > _LARGEST:
                return None
            return FlowThrough(form, numbers["invoice"], numbers.get("partner"), numbers.get("refund"))
    return None
