"""What is still to be done for a file after its commit, noted in the journal in that commit."""

from connectors.effects import PlannedOperation, open_operation, open_operations
from connectors.inbound.ledger import InboundFile, find_file
from database.sessions import Session
from jobs.run.context import RunContext

CREDIT_SYNC, REJECT_REPORT = "credit sync", "reject report"


def note_follow_up(session: Session, kind: str, file: InboundFile, run_id: int | None) -> None:
    """Note that something is to be done for a file."""
    planned = PlannedOperation(
        kind=kind, subject=f"{kind} {file.id}", plan={"file": file.id}, command="PAD_RECONCILE", why=file.name
    )
    open_operation(session, planned, run_id)


def files_to_follow_up(context: RunContext, kind: str) -> list[tuple[int, InboundFile]]:
    """Return the files that something is to be done for, each with the number of its operation."""
    with context.database.read() as session:
        found = [(one.id, find_file(session, one.plan["file"])) for one in open_operations(session, kind)]
    return [(operation, file) for operation, file in found if file is not None]
