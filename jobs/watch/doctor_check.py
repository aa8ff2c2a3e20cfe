"""What the doctor says, one line a check, and the probes that the entrypoint hands it.

A probe of the database returns what it found and what to do about it, which is empty where all is well. A probe of a
system is given its settings and returns each step and what it found; it raises PayJobsError where a step fails. A
probe for moving over is given the time as well, and returns its lines as they are shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

DatabaseProbe = Callable[[Connection], tuple[str, str]]
SystemProbe = Callable[[Any], Iterator[tuple[str, str]]]


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report; state is ok, warning or failure."""

    what: str
    state: str
    found: str
    do: str = ""


MovingProbe = Callable[[Connection, datetime], Iterator[Check]]
