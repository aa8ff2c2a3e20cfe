"""Beyond what something is far outside the usual: the harm of a file, the statements of a night, the length of a run.

What is usual is the median of the last ones of the same kind; how far they spread, their MAD (the median of the
distances from the median), which a few odd ones do not move. A figure is far outside where it is beyond all three of

    median + MADS x MAD    what the spread allows
    times x median         month-ends and the day after holidays, which the spread of ordinary days does not show
    floor                  an ordinary bad day, where the usual is next to nothing and the MAD is 0

With fewer than ENOUGH known, `plain` takes the place of all three. Nobody has to set any of this.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

KNOWN = 60  # two to three months: long enough for month-ends, short enough to follow a business that grows
ENOUGH = 10  # the median of fewer moves with each of them
MADS = 6  # about four standard deviations of a bell curve: one ordinary day in 15,000


@dataclass(frozen=True)
class FuseBounds:
    """What a figure may reach at least, and how many times the median; and what it may reach while few are known."""

    floor: Decimal
    times: Decimal
    plain: Decimal


def _bounds(floor: str, times: str, plain: str) -> FuseBounds:
    return FuseBounds(Decimal(floor), Decimal(times), Decimal(plain))


# Settlement files. A count counts only together with its share: a large night has more of everything.
# A busy first of the month after a long weekend brings six to seven times the usual rows.
ROWS = _bounds("500", "8", "20000")
TOTAL = _bounds("50000", "8", "5000000")  # CAD; the same days, and below the floor a person is faster afterwards
# Accounts; 25 can be put right by hand. Five times the usual must not pass, and next to that may: a bad pay day after a
# busy month-end brings more than four times the usual once in years. One of 100,000 generated ordinary nights was held.
FROZEN = _bounds("25", "4.9", "25")
BOUNCED = _bounds("50", "4.9", "50")  # payments; one account may have several, and freezes once
# Also of accounts. A bad pay day doubles what comes back of a week's payments; five times the bounces after a busy week
# are no more than three times its share. No floor: that of the counts is enough.
BOUNCED_SHARE = _bounds("0", "2.5", "0.10")
BOUNCED_AFTER = 7  # days in which a payment comes back: banks take two or three business days
REPEATED = _bounds("10", "3", "10")  # rows that earlier files had: a handful is sent twice after a correction of CAS
REPEATED_SHARE = _bounds("0.10", "3", "0.10")
MISDATED = _bounds("10", "3", "10")  # rows whose day is not the file's
MISDATED_SHARE = _bounds("0.20", "3", "0.40")  # the plain limit is wide: what CAS usually does is not known yet
MISDATED_AFTER = 6  # days from the day of a row to the day in the name: Christmas and a weekend take five
REJECTED = _bounds("25", "3", "25")  # rows that cannot be applied: each is a person's work
REJECTED_SHARE = _bounds("0.20", "3", "0.30")
ASKED_OF_CFS = 10  # invoices of accounts that would be frozen: few calls, and ten that are paid leave no doubt

# Batches of feedback.
STOPPED = _bounds("5", "3", "5")  # GL codes: a ministry that reorganises changes two or three
REFUSED = _bounds("25", "3", "25")  # items; each is taken back and sent again
REFUSED_SHARE = _bounds("0.20", "3", "0.30")

# Statements: fewer than this part of the usual is far fewer; below the floor chance alone may halve them.
FEWER_THAN = Decimal("0.25")
FEW_STATEMENTS = 20
ENOUGH_NIGHTS = 3  # nights with the same statements due: the last of a month comes twelve times a year

# Runs, by the longest of each day: a job that polls is idle most of the time.
LONGER = _bounds("300", "4", "86400")  # seconds; below five minutes nobody waits for a job
SHORTER_THAN = Decimal("0.20")
SHORT_RUN = timedelta(minutes=1)  # the usual length from which on a far shorter run means that something was left out
