"""A sample of the faults; `make soak` lets them strike in volume."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.faults import KINDS, FaultStories
from tests.soak.world import FaultWorld

pytestmark = pytest.mark.slow
SEED = 1


@pytest.fixture(scope="module")
def settlement() -> Iterator[FaultStories]:
    """The settlement job, which knows every part, on parts of its own that may fail."""
    with tempfile.TemporaryDirectory(prefix="pay-jobs-faults-") as folder:
        world = FaultWorld(Path(folder))
        yield FaultStories(world, "PAD_RECONCILE")
        world.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_that_was_struck_is_finished_as_if_nothing_had_been(kind: str, settlement: FaultStories) -> None:
    settlement.strike(kind, SEED)
