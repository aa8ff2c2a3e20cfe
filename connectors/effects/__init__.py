"""What is changed outside: one way to look, to ask whether it is still ours to change, and to send; and one journal.

    change            look, and send unless it is there already; CFS calls, SFTP uploads, all that moves money
    checked_by        adds a check to those that are asked directly before a request leaves
    last_checks       asked by the connectors themselves: between it and the request there is nothing
    checkpoint        passed between two steps; tests break in there
    EffectState       how far an effect is; `pending` lists what is open
    PlannedOperation  a plan about a subject, with its steps; OperationJournal writes it, run_operation carries it out
    Step              one request: its look, its sending

One message that follows from a commit goes to the outbox; what takes several steps, or must be looked up before it is
sent again, is an operation. docs/house.md shows what a new kind of operation needs.

A process can stand still at any moment (a paused pod, SIGSTOP, a failover) while its database sessions are ended and
another run does its work. It wakes in the middle of a line, with what it saw before. So three things are asked once
more as the last act before the request: the run's advisory lock, the claim on the message or step, and the age of the
look. After that last check nothing can hold a request back, and CFS knows no key by which it would refuse a repeat: a
change that was sent without its claim is looked up at once and told as a LateEffect, with both effects.
"""

from connectors.effects.change import Observation, change
from connectors.effects.checkpoints import breaking_in, checkpoint
from connectors.effects.clocks import LOOK_GOOD_FOR, Clocks
from connectors.effects.journal import (
    Operation,
    OperationJournal,
    PlannedOperation,
    PlanOutdated,
    StepEntry,
    close_operation,
    drop_operation,
    find_open,
    open_operation,
    open_operations,
    park_operation,
    pending_operations,
    read_operations,
)
from connectors.effects.last_check import ClaimLost, LateEffect, checked_by, last_checks
from connectors.effects.run_steps import StepCounts, run_operation, run_steps
from connectors.effects.states import OPEN_STATES, EffectState, PendingEffect
from connectors.effects.steps import AnswerLost, ChangeRefused, Json, StateConflict, Step

__all__ = [
    "LOOK_GOOD_FOR",
    "OPEN_STATES",
    "AnswerLost",
    "ChangeRefused",
    "ClaimLost",
    "Clocks",
    "EffectState",
    "Json",
    "LateEffect",
    "Observation",
    "Operation",
    "OperationJournal",
    "PendingEffect",
    "PlanOutdated",
    "PlannedOperation",
    "StateConflict",
    "Step",
    "StepCounts",
    "StepEntry",
    "breaking_in",
    "change",
    "checked_by",
    "checkpoint",
    "close_operation",
    "drop_operation",
    "find_open",
    "last_checks",
    "open_operation",
    "open_operations",
    "park_operation",
    "pending_operations",
    "read_operations",
    "run_operation",
    "run_steps",
]
