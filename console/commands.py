"""Commands as pages show them: whole, with --dry-run where they would change something, and the page beside them."""

import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from config.command_line import ENTRYPOINT
from tools import TOOLS

DRY_RUN = "--dry-run"
_TOOLS = tuple(tool for _, members in TOOLS.values() for tool in members)
_READING = (
    "artifacts", "check", "doctor", "history", "list", "outbox list", "outbox show", "schedule next", "show",
)  # fmt: skip
_ONLY_READ = (*_READING, *(tool.name for tool in _TOOLS if tool.reads_only))
_FIRST_WORDS = {name.split()[0] for name in (*_READING, *(tool.name for tool in _TOOLS))}
_EXPLAINED = ("invoice", "account", "slip", "batch", "file")


@dataclass(frozen=True)
class Command:
    """What to type next; `is_typed` is False where it is advice. `href` is the page that shows the same, or ""."""

    text: str
    is_typed: bool = True
    href: str = ""


def shown(next_step: str) -> Command | None:
    """Return a next step as a page shows it, None where there is none.

    >>> shown('outbox retry 5 --reason "..."').text
    'python3 invoke_jobs.py outbox retry 5 --reason "..." --dry-run'
    >>> shown("python3 invoke_jobs.py show 12")
    Command(text='python3 invoke_jobs.py show 12', is_typed=True, href='/runs/12')
    """
    if not next_step.strip():
        return None
    bare = next_step.removeprefix(f"{ENTRYPOINT} ")
    if bare == next_step and not _is_command(bare):
        return Command(next_step, is_typed=False)
    safe = bare if _only_reads(bare) or DRY_RUN in bare else f"{bare} {DRY_RUN}"
    return Command(f"{ENTRYPOINT} {safe}", href=_page(bare))


def _is_command(text: str) -> bool:
    first = text.split(maxsplit=1)[0]
    return (first.isupper() and "_" in first) or first in _FIRST_WORDS


def _only_reads(bare: str) -> bool:
    return any(bare == one or bare.startswith(f"{one} ") for one in _ONLY_READ)


def _page(bare: str) -> str:
    """Return the address of the page that shows what a command shows, "" where none does."""
    try:
        words = shlex.split(bare)
    except ValueError:
        return ""
    if len(words) == 2 and words[0] == "show" and words[1].isdigit():
        return f"/runs/{words[1]}"
    if len(words) == 3 and words[0] == "explain" and words[1] in _EXPLAINED:
        return f"/find?{urlencode({'kind': words[1], 'q': words[2]})}"
    if words[:1] == ["pending"]:
        return "/outside"
    return ""
