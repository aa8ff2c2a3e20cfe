"""The S3 bucket that keeps every file, through the `minio` client.

Timeouts are short and retries few; one part is under way at a time, so memory stays flat; every response is given
back to the pool. What was stored is read back and compared before anybody relies on it. The client is imported with
the first request: a poll that finds nothing does not pay for it.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO, cast

from config.errors import ConfigError, InputRefused, PayJobsError, SourceRefused, SourceUnavailable
from config.settings import ObjectStoreSettings
from connectors.byte_stream import ByteStream
from connectors.local_copy import local_copy

if TYPE_CHECKING:
    from minio import Minio
    from minio.error import S3Error

    from connectors.object_store_http import StoreConnections

CONNECT_SECONDS = 5
READ_SECONDS = 30
CALL_SECONDS = 120
TRANSFER_SECONDS = 3600
PART_SIZE = 5 * 1024 * 1024
CHUNK_SIZE = 1024 * 1024
_MISSING = {"NoSuchKey", "NoSuchObject", "ResourceNotFound"}
_SERVER_ERROR = 500
_TRY_AGAIN = {408, 425, 429}
_CLOCK = "The clocks of this machine and of the object store differ by too much: set the clock right (NTP)."
_KEYS = "Check MINIO_ACCESS_KEY, MINIO_ACCESS_SECRET and the rights on the bucket."
_ROOM = "The object store has no room for it: ask whoever runs it for more."
_PLACE = "Check MINIO_ENDPOINT and the name of the bucket: it is kept elsewhere, or cannot be called that."
_CHECKSUM = "The bucket wants another checksum than Content-MD5: ask whoever runs it to take that one."
_LOCK = "The bucket keeps what it has from being written over or removed: ask whoever runs it for the right to."
_ADVICE = {
    "RequestTimeTooSkewed": _CLOCK, "RequestExpired": _CLOCK, "RequestNotYetValid": _CLOCK,
    "EntityTooLarge": _ROOM, "QuotaExceeded": _ROOM, "XMinioAdminBucketQuotaExceeded": _ROOM,
    "PermanentRedirect": _PLACE, "TemporaryRedirect": _PLACE, "AuthorizationHeaderMalformed": _PLACE,
    "IllegalLocationConstraintException": _PLACE, "InvalidBucketName": _PLACE, "InvalidRegion": _PLACE,
    "MissingContentMD5": _CHECKSUM, "InvalidDigest": _CHECKSUM,
    "RetentionPolicyNotMet": _LOCK, "ObjectUnderActiveHold": _LOCK,
    "ObjectLocked": _LOCK, "InvalidObjectState": _LOCK, "MethodNotAllowed": _LOCK,
}  # fmt: skip
_DENIED = {401, 403}
_DAMAGED = {"BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "RequestTimeout"}


class ObjectMissing(InputRefused):
    """Nothing was applied. Find out who removed the object from the bucket, or have the file sent again."""

    title = "file missing"


@dataclass(frozen=True)
class StoredObject:
    """What was put under a key."""

    key: str
    size: int
    sha256: str


def object_key(source: str, day: date, name: str, sha256: str) -> str:
    """Return the key of a file: where it came from, its day, its name, and what it holds.

    >>> object_key("CAS", date(2026, 11, 5), "BCR_PAYMENT_APPL_20261105.csv", "ab34" * 16)
    'cas/2026/11/05/BCR_PAYMENT_APPL_20261105.csv.ab34ab34ab34'
    """
    return f"{source.lower()}/{day:%Y/%m/%d}/{name}.{sha256[:12]}"


class ObjectStore:
    """One bucket. Errors: SourceUnavailable, SourceRefused, ConfigError, ObjectMissing."""

    def __init__(self, settings: ObjectStoreSettings) -> None:
        self.bucket = settings.bucket
        self.settlement_folder = settings.settlement_folder
        self._settings = settings
        self._where = f"the bucket {settings.bucket!r} at {settings.endpoint}"

    @cached_property
    def _pool(self) -> "StoreConnections":
        import urllib3

        from connectors.object_store_http import StoreConnections

        retries = urllib3.Retry(total=2, backoff_factor=0.3, status_forcelist=[500, 502, 503, 504])
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        return StoreConnections(timeout=timeout, retries=retries, maxsize=4)

    @cached_property
    def _client(self) -> "Minio":
        from connectors.object_store_http import CheckedUploads

        return CheckedUploads(
            self._settings.endpoint,
            access_key=self._settings.access_key.get_secret_value(),
            secret_key=self._settings.secret_key.get_secret_value(),
            secure=self._settings.secure,
            http_client=self._pool,
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        if "_pool" in self.__dict__:
            self._pool.clear()

    def check(self) -> None:
        """Raise if the bucket cannot be used."""
        with self._told("looking for"):
            found = self._client.bucket_exists(self.bucket)
        if not found:
            raise ConfigError(f"There is no {self._where.removeprefix('the ')}. Create it, or name another one.")

    def put(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        """Store a stream under a key and hash it on the way; one part of five megabytes is held at a time."""
        counted = _CountedBody(chunks)
        stream = cast(BinaryIO, ByteStream(iter(counted)))
        with self._told(f"storing {key!r} in", TRANSFER_SECONDS):
            self._client.put_object(self.bucket, key, stream, length=-1, part_size=PART_SIZE, num_parallel_uploads=1)
        stored = StoredObject(key, counted.size, counted.digest.hexdigest())
        self._compare(stored, "size", stored.size, self.size_of(key))
        return stored

    def put_verified(self, key: str, chunks: Iterable[bytes]) -> StoredObject:
        """Store a stream, read it back, and remove it again if it is not the same."""
        stored = self.put(key, chunks)
        self.verify(stored)
        return stored

    def copy_verified(self, stored: StoredObject, key: str) -> StoredObject:
        """Copy an object inside the bucket under another key, and read the copy back."""
        from minio.commonconfig import CopySource

        copy = StoredObject(key, stored.size, stored.sha256)
        with self._told(f"copying {stored.key!r} to {key!r} in"):
            self._client.copy_object(self.bucket, key, CopySource(self.bucket, stored.key))
        self.verify(copy)
        return copy

    def verify(self, stored: StoredObject) -> None:
        """Read an object back; one that differs from what was put there is removed and reported."""
        digest, size = hashlib.sha256(), 0
        with closing(self.read(stored.key)) as chunks:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
        self._compare(stored, "size", stored.size, size)
        self._compare(stored, "SHA-256", stored.sha256, digest.hexdigest())

    def read(self, key: str) -> Generator[bytes]:
        """Return the content of an object in chunks of up to a megabyte; close the iterator."""
        with self._told(f"reading {key!r} from", TRANSFER_SECONDS):
            response = self._client.get_object(self.bucket, key)
            try:
                yield from response.stream(CHUNK_SIZE)
            finally:
                response.close()
                response.release_conn()

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Yield the whole content of an object as a local file; enter it before a transaction begins."""
        with closing(self.read(key)) as chunks, local_copy(chunks) as content:
            yield content

    def size_of(self, key: str) -> int | None:
        """Return the size of an object, None where there is none."""
        try:
            with self._told(f"looking at {key!r} in"):
                return self._client.stat_object(self.bucket, key).size
        except ObjectMissing:
            return None

    def list(self, prefix: str) -> Iterator[str]:
        """Return the keys that begin with a prefix, in order."""
        with self._told(f"listing {prefix!r} in"):
            for item in self._client.list_objects(self.bucket, prefix=prefix, recursive=True):
                if item.object_name is not None and not item.is_dir:
                    yield item.object_name

    def remove(self, key: str) -> None:
        """Remove an object; one that is not there is no error."""
        with self._told(f"removing {key!r} from"):
            self._client.remove_object(self.bucket, key)

    def _compare(self, stored: StoredObject, what: str, expected: object, found: object) -> None:
        if found != expected:
            self.remove(stored.key)
            raise SourceUnavailable(
                f"{stored.key!r} in {self._where} was not stored as it was sent: its {what} is {found}, "
                f"expected {expected}. The object was removed."
            )

    @contextmanager
    def _told(self, doing: str, seconds: float = CALL_SECONDS) -> Iterator[None]:
        from xml.etree.ElementTree import ParseError

        import urllib3

        pool = self._pool  # whose module imports minio without what it takes along
        from minio.error import InvalidResponseError, MinioException, S3Error

        where = f"{doing} {self._where}"
        with pool.ends_after(seconds) as expired:
            try:
                yield
            except S3Error as error:
                raise self._s3_error(where, error) from error
            except InvalidResponseError as error:
                raise self._no_s3(where, error._code) from error
            except (ParseError, ValueError) as error:
                raise self._no_s3(where, None) from error
            except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
                if expired.is_set():
                    late = f"{where} took longer than {seconds:g} seconds and was broken off."
                    raise SourceUnavailable(_sentence(late)) from error
                if isinstance(error, OSError):
                    raise  # of whoever gives the content
                raise self._no_answer(where, error) from error

    def _no_answer(self, where: str, error: Exception) -> PayJobsError:
        from access.bounded_http import refused_certificate

        certificate = refused_certificate(error, self._settings.endpoint)
        if certificate is None:
            return SourceUnavailable(_sentence(f"{where} failed: {_reason(error)}."))
        todo = "Have it renewed, or our CA bundle (SSL_CERT_FILE); check MINIO_ENDPOINT."
        return SourceRefused(_sentence(f"{where} was not begun: {certificate}. {todo}"))

    def _no_s3(self, where: str, status: int | None) -> PayJobsError:
        """Return what an answer means that is not S3's, like a page of a proxy or of the store's console."""
        code = f" (status {status})" if status else ""
        told = _sentence(f"{where} was answered with something that is not S3's{code}.")
        if status is not None and (status >= _SERVER_ERROR or status in _TRY_AGAIN):
            return SourceUnavailable(told)
        return ConfigError(f"{told} Check MINIO_ENDPOINT: is it the store's own port, with no page in front of it?")

    def _s3_error(self, doing: str, error: "S3Error") -> PayJobsError:
        code = error.code or "no code"
        if code in _MISSING:
            return ObjectMissing(_sentence(f"{doing}: there is no such object."))
        if code == "NoSuchBucket":
            return ConfigError(f"There is no {self._where.removeprefix('the ')}. Create it, or name another one.")
        told = _sentence(f"{doing} was answered with {code}: {(error.message or '').rstrip('.')}.")
        status = error.response.status
        if status >= _SERVER_ERROR or status in _TRY_AGAIN or code in _DAMAGED:
            return SourceUnavailable(told)
        usual = _KEYS if status in _DENIED else "Ask whoever runs the object store, with this code."
        if code == "InvalidRequest" and "md5" in told.lower():
            usual = _CHECKSUM
        return SourceRefused(f"{told} {_ADVICE.get(code, usual)}")


class _CountedBody:
    """Chunks that are hashed and counted as they pass."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.digest = hashlib.sha256()
        self.size = 0
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.digest.update(chunk)
            self.size += len(chunk)
            yield chunk


def _reason(error: Exception) -> str:
    import urllib3

    cause = error.reason if isinstance(error, urllib3.exceptions.MaxRetryError) and error.reason else error
    return str(cause).rstrip(".")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
