"""One way to run a job or the hand tool beside it from the values that a test names.

`resubmit=100` stands for `ejv resubmit 100`, `void="206000010"` for `slips void 206000010`, `replay=NAME` for
`files replay NAME`, `retry_rejects=True` for `repair pad-rejects`, `list_files=True` for `files list`.
"""

from collections.abc import Callable
from typing import Any

import tasks.ejv_feedback_check.task as ejv_task
import tasks.pad_reconcile.task as pad_task
import tools.ejv.task as ejv_tools
import tools.files.task as file_tools
import tools.repair_pad_rejects.task as pad_rejects
from connectors.cfs import CfsClient
from connectors.effects import breaking_in
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.arguments import Arguments as EjvArguments
from tasks.pad_reconcile.arguments import Arguments as PadArguments
from tasks.routing_slip_recreate.arguments import Arguments as SlipArguments
from tasks.routing_slip_recreate.task import work_slips
from tools.ejv.arguments import (
    IndexArguments,
    OutstandingArguments,
    RebuildArguments,
    ResubmitArguments,
    SearchArguments,
    UnstopArguments,
)
from tools.files.arguments import FileListArguments, NamedFile
from tools.slips.arguments import VoidArguments
from tools.slips.task import void_in_cfs


def run_ejv(context: RunContext, typed: dict[str, Any]) -> Outcome:
    """Run EJV_FEEDBACK_CHECK, or the ejv tool that a value names."""
    match typed:
        case {"outstanding": True}:
            return ejv_tools.show_outstanding(context, OutstandingArguments())
        case {"search": numbers}:
            return ejv_tools.search_files(context, SearchArguments(numbers))
        case {"index": True}:
            return ejv_tools.index_files(context, IndexArguments())
        case {"resubmit": batch, **others}:
            return ejv_tools.resubmit_batch(context, ResubmitArguments(batch, **others))
        case {"rebuild": batch, **others}:
            return ejv_tools.rebuild_batch(context, RebuildArguments(batch, **others))
        case {"unstop": code, **others}:
            return ejv_tools.unstop_code(context, UnstopArguments(code, **others))
        case {"replay": name, **others}:
            return file_tools.replay_file(context, NamedFile(name, **others))
        case {"ignore": name, **others}:
            return file_tools.ignore_file(context, NamedFile(name, **others))
    return ejv_task.run(context, EjvArguments(**typed))


def run_pad(context: RunContext, typed: dict[str, Any]) -> Outcome:
    """Run PAD_RECONCILE, or the tool that a value names."""
    match typed:
        case {"replay": name, **others}:
            return file_tools.replay_file(context, NamedFile(name, **others))
        case {"list_files": True}:
            return file_tools.show_files(context, FileListArguments())
        case {"retry_rejects": True}:
            return pad_rejects.run(context, pad_rejects.Arguments("ticket 4711"))
    return pad_task.run(context, PadArguments(**typed))


def run_slips(
    context: RunContext,
    typed: dict[str, Any],
    client: CfsClient,
    *,
    prefix: str = "REG",
    checkpoint: Callable[[str], None] = lambda _name: None,
) -> Outcome:
    """Run ROUTING_SLIP_RECREATE, or void a slip."""
    if "void" in typed:
        values = {name: value for name, value in typed.items() if name not in {"void", "concurrency"}}
        arguments = VoidArguments(typed["void"], **values)
        with breaking_in(checkpoint):
            return void_in_cfs(context, arguments, client, prefix=prefix)
    with breaking_in(checkpoint):
        return work_slips(context, SlipArguments(**typed), client, prefix=prefix)
