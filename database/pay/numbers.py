"""The numbers that our invoices and the receipts of routing slips have in CFS.

Source: docs/specs/cfs-api.md section 5, docs/specs/routing-slips.md section 1.1. A receipt's number is never used
twice, so every correction of a slip counts one on.

>>> invoice_number("REG", 1234)
'REG00001234'
>>> receipt_number("206000010", linked=False, version=1), receipt_number("206000028", linked=True, version=2)
('206000010', '206000028LR2')
"""


def invoice_number(prefix: str, invoice_id: int) -> str:
    """Return the number of an invoice; PAD invoices that go to CFS as one are numbered after the oldest."""
    return f"{prefix}{invoice_id:08}"


def receipt_number(slip: str, *, linked: bool, version: int) -> str:
    """Return the number of a slip's receipt: L once it is under its parent, R<n> from the second version on."""
    return f"{slip}{'L' if linked else ''}{f'R{version}' if version > 1 else ''}"
