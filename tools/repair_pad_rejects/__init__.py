"""Retry the rejected rows of applied settlement files, once what was wrong with them has been fixed.

Reads   pay_jobs.settlement_rows and the stored files; the pay tables
Writes  what PAD_RECONCILE writes, for the rows that can be applied now
Never   applies a row twice
Normal  the rows that were applied, and those still rejected with the reason

It holds the lock of PAD_RECONCILE.
"""

from jobs.job import Job
from jobs.parameters import REASON
from tasks.channels import CHANNELS
from tasks.pad_reconcile import JOB as PAD_RECONCILE

JOB = Job(
    name="repair pad-rejects",
    summary="Retry the rejected rows of applied settlement files.",
    run="tools.repair_pad_rejects.task:run",
    arguments="tools.repair_pad_rejects.task:Arguments",
    parameters=(REASON,),
    examples=('repair pad-rejects --reason "ticket 4711: account number corrected" --dry-run',),
    needs=("CfsSettings", "EventSettings", "ObjectStoreSettings"),
    lock=PAD_RECONCILE.name,
    delivers=CHANNELS,
)
