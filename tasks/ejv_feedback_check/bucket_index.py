"""The inbox and feedback files in the bucket: finding one by name, and indexing those that are not yet."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from io import BufferedReader
from typing import BinaryIO

from sqlalchemy import text

from config.settings import CgiSettings
from connectors.byte_stream import ByteStream
from connectors.inbound.ledger import find_by_name
from connectors.object_store import ObjectStore
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.file_index import FEEDBACK, INBOX, LineReader, index_file
from tasks.ejv_feedback_check.file_names import SOURCE, is_feedback, may_be_feedback

sql = statements(__package__)

_HASH = re.compile(r"\.[0-9a-f]{12}$", re.ASCII)
_PIECE = 1 << 20
_MOST_INDEXED = 200
_ON_THEIR_WAY = "incoming/"


def index_bucket(context: RunContext, store: ObjectStore, prefixes: Iterable[str] = ("",)) -> Outcome:
    """Index the inbox and feedback files under some prefixes that are not indexed."""
    with context.database.read() as session:
        known = set(session.execute(text("SELECT object_key FROM pay_jobs.cgi_files")).scalars())
    outcome = Outcome()
    for prefix in prefixes:
        for key in store.list(prefix):
            reader = _reader(context.settings(CgiSettings), key)
            if reader is None or key in known or key.startswith(_ON_THEIR_WAY):
                continue
            context.stop.check()
            context.progress.step(key)
            index_object(context, store, key, reader)
            outcome.counts["files_indexed"] += 1
    return outcome


def index_object(context: RunContext, store: ObjectStore, key: str, reader: LineReader) -> None:
    """Index one object, unless that is done."""
    digest = sha256()
    with store.open(key) as content, context.database.begin() as session:
        stream = BufferedReader(ByteStream(_hashed(content, digest)), _PIECE)
        index_file(
            session, stream, reader, object_key=key, name=file_name(key), now=context.clock(),
            content_hash=digest.hexdigest,
        )  # fmt: skip


def _hashed(content: BinaryIO, digest: "hashlib._Hash") -> Iterator[bytes]:
    while chunk := content.read(_PIECE):
        digest.update(chunk)
        yield chunk


def file_name(key: str) -> str:
    """Return the file's own name in the key of an object, without the part of its hash that we add.

    >>> file_name("cgi/2026/11/17/FEEDBACK.F3535.20261117214512.0123456789ab")
    'FEEDBACK.F3535.20261117214512'
    """
    return _HASH.sub("", key.rpartition("/")[2])


def find_inbox(context: RunContext, store: ObjectStore, name: str) -> str | None:
    """Return the key of the stored inbox file of that name: where it is kept once sent, or where it is indexed."""
    return _find(context, store, name, "inbox", context.settings(CgiSettings).processed_folder)


def find_untaken_feedback(context: RunContext, store: ObjectStore, name: str) -> str | None:
    """Return the key of a feedback file of that name in the bucket that the ledger does not know, None without one."""
    with context.database.read() as session:
        is_known = bool(find_by_name(session, SOURCE, name))
        key: str | None = sql.run(session, "find_untaken_key", name=name).scalar_one_or_none()
    return key if is_known else _find(context, store, name, "feedback", context.settings(CgiSettings).feedback_folder)


def index_outstanding(context: RunContext, store: ObjectStore) -> Outcome:
    """Index the inbox files of the batches that are outstanding, so that the check knows what is in them."""
    folder = context.settings(CgiSettings).processed_folder
    with context.database.read() as session:
        names = list(sql.run(session, "list_unindexed_inboxes", limit=_MOST_INDEXED).scalars())
    outcome = Outcome()
    for name in names:
        key = f"{folder}/{name}"
        if store.size_of(key):
            context.stop.check()
            index_object(context, store, key, INBOX)
            outcome.counts["files_indexed"] += 1
    return outcome


def _find(context: RunContext, store: ObjectStore, name: str, kind: str, folder: str) -> str | None:
    with context.database.read() as session:
        indexed = session.execute(
            text("SELECT object_key FROM pay_jobs.cgi_files WHERE name = :name AND kind = :kind ORDER BY id"),
            {"name": name, "kind": kind},
        )
        keys = [f"{folder}/{name}", *indexed.scalars()]
    return next((key for key in keys if store.size_of(key) is not None), None)


def _reader(settings: CgiSettings, key: str) -> LineReader | None:
    name = file_name(key)
    if name.upper().endswith(settings.trigger_ending.upper()):
        return None
    if name.startswith(settings.inbox_prefix):
        return INBOX
    is_theirs = key.startswith(f"{settings.feedback_folder}/") and may_be_feedback(settings, name)
    return FEEDBACK if is_theirs or is_feedback(settings, name) else None
