"""The rows of a report on disk, given back the worst first, in as little memory as their order needs: 70 bytes each."""

import marshal
import struct
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import IO, overload

from tasks.stale_invoice_report.report_row import ReportRow

# Whose turn it is, the day, how far below the largest amount, place and length on disk: bytes that sort as the rows do.
_PLACE = struct.Struct(">BIQQI")
_LARGEST = 1 << 62


class SortedRows(Sequence[ReportRow]):
    """Rows in a temporary file that vanishes with it; only this process ever reads it.

    The worst go first: by whose turn it is, then the oldest, then the largest amount.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="stale-invoices-")  # noqa: SIM115 - lives as long as we
        weakref.finalize(self, _let_go, self._file)
        self._order: list[bytes] = []
        self._is_sorted = True
        self._end = 0
        self._is_at_end = True

    def add(self, rows: Iterable[ReportRow]) -> None:
        """Keep rows."""
        if not self._is_at_end:
            self._file.seek(self._end)
            self._is_at_end = True
        for row in rows:
            packed = marshal.dumps(tuple(row))
            self._file.write(packed)
            below = _LARGEST - _cents(row.total)
            self._order.append(_PLACE.pack(row.turn_rank, _day(row.created_on), below, self._end, len(packed)))
            self._end += len(packed)
        self._is_sorted = False

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[ReportRow]:
        self._sort()
        return map(self._read, self._order)

    @overload
    def __getitem__(self, index: int) -> ReportRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[ReportRow]: ...
    def __getitem__(self, index: int | slice) -> ReportRow | Sequence[ReportRow]:
        self._sort()
        if isinstance(index, slice):
            return [self._read(place) for place in self._order[index]]
        return self._read(self._order[index])

    def _sort(self) -> None:
        if not self._is_sorted:
            self._order.sort()
            self._is_sorted = True

    def _read(self, place: bytes) -> ReportRow:
        *_, begin, length = _PLACE.unpack(place)
        self._file.seek(begin)
        self._is_at_end = False
        return ReportRow(*marshal.loads(self._file.read(length)))  # noqa: S302 - our own file, unlinked when it was made


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def _day(written: str) -> int:
    """Return a day, yyyy-mm-dd, as a number that grows with it."""
    return int(written.replace("-", ""))


def _let_go(file: IO[bytes]) -> None:
    """Close a file that nobody reads any more, whether or not there was room for all of it."""
    with suppress(OSError):
        file.close()
