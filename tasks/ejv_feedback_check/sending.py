"""Put an inbox file and its trigger into the CGI directory, each step journalled before it is taken.

    begun       nothing is there, or the data file; CGI does not start without the trigger
    data_sent   the data file is there, read back and compared
    triggering  the trigger is about to be sent: from here on look before doing it again
    done        both were sent
    given_up    before the trigger was sent, an answer came, the day ended or the stored file changed; the data file is
                taken away

Killed anywhere, the next run goes on from the journal, and the trigger is never sent twice.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from config.business_days import next_business_day
from config.settings import CgiSettings, CgiSftpSettings
from connectors.object_store import ObjectStore
from connectors.sftp import SftpSession, join
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.ejv_feedback_check.bucket import index_object
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.resend_guards import answers_applied, look_on_the_server, our_batch, unread_answers

STEPS = ("data", "data noted", "trigger noted", "trigger", "kept", "done")


@dataclass(frozen=True)
class Resubmission:
    """One row of the journal."""

    id: int
    batch_number: int
    old_name: str
    new_name: str
    object_key: str
    size_bytes: int
    sha256: str
    business_day: date
    state: str
    reason: str
    run_id: int | None


_COLUMNS = tuple(field.name for field in fields(Resubmission))


def begin(session: Session, new: Resubmission, now: datetime) -> Resubmission:
    """Journal that a file will be sent."""
    names = [name for name in _COLUMNS if name != "id"]
    statement = (
        f"INSERT INTO pay_jobs.resubmissions ({', '.join(names)}, begun_on)"
        f" VALUES ({', '.join(f':{name}' for name in names)}, :now) RETURNING {', '.join(_COLUMNS)}"
    )
    values = {name: getattr(new, name) for name in names} | {"now": now}
    return Resubmission(*session.execute(text(statement), values).one())


def unfinished(session: Session) -> list[Resubmission]:
    """Give what was begun and not finished, the oldest first."""
    statement = (
        f"SELECT {', '.join(_COLUMNS)} FROM pay_jobs.resubmissions WHERE state NOT IN ('done', 'given_up') ORDER BY id"
    )
    return [Resubmission(*row) for row in session.execute(text(statement))]


def send(
    context: RunContext,
    store: ObjectStore,
    sftp: SftpSession,
    sent: Resubmission,
    *,
    checkpoint: Callable[[str], None] = lambda _step: None,
) -> Outcome:
    """Send data, then trigger, from wherever the journal says it stands."""
    directory = context.settings(CgiSftpSettings).directory
    data, trigger = sent.new_name, sent.new_name + context.settings(CgiSettings).trigger_ending
    if sent.state in {"begun", "data_sent"}:
        against = _overtaken(context, sftp, sent)
        if against:
            return _give_up(context, sftp, sent, join(directory, data), against)
        digest = hashlib.sha256()
        with closing(store.read(sent.object_key)) as chunks:
            sftp.write(directory, data, _hashed(chunks, digest))
        if digest.hexdigest() != sent.sha256:
            against = [f"{sent.object_key} is no longer what it was when it was chosen"]
            return _give_up(context, sftp, sent, join(directory, data), against)
        checkpoint("data")
        _note(context, sent, "data_sent")
        checkpoint("data noted")
        _note(context, sent, "triggering")
        checkpoint("trigger noted")
    if _is_still_to_be_triggered(context, sftp, sent, join(directory, data), join(directory, trigger)):
        sftp.write(directory, trigger, ())
    checkpoint("trigger")
    key = f"{context.settings(CgiSettings).processed_folder}/{sent.new_name}"
    with closing(store.read(sent.object_key)) as chunks:
        store.put_verified(key, chunks)
    index_object(context, store, key, INBOX)
    checkpoint("kept")
    _note(context, sent, "done", is_done=True)
    checkpoint("done")
    context.log.info("batch.resubmitted", batch=sent.batch_number, old=sent.old_name, new=sent.new_name)
    outcome = Outcome(artifacts=[key])
    outcome.counts["batches_resubmitted"] += 1
    outcome.notes.append(f"Batch {sent.batch_number}: {sent.old_name} was sent again as {data}, then {trigger}.")
    return outcome


def _is_still_to_be_triggered(
    context: RunContext, sftp: SftpSession, sent: Resubmission, data: str, trigger: str
) -> bool:
    """Look whether a trigger that may have been sent was: it is there, or CGI has taken the data file."""
    if sent.state != "triggering":
        return True
    if sftp.exists(trigger) or not sftp.exists(data):
        return False
    context.stop.wait(context.settings(CgiSftpSettings).settle_seconds)
    return sftp.exists(data) and not sftp.exists(trigger)


def _hashed(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _overtaken(context: RunContext, sftp: SftpSession, sent: Resubmission) -> list[str]:
    """Say why what was begun must not go on: an answer came, or the day of its name is over."""
    if sent.business_day < next_business_day(context.today()):
        return [f"its day {sent.business_day} is over; type the command again"]
    there = look_on_the_server(sftp, context)
    with context.database.begin() as session:
        ours = our_batch(session, sent.batch_number)
        return answers_applied(ours) + unread_answers(session, context, ours, there)


def _give_up(context: RunContext, sftp: SftpSession, sent: Resubmission, data: str, against: list[str]) -> Outcome:
    if sftp.exists(data):
        sftp.remove(data)
    why = "; ".join(against)
    _note(context, sent, "given_up", note=why)
    where = f"batch {sent.batch_number} as {sent.new_name}"
    return Outcome(rejects=[Reject(where, "not sent again", f"it was begun, but meanwhile: {why}")])


def _note(
    context: RunContext, sent: Resubmission, state: str, *, is_done: bool = False, note: str | None = None
) -> None:
    with context.database.begin() as session:
        session.execute(
            text(
                "UPDATE pay_jobs.resubmissions SET state = :state, note = coalesce(:note, note),"
                " done_on = CASE WHEN :is_done THEN CAST(:now AS timestamptz) END WHERE id = :id"
            ),
            {"id": sent.id, "state": state, "note": note, "is_done": is_done, "now": context.clock()},
        )
