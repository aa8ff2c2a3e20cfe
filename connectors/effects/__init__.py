"""What is changed outside: one way to look, to ask whether it is still ours to change, and to send.

    change       look, and send unless it is there already; CFS calls, SFTP uploads, all that moves money
    checked_by   adds a check to those that are asked directly before a request leaves
    last_checks  asked by the connectors themselves: between it and the request there is nothing
    checkpoint   passed between two steps; tests break in there
    EffectState  how far an effect is, in the one vocabulary of all journals; `pending` lists what is open

A process can stand still at any moment (a paused pod, SIGSTOP, a failover) while its database sessions are ended and
another run does its work. It wakes in the middle of a line, with what it saw before. So three things are asked once
more as the last act before the request: the run's advisory lock, the claim on the message or step, and the age of the
look. After that last check nothing can hold a request back, and CFS knows no key by which it would refuse a repeat: a
change that was sent without its claim is looked up at once and told as a LateEffect, with both effects.
"""

from connectors.effects.change import Observation, change
from connectors.effects.checkpoints import breaking_in, checkpoint
from connectors.effects.clocks import LOOK_GOOD_FOR, Clocks
from connectors.effects.last_check import ClaimLost, LateEffect, checked_by, last_checks
from connectors.effects.states import OPEN_STATES, EffectState, PendingEffect

__all__ = [
    "LOOK_GOOD_FOR",
    "OPEN_STATES",
    "ClaimLost",
    "Clocks",
    "EffectState",
    "LateEffect",
    "Observation",
    "PendingEffect",
    "breaking_in",
    "change",
    "checked_by",
    "checkpoint",
    "last_checks",
]
