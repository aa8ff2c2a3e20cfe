"""Which settlement rows count; a statement asks it of a row as `<<row.counts>>`, `row` being its alias."""

# It was applied; or it was booked before us, without a payment, which we wrote; or it is money on account that covers a
# part, which changes no invoice. A bounce that was taken back is among them: its rule is 'undone'.
_COUNTS = (
    "({0}.outcome = 'applied' OR {0}.rule = 'payment_written' OR {0}.kind = 'SKIP' AND {0}.rule = 'partial_credit')"
)


def counts(alias: str) -> str:
    """Return the condition that a row counts."""
    return _COUNTS.format(alias)
