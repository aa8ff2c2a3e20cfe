"""The checks that are asked directly before something outside is changed.

Whoever holds a claim adds its check; the connector that is about to send asks them all, in the order they were added.
They follow a thread's context, so a pool that works for a run has to carry it over (contextvars.copy_context).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy.exc import SQLAlchemyError

from config.errors import ExitCode, PayJobsError, SourceUnavailable

Check = Callable[[], None]
_CHECKS: ContextVar[tuple[Check, ...]] = ContextVar("checks_before_a_change", default=())


class ClaimLost(SourceUnavailable):
    """Nothing was lost: the next run looks at what is done before it goes on."""


class LateEffect(PayJobsError):
    """Look at both effects outside, and take one of them back there."""

    exit_code = ExitCode.ATTENTION


@contextmanager
def checked_by(check: Check) -> Iterator[None]:
    """Ask this as well before anything outside is changed. The check raises where it must not be."""
    token = _CHECKS.set((*_CHECKS.get(), check))
    try:
        yield
    finally:
        _CHECKS.reset(token)


def last_checks() -> None:
    """Ask every check. Raises ClaimLost where another run may have taken over."""
    for check in _CHECKS.get():
        try:
            check()
        except SQLAlchemyError as error:
            raise ClaimLost(
                "The database session that holds the claim on this change has ended, so another run may have made it "
                f"({str(getattr(error, 'orig', error)).strip()})."
            ) from error
