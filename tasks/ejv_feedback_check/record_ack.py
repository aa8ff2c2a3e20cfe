"""Record the ACK files of CGI: each with its file, and on the batch that its name or content tells."""

import re
from contextlib import AbstractContextManager
from typing import BinaryIO

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.settings import CgiSettings
from connectors.inbound.ledger import InboundFile, set_state
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.feedback_lines import MAX_NUMBER
from tasks.ejv_feedback_check.file_names import inbox_names_in

_MOST = 1 << 20
_OF_FEEDBACK = re.compile(r"^(?:GI|GA|AP)BG.{11}(\d{9})", re.MULTILINE | re.DOTALL | re.ASCII)
_OF_INBOX = re.compile(r"^.{4}(?:GI|GA|AP)BH.{9}(\d{9})", re.MULTILINE | re.ASCII)
_FIND = """
SELECT id FROM ejv_files WHERE file_ref = ANY (:names) OR id = ANY (:numbers)
 UNION
SELECT batch_number FROM pay_jobs.resubmissions WHERE new_name = ANY (:names)
"""
_ACKNOWLEDGE = """
UPDATE ejv_files
   SET ack_file_ref             = coalesce(ack_file_ref, :name),
       disbursement_status_code = CASE disbursement_status_code WHEN 'UPLOADED' THEN 'ACKNOWLEDGED'
                                                                ELSE disbursement_status_code END
 WHERE id = ANY (:batches)
"""


def record_ack(context: RunContext, file: InboundFile, content: AbstractContextManager[BinaryIO]) -> Outcome:
    """Note what an ACK tells; one that tells no batch is kept and said."""
    with content as stream:
        said = stream.read(_MOST).decode("utf-8-sig", "replace")
    with context.database.begin() as session:
        batches = _batches_told(session, context.settings(CgiSettings), file.name, said)
        session.execute(text(_ACKNOWLEDGE), {"name": file.name, "batches": batches})
        state = "applied" if file.state == "received" else file.state
        set_state(
            session,
            file.id,
            state,
            reason=None if batches else "neither its name nor its content tells a batch of ours",
            run_id=context.run_id,
            applied_on=context.clock(),
            details={"acknowledged": batches},
        )
    outcome = Outcome()
    outcome.counts["acks_recorded"] += 1
    told = f"batch {', '.join(map(str, batches))}" if batches else "no batch that can be told"
    outcome.notes.append(f"{file.name} acknowledges {told}.")
    return outcome


def _batches_told(session: Session, settings: CgiSettings, name: str, content: str) -> list[int]:
    names = inbox_names_in(settings, name) | inbox_names_in(settings, content)
    digits = [*_OF_FEEDBACK.findall(content), *_OF_INBOX.findall(content)]
    numbers = [int(number) for number in digits if int(number) <= MAX_NUMBER]
    found = session.execute(text(_FIND), {"names": sorted(names), "numbers": numbers})
    return sorted(found.scalars())
