"""Move a file on an SFTP server, and make sure that it was that file which was moved."""

import hashlib
from contextlib import closing

from config.errors import SourceRefused
from connectors.sftp import UNSAID, RemoteFile, RemoteFileChanged, SftpSession


def move(sftp: SftpSession, file: RemoteFile, path: str, target: str, sha256: str) -> RemoteFile:
    """Rename a file that was read, verify the move, and return what lies there now.

    The sender may put another file in its place at any moment, so what arrived is compared with what was read; if
    it is not the same it goes back. Raises RemoteFileChanged for that, SourceRefused if the server does not do it.
    """
    if not file.unchanged(sftp.stat(path)):
        raise RemoteFileChanged(f"{path} was changed or moved after it was read; the next poll looks at it.")
    sftp.rename(path, target)
    moved = sftp.stat(target)
    if moved is None:
        raise SourceRefused(f"{path} was renamed to {target}, but it is not there. Ask the partner what happened.")
    if not _same_content(sftp, file, moved, target, sha256):
        sftp.rename(target, path)
        raise RemoteFileChanged(f"{path} was replaced while it was moved, and put back; the next poll reads it.")
    if file.unchanged(sftp.stat(path)):
        raise SourceRefused(f"{path} was renamed to {target}, but it is still there too. Ask the partner about it.")
    return moved


def _same_content(sftp: SftpSession, file: RemoteFile, moved: RemoteFile, path: str, sha256: str) -> bool:
    """Size and time tell it; a server that changes the time of what it renames is read again."""
    if moved.size != file.size:
        return False
    return (moved.modified == file.modified != UNSAID) or holds(sftp, moved, path, sha256)


def holds(sftp: SftpSession, file: RemoteFile, path: str, sha256: str) -> bool:
    """Read a file, and return whether it is that content."""
    digest = hashlib.sha256()
    with closing(sftp.read(path, size=file.size)) as chunks:
        for chunk in chunks:
            digest.update(chunk)
    return digest.hexdigest() == sha256
