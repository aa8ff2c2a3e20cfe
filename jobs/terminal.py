"""What people read on stdout and stderr: text is text, whoever wrote it, and a screen that fails ends nothing.

Secrets are masked, and what a terminal would obey is made visible.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from config.masking import mask_text
from config.visible import visible

if TYPE_CHECKING:
    from jobs.run.outcome import Table

MAX_SHOWN = 200
_WIDE = 160


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{visible(mask_text(line))}\n")


def complain(line: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(f"{visible(mask_text(line))}\n")


def show_table(table: "Table") -> None:
    """Print a table; a pipe gets wide lines instead of wrapped ones."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, emoji=False, highlight=False)
    console.print(Text(f"\n{visible(mask_text(table.title))}", style="bold"), soft_wrap=True)
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in table.columns:
        shown.add_column(Text(visible(column.replace("_", " "))), overflow="fold")
    for row in table.rows[:MAX_SHOWN]:
        shown.add_row(*(Text("" if value is None else visible(mask_text(str(value)))) for value in row))
    console.print(shown)
    if len(table.rows) > MAX_SHOWN:
        console.print(f"... and {len(table.rows) - MAX_SHOWN:,} more rows; --json gives them all.")


@contextmanager
def whatever_is_shown() -> Iterator[None]:
    """Let a screen or a pipe fail without an effect on how the command ends: what was done is done."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _look_away()
    except Exception as error:
        from config.log_setup import get_log

        get_log().exception("result.not_shown")
        with suppress(Exception):
            complain(f"The result could not be shown ({type(error).__name__}); it stands as the exit code says.")


def take_every_character() -> None:
    """Let stdout and stderr write what their encoding lacks as an escape, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _look_away() -> None:
    """Send what is still to be printed nowhere: nobody reads it any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
