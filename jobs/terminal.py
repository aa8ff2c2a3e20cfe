"""What people read on stdout and stderr: text is text, whoever wrote it, and a screen that fails ends nothing.

Secrets are masked, and what a terminal would obey is made visible.
"""

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

from config.masking import mask_text
from config.visible import takes_styles, visible

if TYPE_CHECKING:
    from jobs.run.outcome import Table

MAX_SHOWN = 20
_SCREEN = 26  # lines that the tables of one answer take, with what stands above each
_ABOVE = 4
_FEW = 3
_WIDE = 160
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def say(line: str) -> None:
    """Print a line; on a terminal it is broken between words, and never within a command."""
    text = visible(mask_text(line))
    if sys.stdout.isatty():
        from jobs.table_layout import wrapped

        text = "\n".join(wrapped(text, screen_width(), hanging="  "))
    sys.stdout.write(f"{text}\n")


def complain(line: str) -> None:
    """Print a line on stderr."""
    sys.stderr.write(f"{visible(mask_text(line))}\n")


def show_tables(tables: Iterable["Table"]) -> None:
    """Print the tables of one answer on one screen: the first is whole if it fits, and each keeps a few lines."""
    filled = [table for table in tables if len(table.rows)]
    left = _SCREEN - _ABOVE * len(filled)
    for number, table in enumerate(filled, 1):
        kept_for_others = _FEW * (len(filled) - number)
        left -= show_table(table, most=max(_FEW, min(MAX_SHOWN, left - kept_for_others)))


def show_table(table: "Table", *, most: int | None = MAX_SHOWN) -> int:
    """Print a table under its title, and nothing at all for a table without rows. Return the lines of its rows.

    most  how many lines its rows take; None prints all
    """
    from jobs.table_layout import lay_out

    if not len(table.rows):
        return 0
    title = visible(mask_text(table.title))
    heading = f"{_BOLD}{title}{_PLAIN}" if takes_styles(sys.stdout) else title
    sys.stdout.write(f"\n{heading}\n")
    lines = list(lay_out(table, screen_width(), most=most))
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return max(0, len(lines) - 2)


def screen_width() -> int:
    """Return how many columns there are; a pipe gets wide lines."""
    return shutil.get_terminal_size((_WIDE, 0)).columns


@contextmanager
def whatever_is_shown() -> Iterator[None]:
    """Show what was done; a screen or pipe that fails changes nothing in how the command ends."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        _look_away()
    except Exception:
        from config.log_setup import get_log

        get_log().exception("result.not_shown")
        with suppress(Exception):
            complain("The result could not be shown; the log above says why. It stands as the exit code says.")


def take_every_character() -> None:
    """Make stdout and stderr write what their encoding lacks as an escape, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _look_away() -> None:
    """Send what is still to be printed nowhere: nobody reads it any more."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
