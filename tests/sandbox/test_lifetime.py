"""Parts that a process starts for itself are gone when it is killed, and so is their data."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from sandbox import lifetime
from tests.conftest import ROOT
from tests.waiting import wait_until

STARTS = """
import json, sys
from sandbox import postgres, sftp_server
from sandbox.lifetime import temporary_folder

with temporary_folder("pay-jobs-killed-") as folder:
    postgres.start(folder / "postgres")
    sftp_server.start(folder)
    print(json.dumps(str(folder)), flush=True)
    sys.stdin.read()
"""


def processes_in(folder: Path) -> list[int]:
    return [one.pid for one in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(one.info["cmdline"] or [])]


@pytest.mark.slow
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_process_leaves_no_server_and_no_folder(ended_by: signal.Signals) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )  # fmt: skip
    assert starter.stdout is not None
    folder = Path(json.loads(starter.stdout.readline()))
    assert len(processes_in(folder)) >= 3  # the database server, the SFTP server, and who watches over them

    starter.send_signal(ended_by)
    starter.communicate()

    wait_until(lambda: not folder.exists() and not processes_in(folder), "its servers and its data are gone")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A place that stands for the machine's memory, with room, where TMPDIR names no other."""
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(lifetime, "_MEMORY", tmp_path)
    monkeypatch.setattr(lifetime, "_PLENTY", 0)
    return str(tmp_path)


def test_what_is_thrown_away_stands_in_memory(memory: str) -> None:
    assert lifetime.in_memory() == memory
    with lifetime.temporary_folder("pay-jobs-", lifetime.in_memory()) as folder:
        assert str(folder.parent) == memory


def test_a_place_that_tmpdir_names_is_kept_to(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", memory)

    assert lifetime.in_memory() is None


def test_memory_without_plenty_of_room_is_left_alone(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "_PLENTY", 1 << 60)

    assert lifetime.in_memory() is None


def test_a_machine_without_files_in_memory_uses_its_disk(memory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifetime, "_MEMORY", Path(memory) / "none")

    assert lifetime.in_memory() is None
