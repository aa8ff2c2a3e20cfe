"""Nights of a world one after the other, on parts of their own, until one of them goes wrong."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sandbox import object_store, postgres, sftp_server
from sandbox.detached import private_folder
from sandbox.up import prepare_pay_database, upgrade
from sandbox.world.actors.accounts import settle_in
from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.digest import digest
from sandbox.world.night import WorldNight, pass_day
from sandbox.world.world import WorldParts, open_world


@dataclass(frozen=True)
class SimulationResult:
    """What became of a world.

    nights      how many passed, the last of them on `day`
    digest      what stands for all pay tables at the end
    situations  how many different ones came up
    problems    what was wrong after the last night
    """

    nights: int
    day: date
    digest: str
    situations: int
    problems: list[str] = field(default_factory=list)


def simulate(
    parts: WorldParts,
    *,
    seed: int,
    nights: int,
    first: date,
    passed: Callable[[WorldNight], None] = lambda _night: None,
) -> SimulationResult:
    """Let nights pass in a fresh world until one goes wrong; `passed` hears of each. At least one night."""
    with open_world(parts, seed=seed, first=first) as world:
        settle_in(world)
        for _ in range(nights):
            night = pass_day(world)
            passed(night)
            if night.problems:
                break
        passed_nights, situations = (night.day - first).days + 1, len(world.model.met)
        return SimulationResult(passed_nights, night.day, digest(world.database), situations, night.problems)


@contextmanager
def own_parts(*, keep: Path | None = None) -> Iterator[WorldParts]:
    """Start parts that nobody else uses; they are stopped, and their data is deleted unless a folder is named.

    What is kept can be brought up as a sandbox.
    """
    with tempfile.TemporaryDirectory(prefix="pay-jobs-world-") as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        server = postgres.start(folder / "postgres")
        sftp, store, cfs = sftp_server.start(folder), object_store.start(folder), cfs_of_this_process()
        try:
            address = postgres.create_database(server)
            prepare_pay_database(address, None)
            upgrade(address)
            yield WorldParts(address, sftp, store, cfs, folder)
        finally:
            cfs.simulator.keep(private_folder(folder.resolve() / "cfs") / "books.json")
            sftp.stop()
            store.stop()
            postgres.stop(folder / "postgres")
