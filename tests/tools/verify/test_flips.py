"""A fixed sample of cell flips; `make soak` makes thousands."""

import random
from collections.abc import Iterator

import pytest

from tests.tools.verify.flips import BY_HAND, FREE, Flipper
from tests.tools.verify.worked import WorkedDatabases
from tests.tools.verify.written_columns import written_columns

pytestmark = pytest.mark.slow
SEED = 20261118


@pytest.fixture(scope="module")
def flipper(worked: WorkedDatabases) -> Iterator[Flipper]:
    made = Flipper(worked.after, worked.before)
    yield made
    made.close()


def test_the_jobs_wrote_cells_of_every_column_they_write(flipper: Flipper) -> None:
    assert set(written_columns()) - set(flipper.by_column()) == BY_HAND


def test_verify_says_nothing_of_what_the_jobs_wrote(worked: WorkedDatabases, flipper: Flipper) -> None:
    before = Flipper(worked.before, worked.before)
    news = {code: said - before.said[code] for code, said in flipper.said.items() if code != "OUT-DUE"}
    before.close()

    assert {code: said for code, said in news.items() if said} == {}


def test_a_flipped_cell_of_every_column_is_named(flipper: Flipper) -> None:
    draw, missed = random.Random(SEED), []
    for column, cells in sorted(flipper.by_column().items()):
        flip = flipper.flip(draw.choice(cells), draw)
        if flip is not None and not flip.named_by and column not in FREE:
            missed.append(str(flip))

    assert missed == []


def test_flips_are_taken_back(flipper: Flipper) -> None:
    assert all(flipper.flip(cell, random.Random(1)) is not None for cell in flipper.cells[:1])
    assert flipper.flip(flipper.cells[0], random.Random(1)) == flipper.flip(flipper.cells[0], random.Random(1))
