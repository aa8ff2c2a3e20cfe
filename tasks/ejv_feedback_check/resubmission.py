"""Put an inbox file and its trigger into the CGI directory: an operation of two steps (connectors/effects).

CGI does not start without the trigger, so the data file alone changes nothing: it is sent again by the next run. Before
the trigger is sent again, it is looked for. Before the trigger was sent, the operation is dropped where an answer came,
the day ended or the stored file changed; the data file is taken away then.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal

from config.business_days import next_business_day
from config.command_line import typed
from config.settings import CgiSettings, CgiSftpSettings
from connectors.effects import (
    Clocks,
    Json,
    Observation,
    Operation,
    OperationJournal,
    PlannedOperation,
    Step,
    checked_by,
    last_checks,
    open_operations,
    run_operation,
)
from connectors.object_store import ObjectStore
from connectors.sftp import SftpSession, join
from database.sessions import Session
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Reject
from tasks.ejv_feedback_check.bucket_index import index_object
from tasks.ejv_feedback_check.file_index import INBOX
from tasks.ejv_feedback_check.resend_guards import answers_applied, list_server_files, lock_sent_batch, unread_answers

KIND = "resubmission"
TRIGGER_STEP = "send trigger"


@dataclass(frozen=True)
class Resubmission:
    """What is sent again, and under which name.

    begun_on  by the clock of the run, ISO 8601
    """

    batch: int
    old_name: str
    new_name: str
    object_key: str
    sha256: str
    business_day: str
    begun_on: str

    def planned(self, *, reason: str, amount: Decimal | None) -> PlannedOperation:
        """Return it as the journal keeps it."""
        return PlannedOperation(
            kind=KIND,
            subject=f"batch {self.batch}",
            plan=asdict(self),
            amount=amount,
            command="EJV_FEEDBACK_CHECK",
            why=f"{self.old_name} as {self.new_name} on {self.business_day}",
            reason=reason,
        )


def unfinished_resubmissions(session: Session) -> list[Operation]:
    """Return what was begun and not finished, the oldest first."""
    return open_operations(session, KIND)


def finish_resubmission(
    context: RunContext, store: ObjectStore, sftp: SftpSession, planned: PlannedOperation
) -> Outcome:
    """Send data, then trigger, from where the journal is."""
    earlier = planned.step(TRIGGER_STEP) if isinstance(planned, Operation) else None
    files = _ResubmissionFiles(
        context,
        store,
        sftp,
        Resubmission(**planned.plan),
        is_trigger_sent=earlier is not None,
    )
    may_be_sent_twice = earlier is not None and earlier.attempts > 1
    journal = OperationJournal(context.database.begin, planned, run_id=context.run_id)
    journal.open()
    begin = context.database.begin
    try:
        steps = (files.data_step, files.trigger_step)
        counts, _ = run_operation(begin, journal, steps, _no_books, before_close=files.keep)
    except _ResubmissionStopped as overtaken:
        outcome = _give_up(context, journal, files, overtaken.against)
        outcome.rejects += _second_trigger(files.sent) if may_be_sent_twice else []
        return outcome
    sent = files.sent
    context.log.info("batch.resubmitted", batch=sent.batch, old=sent.old_name, new=sent.new_name)
    outcome = Outcome(artifacts=[files.key])
    outcome.counts["batches_resubmitted"] += 1
    outcome.notes.append(
        f"Batch {sent.batch}: {sent.old_name} was sent again as {sent.new_name}, then {files.trigger_name}."
    )
    if may_be_sent_twice or (files.is_trigger_sent and counts.sent):
        outcome.rejects += _second_trigger(sent)
    return outcome


def _second_trigger(sent: Resubmission) -> list[Reject]:
    return [
        Reject(
            f"batch {sent.batch} as {sent.new_name}",
            "trigger perhaps sent a second time",
            "a run ended while it sent the trigger, and a later one found the data file without it and sent it again, "
            "or was about to. If CGI took both, it runs the file twice: ask CAS whether it ran once",
            typed("explain batch", sent.batch),
        )
    ]


def _no_books(_session: Session) -> list[str]:
    return []


class _ResubmissionStopped(Exception):
    """The resubmission must stop; `against` says why."""

    def __init__(self, against: list[str]) -> None:
        super().__init__("; ".join(against))
        self.against = against


@dataclass(frozen=True)
class _ResubmissionFiles:
    """The data file and the trigger of a resubmission: looks at the directory, and the two uploads.

    is_trigger_sent  whether an earlier run sent the trigger, or was about to
    """

    context: RunContext
    store: ObjectStore
    sftp: SftpSession
    sent: Resubmission
    is_trigger_sent: bool

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

    @property
    def key(self) -> str:
        """Where the bucket keeps what was sent."""
        return f"{self.context.settings(CgiSettings).processed_folder}/{self.sent.new_name}"

    @property
    def data_step(self) -> Step:
        return Step(
            "send data file",
            self.sent.new_name,
            self._look_for_data,
            self._send_data,
            late=lambda _answer: "",  # without its trigger it changes nothing
            good_for=math.inf,
        )

    @property
    def trigger_step(self) -> Step:
        return Step(
            TRIGGER_STEP, self.trigger_name, self._look_for_trigger, self._send_trigger, late=self._late_trigger
        )

    def keep(self) -> None:
        """Store what was sent under its new name, and index it."""
        with closing(self.store.read(self.sent.object_key)) as chunks:
            self.store.put_verified(self.key, chunks)
        index_object(self.context, self.store, self.key, INBOX)

    def _look_for_data(self) -> Observation[str]:
        """The data file is sent until its trigger was. Raises _ResubmissionStopped."""
        if self.is_trigger_sent:
            return Observation(True, "its trigger was sent, or was about to be")
        self._refuse_answered()
        return Observation(False, "its trigger was not sent")

    def _send_data(self) -> Json:
        """Put the data file there, read back and compared. Raises _ResubmissionStopped."""
        digest = hashlib.sha256()
        with closing(self.store.read(self.sent.object_key)) as chunks:
            self.sftp.write(self.directory, self.sent.new_name, _hashed(chunks, digest))
        if digest.hexdigest() != self.sent.sha256:
            raise _ResubmissionStopped([f"{self.sent.object_key} is no longer what it was when it was chosen"])
        return {"sha256": self.sent.sha256}

    def _look_for_trigger(self) -> Observation[str]:
        """Look whether the trigger was sent: it is there, or CGI has taken the data file."""
        if not self.is_trigger_sent:
            self._refuse_answered()
            if not self.sftp.exists(self.data):
                raise _ResubmissionStopped([f"{self.data} was taken away before its trigger was sent"])
            return Observation(self.sftp.exists(self.trigger), "the data file is there")
        since = Clocks.now()
        if self._is_untouched():
            self.context.stop.wait(self.context.settings(CgiSftpSettings).settle_seconds)
            self._refuse_answered()  # it is not sent yet, and an answer may have come since it was noted
            since = Clocks.now()
            if self._is_untouched():
                return Observation(False, "the data file is there, its trigger is not", since)
        return Observation(True, "the trigger is there, or CGI has taken the data file", since)

    def _send_trigger(self) -> Json:
        self.sftp.write(self.directory, self.trigger_name, ())
        return {"sent_on": self.context.clock().isoformat()}

    def _late_trigger(self, _answer: Json) -> str:
        """Return a warning where a trigger is left whose file CGI has taken already, else nothing."""
        if self.sftp.exists(self.data) or not self.sftp.exists(self.trigger):
            return ""
        return (
            f"The trigger {self.trigger_name} of batch {self.sent.batch} lies in {self.directory}, and CGI has "
            f"taken its file already, with the trigger of another run. Remove {self.trigger_name}."
        )

    def _refuse_answered(self) -> None:
        against = _reasons_to_stop(self.context, self.sftp, self.sent)
        if against:
            raise _ResubmissionStopped(against)

    def _is_untouched(self) -> bool:
        return self.sftp.exists(self.data) and not self.sftp.exists(self.trigger)


def _hashed(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


def _reasons_to_stop(context: RunContext, sftp: SftpSession, sent: Resubmission) -> list[str]:
    """Return why what was begun must not go on: an answer came, or the day of its name is over."""
    if date.fromisoformat(sent.business_day) < next_business_day(context.today()):
        return [f"its day {sent.business_day} is over; repeat the command"]
    there = list_server_files(sftp, context)
    with context.database.begin() as session:
        sent_batch = lock_sent_batch(session, sent.batch)
        return answers_applied(sent_batch) + unread_answers(session, context, sent_batch, there)


def _give_up(context: RunContext, journal: OperationJournal, files: _ResubmissionFiles, against: list[str]) -> Outcome:
    if files.sftp.exists(files.data):
        with checked_by(journal.still_ours):
            last_checks()
            files.sftp.remove(files.data)
    why = "; ".join(against)
    with context.database.begin() as session:
        journal.drop(session, why)
    where = f"batch {files.sent.batch} as {files.sent.new_name}"
    command = typed("explain batch", files.sent.batch)
    return Outcome(rejects=[Reject(where, "resubmission not finished", f"it was begun, but meanwhile: {why}", command)])
