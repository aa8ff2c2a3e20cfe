"""Which settlement files are known, and which numbers stand in those that are not processed (evidence E5).

Files that we applied have their rows in pay_jobs.settlement_rows. The others are read from the object store, where
there is one: those we hold, and those that only the service before us noted, applied or left in its folder.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from config.errors import PayJobsError
from connectors.object_store import ObjectMissing, ObjectStore
from database.sql import statements
from tasks.stale_invoice_report.evidence import Settlement

sql = statements(__package__)

EARLIER_FOLDER = "ar/"
MOST_FILES = 200
_NEVER_NOTED = "stored, never noted"
_DAY = re.compile(r"_(\d{4})(\d{2})(\d{2})\.csv$", re.IGNORECASE)
_TARGET = "target transaction number"
_STATUS = "target transaction status"
_NUMBER = re.compile(r"[A-Za-z]{2,10}\d{5,20}(?:-\w{1,20}){0,2}")
_NOT_PAID = re.compile(r"\bnot paid\b", re.IGNORECASE)
_DAYS_TO_MISS = 5
_MOST_PROBLEMS = 5


@dataclass(frozen=True)
class KnownFile:
    """A settlement file, whether it is processed, and whether it was so by the service before us."""

    name: str
    state: str
    object_key: str | None
    is_processed: bool
    is_earlier: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether we hold it and did not apply it: it failed, is held, or waits."""
        return self.object_key is not None and not self.is_processed and self.state != _NEVER_NOTED


@dataclass
class WaitingFiles:
    """The numbers in files that are not processed, and the days of all known files.

    earlier  where a number that is open stands in a file that the service before us processed
    problem  why they could not all be looked at
    """

    numbers: dict[str, KnownFile] = field(default_factory=dict)
    earlier: dict[str, Settlement] = field(default_factory=dict)
    bounces: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    problem: str | None = None

    def add_to(self, settlement: Settlement, number: str | None, sent_on: date | None, today: date) -> Settlement:
        """Add what these files say of a number to what the applied ones say."""
        file = self.numbers.get(number or "")
        if settlement.file is None and (before := self.earlier.get(number or "")) is not None:
            settlement = settlement._replace(file=before.file, line=before.line, outcome=before.outcome)
        return settlement._replace(
            waiting_file=file.name if file else None,
            waiting_state=file.state if file else None,
            waiting_bounces=self.bounces[file.name] if file else 0,
            missing_days=self._missing(sent_on, today) if settlement.file is None and file is None else (),
        )

    def add_problem(self, problem: str) -> None:
        """Note why a file could not be looked at; the first few are told."""
        said = self.problem.split("; ") if self.problem else []
        if len(said) < _MOST_PROBLEMS:
            self.problem = "; ".join([*said, problem])

    def _missing(self, sent_on: date | None, today: date) -> tuple[date, ...]:
        if sent_on is None or not self.days:
            return ()
        first = min(self.days)  # of what came before it nothing can be said
        days = (sent_on + timedelta(days=number) for number in range(1, _DAYS_TO_MISS + 1))
        return tuple(day for day in days if first <= day < today and day not in self.days)  # today's may come yet


def known_files(session: Session) -> list[KnownFile]:
    """Give every settlement file that is known."""
    return [KnownFile(*tuple(row)) for row in sql.run(session, "list_settlement_files").all()]


def open_numbers(session: Session, files: list[KnownFile]) -> frozenset[str]:
    """Give the CFS numbers that may stand in a file of the service before us; none where it left no file."""
    if not any(file.is_earlier for file in files):
        return frozenset()
    return frozenset(sql.run(session, "list_open_numbers").scalars())


def search_waiting(files: list[KnownFile], numbers: frozenset[str], store: ObjectStore | None) -> WaitingFiles:
    """Read the files whose rows we do not have; what cannot be read weakens the report and is said.

    numbers  what is looked for in files that the service before us processed
    """
    found = WaitingFiles(days={day for file in files if (day := _day_of(file.name)) is not None})
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
    waiting = [
        (file, file.object_key or EARLIER_FOLDER + file.name)
        for file in files
        if not file.is_processed or (file.is_earlier and numbers)
    ]
    names = {file.name for file in files}
    for key in store.list(EARLIER_FOLDER):
        name = key.removeprefix(EARLIER_FOLDER)
        if _day_of(name) is not None and name not in names:
            waiting.append((KnownFile(name, _NEVER_NOTED, key, False), key))
    return sorted(waiting, key=lambda pair: (pair[0].is_ours, pair[0].name))


def _search(found: WaitingFiles, file: KnownFile, key: str, numbers: frozenset[str], store: ObjectStore) -> None:
    try:
        try:
            with store.open(key) as stream, _lines(stream) as lines:
                _search_rows(found, file, _targets(lines), numbers)
        except _Damaged as damage:
            found.add_problem(f"{file.name} {damage.of(file)}; it was searched as text")
            with store.open(key) as stream, _lines(stream) as lines:
                _search_damaged(found, file, lines, numbers)
    except ObjectMissing:
        if not file.is_processed:
            found.add_problem(f"{file.name} ({file.state}) is not in the object store and was not searched")
        return
    day = _day_of(file.name)
    if day is not None:
        found.days.add(day)


def _search_rows(
    found: WaitingFiles, file: KnownFile, rows: Iterable[tuple[int, str, str]], numbers: frozenset[str]
) -> None:
    for line, number, status in rows:
        if not file.is_processed:
            found.numbers[number] = file
            found.bounces[file.name] += status.casefold() == "not paid"
        elif number in numbers:
            outcome = f"'{status}', processed by the service before us"
            found.earlier[number] = Settlement(file.name, line, outcome)


def _search_damaged(found: WaitingFiles, file: KnownFile, lines: Iterable[str], numbers: frozenset[str]) -> None:
    """Look for numbers wherever they stand in a file that is no settlement CSV, as one that failed may be."""
    found.bounces[file.name] = 0
    for place, line in enumerate(lines, 1):
        text = line.replace("\x00", "")
        if file.is_processed:
            for number in numbers.intersection(_NUMBER.findall(text)):
                found.earlier[number] = Settlement(file.name, place, "processed by the service before us")
        else:
            found.numbers |= dict.fromkeys(_NUMBER.findall(text), file)
            found.bounces[file.name] += bool(_NOT_PAID.search(text))


def _lines(stream: BinaryIO) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, "utf-8-sig", "replace", newline="")


class _Damaged(Exception):
    """The file is no settlement CSV, or not one to its end."""

    def of(self, file: KnownFile) -> str:
        """Return what is wrong with a file, as it follows its name."""
        cause = self.__cause__
        return f"is no CSV from some line on ({cause})" if cause else f"({file.state}) has no column '{_TARGET}'"


def _targets(lines: io.TextIOWrapper) -> Iterator[tuple[int, str, str]]:
    """Return line, number and status of each row. Raises _Damaged where the file cannot be read by its columns."""
    try:
        yield from _rows(csv.reader(lines, strict=True))
    except csv.Error as error:
        raise _Damaged from error


def _rows(rows: Any) -> Iterator[tuple[int, str, str]]:
    header = [name.strip().casefold() for name in next(rows, [])]
    if _TARGET not in header:
        raise _Damaged
    number, status = header.index(_TARGET), header.index(_STATUS) if _STATUS in header else len(header)
    for row in rows:
        if len(row) > number and row[number].strip():
            yield rows.line_num, row[number].strip(), row[status].strip() if len(row) > status else ""


def _day_of(name: str) -> date | None:
    matched = _DAY.search(name)
    try:
        return date(*map(int, matched.groups())) if matched else None
    except ValueError:
        return None
