"""What became of a family, as its worker tells it, and what a dry run would send."""

from dataclasses import dataclass, field
from typing import Any

from jobs.run.outcome import Outcome
from tasks.routing_slip_recreate.inputs import OperationInputs
from tasks.routing_slip_recreate.operations.base import OperationKind, OperationPlan


@dataclass
class FamilyReport:
    """What became of a family.

    left  slip and reason of what the next run does
    calls the steps of a dry run: slip, operation, number, step, subject, request, what CFS has
    """

    outcome: Outcome = field(default_factory=Outcome)
    left: list[tuple[str, str]] = field(default_factory=list)
    calls: list[tuple[Any, ...]] = field(default_factory=list)


def calls_of(kind: OperationKind, inputs: OperationInputs, plan: OperationPlan) -> list[tuple[Any, ...]]:
    """Return what would be sent; what a step finds is known only where CFS was looked at already."""
    rows = []
    for number, step in enumerate(plan.steps, start=1):
        known = step.touches and inputs.view.knows(*step.touches)
        seen = step.look(inputs.view) if known else None
        found = "" if seen is None else f"{'already true: ' if seen.made else ''}{seen.found}"
        asked = ", ".join(f"{name} {value}" for name, value in step.request.items())
        rows.append((inputs.slip.number, kind.name, number, step.kind, step.subject, asked, found))
    return rows
