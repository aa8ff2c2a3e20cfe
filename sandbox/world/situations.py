"""What a world must get into sometimes."""

from sandbox.world.chronicle import Situation

AWAITED: tuple[Situation, ...] = ()
