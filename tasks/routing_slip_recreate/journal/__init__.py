"""The journal of the job in `pay_jobs`: the plan of an operation first, then each of its steps.

A step is committed before it is sent, together with the plan and the answers to the steps before it; the last answers
are committed in the transaction that closes the operation and brings the pay tables in line.
"""

from tasks.routing_slip_recreate.journal.journal import (
    OperationJournal,
    SlipChanged,
    drop_operation,
    open_operation,
    park_operation,
)

__all__ = ["OperationJournal", "SlipChanged", "drop_operation", "open_operation", "park_operation"]
