"""Record the ACK files of CGI: each as a file, and on the batches that its name or content names."""

import re

from config.settings import CgiSettings
from connectors.inbound.ledger import set_state
from database.sessions import Session
from database.sql import statements
from jobs.inbound.file_format import FileToApply
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.file_names import inbox_names_in

sql = statements(__package__)

_MOST = 1 << 20
_OF_FEEDBACK = re.compile(r"^(?:GI|GA|AP)BG.{11}(\d{9})", re.MULTILINE | re.DOTALL | re.ASCII)
_OF_INBOX = re.compile(r"^.{4}(?:GI|GA|AP)BH.{9}(\d{9})", re.MULTILINE | re.ASCII)


def record_ack(context: RunContext, opened: FileToApply) -> Outcome:
    """Note which batches an ACK acknowledges; one that names no batch is kept and reported.

    One that is `known` stays so: its content came before under another name, and the name counts all the same.
    """
    file = opened.file
    with opened.content as stream:
        ack_text = stream.read(_MOST).decode("utf-8-sig", "replace")
    with context.database.begin() as session:
        batches = _batches_named(session, context.settings(CgiSettings), file.name, ack_text)
        sql.run(session, "acknowledge_batches", name=file.name, batches=batches)
        state = "known" if file.state == "known" else "applied"
        set_state(
            session,
            file.id,
            state,
            reason=None if batches else "neither its name nor its content names a batch of ours",
            run_id=context.run_id,
            applied_on=context.clock(),
            details={"acknowledged": batches} | opened.details_applied,
        )
    outcome = Outcome()
    outcome.counts["acks_recorded"] += 1
    named = f"batch {', '.join(map(str, batches))}" if batches else "no batch that is known"
    outcome.notes.append(f"{file.name} acknowledges {named}.")
    return outcome


def _batches_named(session: Session, settings: CgiSettings, name: str, content: str) -> list[int]:
    names = inbox_names_in(settings, name) | inbox_names_in(settings, content)
    numbers = [int(digits) for digits in (*_OF_FEEDBACK.findall(content), *_OF_INBOX.findall(content))]
    found = sql.run(session, "find_acknowledged", names=sorted(names), numbers=numbers)
    return sorted(found.scalars())
