"""The lock of the job: taken after the run has its row, so that who waits for whom can be read in the ledger."""

from config.command_line import typed
from config.plurals import counted
from jobs.lifecycle.attempt import RunAssignment, RunAttempt
from jobs.lifecycle.ledger_row import LedgerRow
from jobs.run import ledger
from jobs.run.figures import as_words
from jobs.run.outcome import Reject
from jobs.scheduler.claims import confirm
from jobs.watch.pings import pings_of


def take_job_lock(attempt: RunAttempt, assignment: RunAssignment, row: LedgerRow) -> None:
    """Take the lock of the job and note that the run begins. Raises AlreadyRunning where another run holds it.

    It is released with the row, after the outcome is written.
    """
    if attempt.job.exclusive and not assignment.reads_only:
        row.lock.take(assignment.lock_name, assignment.shard)
    if row.run_id is None:
        return
    if assignment.pod.claim:
        confirm(row.connection, assignment.pod.claim, row.run_id)
    _mark_lost_runs(attempt, assignment, row)
    ledger.mark_running(row.connection, row.run_id)
    if assignment.shard.whole:
        pings = pings_of(attempt.request.command, log=attempt.log)
        pings.start()
        attempt.at_end.append(pings.ended)


def _mark_lost_runs(attempt: RunAttempt, assignment: RunAssignment, row: LedgerRow) -> None:
    """Mark the earlier runs whose processes vanished, and say what they had finished and what needs attention."""
    for lost in ledger.mark_lost(row.connection, assignment.lock_name):
        attempt.log.warning("run.lost", lost_run=lost.id, command=lost.command, finished=lost.progress)
        attempt.result.outcome.notes.append(
            f"An earlier run of this job was lost: run {lost.id} ({lost.command}); "
            f"it had finished {as_words(lost.progress) or 'nothing'}."
        )
        found = ledger.rejects_of(row.connection, lost.id)
        if found:
            attempt.result.outcome.rejects.append(
                Reject(
                    f"run {lost.id}",
                    "found by a lost run",
                    f"It was lost before it could tell: {counted(len(found), 'thing')} needed attention then.",
                    typed("show", str(lost.id)),
                )
            )
