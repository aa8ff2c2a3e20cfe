"""What a job is: a task with a name, arguments and examples."""

import gc
import importlib
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import click

from config.lean_imports import standing_in, without_metadata

if TYPE_CHECKING:
    from connectors.outbox import Message
    from connectors.outbox.model import Answer, DeliveryNote
    from jobs.run.context import RunContext
    from jobs.run.outcome import Outcome


class MessageHandler(Protocol):
    """What sends the messages of one channel, and holds connections while it does."""

    def __call__(self, message: "Message") -> "Answer | DeliveryNote": ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ChannelHandler:
    """How the messages of one channel of the outbox leave.

    needs  the name of the settings class without which a run leaves the messages of the channel where they are
    make   called with the run's context when the first message turns up
    """

    channel: str
    needs: str
    make: "Callable[[RunContext], MessageHandler]"


@dataclass(frozen=True)
class Job:
    """A job as its package declares it; nothing heavy is imported until it runs.

    run         "module:function", called with a RunContext and the arguments
    arguments   "module:class", built from the values of the parameters; raises UsageError for wrong ones
    parameters  what the command line takes besides the common options
    needs       names of the settings classes (config.settings) the job cannot do without; arguments that need fewer
                say so in a property of the same name
    shardable   whether --shard i/n may split it over accounts
    exclusive   whether one run at a time holds the job's lock
    reads_only  whether it changes and keeps nothing: then it needs no lock, and leaves no run where a person types it;
                arguments that know better say so in a property of the same name
    lock        the job whose lock it holds, for a tool that must not work beside that job; its own where empty;
                arguments that know better say so in a property of the same name
    on_pay_database  whether it works on the pay database of the settings; one that is given databases by address opens
                none but these, and leaves no run
    retired     options it once had: the command that does their work now
    delivers    the channels of the outbox that the run delivers before and after the task
    may_drop_messages  whether the task drops what nobody was told: before it, only what was begun is delivered
    after_failure  what to do after a run that failed, where the next one does not make up for it
    """

    name: str
    summary: str
    run: str
    arguments: str
    parameters: tuple[click.Parameter, ...] = ()
    examples: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    shardable: bool = False
    exclusive: bool = True
    reads_only: bool = False
    lock: str = ""
    on_pay_database: bool = True
    retired: tuple[tuple[str, str], ...] = ()
    delivers: tuple[ChannelHandler, ...] = ()
    may_drop_messages: bool = False
    after_failure: str = ""

    @property
    def lock_name(self) -> str:
        """The name of the lock that a run holds."""
        return self.lock or self.name

    @property
    def is_by_clock(self) -> bool:
        """Return whether the clock runs it, which its name in capitals says, or a person."""
        return self.name.isupper()

    @property
    def runbook(self) -> str:
        """The docstring of the job's package."""
        return importlib.import_module(self.run.split(":")[0].rpartition(".")[0]).__doc__ or self.summary

    def load_arguments(self, values: dict[str, Any]) -> Any:
        """Build the job's arguments from parsed parameter values."""
        return load(self.arguments)(**values)

    def load_task(self) -> "Callable[[RunContext, Any], Outcome]":
        """Import the task; this is where the cost of a job's libraries is paid."""
        task: Callable[[RunContext, Any], Outcome] = load(self.run)
        return task


def load(target: str) -> Any:
    """Import what "module:name" names."""
    module, _, name = target.partition(":")
    with nullcontext() if module in sys.modules else imports_uncollected():
        return getattr(importlib.import_module(module), name)


@contextmanager
def imports_uncollected() -> Iterator[None]:
    """Import without the garbage collector: imports make many objects and no garbage, and it would look at them all.

    What libraries import for programs of another kind stays away: asyncio; the metadata of all packages, in which
    pydantic looks for plug-ins; and ssl, with which psycopg2 tells an OpenSSL older than 1.1 of threads.
    """
    gc.disable()
    try:
        with (
            standing_in("asyncio", iscoroutine=inspect.iscoroutine, current_task=lambda: None),  # asked of by logging
            standing_in("ssl"),
            without_metadata(),
        ):
            yield
    finally:
        gc.freeze()
        gc.enable()


def by_name(jobs: Iterable[Job]) -> dict[str, Job]:
    """Return the jobs under their names; a name used twice is a programming error."""
    found: dict[str, Job] = {}
    for job in jobs:
        if job.name in found:
            raise ValueError(f"two jobs are named {job.name}: rename {job.run} or {found[job.name].run}")
        found[job.name] = job
    return found
