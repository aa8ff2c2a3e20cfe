"""Files on an SFTP server: list, read, write, rename, remove; every wait has an end.

What the server answers with "no" is SourceRefused, for a person; what it does not answer is SourceUnavailable, for
the next run. After a broken connection the next call connects anew. Connecting, listing and looking are repeated
with growing pauses; what changes something on the server never is, the caller has to look first.
"""

import hashlib
import stat
import struct
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from config.errors import ConfigError, SourceRefused, SourceUnavailable
from config.lean_imports import without
from config.settings import SftpSettings
from connectors.effects import last_checks
from connectors.sftp_protocol import (
    BLOCK,
    WINDOW,
    BlockReader,
    FileAttributes,
    ReceivedBytes,
    SftpClient,
    list_directory,
)
from connectors.ssh_login import PinnedTransport, address, closed_after, open_transport, other_key, setting_name, shut

with without("invoke"):  # for commands in ~/.ssh/config, which is not read
    import paramiko

ATTEMPTS = 3
_LARGEST = 2**63 - 1
UNSAID = -1  # a size or a time that the server does not say

Answer = TypeVar("Answer")


class TransferTooSlow(SourceUnavailable):
    """Nothing was lost: the next run tries again; if it stays slow, raise SFTP_TRANSFER_DEADLINE."""


class RemoteFileMissing(SourceRefused):
    """Look whether somebody else moved the file."""


class RemoteFileChanged(SourceUnavailable):
    """The sender is still writing it: the next run reads it again."""


@dataclass(frozen=True)
class RemoteFile:
    """One entry of a directory.

    size      in bytes; UNSAID where the server leaves it out
    modified  in whole seconds since 1970, as SFTP gives them; UNSAID where the server leaves it out
    """

    name: str
    size: int
    modified: int
    is_regular: bool

    def unchanged(self, other: "RemoteFile | None") -> bool:
        """Whether the other look found the same size and time."""
        return other is not None and self.size != UNSAID and (self.size, self.modified) == (other.size, other.modified)


def repeated(action: Callable[[], Answer]) -> Answer:
    """Do something that may be done twice, up to three times while the server is away."""
    attempts = Retrying(
        stop=stop_after_attempt(ATTEMPTS),
        wait=wait_exponential_jitter(multiplier=0.3, max=3, jitter=0.2),
        retry=retry_if_exception(_worth_repeating),
        reraise=True,
    )
    return attempts(action)


def join(directory: str, name: str) -> str:
    """Return the path of a name in a directory."""
    return f"{directory.rstrip('/')}/{name}"


@contextmanager
def connect_sftp(settings: SftpSettings) -> Iterator["SftpSession"]:
    """Return a session on the server, logged in, and close it afterwards."""
    session = SftpSession(settings)
    try:
        repeated(session.connect)
        yield session
    finally:
        session.close()


class SftpSession:
    """One log-in to an SFTP server, for one thread."""

    def __init__(self, settings: SftpSettings) -> None:
        self._settings = settings
        self._open: tuple[PinnedTransport, SftpClient] | None = None

    def connect(self) -> None:
        """Log in, unless that is done."""
        if self._open is not None:
            return
        transport = open_transport(self._settings)
        try:
            with self._told("opening the SFTP channel"), closed_after(transport, self._settings.connect_timeout):
                channel = transport.open_session(window_size=WINDOW, timeout=self._settings.connect_timeout)
                channel.in_buffer = ReceivedBytes()
                channel.settimeout(self._settings.connect_timeout)
                channel.invoke_subsystem("sftp")
                client = SftpClient(channel)
        except BaseException:
            shut(transport)
            raise
        self._open = transport, client

    def close(self) -> None:
        """End the connection; one that is broken or ended already is no error."""
        opened, self._open = self._open, None
        if opened is not None:
            transport, client = opened
            with suppress(EOFError, OSError, paramiko.SSHException):
                client.close()
            shut(transport)

    def list(self, directory: str) -> list[RemoteFile]:
        """Return the entries of a directory, in the order of their names."""

        def entries() -> list[RemoteFile]:
            with self._on_server(f"listing {directory}", self._settings.transfer_deadline) as client:
                found = list_directory(client, directory)
                return sorted((_remote_file(*entry) for entry in found), key=lambda file: file.name)

        try:
            return repeated(entries)
        except RemoteFileMissing as error:
            raise ConfigError(
                f"{address(self._settings)} has no directory {directory!r} "
                f"(found in {setting_name(self._settings, 'directory')} or the backup setting beside it)."
            ) from error

    def stat(self, path: str, *, follow: bool = False) -> RemoteFile | None:
        """Look at one entry, or at what it leads to where it is a link; None where there is none."""

        def look() -> RemoteFile:
            with self._on_server(f"looking at {path}", self._settings.transfer_deadline) as client:
                return _remote_file(path.rpartition("/")[2], "", client.look_at(path, follow=follow))

        try:
            return repeated(look)
        except RemoteFileMissing:
            return None

    def exists(self, path: str) -> bool:
        """Whether there is an entry of that path."""
        return self.stat(path) is not None

    def read(self, path: str, *, size: int) -> Generator[bytes]:
        """Return the first `size` bytes of a file in order, five megabytes ahead at most; close the iterator.

        The whole transfer, with what the caller does in between, must end within the transfer deadline.
        Raises RemoteFileChanged if the file is shorter, RemoteFileMissing if it is gone.
        """
        with (
            self._on_server(f"reading {path}", self._settings.transfer_deadline) as client,
            client.open(path, "rb") as handle,
        ):
            try:
                yield from BlockReader(client, handle.handle, size).blocks()
            except EOFError as error:
                if not error.args:  # of a broken connection; what the server answers comes with a text
                    raise
                raise RemoteFileChanged(f"{path} became shorter than {size} bytes while it was read.") from error

    def ending(self, path: str, *, size: int) -> bytes:
        """Return the last two bytes of a file of that size, fewer where it has fewer."""
        count = min(size, 2)
        with (
            self._on_server(f"reading the end of {path}", self._settings.transfer_deadline) as client,
            client.open(path, "rb") as handle,
        ):
            handle.seek(size - count)
            last: bytes = handle.read(count)
            return last

    def write(self, directory: str, name: str, chunks: Iterable[bytes]) -> RemoteFile:
        """Put a file in a directory whole or not at all: written aside, read back, then renamed.

        The same content under that name is left as it is; other content is refused.
        """
        path, aside = join(directory, name), join(directory, f".{name}.part")
        digest, size = hashlib.sha256(), 0
        with (
            self._on_server(f"writing {aside}", self._settings.transfer_deadline) as client,
            client.open(aside, "wb") as handle,
        ):
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                for start in range(0, len(chunk), BLOCK):
                    handle.write(chunk[start : start + BLOCK])
        self._compare(aside, size, digest.hexdigest())
        if self.exists(path):
            self._compare(path, size, digest.hexdigest())
            self.remove(aside)
        else:
            last_checks()
            self.rename(aside, path)
        return self._compare(path, size)

    def rename(self, old: str, new: str) -> None:
        """Rename a file; a server refuses to do it onto a name that is taken."""
        with self._on_server(f"renaming {old} to {new}", self._settings.transfer_deadline) as client:
            client.rename(old, new)

    def remove(self, path: str) -> None:
        """Remove a file."""
        with self._on_server(f"removing {path}", self._settings.transfer_deadline) as client:
            client.remove(path)

    def _compare(self, path: str, size: int, sha256: str | None = None) -> RemoteFile:
        found = self.stat(path)
        if found is None:
            raise RemoteFileMissing(
                f"{address(self._settings)}: {path} was written and is gone: the partner or another run took it away "
                "before it was read back."
            )
        if found.size != size:
            raise SourceRefused(f"{address(self._settings)}: {path} has {found.size} bytes, {size} were expected.")
        if sha256 is not None:
            digest = hashlib.sha256()
            with closing(self.read(path, size=size)) as chunks:
                for chunk in chunks:
                    digest.update(chunk)
            if digest.hexdigest() != sha256:
                raise SourceRefused(
                    f"{address(self._settings)}: {path} holds other content than was expected "
                    f"(SHA-256 {digest.hexdigest()[:12]}, expected {sha256[:12]}). It was left as it is."
                )
        return found

    def _is_connected(self) -> bool:
        if self._open is None:
            return False
        transport, client = self._open
        channel = client.get_channel()  # it is closed a moment before its transport says that it is not active
        return transport.is_active() and channel is not None and not channel.closed

    @contextmanager
    def _on_server(self, doing: str, seconds: float) -> Iterator[SftpClient]:
        """Return the client for one action that ends within some seconds, and tell its failures in our words."""
        self.connect()
        assert self._open is not None
        transport, client = self._open
        with self._told(doing), closed_after(transport, seconds) as expired:
            try:
                yield client
            except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError, SourceUnavailable) as error:
                if transport.refused_key is not None:
                    raise SourceRefused(other_key(self._settings, transport.refused_key)) from error
                if not expired.is_set():
                    raise
                raise TransferTooSlow(
                    f"{address(self._settings)}: {doing} took longer than {seconds:g} seconds and was broken off."
                ) from error

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        where = f"{address(self._settings)}: {doing}"
        try:
            yield
        except TransferTooSlow:
            self.close()
            raise
        except FileNotFoundError as error:
            raise RemoteFileMissing(f"{where}: there is no such file or directory.") from error
        except PermissionError as error:
            raise SourceRefused(f"{where}: permission denied. Ask the partner for the right to do it.") from error
        except SourceRefused:
            self.close()
            raise
        except (paramiko.SFTPError, struct.error) as error:
            self.close()
            raise SourceUnavailable(f"{where}: the server's answer is none that SFTP knows: {error}.") from error
        except EOFError as error:
            self.close()
            raise SourceUnavailable(f"{where}: the server closed the connection.") from error
        except (TimeoutError, ConnectionError, paramiko.SSHException) as error:
            self.close()
            raise SourceUnavailable(
                f"{where}: the server fell silent ({str(error) or 'no answer in time'})."
            ) from error
        except OSError as error:
            if not self._is_connected():
                self.close()
                raise SourceUnavailable(f"{where}: the connection broke ({error}).") from error
            raise SourceRefused(f"{where}: the server answered {str(error) or 'with a failure'!r}.") from error


def _worth_repeating(error: BaseException) -> bool:
    return isinstance(error, SourceUnavailable) and not isinstance(error, TransferTooSlow | RemoteFileChanged)


def _remote_file(name: str, long_form: str, attributes: FileAttributes) -> RemoteFile:
    size, mode = attributes.size, attributes.mode
    return RemoteFile(
        name=name,
        size=UNSAID if size is None or size > _LARGEST else size,
        modified=UNSAID if attributes.modified is None else attributes.modified,
        is_regular=stat.S_ISREG(mode) if mode is not None else long_form.startswith("-"),
    )
