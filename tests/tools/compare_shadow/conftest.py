"""Two pay databases of one simulated world: in the second the jobs worked later, and what they made has other ids."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from jobs.run.progress import Progress
from jobs.run.stopping import StopRequest
from sandbox.world.cfs_thread import cfs_of_this_process
from sandbox.world.world import WorldParts
from tests.jobs.conftest import quiet  # noqa: F401
from tests.pay_books import QUIET
from tests.pay_database import DatabaseServer
from tests.storage_fixtures import object_store_part, sftp_part
from tests.tools.compare_shadow.second_world import play
from tests.tools.compare_shadow.worlds_apart import cfs, worlds_apart
from tools.compare_shadow.arguments import Arguments
from tools.compare_shadow.task import run

__all__ = ["cfs", "worlds_apart"]
Compare = Callable[..., Outcome]
Sql = Callable[..., list[tuple[Any, ...]]]
NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)  # when all factories have worked
_FIRST, _NIGHTS, _SEED = date(2026, 10, 29), 2, 4


@pytest.fixture(scope="package")
def worlds(server: DatabaseServer, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The names of both databases."""
    names = [f"shadow_{side}_{uuid.uuid4().hex[:8]}" for side in ("theirs", "ours")]
    for name in names:
        address = server.create(name, template)
        server.run(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        parts = WorldParts(
            address, sftp_part(), object_store_part(), cfs_of_this_process(), tmp_path_factory.mktemp(name)
        )
        play(parts, seed=_SEED, first=_FIRST, nights=_NIGHTS, elsewhere=name is names[1])
    yield names
    for name in names:
        server.drop(name)


@pytest.fixture
def theirs(server: DatabaseServer, worlds: list[str]) -> Iterator[str]:
    """The address of a copy of the first that a test may change."""
    yield from copy_of(server, worlds[0])


@pytest.fixture
def ours(server: DatabaseServer, worlds: list[str]) -> Iterator[str]:
    """The address of a copy of the second that a test may change."""
    yield from copy_of(server, worlds[1])


def copy_of(server: DatabaseServer, database: str) -> Iterator[str]:
    """Return the address of a copy of a database, by its name or address, and drop it afterwards."""
    name = f"shadow_{uuid.uuid4().hex[:8]}"
    yield server.create(name, urlsplit(database).path.strip("/") or database)
    server.drop(name)


@pytest.fixture
def compare(theirs: str, ours: str) -> Compare:
    """Compares the two copies."""

    def compared(again: str | None = None, since: date | None = None, **more: Any) -> Outcome:
        context = RunContext(
            job="compare shadow", database=None, clock=lambda: NOW, log=QUIET, progress=Progress(QUIET),  # type: ignore[arg-type]
            stop=StopRequest(),
        )  # fmt: skip
        secrets = SecretStr(theirs), SecretStr(ours), SecretStr(again) if again else None
        return run(context, Arguments(*secrets, since=since, **more))

    return compared


def findings(outcome: Outcome) -> set[tuple[str, str]]:
    """Return table and column of each difference that no decision explains."""
    return {(row[0], row[2]) for table in outcome.tables if table.key == "findings" for row in table.rows}


def explained(outcome: Outcome) -> dict[str, int]:
    """Return how many differences each decision explains."""
    return {row[0]: row[2] for table in outcome.tables if table.key == "explained" for row in table.rows}
