"""Streams of rows side by side, and what differs between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.compare_shadow.reading import KeyedRow

Values = dict[str, str | None]


@dataclass(frozen=True)
class ShadowDifference:
    """A value that differs, or a row that only one side has.

    column        "" for a whole row
    theirs, ours  the value as text; of a whole row what it holds, None on the side that lacks it
    their_row, our_row  the whole rows, None where there is none
    """

    table: str
    key: str
    column: str
    theirs: str | None
    ours: str | None
    their_row: Values | None
    our_row: Values | None

    @property
    def is_only_theirs(self) -> bool:
        """Whether only the old system has the row."""
        return self.our_row is None

    @property
    def is_only_ours(self) -> bool:
        """Whether only this service has the row."""
        return self.their_row is None


def side_by_side(streams: Sequence[Iterator[KeyedRow]]) -> Iterator[list[KeyedRow | None]]:
    """Return the rows of one key together, None where a stream has none. The streams are in the order of their keys."""
    heads = [next(stream, None) for stream in streams]
    while any(heads):
        place = min(head.place for head in heads if head is not None)
        rows = [head if head is not None and head.place == place else None for head in heads]
        yield rows
        heads = [
            next(stream, None) if row is not None else head
            for stream, row, head in zip(streams, rows, heads, strict=True)
        ]


def differences(
    table: str, columns: Sequence[str], theirs: KeyedRow | None, ours: KeyedRow | None
) -> Iterator[ShadowDifference]:
    """Return what differs between two rows of one key."""
    row = theirs or ours
    if row is None or (theirs is not None and ours is not None and theirs.values == ours.values):
        return
    key = row.name
    their_row = theirs.by_column(columns) if theirs is not None else None
    our_row = ours.by_column(columns) if ours is not None else None
    if their_row is None or our_row is None:
        yield ShadowDifference(table, key, "", _whole(their_row), _whole(our_row), their_row, our_row)
        return
    for column in columns:
        if their_row[column] != our_row[column]:
            yield ShadowDifference(table, key, column, their_row[column], our_row[column], their_row, our_row)


def is_noise(difference: ShadowDifference, again: KeyedRow | None, columns: Sequence[str]) -> bool:
    """Return whether the old system differs from itself there: in the same value, or in having the row."""
    if difference.column == "":
        return (again is None) != (difference.their_row is None)
    return again is not None and again.by_column(columns)[difference.column] != difference.theirs


def _whole(row: Values | None) -> str | None:
    return None if row is None else ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)
