"""Operators do in the morning what the reports of the night ask for.

Source: docs/specs/cgi-ejv-files.md section 7.2.
"""

from sandbox.world.world import World


def correct_codes(world: World) -> None:
    """Agree the right GL with the ministry, and let its journals go out again."""
    draws = world.chance.of("operators", world.clock.today)
    for code in draws.some_of(sorted(world.model.stopped), 0.7):
        world.tables.change("distribution_codes", code, stop_ejv=False)
        world.model.stopped.discard(code)
