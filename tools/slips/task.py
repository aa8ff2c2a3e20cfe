"""The slips tools, one function each."""

from config.settings import CfsSettings
from connectors.cfs import CfsClient
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.routing_slip_recreate.arguments import Arguments
from tasks.routing_slip_recreate.task import work_slips
from tools.slips.arguments import SlipListArguments, VoidArguments
from tools.slips.begin_void import begin_void
from tools.slips.list_slips import list_slips


def show_slips(context: RunContext, arguments: SlipListArguments) -> Outcome:
    """Show the slips in progress; asks CFS nothing."""
    return list_slips(context, arguments.slip)


def void_slip(context: RunContext, arguments: VoidArguments) -> Outcome:
    """Void one slip: plan it and put it on HOLD, then do the steps in CFS."""
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        return void_in_cfs(context, arguments, cfs, prefix=settings.invoice_prefix)


def void_in_cfs(context: RunContext, arguments: VoidArguments, cfs: CfsClient, *, prefix: str = "REG") -> Outcome:
    """Void one slip with the CFS client at hand."""
    begun = begin_void(context, arguments, prefix=prefix)
    if begun.has_operation:
        begun.outcome += work_slips(context, Arguments(slip=arguments.slip), cfs, prefix=prefix)
    return begun.outcome
