"""What a command touches in a database: blocks of 8 kB, and the tables it reads whole. It holds at any speed.

Nobody else may work on the database meanwhile, nor autovacuum.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import psycopg2
from psycopg2 import extensions

from benchmarks.harness import script
from benchmarks.past_weeks import GROWING

_SECONDS = 30
_OTHERS = (
    "SELECT application_name FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class TouchedBlocks:
    """The blocks that a command touched, by table, and the growing tables that it read whole."""

    by_table: dict[str, int]
    whole: tuple[str, ...]

    @property
    def blocks(self) -> int:
        """All of them."""
        return sum(self.by_table.values())

    def grown_since(self, other: "TouchedBlocks") -> dict[str, int]:
        """Return the tables of which more blocks are touched than another time, the most first."""
        more = {table: count - other.by_table.get(table, 0) for table, count in self.by_table.items()}
        return {table: count for table, count in sorted(more.items(), key=lambda one: -one[1]) if count > 0}


def touched_by(address: str, command: Callable[[], object]) -> TouchedBlocks:
    """Run a command that leaves no session behind, and return what it touched."""
    before = _counted(address)
    command()
    after = _counted(address)
    return TouchedBlocks(
        {table: after[table][1] - blocks for table, (_, blocks) in before.items() if after[table][1] > blocks},
        tuple(table for table in GROWING if after[table][0] > before[table][0]),
    )


def _counted(address: str) -> dict[str, tuple[int, int]]:
    """Return how often each table was read whole, and its blocks, once every session has told what it did.

    Raises TimeoutError where one stays.
    """
    deadline = time.monotonic() + _SECONDS
    connection = psycopg2.connect(address)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            while others := _names(cursor):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"Sessions stay, and what they did is not counted yet: {', '.join(others)}.")
                time.sleep(0.01)
            cursor.execute(script("touched"))
            return {name: (scans, blocks) for name, scans, blocks in cursor}
    finally:
        connection.close()


def _names(cursor: extensions.cursor) -> list[str]:
    """Return the names of the other sessions with the database."""
    cursor.execute(_OTHERS)
    return [name for (name,) in cursor.fetchall()]
