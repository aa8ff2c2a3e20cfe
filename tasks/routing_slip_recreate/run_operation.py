"""Do one operation: plan it from what the database and CFS say now, run its steps, write the pay tables, and check."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import text

from config.command_line import typed
from connectors import effects
from connectors.cfs import CfsClient, CfsSite
from connectors.effects import OperationJournal, StateConflict, checkpoint
from database.sessions import Session
from jobs.run.context import RunContext
from jobs.run.outcome import Reject
from tasks.routing_slip_recreate.cfs_view import CfsView, InvoicesHidden
from tasks.routing_slip_recreate.check import differences
from tasks.routing_slip_recreate.family.due import DueOperation
from tasks.routing_slip_recreate.family.model import SlipFamily
from tasks.routing_slip_recreate.family.reading import read_family
from tasks.routing_slip_recreate.inputs import OperationInputs, SlipNsfFee
from tasks.routing_slip_recreate.journal import planned_operation, what_changed
from tasks.routing_slip_recreate.operations.base import OperationKind, OperationPlan
from tasks.routing_slip_recreate.operations.catalogue import OPERATIONS
from tasks.routing_slip_recreate.pay_tables.fee import find_fee
from tasks.routing_slip_recreate.report import FamilyReport, calls_of


@dataclass(frozen=True)
class OperationSetup:
    """What every operation of a run is done with.

    prefix  the start of our invoice numbers in CFS
    """

    context: RunContext
    cfs: CfsClient
    prefix: str

    def read(self, root: str) -> SlipFamily:
        """Return a family as it is in the database now."""
        with self.context.database.read() as session:
            family = read_family(session, root, prefix=self.prefix)
        assert family is not None
        return family

    def safe_point(self, name: str) -> None:
        """Stop here if the run is asked to."""
        checkpoint(name)
        self.context.stop.check()


def run_operation(
    setup: OperationSetup, family: SlipFamily, due: DueOperation, report: FamilyReport
) -> SlipFamily | None:
    """Do what is due, and return the family after it; in a dry run only say what would be sent, and return None.

    Raises StateConflict where it needs attention, CfsUnavailable where the next run continues.
    """
    kind, view = OPERATIONS[due.kind], CfsView(setup.cfs, family.paying)
    inputs = _prepared(setup, family, due, view)
    plan = kind.plan(inputs)
    if setup.context.dry_run:
        report.calls += calls_of(kind, inputs, plan)
        return None
    after = _carry_out(setup, kind, inputs, plan, report)
    _check(inputs, after, report)
    return after


def _carry_out(
    setup: OperationSetup, kind: OperationKind, inputs: OperationInputs, plan: OperationPlan, report: FamilyReport
) -> SlipFamily:
    """Make every step true and write down what follows from them; return the family after it."""
    number, begin = inputs.slip.number, setup.context.database.begin
    journal = OperationJournal(
        begin,
        planned_operation(inputs.slip, kind.name, plan.as_json),
        run_id=setup.context.run_id,
        changed=what_changed(inputs.slip),
        is_begun=inputs.earlier is not None and inputs.earlier.sent,
    )
    if kind.takes:
        journal.open()
    setup.safe_point("planned")
    rejects: list[Reject] = []

    def close(session: Session) -> list[str]:
        notes = kind.close(session, inputs, plan)
        rejects.extend(Reject(number, kind.name, note, typed("explain slip", number)) for note in notes)
        setup.context.keep_rejects(session, rejects)
        return notes

    count, _ = effects.run_operation(
        begin,
        journal,
        [step.over(inputs.view) for step in plan.steps],
        close,
        before_close=lambda: _look_once_more(inputs.family.root.site, plan, inputs.view),
        safe_point=setup.safe_point,
    )
    outcome = report.outcome
    outcome.counts[kind.counted_as] += 1
    outcome.counts["steps_sent"] += count.sent
    outcome.counts["steps_already_true"] += count.already_true
    outcome.rejects += rejects
    setup.context.log.info("slip.done", slip=number, operation=kind.name, sent=count.sent)
    return setup.read(inputs.family.root.number)


def _look_once_more(site: CfsSite, plan: OperationPlan, view: CfsView) -> None:
    """Read what CFS has after the last change: that, and not what we sent, is written down."""
    for number in plan.receipts:
        view.forget(number)
        receipt = view.receipt(site, number)
        if receipt is None:
            raise StateConflict(
                theirs=f"there is no receipt {number} on site {site.site}",
                ours="it was worked on a moment ago",
                repair=f"have CFS show receipt {number} again",
            )
        if plan.payable and receipt.hides_invoices:
            raise InvoicesHidden(number)


def _check(inputs: OperationInputs, after: SlipFamily, report: FamilyReport) -> None:
    """Hold our receipts against CFS once more."""
    problems = differences(after, inputs.view)
    report.outcome.counts["slips_checked"] += 1
    report.outcome.counts["slips_in_agreement"] += not problems
    report.outcome.rejects += [
        Reject(inputs.slip.number, "receipts differ", one, typed("explain slip", inputs.slip.number))
        for one in problems
    ]


def _prepared(setup: OperationSetup, family: SlipFamily, due: DueOperation, view: CfsView) -> OperationInputs:
    context = setup.context

    @cache
    def nsf_fee() -> SlipNsfFee:
        with context.database.read() as session:
            return find_fee(session, context.today())

    def new_invoice() -> int:
        if context.dry_run:
            return 0
        with context.database.begin() as session:
            return int(session.execute(text("SELECT nextval('invoices_id_seq')")).scalar_one())

    return OperationInputs(
        family, due.slip, due.slip.begun(due.kind), view, context.clock(), setup.prefix, nsf_fee, new_invoice
    )
