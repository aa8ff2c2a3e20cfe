"""Run sessions of one database against each other, statement by statement, in an order that a seed decides.

Each actor works in a thread of its own with its own connections. It stops before every statement and every commit; one
of those that can move is drawn and goes one statement further. One that waits for a lock of another is left waiting
until that one has let go, so the same seed gives the same order.
"""

import itertools
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from sqlalchemy import event

from database.engine import Database

_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.004
_BLOCKED = "SELECT cardinality(pg_blocking_pids(%s)) > 0"


@dataclass
class Actor:
    """One who works on the database, on an engine of its own; `error` is what ended its work, `result` what it gave."""

    name: str
    database: Database
    act: Callable[[Database], Any]
    result: Any = None
    error: BaseException | None = None
    state: str = field(default="running", init=False)
    backend: int | None = field(default=None, init=False)


class Interleaving:
    """The order of the actors' statements: `trace` names who moved, in turn."""

    def __init__(self, seed: int, address: str, actors: list[Actor]) -> None:
        self.trace: list[str] = []
        self._random = random.Random(seed)
        self._actors = actors
        self._turn = threading.Condition()
        self._monitor = psycopg2.connect(address)
        self._monitor.autocommit = True
        # An actor that seldom moves gets its statements in late, one that often moves early.
        self._weights = {actor.name: self._random.choice((1, 1, 3, 8)) for actor in actors}

    def run(self) -> None:
        """Let all actors work to their ends."""
        threads = [threading.Thread(target=self._work, args=(actor,), daemon=True) for actor in self._actors]
        try:
            for thread in threads:
                thread.start()
            while any(actor.state != "done" for actor in self._actors):
                self._settle()
                ready = [actor for actor in self._actors if actor.state == "ready"]
                if ready:
                    self._move(self._random.choices(ready, [self._weights[one.name] for one in ready])[0])
            for thread in threads:
                thread.join()
        finally:
            self._monitor.close()

    def told(self) -> str:
        """Return the order in words: who moved how many statements, in turn."""
        return ", ".join(f"{name} {len(list(moves))}" for name, moves in itertools.groupby(self.trace))

    def _move(self, actor: Actor) -> None:
        self.trace.append(actor.name)
        with self._turn:
            actor.state = "running"
            self._turn.notify_all()

    def _settle(self) -> None:
        """Wait until every actor stands before a statement, has ended, or waits for a lock of another."""
        waited = 0.0
        while True:
            with self._turn:
                if all(actor.state != "running" for actor in self._actors):
                    return
                self._turn.wait(_LOOK_SECONDS)
                moving = [actor for actor in self._actors if actor.state == "running"]
                others = any(actor.state == "ready" for actor in self._actors)
            if others and moving and all(self._is_blocked(actor) for actor in moving):
                return
            waited += _LOOK_SECONDS
            assert waited < _PATIENCE_SECONDS, f"{[actor.name for actor in moving]} hang after {self.trace}"

    def _is_blocked(self, actor: Actor) -> bool:
        with self._monitor.cursor() as cursor:
            cursor.execute(_BLOCKED, (actor.backend,))
            ((blocked,),) = cursor.fetchall()
        return bool(blocked)

    def _work(self, actor: Actor) -> None:
        def statement(connection: Any, *_more: Any) -> None:
            actor.backend = connection.connection.dbapi_connection.info.backend_pid
            self._wait_for_turn(actor)

        engine = actor.database.engine
        event.listen(engine, "before_cursor_execute", statement)
        event.listen(engine, "commit", statement)
        try:
            actor.result = actor.act(actor.database)
        except Exception as error:
            actor.error = error
        finally:
            event.remove(engine, "before_cursor_execute", statement)
            event.remove(engine, "commit", statement)
            with self._turn:
                actor.state = "done"
                self._turn.notify_all()

    def _wait_for_turn(self, actor: Actor) -> None:
        with self._turn:
            actor.state = "ready"
            self._turn.notify_all()
            while actor.state == "ready":
                self._turn.wait()
