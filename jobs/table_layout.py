"""Lay a table out for a screen: as a table where it fits, else as records; a command to copy always stays whole.

Numbers are aligned to the right, with separators; amounts have their currency in the heading. What names a row (an id,
a batch) is no number and stays as it is typed.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from config.command_line import ENTRYPOINT
from config.masking import mask_text
from config.visible import visible

if TYPE_CHECKING:
    from jobs.run.outcome import Table

SQUEEZED_BELOW = 110
_GAP = "   "
_NARROWEST_PROSE = 24
_NAMES_OF_ROWS = frozenset(
    {"id", "run", "run id", "batch", "invoice", "invoice id", "account", "line", "exit", "code", "gl code", "value"}
)
_WHOLE = re.compile(rf"`[^`\n]+`|{re.escape(ENTRYPOINT)}(?: (?:\"[^\"\n]*\"|'[^'\n]*'|[^\s\"';]+))+")
_HELD = "\0"  # stands for a blank at which no line may end; in a text that was made visible there is none


def lay_out(table: "Table", width: int, *, most: int | None = None) -> Iterator[str]:
    """Return the lines of a table on a screen so wide; nothing for a table without rows.

    most  how many lines the rows take at most, the first row whole all the same; None shows all
    """
    shown = list(table.rows[:most])
    columns = [_Column(name, [row[place] for row in shown]) for place, name in enumerate(table.columns)]
    columns = [column for column in columns if not column.is_empty]
    if not columns:
        return
    if widths := _fitting([one for one in columns if not one.is_command], width - 2):
        heading, rows = _as_table(columns, widths, len(shown), width)
        yield from heading
    else:
        rows = _as_records(columns, len(shown), width)
    count = lines = 0
    for row in rows:
        lines += len(row)
        if most is not None and count and lines > most:
            break
        count += 1
        yield from row
    if len(table.rows) > count:
        yield f"... and {len(table.rows) - count:,} more; --json gives them all."


def wrapped(text: str, width: int, *, hanging: str = "") -> list[str]:
    """Return a text in lines so wide, broken between words; a command in it is never broken, however long."""
    lines: list[str] = []
    for line in text.split("\n"):
        indent = line[: len(line) - len(line.lstrip(" "))]
        held = _WHOLE.sub(lambda found: found[0].replace(" ", _HELD), line[len(indent) :])
        parts = textwrap.wrap(
            held, max(width, 20), initial_indent=indent, subsequent_indent=indent + hanging,
            break_long_words=False, break_on_hyphens=False, drop_whitespace=True,
        )  # fmt: skip
        lines += [part.replace(_HELD, " ") for part in parts] or [indent]
    return lines


class _Column:
    """A column as it is shown: its heading, its cells as text, and how they are aligned."""

    def __init__(self, name: str, values: Sequence[Any]) -> None:
        filled = [value for value in values if value is not None and value != ""]
        name = visible(name.replace("_", " "))
        is_number = bool(filled) and all(isinstance(value, int | float | Decimal) for value in filled)
        self.is_money = bool(filled) and all(isinstance(value, Decimal) for value in filled)
        self.is_number = is_number and name.lower() not in _NAMES_OF_ROWS
        self.heading = f"{name} CAD" if self.is_money and "CAD" not in name else name
        self.cells = [self._cell(value) for value in values]
        self.is_empty = not any(self.cells)
        self.is_command = bool(filled) and all(cell.startswith(ENTRYPOINT) for cell in self.cells if cell)

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        if isinstance(value, Decimal):
            return f"{value:,.2f}"
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        if self.is_number and not isinstance(value, bool):
            return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
        return visible(mask_text(str(value)))

    @property
    def natural(self) -> int:
        """Return the width that folds nothing."""
        return max(cell_len(line) for text in (self.heading, *self.cells) for line in text.split("\n"))

    @property
    def narrowest(self) -> int:
        """Return the width below which words, or numbers, would be broken."""
        if self.is_number or self.natural <= _NARROWEST_PROSE:
            return self.natural
        words = (word for text in (self.heading, *self.cells) for line in wrapped(text, 20) for word in [line])
        return max(_NARROWEST_PROSE, *(cell_len(word) for word in words))


def _fitting(columns: Sequence[_Column], width: int) -> list[int]:
    """Return the widths at which the columns stand side by side, folded where the screen is wide; else none."""
    widths = [column.natural for column in columns]
    spare = width - sum(widths) - len(_GAP) * (len(widths) - 1)
    if spare >= 0 or width + 2 < SQUEEZED_BELOW:
        return widths if spare >= 0 else []
    narrowest = [column.narrowest for column in columns]
    while spare < 0:
        widest = max(range(len(widths)), key=lambda place: widths[place] - narrowest[place])
        taken = min(-spare, max(1, (widths[widest] - narrowest[widest]) // 2))
        if widths[widest] - taken < narrowest[widest]:
            return []
        widths[widest] -= taken
        spare += taken
    return widths


def _as_table(
    columns: Sequence[_Column], widths: Sequence[int], count: int, width: int
) -> tuple[list[str], Iterator[list[str]]]:
    """Return the heading of a table, and the lines of each row.

    A command stands at the end of its row where all of them fit, else on a line of its own.
    """
    plain = [column for column in columns if not column.is_command]
    commands = [column for column in columns if column.is_command]
    beside = len(commands) == 1 and 2 + sum(widths) + len(_GAP) * len(widths) + commands[0].natural <= width
    if beside:
        plain, widths = [*plain, commands[0]], [*widths, commands[0].natural]
    headings = _line([[column.heading] for column in plain], plain, widths)[0]
    rule = " " + "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    below = [] if beside else commands
    return [headings, rule], (_row(plain, widths, below, place) for place in range(count))


def _row(columns: Sequence[_Column], widths: Sequence[int], below: Sequence[_Column], place: int) -> list[str]:
    """Return the lines of one row, with the commands below it."""
    cells = [
        wrapped(column.cells[place], size) if cell_len(column.cells[place]) > size else column.cells[place].split("\n")
        for column, size in zip(columns, widths, strict=True)
    ]
    commands = [f"     {column.cells[place]}" for column in below if column.cells[place]]
    return [*_line(cells, columns, widths), *commands]


def _line(cells: Sequence[Sequence[str]], columns: Sequence[_Column], widths: Sequence[int]) -> list[str]:
    """Return one row of cells, as many lines as its longest cell has."""
    lines = []
    for number in range(max(map(len, cells))):
        parts = [
            _padded(lines_of[number] if number < len(lines_of) else "", size, to_the_right=column.is_number)
            for lines_of, column, size in zip(cells, columns, widths, strict=True)
        ]
        lines.append(f" {_GAP.join(parts)}".rstrip())
    return lines


def _padded(text: str, width: int, *, to_the_right: bool) -> str:
    blank = " " * (width - cell_len(text))
    return blank + text if to_the_right else text + blank


def _as_records(columns: Sequence[_Column], count: int, width: int) -> Iterator[list[str]]:
    """Return each row as labels and values, a command on a line of its own."""
    for place in range(count):
        yield _record([(column, column.cells[place]) for column in columns if column.cells[place]], width)


def _record(fields: Sequence[tuple[_Column, str]], width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for column, text in fields:
        field = f"{column.heading}: {text}"
        longer = f"{line}{_GAP}{field}" if line else f"{'   ' if lines else ' '}{field}"
        if not column.is_command and "\n" not in text and cell_len(longer) <= width:
            line = longer
            continue
        lines += [line] if line else []
        line = ""
        if column.is_command:
            lines.append(f"   {text}")
        elif "\n" in text or cell_len(field) + 3 > width:
            lines += wrapped(f"{'   ' if lines else ' '}{field}", width, hanging="  ")
        else:
            line = f"{'   ' if lines else ' '}{field}"
    return [*lines, line] if line else lines
