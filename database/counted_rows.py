"""Which settlement rows count, under which number one stands as a receipt, and what a bounce leaves paid of its number.

A statement asks it of a row as `<<row.counts>>`, `<<row.receipt>>` and `<<row.left_paid>>`, `row` being its alias.
"""

# It was applied; or it was booked before us, without a payment, which we wrote; or it is money on account that covers a
# part, which changes no invoice. A bounce that was taken back is among them: its rule is 'undone'.
_COUNTS = (
    "({0}.outcome = 'applied' OR {0}.rule = 'payment_written' OR {0}.kind = 'SKIP' AND {0}.rule = 'partial_credit')"
)
_RECEIPT = (
    "CASE WHEN {0}.kind = 'PART_ONE' AND {0}.application_id IS NOT NULL"
    " THEN CAST({0}.application_id AS text) ELSE {0}.source_number END"
)

_LEFT_PAID = (
    "CASE WHEN lower({0}.status) = 'partially paid'"
    " THEN greatest({0}.original_amount - {0}.outstanding_amount, 0) ELSE 0.00 END"
)


def counts(alias: str) -> str:
    """Return the condition that a row counts."""
    return _COUNTS.format(alias)


def receipt(alias: str) -> str:
    """Return the number of the receipt that a row writes: a part payment's is its Application Id."""
    return _RECEIPT.format(alias)


def left_paid(alias: str) -> str:
    """Return the amount that stays paid of a number after its row, a bounce."""
    return _LEFT_PAID.format(alias)
