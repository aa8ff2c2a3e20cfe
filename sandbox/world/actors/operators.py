"""Operators do what the reports of the night ask for.

Source: docs/specs/cgi-ejv-files.md section 7.2.
"""

from collections.abc import Collection
from typing import Any

from sandbox.world.world import World
from sandbox.world.world_night import WorldNight


def correct_codes(night: WorldNight) -> None:
    """Agree the right GL with the ministry, and let its journals go out again: by the command, or on a screen."""
    world = night.world
    draws = world.chance.of("operators", world.clock.today)
    for code in draws.some_of(sorted(world.model.stopped), 0.7):
        if draws.happens(0.5):
            world.model.chronicle.note("operators clear a stopped GL")
            # 3: a run that was killed had cleared it already
            night.run("ejv unstop", exits=(0, 3), code=code, reason="agreed with the ministry")
        else:
            world.tables.change("distribution_codes", code, stop_ejv=False)
        world.model.stopped.discard(code)
        _send_again(world, code)


def _send_again(world: World, code: int) -> None:
    """Let the rows wait again that were refused for a partner's GL: no job takes them up (section 7.2)."""
    for share in world.model.shares:
        if share.status == "ERRORED" and world.partners[share.invoice.product].code == code:
            world.model.chronicle.note("operators let a refused partner row wait again", f"invoice {share.invoice.id}")
            share.status = "WAITING_FOR_JOB"
            world.tables.change("partner_disbursements", share.id, status_code=share.status)


def read_files(night: WorldNight, job: str, *, exits: Collection[int] = (0,), **values: Any) -> None:
    """Run what applies files, as `night.run`; of those that the fuse holds CAS says that they are right."""
    night.run(job, exits=exits, **values)
    for name in night.held_by_the_fuse():
        night.world.model.chronicle.note("operators release a file that the fuse held", name)
        # 2: a run that was killed had applied it
        night.run("files replay", exits=(0, 2, 3), name=name, reason="CAS says that it is right", despite="fuse")
