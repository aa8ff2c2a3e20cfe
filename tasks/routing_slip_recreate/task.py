"""ROUTING_SLIP_RECREATE, told from top to bottom."""

import contextvars
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from config.errors import Interrupted, SourceUnavailable
from config.plurals import counted
from config.settings import CfsSettings
from connectors.cfs import CfsClient
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table
from tasks.routing_slip_recreate.arguments import Arguments
from tasks.routing_slip_recreate.family.reading import choose_families
from tasks.routing_slip_recreate.report import FamilyReport
from tasks.routing_slip_recreate.run_operation import OperationSetup
from tasks.routing_slip_recreate.work_family import FamilyWorker

CALLS = ("slip", "operation", "step", "call", "subject", "request", "cfs_has")


def run(context: RunContext, arguments: Arguments) -> Outcome:
    """Work every slip that is due."""
    settings = context.settings(CfsSettings)
    with CfsClient(settings, dry_run=context.dry_run, sleep=context.stop.wait) as cfs:
        return work_slips(context, arguments, cfs, prefix=settings.invoice_prefix)


def work_slips(context: RunContext, arguments: Arguments, cfs: CfsClient, *, prefix: str = "REG") -> Outcome:
    """Work every slip that is due, several families at once."""
    worker = FamilyWorker(OperationSetup(context, cfs, prefix), arguments)
    with context.database.read() as session:
        roots = choose_families(session, arguments.slip)
    context.progress.begin(len(roots))
    return _told(context, arguments, _work_all(context, arguments, worker, roots))


def _work_all(
    context: RunContext, arguments: Arguments, worker: FamilyWorker, roots: Sequence[str]
) -> list[FamilyReport]:
    """Work the families; the failure of one is raised only after the others are done."""
    # The one connection of a dry run serves one thread.
    threads = 1 if context.dry_run else arguments.concurrency
    with ThreadPoolExecutor(threads, thread_name_prefix="slips") as pool:
        futures = [pool.submit(contextvars.copy_context().run, _work, context, worker, root) for root in roots]
    failures = [(root, error) for root, one in zip(roots, futures, strict=True) if (error := one.exception())]
    for root, error in failures:
        if not isinstance(error, Interrupted):
            context.log.error("slip.failed", family=root, error=f"{type(error).__name__}: {error}")
    if failures:
        raise next((error for _, error in failures if not isinstance(error, Interrupted)), failures[0][1])
    return [one.result() for one in futures]


def _work(context: RunContext, worker: FamilyWorker, root: str) -> FamilyReport:
    context.stop.check()
    context.progress.step(root)
    report = worker.work(root)
    context.progress.advance()
    return report


def _told(context: RunContext, arguments: Arguments, reports: list[FamilyReport]) -> Outcome:
    """Put together what the families say. Raises SourceUnavailable where only a later run can go on."""
    outcome = Outcome()
    for report in reports:
        outcome += report.outcome
    calls = [call for report in reports for call in report.calls]
    left = [one for report in reports for one in report.left]
    if calls:
        slips = counted(len({call[0] for call in calls}), "slip")
        outcome.answer = f"{counted(len(calls), 'call')} would be sent to CFS for {slips}."
        outcome.tables.append(Table("What would be sent to CFS", CALLS, calls, "calls"))
    checked, agreed = outcome.counts["slips_checked"], outcome.counts["slips_in_agreement"]
    if checked:
        slips = counted(checked, "slip")
        outcome.answer = (
            f"{slips} worked; what CFS has applied equals our receipts for {agreed if agreed != checked else 'all'}."
        )
    if left:
        outcome.counts["slips_left"] = len(left)
        outcome.notes += [f"Slip {number} is left for the next run: {reason}" for number, reason in left]
    if not (outcome.counts or calls):
        outcome.notes.append(f"Slip {arguments.slip} needs no work." if arguments.slip else "No slips are in progress.")
    if left and not outcome.rejects:
        for note in outcome.notes:
            context.log.info("slip.note", note=note)
        raise SourceUnavailable(
            f"{counted(checked, 'slip')} worked and {len(left)} left for the next run, which looks in CFS before it "
            f"goes on. The first left is slip {left[0][0]}: {left[0][1]}"
        )
    return outcome
