"""What the doctor says: one line a check."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One line of the doctor's report; state is ok, warning or failure."""

    what: str
    state: str
    found: str
    do: str = ""
