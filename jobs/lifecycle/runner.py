"""The life of a run, step by step: arguments, ledger row, lock, outbox, task, outbox and outcome.

Each step is a file that can be read next. Whatever is raised becomes an exit code and words for people.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from config.log_setup import configure_log, get_log, unbind_log
from config.log_tail import LogTail
from jobs.job import Job
from jobs.lifecycle.attempt import RunAssignment, RunAttempt, RunRequest, check_arguments
from jobs.lifecycle.failures import failure_noted
from jobs.lifecycle.job_lock import take_job_lock
from jobs.lifecycle.ledger_row import ledger_row
from jobs.lifecycle.long_lists import store_long_lists
from jobs.lifecycle.task_context import context_without_database, task_context
from jobs.run.context import RunContext, system_clock
from jobs.run.result import RunResult
from jobs.run.stopping import StopRequest

__all__ = ["RunRequest", "execute"]


def execute(
    job: Job, request: RunRequest, *, clock: Callable[[], datetime] = system_clock, stop: StopRequest | None = None
) -> RunResult:
    """Run a job and return how it went; never raises for what goes wrong in a run."""
    unbind_log()
    tail = LogTail()
    configure_log(tail=tail)
    result = RunResult(job.name, dry_run=request.dry_run)
    attempt = RunAttempt(
        job, request, clock, get_log(job=job.name), result, stop or StopRequest(), tail, watches_signals=stop is None
    )
    with _end_reported(attempt), failure_noted(attempt):
        assignment = check_arguments(attempt)
        if not job.on_pay_database:
            with context_without_database(attempt, assignment) as context:
                _run_task(attempt, assignment, context)
            return result
        with ledger_row(attempt, assignment) as row:
            take_job_lock(attempt, assignment, row)
            with task_context(attempt, assignment, row) as context:
                _run_task(attempt, assignment, context)
    return result


def _run_task(attempt: RunAttempt, assignment: RunAssignment, context: RunContext) -> None:
    """Deliver what earlier runs left in the outbox, run the task, deliver what it wrote, and store long lists."""
    job, result = attempt.job, attempt.result
    if not job.delivers:
        result.outcome += job.load_task()(context, assignment.arguments)
    else:
        from jobs.lifecycle.delivery import deliver_earlier, deliver_own

        result.outcome += deliver_earlier(context, job.delivers, only_begun=job.may_drop_messages)
        result.outcome += job.load_task()(context, assignment.arguments)
        result.outcome += deliver_own(context, job.delivers)
    store_long_lists(context, result.outcome)


@contextmanager
def _end_reported(attempt: RunAttempt) -> Iterator[None]:
    """Log how the run ended, and tell who watches for it."""
    began = time.monotonic()
    yield
    result = attempt.result
    result.seconds = time.monotonic() - began
    attempt.log.info(
        "run.finished",
        status=result.status,
        exit_code=int(result.exit_code),
        seconds=round(result.seconds, 2),
        rejects=len(result.outcome.rejects),
        **result.outcome.counts,
    )
    for report in attempt.at_end:
        report(result)
