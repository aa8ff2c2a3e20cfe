"""The wire under the object store: every call ends by our clock, and an answer has a size.

urllib3's timeouts begin anew with every byte, so the sockets of a call that takes too long are shut. Uploads carry
Content-MD5, which some buckets insist on. Imported with the first request, as the S3 client is.
"""

import base64
import hashlib
import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import urllib3

from config.lean_imports import standing_in
from connectors.deadlines import broken_off_after

# For the administration of servers and buckets, for credentials in files and for archives.
_NOT_USED = {
    "minioadmin": ("MinioAdmin",),
    "lifecycleconfig": ("LifecycleConfig",),
    "notificationconfig": ("NotificationConfig",),
    "replicationconfig": ("ReplicationConfig",),
    "select": ("SelectObjectReader", "SelectRequest"),
    "sseconfig": ("SSEConfig",),
}
with ExitStack() as not_imported:
    for module, names in _NOT_USED.items():
        not_imported.enter_context(standing_in(f"minio.{module}", **dict.fromkeys(names)))
    not_imported.enter_context(standing_in("configparser"))
    not_imported.enter_context(standing_in("tarfile"))
    from minio import Minio
    from minio.helpers import ObjectWriteResult

MAX_ANSWER = 8 * 1024 * 1024


class CheckedUploads(Minio):
    """The S3 client, with the checksum of each body it sends."""

    def _put_object(
        self,
        bucket_name: str,
        object_name: str,
        data: bytes,
        headers: Any = None,
        query_params: Any = None,
    ) -> ObjectWriteResult:
        checksum = base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
        checked = {**(headers or {}), "Content-MD5": checksum}
        return super()._put_object(bucket_name, object_name, data, checked, query_params)


class StoreConnections(urllib3.PoolManager):
    """The connections to one object store, for one thread."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._sockets: weakref.WeakSet[socket.socket] = weakref.WeakSet()
        self._expired = threading.Event()
        self._depth = 0
        self.pool_classes_by_scheme = {
            "http": _pool_of(urllib3.HTTPConnectionPool, urllib3.connection.HTTPConnection, self),
            "https": _pool_of(urllib3.HTTPSConnectionPool, urllib3.connection.HTTPSConnection, self),
        }

    @contextmanager
    def ends_after(self, seconds: float) -> Iterator[threading.Event]:
        """Break off what is done within once the time is over; the event says that it was."""
        self._depth += 1
        try:
            with broken_off_after(seconds, self._break_off):
                yield self._expired
        finally:
            self._depth -= 1
            if not self._depth:
                self._expired.clear()

    def connected(self, opened: socket.socket) -> None:
        """Note a connection; where the time is over, break it off."""
        self._sockets.add(opened)
        if self._expired.is_set():
            raise TimeoutError("the call took longer than it may")

    def urlopen(self, method: str, url: str, redirect: bool = True, **more: Any) -> Any:  # type: ignore[override]
        """Send a request; an answer that is read at once is no larger than answers of S3 are."""
        read_now = more.pop("preload_content", True)
        answer: Any = super().urlopen(method, url, redirect, preload_content=False, **more)
        if read_now:
            content = answer.read(MAX_ANSWER + 1)
            if len(content) > MAX_ANSWER:
                answer.close()
                raise urllib3.exceptions.HTTPError(f"the answer has more than {MAX_ANSWER:,} bytes")
            answer._body = content
            answer.release_conn()
        return answer

    def _break_off(self) -> None:
        self._expired.set()
        for opened in list(self._sockets):
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def _pool_of(pool: Any, connection: Any, wire: StoreConnections) -> Any:
    class TrackedConnection(connection):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            wire.connected(self.sock)

    return type(pool.__name__, (pool,), {"ConnectionCls": TrackedConnection})
