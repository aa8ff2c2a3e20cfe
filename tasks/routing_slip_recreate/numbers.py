"""The numbers that the receipts of a slip have in CFS.

Source: docs/specs/routing-slips.md section 1.1. A number is never used twice, so every correction counts one on.

>>> receipt_number("206000010", linked=False, version=1), receipt_number("206000028", linked=True, version=2)
('206000010', '206000028LR2')
"""


def receipt_number(slip: str, *, linked: bool, version: int) -> str:
    """Return the number of a slip's receipt: L once it is under its parent, R<n> from the second version on."""
    return f"{slip}{'L' if linked else ''}{f'R{version}' if version > 1 else ''}"
