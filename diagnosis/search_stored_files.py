"""Search the settlement files in the object store that we did not apply (evidence E5).

These are the ones we hold, and those that only the service before us noted, applied or left in its folder. They are
read as PAD_RECONCILE reads them; a damaged file is searched as text too.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date

from config.errors import ConfigError, FormatError, PayJobsError
from config.settings import ObjectStoreSettings, read
from connectors.formats.settlement import read_settlement
from connectors.inbound.holds import HoldKind
from connectors.object_store import ObjectMissing, ObjectStore
from diagnosis.evidence import SettlementTrace
from diagnosis.settlement_files import NEVER_NOTED, KnownFile, WaitingFiles, day_of
from jobs.run.context import RunContext

MOST_FILES = 200
_NUMBER = re.compile(r"[A-Za-z]{2,10}\d{5,20}(?:-\w{1,20}){0,2}")
_NSF_ROW = re.compile(r"\bnot paid\b|\b(?:PADR|PAYR)\b(?!.*\bfully paid\b)", re.IGNORECASE)


@contextmanager
def open_store(context: RunContext) -> Iterator[ObjectStore | None]:
    """Yield the object store, None where none is set up."""
    try:
        known = context.read_settings.get(ObjectStoreSettings)
        settings = known if isinstance(known, ObjectStoreSettings) else read(ObjectStoreSettings)
    except ConfigError:
        yield None
        return
    with closing(ObjectStore(settings)) as store:
        yield store


def search_stored_files(
    files: list[KnownFile], numbers: frozenset[str], store: ObjectStore | None, *, today: date
) -> WaitingFiles:
    """Return what stands in the files whose rows we do not have, and why some of them could not be read.

    numbers  what is looked for in files that the service before us processed
    """
    waiting = Counter(file.name for file in files if file.is_ours)
    found = WaitingFiles(
        today,
        days={day for file in files if (day := day_of(file.name)) is not None},
        shared_names=frozenset(name for name, number in waiting.items() if number > 1),
    )
    if store is None:
        unread = sum(not file.is_processed or (file.is_earlier and bool(numbers)) for file in files)
        found.problem = f"no object store: {unread} settlement files were not searched" if unread else None
        return found
    try:
        unread_files = _unread(files, numbers, store)
        for file, key in unread_files[-MOST_FILES:]:
            _search(found, file, key, numbers, store)
        if len(unread_files) > MOST_FILES:
            found.add_problem(f"only the newest {MOST_FILES} of {len(unread_files)} stored files were searched")
    except PayJobsError as error:
        found.add_problem(f"stored settlement files could not be searched: {error}")
    return found


def _unread(files: list[KnownFile], numbers: frozenset[str], store: ObjectStore) -> list[tuple[KnownFile, str]]:
    folder = f"{store.settlement_folder}/"
    waiting = [
        (file, file.object_key or folder + file.name)
        for file in files
        if not file.is_processed or (file.is_earlier and numbers)
    ]
    names = {file.name for file in files}
    for key in store.list(folder):
        name = key.removeprefix(folder)
        if day_of(name) is not None and name not in names:
            waiting.append((KnownFile(name, NEVER_NOTED, key, False), key))
    return sorted(waiting, key=lambda pair: (pair[0].is_ours, pair[0].name, pair[0].hold != HoldKind.CUT_OFF))


def _search(found: WaitingFiles, file: KnownFile, key: str, numbers: frozenset[str], store: ObjectStore) -> None:
    try:
        damage = _search_rows(found, file, key, numbers, store)
        if damage is not None:
            found.add_problem(f"{damage.rstrip('.')}; it was searched as text")
            _search_text(found, file, key, numbers, store)
    except ObjectMissing:
        if not file.is_processed:
            found.add_problem(f"{file.name} ({file.state}) is not in the object store and was not searched")
        return
    day = day_of(file.name)
    if day is not None:
        found.days.add(day)


def _search_rows(
    found: WaitingFiles, file: KnownFile, key: str, numbers: frozenset[str], store: ObjectStore
) -> str | None:
    """Search a file as PAD_RECONCILE reads it, and return why some of it could not be read."""
    damage = None
    try:
        with closing(store.read(key)) as content:
            for row in read_settlement(content, source=file.name):
                if row.problem is not None:
                    damage = damage or f"{file.name} line {row.line}: {row.problem}"
                if not row.target_number:
                    continue
                if not file.is_processed:
                    found.numbers[row.target_number] = file
                    found.bounces[file] += row.is_bounce
                elif row.target_number in numbers:
                    outcome = f"'{row.status}', processed by the service before us"
                    found.earlier[row.target_number] = SettlementTrace(file.name, row.line, outcome)
    except FormatError as error:
        return str(error)
    return damage


def _search_text(found: WaitingFiles, file: KnownFile, key: str, numbers: frozenset[str], store: ObjectStore) -> None:
    """Look for numbers wherever they stand in a file that is damaged, as one that failed may be."""
    found.bounces[file] = 0
    with store.open(key) as stream, io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as lines:
        for place, line in enumerate(lines, 1):
            text = line.replace("\x00", "")
            if file.is_processed:
                for number in numbers.intersection(_NUMBER.findall(text)):
                    found.earlier[number] = SettlementTrace(file.name, place, "processed by the service before us")
            else:
                found.numbers |= dict.fromkeys(_NUMBER.findall(text), file)
                found.bounces[file] += bool(_NSF_ROW.search(text))
