"""The invoice over the NSF fee, as every job that charges it writes it, and how one that was taken back is marked."""

from datetime import date, datetime

from config.business_time import day_start

UNDONE = "UNDONE: "  # what the description of an NSF row begins with whose bounce was taken back
_DUE_DAY = 15
_DUE_MONTHS = 2


def fee_overdue_date(created_on: datetime) -> datetime:
    """Return from when a fee invoice is overdue: the 15th of the second month after the day it was made.

    created_on  naive UTC, as in the pay tables; so is the result, which is the midnight of Vancouver
    Source: docs/specs/cas-settlement-csv.md section 8 step 8, docs/specs/routing-slips.md section 3.4.

    >>> fee_overdue_date(datetime(2026, 12, 2, 16, 40))
    datetime.datetime(2027, 2, 15, 7, 0)
    """
    months = created_on.month - 1 + _DUE_MONTHS
    return day_start(date(created_on.year + months // 12, months % 12 + 1, _DUE_DAY))
