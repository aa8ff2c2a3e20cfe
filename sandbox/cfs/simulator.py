"""Everything a running simulator holds, and how it is kept in a file."""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from sandbox.cfs.books import CfsBooks
from sandbox.cfs.faults import Faults
from sandbox.cfs.identities import IssuedTokens
from sandbox.cfs.options import Options
from sandbox.cfs.rendering import Renderer

BOOKS = TypeAdapter(CfsBooks)


@dataclass
class CallRecord:
    """One call, for those who count calls; status 0 means that no answer was sent."""

    method: str
    path: str
    identity: str = ""
    status: int = 0
    fault: str = ""
    request_id: str = ""


@dataclass
class Simulator:
    """The simulated CFS without its HTTP.

    held  what was asked and answered already, and is still to be done
    """

    options: Options = field(default_factory=Options)
    books: CfsBooks = field(default_factory=CfsBooks)
    tokens: IssuedTokens = field(default_factory=IssuedTokens)
    faults: Faults = field(default_factory=Faults)
    calls: list[CallRecord] = field(default_factory=list)
    held: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.started_with = self.options
        self.render = Renderer(self.options)

    def change(self, options: Options) -> None:
        """Take other options from now on."""
        self.options = options
        self.render = Renderer(options)

    def reset(self) -> None:
        """Forget everything, and take the options it was started with."""
        self.books = CfsBooks()
        self.tokens = IssuedTokens()
        self.faults = Faults()
        self.calls = []
        self.held = []
        self.change(self.started_with)

    def let_go(self) -> None:
        """Do what is held, while nobody calls."""
        held, self.held = self.held, []
        if not held:
            return

        async def do() -> None:
            for work in held:
                await work()

        asyncio.run(do())

    def dump(self) -> dict[str, object]:
        """Return the books as JSON values, amounts as strings."""
        state: dict[str, object] = BOOKS.dump_python(self.books, mode="json")
        return {**state, "options": {name: str(value) for name, value in dataclasses.asdict(self.options).items()}}

    def take(self, state: dict[str, object]) -> None:
        """Take the books from what `dump` gave."""
        self.books = BOOKS.validate_python({name: part for name, part in state.items() if name != "options"})

    def keep(self, path: Path) -> None:
        """Write the books to a file, whole or not at all."""
        unfinished = path.with_suffix(".unfinished")
        unfinished.write_bytes(BOOKS.dump_json(self.books))
        unfinished.replace(path)

    def fetch(self, path: Path) -> None:
        """Take the books from a file, if there is one."""
        if path.exists():
            self.books = BOOKS.validate_json(path.read_bytes())
