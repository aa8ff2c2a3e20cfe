"""The feedback files that are stored: finding one by name, and putting one aside that a person has judged."""

from config.errors import UsageError
from connectors.inbound.ledger import InboundFile, find_by_name, set_state
from connectors.inbound.take_in import Intake
from connectors.object_store import ObjectStore
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome
from tasks.ejv_feedback_check.bucket import find_feedback, find_unknown

SETTLED = ("applied", "known", "ignored")
_IGNORABLE = ("held", "failed")


def stored(context: RunContext, store: ObjectStore, intake: Intake, name: str) -> InboundFile:
    """Return the newest file of that name that waits for something; one in the bucket is taken in; else the newest."""
    with context.database.begin() as session:
        found = find_by_name(session, intake.source, name)
    waiting = [file for file in found if file.state not in SETTLED]
    if waiting:
        return waiting[-1]
    key = find_unknown(context, name) if found else find_feedback(context, store, name)
    if key is None and found:
        return found[-1]
    if key is None:
        raise UsageError(
            f"There is no local file {name!r}, and none in the bucket that is known; "
            "EJV_FEEDBACK_CHECK --index-bucket looks for more."
        )
    file = intake.keep(name, lambda: store.read(key), size=store.size_of(key) or 0).file
    if file.state != "stored":
        return file
    with context.database.begin() as session:
        return set_state(session, file.id, "received")


def ignore(context: RunContext, file: InboundFile, *, reason: str) -> Outcome:
    """Put a file aside that nobody will apply, so that it no longer stands against sending a batch again."""
    is_from_the_bucket = file.state == "received" and file.remote_directory is None
    if file.state not in _IGNORABLE and not is_from_the_bucket:
        raise UsageError(
            f"{file.name} is {file.state}: only a file that is held or failed can be ignored"
            + (" (EJV_FEEDBACK_CHECK applies it)." if file.state in {"stored", "received"} else ".")
        )
    before = f"{file.state}: {file.reason}" if file.reason else file.state
    with context.database.begin() as session:
        set_state(
            session, file.id, "ignored", reason=reason, run_id=context.run_id, details={"before_ignored": before[:2000]}
        )
    context.log.info("file.ignored", file=file.name, file_id=file.id, reason=reason)
    outcome = Outcome(notes=[f"{file.name} (file {file.id}) is ignored from now on. It was {before}."])
    outcome.counts["files_ignored"] += 1
    return outcome
