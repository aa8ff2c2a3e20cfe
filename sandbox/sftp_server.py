"""The SFTP server of the sandbox, for CAS and CGI: asyncssh, in a process of its own, on the loopback.

Each user sees a folder of their own as the root: `cas` with upload/ and backup/, `cgi` with data/ and backup/. Host
key, passwords and client keys are made once and kept in the state folder, readable by its owner only. For tests it
can be told to fail (sftp_faults.py).
"""

import argparse
import asyncio
import errno
import json
import os
import posixpath
import secrets
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncssh

from sandbox.detached import DetachedProcess, private_folder, write_private
from sandbox.sftp_faults import SftpFaults

FOLDERS = {"cas": ("upload", "backup"), "cgi": ("data", "backup")}
_STALL_SECONDS = 3600


@dataclass(frozen=True)
class SftpPart:
    """The running server."""

    folder: Path
    port: int
    host_key: str
    passwords: dict[str, str]

    def environment(self) -> dict[str, str]:
        """Return the settings that lead to it."""
        return {
            "CAS_SFTP_HOST": "127.0.0.1",
            "CAS_SFTP_PORT": str(self.port),
            "CAS_SFTP_HOST_KEY": self.host_key,
            "CAS_SFTP_USER_NAME": "cas",
            "CAS_SFTP_PASSWORD": self.passwords["cas"],
            "CAS_SFTP_DIRECTORY": "/upload",
            "CAS_SFTP_BACKUP_DIRECTORY": "/backup",
            "CGI_SFTP_USER_NAME": "cgi",
            "CGI_SFTP_PASSWORD": self.passwords["cgi"],
            "CGI_SFTP_DIRECTORY": "/data",
            "CGI_SFTP_BACKUP_DIRECTORY": "/backup",
        }

    @property
    def faults(self) -> SftpFaults:
        """What it is told to do wrong."""
        return SftpFaults(self.folder / "faults.json")

    def root(self, user: str) -> Path:
        """Return the folder on this machine that a user sees as the root."""
        return self.folder / "files" / user

    def client_key(self, user: str) -> Path:
        """Return the private key a user may log in with."""
        return self.folder / f"{user}_key"

    def stop(self) -> None:
        """Stop it; the files stay."""
        _process(self.folder).kill()

    def start_again(self) -> None:
        """Start it where it was, on the same port."""
        _start(self.folder, self.port)


def start(state_dir: Path, *, host_key_type: str = "ssh-ed25519") -> SftpPart:
    """Start it, or join it where it runs already."""
    running = find_running(state_dir)
    if running is not None:
        return running
    folder = private_folder(state_dir.resolve() / "sftp")
    for user, names in FOLDERS.items():
        for name in names:
            (folder / "files" / user / name).mkdir(parents=True, exist_ok=True)
        _make_key(folder / f"{user}_key", "ssh-ed25519")
    _make_key(folder / "host_key", host_key_type)
    if not (folder / "passwords.json").exists():
        write_private(folder / "passwords.json", json.dumps({user: secrets.token_urlsafe(18) for user in FOLDERS}))
    _start(folder, 0)
    return _part(folder)


def _start(folder: Path, port: int) -> None:
    (folder / "ready.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "sandbox.sftp_server", str(folder), "--port", str(port)]
    _process(folder).start(command, (folder / "ready.json").exists)


def find_running(state_dir: Path) -> SftpPart | None:
    """Return the part if it runs."""
    folder = state_dir.resolve() / "sftp"
    return _part(folder) if _process(folder).is_running() else None


def _process(folder: Path) -> DetachedProcess:
    return DetachedProcess(folder, "sftp_server")


def _part(folder: Path) -> SftpPart:
    ready = json.loads((folder / "ready.json").read_text(encoding="utf-8"))
    passwords = json.loads((folder / "passwords.json").read_text(encoding="utf-8"))
    return SftpPart(folder=folder, port=ready["port"], host_key=ready["host_key"], passwords=passwords)


def _make_key(path: Path, kind: str) -> None:
    if not path.exists():
        key = asyncssh.generate_private_key(kind)
        path.with_name(f"{path.name}.pub").write_bytes(key.export_public_key())
        write_private(path, key.export_private_key().decode())


class _Users(asyncssh.SSHServer):
    """Who may log in, with which password or key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passwords = json.loads((folder / "passwords.json").read_text(encoding="utf-8"))

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    def begin_auth(self, username: str) -> bool:
        if username in FOLDERS:
            keys = (self._folder / f"{username}_key.pub").read_text(encoding="utf-8")
            self._connection.set_authorized_keys(asyncssh.import_authorized_keys(keys))
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        expected = self._passwords.get(username)
        return expected is not None and secrets.compare_digest(expected.encode(), password.encode())


class _Files(asyncssh.SFTPServer):
    """The files of one user, with the faults that are asked for."""

    def __init__(self, channel: "asyncssh.SSHServerChannel[bytes]", folder: Path) -> None:
        user = channel.get_extra_info("username")
        super().__init__(channel, chroot=str(folder / "files" / user).encode())
        self._faults = SftpFaults(folder / "faults.json")
        self._read = 0

    def map_path(self, path: bytes) -> bytes:
        denied = self._faults.get("deny_directory")
        if denied and posixpath.normpath(posixpath.join(b"/", path)).startswith(denied.encode()):
            raise asyncssh.SFTPPermissionDenied("denied for a test")
        return super().map_path(path)

    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        self._read += size
        if self._read > (self._faults.get("drop_after_bytes") or sys.maxsize):
            self._faults.happened()
            self.connection.abort()
        if self._read > (self._faults.get("stall_after_bytes") or sys.maxsize):
            self._faults.happened()
            await asyncio.sleep(_STALL_SECONDS)
        data = super().read(file_obj, offset, size)
        assert isinstance(data, bytes)
        return data

    def write(self, file_obj: object, offset: int, data: bytes) -> Any:
        if self._faults.get("disk_full"):
            self._faults.happened()
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(file_obj, offset, data)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        async for name in super().scandir(path):
            if self._faults.get("unsaid_sizes"):
                name.attrs.size = None
            yield name

    def lstat(self, path: bytes) -> Any:
        found = super().lstat(path)
        if self._faults.get("unsaid_sizes") != "always":
            return found
        attributes = asyncssh.SFTPAttrs.from_local(cast(os.stat_result, found))
        attributes.size = None
        return attributes

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        if self._faults.get("refuse_rename"):
            self._faults.happened()
            raise asyncssh.SFTPFailure("the rename was refused for a test")
        return super().rename(oldpath, newpath)


async def serve(folder: Path, port: int) -> None:
    """Listen on a port, any for 0, until the process is ended; says in ready.json where, and with which host key."""
    server = await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: _Users(folder),
        server_host_keys=[str(folder / "host_key")],
        sftp_factory=lambda channel: _Files(channel, folder),
        allow_scp=False,
    )
    blob = (folder / "host_key.pub").read_text().split()[1]
    write_private(folder / "ready.json", json.dumps({"port": server.sockets[0].getsockname()[1], "host_key": blob}))
    await server.wait_closed()


def main() -> None:
    """Serve the folder that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.folder, arguments.port))


if __name__ == "__main__":
    main()
