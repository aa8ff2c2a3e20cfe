"""Hear of commits: SQLAlchemy's own event comes before one alone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, RootTransaction, Transaction

Hear = Callable[[Connection, str], None]


def listen_to_commits(hear: Hear) -> Callable[[], None]:
    """Call `hear` with a connection "before" and "after" each of its commits; return what ends that."""
    commit = RootTransaction.commit

    def heard(transaction: Transaction) -> None:
        connection = transaction.connection
        hear(connection, "before")
        commit(transaction)
        hear(connection, "after")

    def end() -> None:
        RootTransaction.commit = commit  # type: ignore[method-assign]

    RootTransaction.commit = heard  # type: ignore[method-assign, assignment]
    return end


@contextmanager
def commits_heard(hear: Hear) -> Iterator[None]:
    """Call `hear` as listen_to_commits does, until the block ends."""
    end = listen_to_commits(hear)
    try:
        yield
    finally:
        end()
