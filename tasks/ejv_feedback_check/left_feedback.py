"""Note what a poll left in CGI's directory and may be feedback, for whoever advises without looking there."""

from config.settings import CgiSettings, CgiSftpSettings
from connectors.inbound.listing import printable
from connectors.inbound.poll import PollReport
from connectors.sftp import connect_sftp
from database.sql import statements
from jobs.run.context import RunContext
from tasks.ejv_feedback_check.file_names import SOURCE, may_be_feedback
from tasks.ejv_feedback_check.resend_guards import list_server_files

sql = statements(__package__)


def note_left_feedback(context: RunContext, report: PollReport) -> None:
    """Note each such file with why it was left; the next poll forgets what is there no longer."""
    settings, sftp_settings = context.settings(CgiSettings), context.settings(CgiSftpSettings)
    reasons = {one.name: one.reason for one in (*report.left, *report.failed, *report.refused)}
    if not any(may_be_feedback(settings, name) for name in reasons):
        return
    with connect_sftp(sftp_settings) as sftp:
        there = list_server_files(sftp, context)
    with context.database.begin() as session:
        for file in there.directory:
            name = printable(file.name)
            sql.run(
                session, "note_left_file", source=SOURCE, remote_directory=sftp_settings.directory,
                file_name=name, size_bytes=file.size, modified=file.modified,
                reason=reasons.get(name, "it was not taken"), now=context.clock(),
            )  # fmt: skip
