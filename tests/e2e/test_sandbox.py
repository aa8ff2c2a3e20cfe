"""The sandbox from the command line: up, used, down, forgotten."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Operator
from tests.e2e.entrypoint import CommandEnd, Entrypoint

pytestmark = pytest.mark.slow


@pytest.fixture
def clerk(entrypoint: Entrypoint) -> Operator:
    """Somebody without a database."""
    return Operator(entrypoint)


@pytest.fixture
def home(clerk: Operator) -> Iterator[Path]:
    """A folder for a sandbox; whatever a test leaves running there is stopped."""
    with tempfile.TemporaryDirectory(prefix="pay-jobs-sandbox-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "sandbox"
        clerk.run("sandbox", "down", "--forget", PAY_JOBS_SANDBOX=str(Path(folder) / "sandbox"))


def test_a_sandbox_goes_up_by_two_at_once_is_used_and_goes_down(clerk: Operator, home: Path) -> None:
    place = {"PAY_JOBS_SANDBOX": str(home)}

    before = clerk.run("sandbox", "status", **place)
    both = [clerk.start("sandbox", "up", "--accounts", "20", "--invoices", "100", **place) for _ in range(2)]
    up, beside = (one.end() for one in both)
    running = clerk.run("sandbox", "status", **place)
    night = clerk.run("GENERATE_STATEMENTS", "2022-06-25", "--sandbox", "--json", **place)
    down = clerk.run("sandbox", "down", **place)
    after = clerk.run("sandbox", "status", **place)
    forgotten = clerk.run("sandbox", "down", "--forget", **place)

    assert (before.code, up.code, running.code, night.code, down.code, after.code, forgotten.code) == (
        1, 0, 0, 0, 0, 1, 0,
    )  # fmt: skip
    assert "export DATABASE_URL=" in up.out
    assert (beside.code, exports(beside)) == (0, exports(up))
    assert str(home) in running.out
    assert night.json["counts"]["statements_created"] == 45
    assert not home.exists()


def test_without_a_sandbox_down_says_so(clerk: Operator, home: Path) -> None:
    said = clerk.run("sandbox", "down", PAY_JOBS_SANDBOX=str(home))

    assert (said.code, said.out) == (0, "There was no sandbox.\n")


def exports(said: CommandEnd) -> list[str]:
    """Return the settings that a command said."""
    return [line for line in said.out.splitlines() if line.startswith("  export ")]
