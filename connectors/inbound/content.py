"""The content of a file that came in, from wherever it lies."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from config.errors import UsageError
from config.settings import SftpSettings
from connectors.inbound.ledger import InboundFile
from connectors.local_copy import local_copy
from connectors.object_store import ObjectStore
from connectors.sftp import connect_sftp, join


@contextmanager
def open_content(
    file: InboundFile, *, store: ObjectStore | None, sftp: SftpSettings | None = None
) -> Iterator[BinaryIO]:
    """Yield the content of a file as a local one; enter it before a transaction begins.

    It comes from the bucket; in a dry run, which stores nothing, from the SFTP server or the local disk.
    """
    if file.object_key is not None and store is not None:
        with store.open(file.object_key) as stream:
            yield stream
    elif "local_path" in file.details:
        with Path(file.details["local_path"]).open("rb") as stream:
            yield stream
    elif file.remote_directory is not None and file.remote_name is not None and sftp is not None:
        path = join(file.remote_directory, file.remote_name)
        with ExitStack() as kept:
            with connect_sftp(sftp) as session, closing(session.read(path, size=file.size_bytes)) as chunks:
                content = kept.enter_context(local_copy(chunks))
            yield content
    else:
        raise UsageError(f"The content of {file.name} (file {file.id}) can only be read with the object store.")
