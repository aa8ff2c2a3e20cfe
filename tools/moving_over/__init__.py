"""What `doctor --moving-over` looks for: work that the system of before left, or still does.

Reads   the pay tables, the ledgers of pay_jobs, the directories of CAS and CGI, the bucket's folders of before
Writes  nothing
Never   says of a row that it is ours to mend: each line names the command that looks at it
Normal  every line ok: nothing was left, and the old system writes nothing any more

Facts: docs/specs/schedules.md section 3.1 (where the old pollers die), docs/moving-over.md.
"""

from jobs.watch.doctor_check import MovingProbe
from tools.moving_over.at_work import AT_WORK
from tools.moving_over.left_behind import LEFT_BEHIND
from tools.moving_over.outside import OUTSIDE

PROBES: tuple[MovingProbe, ...] = (*AT_WORK, *LEFT_BEHIND, *OUTSIDE)

__all__ = ["PROBES"]
