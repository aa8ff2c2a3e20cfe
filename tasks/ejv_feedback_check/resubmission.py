"""Put an inbox file and its trigger into the CGI directory, each step journalled before it is taken.

    begun       nothing is there, or the data file; CGI does not start without the trigger
    data_sent   the data file is there, read back and compared
    triggering  the trigger is about to be sent: from here on look before doing it again
    done        both were sent
    given_up    before the trigger was sent, an answer came, the day ended or the stored file changed; the data file is
                taken away

Killed anywhere, the next run continues from the journal, and the trigger is never sent twice.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy.orm import Session

from config.business_days import next_business_day
from config.command_line import typed
from config.settings import CgiSettings, CgiSftpSettings
from connectors.effects import ClaimLost, Clocks, Observation, change, checked_by, checkpoint, last_checks
from connectors.object_store import ObjectStore
from connectors.sftp import SftpSession, join
from database.sql import statements
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.ejv_feedback_check.bucket_index import index_object
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.resend_guards import answers_applied, list_server_files, lock_sent_batch, unread_answers

sql = statements(__package__)

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


def begin_resubmission(session: Session, new: Resubmission, now: datetime) -> Resubmission:
    """Journal that a file will be sent."""
    values = {name: value for name, value in vars(new).items() if name != "id"}
    return Resubmission(**sql.run(session, "begin_resubmission", **values, now=now).one()._mapping)


def unfinished_resubmissions(session: Session) -> list[Resubmission]:
    """Return what was begun and not finished, the oldest first."""
    return [Resubmission(**row._mapping) for row in sql.run(session, "list_unfinished_resubmissions")]


def finish_resubmission(
    context: RunContext,
    store: ObjectStore,
    sftp: SftpSession,
    sent: Resubmission,
) -> Outcome:
    """Send data, then trigger, from the state in the journal."""
    files = _ResubmissionFiles(context, store, sftp, sent)
    try:
        if sent.state in {"begun", "data_sent"}:
            with checked_by(partial(_check_claim, context, sent, ("begun", "data_sent"))):
                files.send_data()
            checkpoint("data")
            _note(context, sent, "data_sent")
            checkpoint("data noted")
            _note(context, sent, "triggering")
            checkpoint("trigger noted")
        with checked_by(partial(_check_claim, context, sent, ("triggering",))):
            change(files.look_for_trigger, files.send_trigger, late=files.late_trigger)
    except _ResubmissionStopped as overtaken:
        return _give_up(context, sftp, sent, files.data, overtaken.against)
    data, trigger = sent.new_name, files.trigger_name
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


class _ResubmissionStopped(Exception):
    """The resubmission must stop; `against` says why."""

    def __init__(self, against: list[str]) -> None:
        super().__init__("; ".join(against))
        self.against = against


@dataclass(frozen=True)
class _ResubmissionFiles:
    """The data file and the trigger of a resubmission: looks at the directory, and the two uploads."""

    context: RunContext
    store: ObjectStore
    sftp: SftpSession
    sent: Resubmission

    @property
    def directory(self) -> str:
        return self.context.settings(CgiSftpSettings).directory

    @property
    def data(self) -> str:
        return join(self.directory, self.sent.new_name)

    @property
    def trigger_name(self) -> str:
        return self.sent.new_name + self.context.settings(CgiSettings).trigger_ending

    @property
    def trigger(self) -> str:
        return join(self.directory, self.trigger_name)

    def send_data(self) -> None:
        """Put the data file there; CGI does not start without the trigger. Raises _ResubmissionStopped."""
        self._refuse_answered()
        digest = hashlib.sha256()
        with closing(self.store.read(self.sent.object_key)) as chunks:
            self.sftp.write(self.directory, self.sent.new_name, _hashed(chunks, digest))
        if digest.hexdigest() != self.sent.sha256:
            raise _ResubmissionStopped([f"{self.sent.object_key} is no longer what it was when it was chosen"])

    def look_for_trigger(self) -> Observation[None]:
        """Look whether the trigger was sent: it is there, or CGI has taken the data file."""
        if self.sent.state != "triggering":  # this run has noted it, so nothing was sent yet
            self._refuse_answered()
            if not self.sftp.exists(self.data):
                raise _ResubmissionStopped([f"{self.data} was taken away before its trigger was sent"])
            return Observation(self.sftp.exists(self.trigger), None)
        if self._is_untouched():
            self.context.stop.wait(self.context.settings(CgiSftpSettings).settle_seconds)
            since = Clocks.now()
            return Observation(not self._is_untouched(), None, since)
        return Observation(True, None)

    def send_trigger(self, _seen: None) -> None:
        """Put the trigger there."""
        self.sftp.write(self.directory, self.trigger_name, ())

    def late_trigger(self, _answer: None) -> str:
        """Return a warning where a trigger is left whose file CGI has taken already, else nothing."""
        if self.sftp.exists(self.data) or not self.sftp.exists(self.trigger):
            return ""
        return (
            f"The trigger {self.trigger_name} of batch {self.sent.batch_number} lies in {self.directory}, and CGI has "
            f"taken its file already, with the trigger of another run. Remove {self.trigger_name}."
        )

    def _refuse_answered(self) -> None:
        against = _reasons_to_stop(self.context, self.sftp, self.sent)
        if against:
            raise _ResubmissionStopped(against)

    def _is_untouched(self) -> bool:
        return self.sftp.exists(self.data) and not self.sftp.exists(self.trigger)


def _check_claim(context: RunContext, sent: Resubmission, states: tuple[str, ...]) -> None:
    """Raise ClaimLost if the journal is not as this run left it."""
    with context.database.begin() as session:
        if sql.run(session, "find_resubmission", id=sent.id, states=list(states)).one_or_none() is None:
            raise ClaimLost(f"The resubmission of batch {sent.batch_number} was moved on by another run.")


def _hashed(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _reasons_to_stop(context: RunContext, sftp: SftpSession, sent: Resubmission) -> list[str]:
    """Return why what was begun must not go on: an answer came, or the day of its name is over."""
    if sent.business_day < next_business_day(context.today()):
        return [f"its day {sent.business_day} is over; repeat the command"]
    there = list_server_files(sftp, context)
    with context.database.begin() as session:
        sent_batch = lock_sent_batch(session, sent.batch_number)
        return answers_applied(sent_batch) + unread_answers(session, context, sent_batch, there)


def _give_up(context: RunContext, sftp: SftpSession, sent: Resubmission, data: str, against: list[str]) -> Outcome:
    if sftp.exists(data):
        with checked_by(partial(_check_claim, context, sent, ("begun", "data_sent", "triggering"))):
            last_checks()
            sftp.remove(data)
    why = "; ".join(against)
    _note(context, sent, "given_up", note=why)
    where = f"batch {sent.batch_number} as {sent.new_name}"
    command = typed("explain batch", sent.batch_number)
    return Outcome(rejects=[Reject(where, "not sent again", f"it was begun, but meanwhile: {why}", command)])


def _note(
    context: RunContext, sent: Resubmission, state: str, *, is_done: bool = False, note: str | None = None
) -> None:
    with context.database.begin() as session:
        sql.run(session, "note_resubmission", id=sent.id, state=state, note=note, is_done=is_done, now=context.clock())
