"""Nights of a world one after the other, on parts of their own, until one of them goes wrong."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sandbox import object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade
from sandbox.world.actors.accounts import settle_in
from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.digest import digest
from sandbox.world.night import Night, pass_day
from sandbox.world.world import Parts, open_world


@dataclass(frozen=True)
class Simulated:
    """What became of a world: its digest, or the night that went wrong."""

    seed: int
    nights: int
    digest: str
    wrong: Night | None = None


def simulate(
    parts: Parts, *, seed: int, nights: int, first: date, passed: Callable[[Night], None] = lambda _night: None
) -> Simulated:
    """Let nights pass in a fresh world until one goes wrong; `passed` hears of each."""
    with open_world(parts, seed=seed, first=first) as world:
        settle_in(world)
        for number in range(1, nights + 1):
            night = pass_day(world)
            passed(night)
            if night.problems:
                return Simulated(seed, number, digest(world.database), night)
        return Simulated(seed, nights, digest(world.database))


@contextmanager
def own_parts(*, keep: Path | None = None) -> Iterator[Parts]:
    """Start parts that nobody else uses; they are stopped, and their data is deleted unless a folder is named."""
    with tempfile.TemporaryDirectory(prefix="pay-jobs-world-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        server = postgres.start(folder / "postgres")
        sftp, store = sftp_server.start(folder), object_store.start(folder)
        try:
            address = postgres.create_database(server)
            prepare_pay_database(address, None)
            upgrade(address)
            yield Parts(address, sftp, store, cfs_of_this_process(), folder)
        finally:
            sftp.stop()
            store.stop()
            postgres.stop(folder / "postgres")
