"""One race: what stands before, the job at its work, others at theirs, and what must hold afterwards."""

import random
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from config.settings import DatabaseSettings
from database.engine import Database, make_engine
from tests.pay_database import PayDatabase
from tests.soak.interleave import Actor, Interleaving
from tests.soak.invariants import broken


class Race(ABC):
    """A kind of race on one pay database; a subclass says what stands before and who works.

    others  name: what another session does, in a transaction of its own
    """

    name = ""
    others: dict[str, Callable[[Database], Any]]

    def __init__(self, address: str) -> None:
        self.address = address
        self.database = PayDatabase(address)
        self._engines = {name: database(address, name) for name in ("the job", "first other", "second other")}

    @abstractmethod
    def prepare(self, draw: random.Random) -> None:
        """Empty the pay tables and put what the race is about; choose `others`."""

    @abstractmethod
    def work(self, database: Database) -> Any:
        """Do what the job does."""

    @abstractmethod
    def finish(self, error: BaseException | None) -> None:
        """Let the next run finish what an error ended; raise what is a fault."""

    def left_out(self) -> tuple[str, ...]:
        """Return the invariants that these others break in any order."""
        return ()

    def check(self) -> list[str]:
        """Return what does not hold."""
        return broken(self.database, *self.left_out())

    def run(self, seed: int) -> None:
        """Run the race of a seed. Raises AssertionError with the order of the statements where something is wrong."""
        draw = random.Random(f"{self.name} {seed}")
        self.prepare(draw)
        engines = iter(self._engines.values())
        job = Actor("the job", next(engines), self.work)
        others = [Actor(name, next(engines), act) for name, act in self.others.items()]
        order = Interleaving(draw.randrange(1 << 30), self.address, [job, *others])
        order.run()
        story = f"{self.name} race {seed}: {' + '.join(self.others)}; order {order.told()}"
        for other in others:
            assert other.error is None or "deadlock" in str(other.error), f"{story}: {other.error!r}"
        self.finish(job.error)
        found = self.check()
        assert not found, f"{story}\n" + "\n".join(found)

    def close(self) -> None:
        """Close every connection."""
        for one in (self.database, *self._engines.values()):
            one.close()


def database(address: str, name: str) -> Database:
    """Return transactions on a database, under a name of their own."""
    return Database(make_engine(DatabaseSettings(url=SecretStr(address)), application_name=name))
