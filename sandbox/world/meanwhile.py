"""What is looked at beside the world: a copy of this process has everything as a night left it, while a day passes.

The copy is forked, so that it has the model and the books of CFS for nothing, and works on a processor of its own.
"""

import multiprocessing
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from sqlalchemy import text

from database.engine import Database
from database.sessions import Session
from tools.verify.task import snapshot

Look = Callable[[Session], Iterable[str]]

# What a session sees is as old as its first query.
_FIX_THE_MOMENT = text("SELECT 1")
_FORK = multiprocessing.get_context("fork")


class Meanwhile:
    """Looks at one night at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stack = ExitStack()
        self._answer: Connection | None = None

    def begin(self, look: Look) -> None:
        """Begin to look at everything as it is now; `look` is given a session that sees the tables so.

        What is done from now on is not seen, and what `look` changes in memory is gone.
        """
        session = self._stack.enter_context(snapshot(self._database))
        session.execute(_FIX_THE_MOMENT)
        answer, theirs = _FORK.Pipe(duplex=False)
        copy = _FORK.Process(target=_answer, args=(theirs, look, session))
        with warnings.catch_warnings():
            # Python fears for the locks of other threads; all of them wait for something to do.
            warnings.simplefilter("ignore", DeprecationWarning)
            copy.start()
        theirs.close()
        self._answer = self._stack.enter_context(answer)
        self._stack.callback(_ended, copy)

    def found(self) -> list[str]:
        """Return what was wrong when it was looked last, once all of it was looked at; nothing the second time."""
        answer, self._answer = self._answer, None
        with self._stack.pop_all():
            try:
                return answer.recv() if answer else []
            except EOFError:
                return ["the copy of the process that looks beside the world was ended before it had looked"]


@contextmanager
def looking_meanwhile(database: Database) -> Iterator[Meanwhile]:
    """Return what looks beside the world; at the end nothing looks any more."""
    meanwhile = Meanwhile(database)
    try:
        yield meanwhile
    finally:
        meanwhile.found()


def _answer(answer: Connection, look: Look, session: Session) -> None:
    try:
        answer.send(list(look(session)))
    except Exception:
        answer.send([traceback.format_exc()])


def _ended(copy: BaseProcess) -> None:
    copy.join()
    copy.close()
