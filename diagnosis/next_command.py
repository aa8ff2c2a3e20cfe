"""The command that does the next step of a diagnosis, filled in from the evidence."""

import shlex
from functools import cache
from string import Formatter

from config.command_line import typed
from connectors.inbound.holds import HoldKind
from diagnosis.catalogue import APPLY_DESPITE_FAULTS, REPLAY_DESPITE_FUSE, Diagnosis
from diagnosis.evidence import Evidence
from diagnosis.evidence_in_words import evidence_in_words

_DESPITE: dict[str, str] = {HoldKind.FUSE: REPLAY_DESPITE_FUSE, HoldKind.FAULTS: APPLY_DESPITE_FAULTS}


def related_file(e: Evidence, diagnosis: Diagnosis) -> str | None:
    """Return the file that a diagnosis is about."""
    if e.journal is not None and diagnosis.code == "J8U":
        return e.journal.unread_file or e.journal.feedback_file
    if e.journal is not None:
        return (e.journal.feedback_file or e.journal.feedback_ref or e.journal.file_ref) or None
    if diagnosis.code in {"P12", "P12C"}:
        return e.settlement.waiting_file
    return e.settlement.file or e.settlement.waiting_file


def next_command(e: Evidence, diagnosis: Diagnosis) -> str:
    """Return the command as it is typed, "" where there is none or a value that it needs is not known.

    A name that a shell would read as more than a name is quoted, because people paste the command.
    """
    command = _template(e, diagnosis)
    if "{" not in command:
        return typed(command) if command else ""
    values = {name: _value(name, e, diagnosis) for name in _named_in(command)}
    if None in values.values():
        return ""
    return typed(command.format(**{name: shlex.quote(str(value)) for name, value in values.items()}))


def advice_in_words(e: Evidence, diagnosis: Diagnosis) -> str:
    """Return a diagnosis with its evidence and the next step, in one line."""
    command = next_command(e, diagnosis)
    said = f"{diagnosis.code}: {diagnosis.title} Evidence: {evidence_in_words(e)}. Next: {diagnosis.action}"
    return f"{said} {command}" if command else said


@cache
def _named_in(command: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(command) if name)


def _value(name: str, e: Evidence, diagnosis: Diagnosis) -> str | int | None:
    if name == "file":
        return related_file(e, diagnosis)
    if name == "id":
        return e.settlement.waiting_id
    if name == "slip":
        return e.invoice.slip_number
    if name == "invoice":
        return e.invoice.id
    assert name in {"batch", "code"}
    if e.journal is None:
        return None
    return e.journal.batch if name == "batch" else e.journal.gl_code


def _template(e: Evidence, diagnosis: Diagnosis) -> str:
    """Return the command of a diagnosis; what a file needs depends on whether it waits, and what holds it."""
    if diagnosis.code == "P13" and e.invoice.method != "PAD":
        return 'repair pad-rejects --reason "TICKET: why" --dry-run'
    if diagnosis.code in {"J8", "J8U", "J10"} and e.journal:
        hold = e.journal.holds.get(related_file(e, diagnosis) or "")
        if hold in _DESPITE:
            return _DESPITE[hold]
    if diagnosis.code == "J8U" and e.journal is not None and e.journal.unread_command:
        return e.journal.unread_command
    if diagnosis.code != "P12":
        return diagnosis.command
    if e.settlement.waiting_state in {"held", "failed"}:
        command = REPLAY_DESPITE_FUSE if e.settlement.waiting_hold == HoldKind.FUSE else diagnosis.command
        return command if e.settlement.waiting_id is None else command.replace("{file}", "{file} --id {id}")
    by_state = {"stored": "PAD_RECONCILE", "received": "PAD_RECONCILE"}
    return by_state.get(e.settlement.waiting_state or "", "")
