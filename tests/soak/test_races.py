"""A sample of the races; `make soak` runs them in volume."""

from collections.abc import Iterator

import pytest

from tests.soak.race import Race
from tests.soak.races import RACES

SAMPLE = 12


@pytest.fixture(params=sorted(RACES))
def race(request: pytest.FixtureRequest, database_url: str) -> Iterator[Race]:
    made = RACES[request.param](database_url)
    yield made
    made.close()


def test_whoever_writes_in_between_the_rows_are_right_afterwards(race: Race) -> None:
    for seed in range(1, SAMPLE + 1):
        race.run(seed)
