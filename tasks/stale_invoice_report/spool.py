"""The rows of a report on disk, given back the worst first, in as little memory as their order needs."""

import json
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from typing import IO, Any, overload

from tasks.stale_invoice_report.row import Row

_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Spool(Sequence[Row]):
    """Rows in a temporary file that vanishes with it.

    The worst go first: by whose turn it is, then the oldest, then the largest amount. `only` names a payment method.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(prefix="stale-invoices-")  # noqa: SIM115 - lives as long as we
        weakref.finalize(self, self._file.close)
        self._order: list[tuple[int, str, int, int]] = []
        self._is_sorted = True
        self._end = 0

    def add(self, row: Row) -> None:
        """Keep a row."""
        line = _ENCODE(row).encode() + b"\n"
        self._file.seek(self._end)
        self._file.write(line)
        self._order.append((row.turn_rank, row.created_on, -_cents(row.total), self._end))
        self._end += len(line)
        self._is_sorted = False

    def only(self, method: str) -> Iterator[Row]:
        """Give the rows of one payment method."""
        return (row for row in self if row.method == method)

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Row]:
        self._sort()
        return (self._read(place[-1]) for place in self._order)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        self._sort()
        if isinstance(index, slice):
            return [self._read(place[-1]) for place in self._order[index]]
        return self._read(self._order[index][-1])

    def _sort(self) -> None:
        if not self._is_sorted:
            self._order.sort()
            self._is_sorted = True

    def _read(self, place: int) -> Row:
        self._file.seek(place)
        values: list[Any] = json.loads(self._file.readline())
        return Row(*values)


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))
