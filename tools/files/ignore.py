"""Put a file aside that a person has judged."""

from config.errors import UsageError
from connectors.inbound.ledger import InboundFile, set_state
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome

_IGNORABLE = ("held", "failed")


def ignore(context: RunContext, file: InboundFile, *, reason: str) -> Outcome:
    """Put a file aside that nobody will apply, so that it no longer stands against sending a batch again."""
    is_from_the_bucket = file.state == "received" and file.remote_directory is None
    if file.state not in _IGNORABLE and not is_from_the_bucket:
        raise UsageError(
            f"{file.name} is {file.state}: only a file that is held or failed can be ignored"
            + (" (the next run of its job applies it)." if file.state in {"stored", "received"} else ".")
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
