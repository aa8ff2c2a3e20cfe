"""The feedback files that are stored, found by name."""

from config.errors import UsageError
from connectors.inbound.ledger import InboundFile, find_by_name, set_state
from connectors.inbound.take_in import Intake
from connectors.object_store import ObjectStore
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.bucket import find_feedback, find_unknown

SETTLED = ("applied", "known", "ignored")


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
            f"There is no local file {name!r}, and none in the bucket that is known; `ejv index` looks for more."
        )
    file = intake.keep(name, lambda: store.read(key), size=store.size_of(key) or 0).file
    if file.state != "stored":
        return file
    with context.database.begin() as session:
        return set_state(session, file.id, "received")
