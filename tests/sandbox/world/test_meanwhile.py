"""What looks beside a world sees it as a night left it, however late it looks."""

import os
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from database.sessions import Session
from sandbox.world.world import WorldParts, open_world

FIRST = date(2026, 10, 29)


def test_it_sees_neither_rows_nor_memory_that_came_later(parts: WorldParts, tmp_path: Path) -> None:
    is_morning = tmp_path / "is-morning"
    with open_world(parts, seed=1, first=FIRST) as world:
        memory = ["a night"]

        def look(session: Session) -> Iterator[str]:
            while not is_morning.exists():
                time.sleep(0.01)
            yield from memory
            yield from session.scalars(text("SELECT auth_account_id FROM payment_accounts"))

        world.meanwhile.begin(look)
        memory.append("a morning")
        world.tables.add("payment_accounts", auth_account_id="4711", payment_method="PAD")
        is_morning.touch()

        assert world.meanwhile.found() == ["a night"]


def test_a_fault_of_what_looks_is_told_as_something_wrong(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        world.meanwhile.begin(lambda _session: [str(1 // 0)])

        (told,) = world.meanwhile.found()

    assert "ZeroDivisionError" in told


def test_a_copy_that_is_ended_is_told_as_something_wrong(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        world.meanwhile.begin(lambda _session: os._exit(1))

        assert world.meanwhile.found() == [
            "the copy of the process that looks beside the world was ended before it had looked"
        ]


def test_a_copy_that_cannot_be_made_is_waited_for_by_nobody(parts: WorldParts, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        with monkeypatch.context() as patched, pytest.raises(BlockingIOError):
            patched.setattr(os, "fork", no_process)
            world.meanwhile.begin(lambda _session: [])

        assert world.meanwhile.found() == []


def test_what_was_found_is_told_once(parts: WorldParts) -> None:
    with open_world(parts, seed=1, first=FIRST) as world:
        world.meanwhile.begin(lambda _session: ["wrong"])

        assert [world.meanwhile.found(), world.meanwhile.found()] == [["wrong"], []]


def no_process() -> int:
    raise BlockingIOError("Resource temporarily unavailable")
