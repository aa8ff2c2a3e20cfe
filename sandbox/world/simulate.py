"""Nights of a world one after the other, on parts of their own, until one of them goes wrong."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sandbox import object_store, postgres, sftp_server
from sandbox.detached import private_folder
from sandbox.lifetime import ending_with_us, in_memory, temporary_folder
from sandbox.up import prepare_pay_database, upgrade
from sandbox.world.actors.accounts import settle_in
from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.chronicle import Chronicle
from sandbox.world.digest import digest
from sandbox.world.night import pass_night
from sandbox.world.night_checks import begin_to_look
from sandbox.world.story import Ending, Story, shortest
from sandbox.world.world import WorldParts, open_world
from sandbox.world.world_night import WorldNight

_EMPTY, _TRIAL = "empty", "trial"


@dataclass(frozen=True)
class SimulationResult:
    """What became of a world.

    nights     how many passed, the last of them on `day`
    digest     what stands for all pay tables at the end
    chronicle  what came up
    problems   what was wrong after the last night
    """

    nights: int
    day: date
    digest: str
    chronicle: Chronicle
    problems: list[str] = field(default_factory=list)


def simulate(
    parts: WorldParts, story: Story, passed: Callable[[WorldNight], None] = lambda _night: None
) -> SimulationResult:
    """Let nights pass in a fresh world until one goes wrong; `passed` hears of each. At least one night."""
    with open_world(parts, seed=story.seed, first=story.first, faults=story.faults) as world:
        world.without = frozenset(story.without)
        settle_in(world)
        for _ in range(story.nights):
            night = pass_night(world)
            passed(night)
            if night.problems:
                break
        night.problems[:0] = world.meanwhile.found()
        if not night.problems:
            begin_to_look(night, is_last=True)
            night.problems += world.meanwhile.found()
        nights = (night.day - story.first).days + 1
        return SimulationResult(nights, night.day, digest(world.database), world.model.chronicle, night.problems)


def shrink(parts: WorldParts, story: Story, problem: str) -> Story:
    """Return the shortest story that still shows the like of a problem; on parts of one's own."""

    def play(trial: Story) -> Ending:
        done = simulate(_renewed(parts), trial)
        return Ending(done.nights, done.problems)

    return shortest(story, problem, play)


def _renewed(parts: WorldParts) -> WorldParts:
    """Return the parts with an empty pay database beside the one that is there."""
    server = postgres.start(parts.folder / "postgres")
    postgres.drop_database(server, _TRIAL)
    return replace(parts, database_url=postgres.create_database(server, _TRIAL, template=_EMPTY))


@contextmanager
def own_parts(*, keep: Path | None = None) -> Iterator[WorldParts]:
    """Start parts that nobody else uses; they are stopped, and their data is deleted unless a folder is named.

    What is kept can be brought up as a sandbox.
    """
    with ExitStack() as stack:
        if keep is None:
            folder = stack.enter_context(temporary_folder("pay-jobs-world-", in_memory()))
        else:
            folder = keep
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(ending_with_us(folder))
        server = postgres.start(folder / "postgres")
        sftp, store, cfs = sftp_server.start(folder), object_store.start(folder), cfs_of_this_process()
        try:
            empty = postgres.create_database(server, _EMPTY)
            prepare_pay_database(empty, None)
            upgrade(empty)
            yield WorldParts(postgres.create_database(server, template=_EMPTY), sftp, store, cfs, folder)
        finally:
            cfs.simulator.keep(private_folder(folder.resolve() / "cfs") / "books.json")
            sftp.stop()
            store.stop()
            postgres.stop(folder / "postgres")
