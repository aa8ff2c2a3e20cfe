"""The content of a file that came in, from wherever it lies."""

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from config.errors import UsageError
from config.settings import SftpSettings
from connectors.byte_stream import ByteStream
from connectors.inbound.ledger import InboundFile
from connectors.object_store import ObjectStore
from connectors.sftp import connect_sftp, join


@contextmanager
def open_content(
    file: InboundFile, *, store: ObjectStore | None, sftp: SftpSettings | None = None
) -> Iterator[BinaryIO]:
    """Give the content of a file as a buffered stream.

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
        with connect_sftp(sftp) as session, closing(session.read(path, size=file.size_bytes)) as chunks:
            yield io.BufferedReader(ByteStream(chunks), 1 << 20)
    else:
        raise UsageError(f"The content of {file.name} (file {file.id}) can only be read with the object store.")
