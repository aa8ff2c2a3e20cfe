"""A night that finds its statements made already, and without notices for accounts that want them."""

from datetime import date

from config.plurals import counted
from jobs.run.outcome import Reject


def find_without_notice(day: date, number: int) -> Reject | None:
    """Return what to tell where the night kept statements that owe no notice to an account that wants one; else None.

    day     the last day that the statements cover
    number  how many of them there are
    """
    if not number:
        return None
    detail = (
        f"{counted(number, 'statement')} of accounts that want notices were there already and owe none: made with a "
        "date, to fill a gap, or before the account wanted any; that is kept. Have the pay team make the notices of "
        "those that want one PENDING: SEND_NOTIFICATIONS sends them at 08:01"
    )
    return Reject(f"statements of {day}", "no notice goes out", detail)
