"""Work one family: what is due for it, one operation after the other, each seen as the last one left the family."""

from dataclasses import dataclass, field
from decimal import Decimal

from config.command_line import typed
from config.errors import InputRefused
from connectors.away import AwayCounter
from connectors.cfs import CfsOutcomeUnknown, CfsUnavailable
from connectors.effects import PlanOutdated, StateConflict, drop_operation, park_operation
from database.pay.numbers import receipt_number
from jobs.run.outcome import Reject
from tasks.routing_slip_recreate.arguments import Arguments
from tasks.routing_slip_recreate.cfs_view import CfsView, InvoicesHidden, versions
from tasks.routing_slip_recreate.check import receipt_differences
from tasks.routing_slip_recreate.family.due import AUTHORIZED, DueOperation, due_for
from tasks.routing_slip_recreate.family.model import RoutingSlip, SlipFamily, SlipOperation
from tasks.routing_slip_recreate.journal import planned_operation
from tasks.routing_slip_recreate.operations.adjust import BalanceMismatch
from tasks.routing_slip_recreate.pay_tables.slips import set_slip
from tasks.routing_slip_recreate.report import FamilyReport
from tasks.routing_slip_recreate.run_operation import OperationSetup, run_operation
from tasks.routing_slip_recreate.steps.receipts import adjusted_amount


@dataclass
class FamilyWorker:
    """Works families, one call of `work` each, from several threads."""

    setup: OperationSetup
    arguments: Arguments
    _cfs: AwayCounter = field(default_factory=AwayCounter)

    def work(self, root: str) -> FamilyReport:
        """Do all that is due for a family, in order; what cannot be done holds up what comes after it."""
        report, tried = FamilyReport(), set[tuple[str, str]]()
        family = self.setup.read(root)
        if self._let_go(family, report):
            family = self.setup.read(root)
        while True:
            due = due_for(family, self.arguments.slip)
            following = next((one for one in due if (one.kind, one.slip.number) not in tried), None)
            if following is None:
                return report
            tried.add((following.kind, following.slip.number))
            changed = self._advance(family, following, report)
            if changed is None:
                self._hold_up(due[due.index(following) + 1 :], following, report)
                return report
            family = changed

    def _advance(self, family: SlipFamily, due: DueOperation, report: FamilyReport) -> SlipFamily | None:
        """Do what is due if it can be done now; return the family after it, None where it cannot continue."""
        number, outcome = due.slip.number, report.outcome
        if not self._is_asked_for(due):
            return None
        undropped = due.slip.open_operation
        if undropped is not None and undropped.kind != due.kind and not self.setup.context.dry_run:
            _note_waiting(report, due, undropped.kind, number)
            return None
        if due.refused:
            outcome.counts["slips_refused"] += 1
            outcome.rejects.append(Reject(number, f"{due.kind} refused", due.refused, _story_of(number)))
            return None
        if due.waits_for:
            outcome.counts["slips_waiting"] += 1
            outcome.notes.append(f"Slip {number}: its {due.kind} waits for {due.waits_for}.")
            return None
        if self._cfs.is_away:
            report.left.append((number, "CFS is away"))
            return None
        try:
            changed = run_operation(self.setup, family, due, report)
        except CfsUnavailable as error:
            if not isinstance(error, CfsOutcomeUnknown | InvoicesHidden):
                self._cfs.note(error)
            self.setup.context.log.warning("slip.left", slip=number, operation=due.kind, error=str(error))
            report.left.append((number, str(error)))
            return None
        except PlanOutdated as changed:
            report.left.append((number, f"{changed}; nothing was sent"))
            return None
        except InputRefused as error:
            outcome.rejects.append(Reject(number, f"{due.kind} refused", error.full_text, _story_of(number)))
            return None
        except StateConflict as undecided:
            self._park(due, undecided, report)
            return None
        self._cfs.note()
        return changed

    def _is_asked_for(self, due: DueOperation) -> bool:
        return self.arguments.wants(due.kind) and self.arguments.slip in {None, due.slip.number}

    def _hold_up(self, following: list[DueOperation], first: DueOperation, report: FamilyReport) -> None:
        for due in filter(self._is_asked_for, following):
            _note_waiting(report, due, first.kind, first.slip.number)

    def _park(self, due: DueOperation, undecided: StateConflict, report: FamilyReport) -> None:
        """Park a slip, with an account of where it stands."""
        context, number = self.setup.context, due.slip.number
        account = _account(undecided, due)
        report.outcome.counts["slips_parked"] += 1
        report.outcome.rejects.append(Reject(number, f"{due.kind} parked", account, _story_of(number)))
        if context.dry_run:
            return
        with context.database.begin() as session:
            park_operation(session, planned_operation(due.slip, due.kind, {}, why=account), context.run_id)
            if isinstance(undecided, BalanceMismatch):
                set_slip(session, number, now=context.clock(), cas_mismatch=True)
        context.log.warning("slip.parked", slip=number, operation=due.kind, account=account)

    def _let_go(self, family: SlipFamily, report: FamilyReport) -> bool:
        """Drop what is in progress and no slip needs any more, as it was settled by hand; return whether any was."""
        context, dropped = self.setup.context, False
        if context.dry_run:
            return dropped
        asked = {(one.kind, one.slip.number) for one in due_for(family, self.arguments.slip)}
        for slip in family.members:
            work = slip.open_operation
            if work is None or (work.kind, slip.number) in asked:
                continue
            unwritten = self._unwritten(family, slip, work)
            if unwritten:
                report.outcome.counts["slips_parked"] += 1
                report.outcome.rejects.append(
                    Reject(slip.number, f"{work.kind} parked", unwritten, _story_of(slip.number))
                )
                with context.database.begin() as session:
                    park_operation(session, planned_operation(slip, work.kind, {}, why=unwritten), context.run_id)
                continue
            why = f"the slip is {slip.status} and needs no {work.kind} any more"
            with context.database.begin() as session:
                drop_operation(session, work.id, why=why, run_id=context.run_id)
            report.outcome.notes.append(f"Slip {slip.number}: its {work.kind} was dropped: {why}.")
            dropped = True
        return dropped

    def _unwritten(self, family: SlipFamily, slip: RoutingSlip, work: SlipOperation) -> str:
        """Return why an operation cannot be dropped: what CFS has of the slip is not what our books say."""
        if not (work.sent or _has_to_be_linked(family, slip, work)):
            return ""
        view, places = CfsView(self.setup.cfs, family.paying), _places(family, slip)
        if any(one.account is None or one.account.site is None for one, _ in places):
            return (
                "It is not due any more, and what it sent cannot be looked up, because its CFS account is gone: give "
                "it back its row in cfs_accounts"
            )
        version = work.plan.get("version", slip.version)
        try:
            there = [versions(view, one.site, slip.number, linked=linked, version=version) for one, linked in places]
            left = _untold_adjustments(family, view) if work.kind in AUTHORIZED.values() else ""
        except CfsUnavailable as error:
            return f"It is not due any more, and what it sent cannot be looked up: {error}"
        if _has_to_be_linked(family, slip, work) and not there[-1].found:
            return (
                f"There is no receipt {receipt_number(slip.number, linked=True, version=version)} under its parent "
                f"{family.root.number}, which counts its {slip.total}. Run ROUTING_SLIP_RECREATE --slip {slip.number}, "
                "which makes it; or make it in CFS by hand, and the job drops this link."
            )
        assert slip.account is not None
        found = [*receipt_differences(family, view), *filter(None, [left])]
        if _has_a_deposit(slip) and not there[0].open:
            found.append(f"none of the receipts of slip {slip.number} is open, and it is a deposit of {slip.total}")
        if not found:
            return ""
        return (
            f"It is not due any more (the slip is {slip.status}, its CFS account {slip.account.status}), but it "
            f"changed CFS and our books do not say so: {'; '.join(found)}. Either set the slip back to what it was, "
            f"and the next run continues; or finish slip {slip.number} by hand, in CFS and in the pay database: once "
            "both say the same, the job drops it."
        )


def _note_waiting(report: FamilyReport, due: DueOperation, kind: str, number: str) -> None:
    report.outcome.counts["slips_waiting"] += 1
    report.outcome.notes.append(f"Slip {due.slip.number}: its {due.kind} waits for the {kind} of slip {number}.")


def _untold_adjustments(family: SlipFamily, view: CfsView) -> str:
    """Return what has left the open receipts of a family, where our books do not say so."""
    gone = Decimal(0)
    for slip in family.members:
        linked = slip.parent is not None
        there = versions(view, family.root.site, slip.number, linked=linked, version=slip.version)
        gone += sum(adjusted_amount(there.found[one]) for one in there.open)
    if gone == family.taken_out:
        return ""
    return f"{gone:.2f} have left the receipts in CFS, and {family.taken_out:.2f} were refunded or written off here"


def _account(undecided: StateConflict, due: DueOperation) -> str:
    """Return where a slip stands, and the two ways to resolve it."""
    number, account = due.slip.number, due.slip.account
    is_repair = due.kind == "link" and account is not None and account.status == "INACTIVE"
    then = f"run ROUTING_SLIP_RECREATE --slip {number} again" if is_repair else "the next run continues on its own"
    return (
        f"CFS says: {undecided.theirs}. We say: {undecided.ours}. Nothing further was sent. Either (1) "
        f"{undecided.repair}; then {then}. Or (2) finish slip {number} by hand, in "
        "CFS and in the pay database; once it is not due any more and our receipts say what CFS says, the job drops it."
    )


def _has_to_be_linked(family: SlipFamily, slip: RoutingSlip, work: SlipOperation) -> bool:
    """Whether the deposit belongs under a parent that can hold it."""
    parent = family.root.account
    return work.kind == "link" and slip.status == "LINKED" and parent is not None and parent.is_open


def _has_a_deposit(slip: RoutingSlip) -> bool:
    """Whether the deposit belongs on the slip's own site: it was neither linked nor lost."""
    is_open = slip.account is not None and slip.account.status == "ACTIVE"
    return is_open and slip.parent is None and slip.status not in {"VOID", "NSF"}


def _places(family: SlipFamily, slip: RoutingSlip) -> list[tuple[RoutingSlip, bool]]:
    """Return on whose site a slip's receipts can stand: on its own, and linked on its parent's."""
    return [(slip, False)] if slip.parent is None else [(slip, False), (family.root, True)]


def _story_of(number: str) -> str:
    return typed("explain slip", number)
