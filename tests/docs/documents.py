"""The commands that the documents tell people to type, and what they say is printed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/operations.md", "docs/moving-over.md")
_COMMAND = re.compile(r"python3 invoke_jobs\.py ([^`\n]+)")
_SHELL = re.compile(r"\\?\||(?<!\S)>| && | {3}|$")  # what follows is a pipe, a file, another command or the next column


@dataclass(frozen=True)
class Example:
    """A command, and the lines that the document shows of its output."""

    command: str
    shown: tuple[str, ...]


def read(name: str) -> str:
    """Return the text of a document."""
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> list[str]:
    """Return each command after the entrypoint, once."""
    found = [_SHELL.split(one, maxsplit=1)[0].strip() for name in DOCUMENTS for one in _COMMAND.findall(read(name))]
    return list(dict.fromkeys(command for command in found if command not in {"...", "--help"}))


def examples() -> list[Example]:
    """Return the examples of docs/operations.md that show an output."""
    return [Example(command, tuple(shown)) for command, shown in _blocks(read("docs/operations.md")) if shown]


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    command = ""
    shown: list[str] = []
    for line in [*text.splitlines(), "end"]:
        if command and line and not line.startswith("    "):
            yield command, shown
            command = ""
        elif line.startswith("    $ python3 invoke_jobs.py "):
            if command:
                yield command, shown
            command, shown = line.removeprefix("    $ python3 invoke_jobs.py "), []
        elif command and line.strip() and line.strip() != "[...]":
            shown.append(line.strip())


def without_numbers(text: str) -> str:
    """Return a text with numbers, dates and ids alike, and blanks single.

    >>> without_numbers("REG00000031   2022-06-19 15:37:12  by bcsc/24c9e15e52af")
    'REG0 0 0 by bcsc/0'
    """
    masked = re.sub(r"\b[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b", "0", text)
    return re.sub(r"\s+", " ", re.sub(r"\d[\d.,:-]*", "0", masked)).strip()


def missing(example: Example, printed: str) -> list[str]:
    """Return what the document shows and the command did not print, numbers aside.

    A line of text is compared whole; of a cell in a table the first two words, for a table may wrap the rest.
    """
    lines = [without_numbers(line) for line in printed.splitlines()]
    lost = []
    for line in example.shown:
        cells = re.split(r" {2,}", line)
        wanted = [line] if len(cells) == 1 else [" ".join(cell.split()[:2]) for cell in cells]
        lost += [one for one in wanted if not any(without_numbers(one) in line for line in lines)]
    return lost
