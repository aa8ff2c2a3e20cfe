"""Keep what a screen cuts short: each long list of a run goes to the object store, whole, as CSV."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import astuple, fields
from decimal import Decimal
from functools import partial
from typing import Any

from config.errors import ConfigError, PayJobsError
from config.masking import mask
from config.settings import ObjectStoreSettings, read
from connectors.local_copy import local_copy
from connectors.object_store import CHUNK_SIZE, ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject, Table
from jobs.spreadsheet import csv_lines
from jobs.terminal import MAX_SHOWN


def store_long_lists(context: RunContext, outcome: Outcome) -> None:
    """Store the lists of a run that are longer than a screen shows, and name them among its artifacts.

    Where no object store is set up nothing is stored; where it is away, a note says so.
    """
    lists = list(_long_lists(outcome))
    if not lists or context.run_id is None:
        return
    settings = _object_store(context)
    if settings is None:
        return
    folder = f"runs/{context.today():%Y/%m/%d}/run-{context.run_id}"
    try:
        with closing(ObjectStore(settings)) as store:
            for number, table in enumerate(lists, 1):
                key = f"{folder}/{number}-{_file_name(table.title)}.csv"
                _put(store, key, csv_lines(table.columns, (map(_masked, row) for row in table.rows)))
                outcome.artifacts.append(key)
    except PayJobsError as error:
        outcome.notes.append(f"Not all of the long lists were stored: {error}")


def _masked(cell: Any) -> Any:
    """Return a cell without secrets; an amount stays a number, also one below nothing."""
    return cell if isinstance(cell, Decimal) else mask(cell)


def _long_lists(outcome: Outcome) -> Iterator[Table]:
    if len(outcome.rejects) > MAX_SHOWN:
        columns = tuple(one.name for one in fields(Reject))
        yield Table("Needs attention", columns, [astuple(reject) for reject in outcome.rejects])
    yield from (table for table in outcome.tables if len(table.rows) > MAX_SHOWN and not table.is_stored)


def _object_store(context: RunContext) -> ObjectStoreSettings | None:
    known = context.read_settings.get(ObjectStoreSettings)
    if isinstance(known, ObjectStoreSettings):
        return known
    try:
        return read(ObjectStoreSettings)
    except ConfigError:
        return None


def _put(store: ObjectStore, key: str, lines: Iterable[str]) -> None:
    with local_copy(line.encode() for line in lines) as content:
        store.put(key, iter(partial(content.read, CHUNK_SIZE), b""))


def _file_name(title: str) -> str:
    """Return a title as the name of a file.

    >>> _file_name("BCR_20220620.csv: 22 payments that bounced")
    'bcr-20220620-csv-22-payments-that-bounced'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "list"
