"""Real SFTP servers and a real object store for tests, one of each a test run, emptied before each test.

A folder of tests that needs them imports the fixtures in its conftest.py. The SFTP tests run against the sandbox's
server and against OpenSSH's sshd; where sshd is missing, tests/proofs.py says so.
"""

import atexit
import base64
import getpass
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from pydantic import SecretStr

from config.settings import CasSftpSettings, ObjectStoreSettings
from connectors.object_store import ObjectStore
from sandbox import object_store, sftp_server
from sandbox.lifetime import temporary_folder
from sandbox.object_store import ObjectStorePart
from sandbox.sftp_faults import SftpFaults
from sandbox.sftp_server import SftpPart
from tests.child_process import start_with_us
from tests.waiting import wait_until

SSHD = next((path for path in ("/usr/sbin/sshd", "/usr/local/sbin/sshd") if Path(path).exists()), None)
KINDS = ("asyncssh", "openssh") if SSHD else ("asyncssh",)


@dataclass(frozen=True)
class SftpPlace:
    """An SFTP server with an upload and a backup directory, both also reachable as folders of this machine."""

    kind: str
    values: dict[str, Any]
    upload: Path
    backup: Path
    fault_file: Path = field(default_factory=lambda: Path(os.devnull))

    def settings(self, **changes: Any) -> CasSftpSettings:
        """Return the settings that lead to it, with some changed."""
        return CasSftpSettings(**(self.values | {"settle_seconds": 0, "connect_timeout": 60} | changes))

    @property
    def faults(self) -> SftpFaults:
        """What the sandbox's server is told to do wrong."""
        return SftpFaults(self.fault_file)

    def put(self, name: str, content: bytes | str) -> Path:
        """Let a file arrive."""
        path = self.upload / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def uploaded(self) -> list[str]:
        """Return the names in the upload directory."""
        return sorted(path.name for path in self.upload.iterdir())

    def backed_up(self) -> list[Path]:
        """Return the files in the backup directory."""
        return sorted(self.backup.iterdir())

    def emptied(self) -> "SftpPlace":
        """Remove what an earlier test left."""
        if self.kind == "asyncssh":
            self.faults.clear()
        for folder in (self.upload, self.backup):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        return self


@cache
def storage_folder() -> Path:
    """Return where the servers of this test run keep their files."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(temporary_folder("pay-jobs-storage-"))


@cache
def sftp_part() -> SftpPart:
    """Return the sandbox's SFTP server, started once a test run."""
    part = sftp_server.start(storage_folder())
    atexit.register(part.stop)
    return part


@cache
def object_store_part() -> ObjectStorePart:
    """Return the sandbox's object store, started once a test run."""
    part = object_store.start(storage_folder())
    atexit.register(part.stop)
    return part


def asyncssh_place(part: SftpPart | None = None) -> SftpPlace:
    """Return the sandbox's server, as CAS sees it."""
    part = part or sftp_part()
    root = part.root("cas")
    values = {
        "host": "127.0.0.1",
        "port": part.port,
        "username": "cas",
        "password": SecretStr(part.passwords["cas"]),
        "host_key": part.host_key,
        "directory": "/upload",
        "backup_directory": "/backup",
    }
    return SftpPlace("asyncssh", values, root / "upload", root / "backup", part.faults.path)


@cache
def openssh_place() -> SftpPlace:
    """Return OpenSSH's server, started once a test run, with a key of its own for the user who runs the tests."""
    folder = Path(tempfile.mkdtemp(prefix="pay-jobs-sshd-"))
    return start_openssh(folder, host_key_type="ssh-ed25519")


def start_openssh(folder: Path, *, host_key_type: str) -> SftpPlace:
    """Start OpenSSH's sshd on a free port until the tests end."""
    assert SSHD is not None
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host_key = write_key(folder / "host_key", host_key_type)
    client_key = write_key(folder / "client_key", "ssh-ed25519")
    (folder / "authorized_keys").write_bytes(client_key.export_public_key())
    (folder / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {folder}/authorized_keys\nPermitRootLogin prohibit-password\nMaxStartups 50\n"
        "PasswordAuthentication no\nSubsystem sftp internal-sftp\n"
    )
    with (folder / "sshd.log").open("wb") as log:
        process = start_with_us([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(process.communicate)
    wait_for_port(port)
    values = {
        "host": "127.0.0.1",
        "port": port,
        "username": getpass.getuser(),
        "private_key": folder / "client_key",
        "host_key": public_blob(host_key),
        "directory": str(folder / "upload"),
        "backup_directory": str(folder / "backup"),
    }
    return SftpPlace("openssh", values, folder / "upload", folder / "backup")


def write_key(path: Path, kind: str, passphrase: str | None = None) -> asyncssh.SSHKey:
    """Make a key pair and write its private part."""
    key = asyncssh.generate_private_key(kind)
    with warnings.catch_warnings(action="ignore"):  # a single round keeps nobody out
        path.write_bytes(key.export_private_key(passphrase=passphrase, rounds=1))
    path.chmod(0o600)
    return key


def public_blob(key: asyncssh.SSHKey) -> str:
    """Return the base64 part of a public key."""
    return base64.b64encode(key.public_data).decode()


def wait_for_port(port: int) -> None:
    """Wait until somebody listens."""

    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    wait_until(listens, f"somebody listens at port {port}")


def object_store_settings(**changes: Any) -> ObjectStoreSettings:
    """Return the settings that lead to the test run's object store, with some changed."""
    values = object_store_part().environment()
    named: dict[str, Any] = {
        "endpoint": values["MINIO_ENDPOINT"],
        "access_key": values["MINIO_ACCESS_KEY"],
        "secret_key": values["MINIO_ACCESS_SECRET"],
        "bucket": values["FTP_POLLER_BUCKET_NAME"],
        "secure": False,
    }
    return ObjectStoreSettings(**(named | changes))


@pytest.fixture(params=KINDS)
def sftp_place(request: pytest.FixtureRequest) -> SftpPlace:
    """An empty SFTP server, of each kind in turn."""
    return (openssh_place() if request.param == "openssh" else asyncssh_place()).emptied()


@pytest.fixture
def faulty_place() -> Iterator[SftpPlace]:
    """An empty SFTP server that can be told to fail."""
    place = asyncssh_place().emptied()
    yield place
    place.faults.clear()


@pytest.fixture
def store() -> Iterator[ObjectStore]:
    """An empty bucket of a real object store."""
    made = ObjectStore(object_store_settings())
    for key in list(made.list("")):
        made.remove(key)
    yield made
    made.close()
