"""The journal of the job in `pay_jobs`: the plan of an operation first, then each of its steps.

Every entry is committed by itself, before the call it speaks of and after it; the last one closes the operation in the
transaction that brings the pay tables in line.
"""

from tasks.routing_slip_recreate.journal.journal import Journal, close_operation, open_operation, park_operation

__all__ = ["Journal", "close_operation", "open_operation", "park_operation"]
