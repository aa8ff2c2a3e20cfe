"""What a run may raise becomes an exit code and words for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from config.errors import ExitCode, Interrupted, PayJobsError
from database.errors import explain
from jobs.lifecycle.attempt import RunAttempt
from jobs.run.stopping import StopRequest


@contextmanager
def failure_noted(attempt: RunAttempt) -> Iterator[None]:
    """Note in the result what is raised inside, and raise nothing."""
    try:
        yield
    except Exception as caught:
        note_failure(attempt, caught)


def note_failure(attempt: RunAttempt, caught: Exception) -> None:
    """Turn what was caught into an exit code and words for people; only the first failure of a run counts."""
    if attempt.result.failure is not None:
        return
    failure = _failure(caught, attempt.stop)
    if failure.exit_code == ExitCode.FAILED and not isinstance(failure, Interrupted):
        failure.do_instead = attempt.job.after_failure
    attempt.result.failure = failure
    report = attempt.log.error if failure is caught or isinstance(caught, DBAPIError) else attempt.log.exception
    if failure is caught and not attempt.job.is_by_clock:
        report = attempt.log.info  # who typed it reads it on the screen
    report("run.failed", error=str(failure), exit_code=int(failure.exit_code))


def _failure(caught: Exception, stop: StopRequest) -> PayJobsError:
    """Return the error of our tree that stands for what was caught."""
    if isinstance(caught, PayJobsError):
        return caught
    if isinstance(caught, DBAPIError):
        if stop.requested:
            return Interrupted("The run was asked to stop; the transaction that was open was rolled back.")
        return explain(caught)
    return PayJobsError(
        f"{type(caught).__name__}: {caught}. This is a fault of the program: report it with the log above."
    )
