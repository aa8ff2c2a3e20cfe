"""Which files of CGI are applied now, in which order."""

from config.settings import CgiSettings
from connectors.inbound.ledger import list_files
from database.sessions import Session
from jobs.inbound.file_format import FileQueue
from tasks.ejv_feedback_check.file_names import SOURCE, is_ack, is_feedback


def waiting_files(session: Session, *, settings: CgiSettings) -> FileQueue:
    """Return every ACK and feedback file that is ready, the oldest first.

    An ACK with the content of another one is another batch's ACK, so it is recorded all the same.
    """
    received = [
        file
        for file in list_files(session, SOURCE, ["received"])
        if is_ack(settings, file.name) or is_feedback(settings, file.name)
    ]
    same_content = [
        file
        for file in list_files(session, SOURCE, ["known"])
        if "acknowledged" not in file.details and is_ack(settings, file.name)
    ]
    return FileQueue([*received, *same_content], [])
