"""Tell people that a run failed or needs one of them: one webhook or mail a failure, the same not twice an hour.

Nothing here may change how a run ends: what cannot be told is logged. Where the database is away nobody is told
from here, because who was told what is kept there; the dead man's switch (jobs/watch/pings.py) and `check` still speak.
"""

import hashlib
import re
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from config.command_line import typed
from config.errors import ExitCode, PayJobsError
from config.masking import mask_text
from config.plurals import counted
from config.settings import DatabaseSettings, MailSettings, NoticeSettings, read
from config.visible import visible
from database.sql import statements
from jobs.run.causes import by_cause
from jobs.run.result import RunResult

sql = statements(__package__)

SHOWN_CAUSES = 20
_TOLD = {ExitCode.FAILED, ExitCode.USAGE, ExitCode.ATTENTION}

_COUNT = "UPDATE pay_jobs.notices SET unsent = unsent + 1 WHERE fingerprint = :fingerprint"
_NOT_TOLD = "UPDATE pay_jobs.notices SET sent_on = NULL WHERE fingerprint = :fingerprint"


def tell_result(connection: Connection, result: RunResult, *, log: Any) -> None:
    """Tell people about a run that ended badly; the connection commits by itself."""
    if result.run_id is None or result.exit_code not in _TOLD or result.status == "interrupted" or not result.is_news:
        return
    happened = "failed" if result.exit_code != ExitCode.ATTENTION else "needs attention"
    causes = [f"- {one}" for one in by_cause(result.outcome.rejects)]
    lines = [
        result.error or "",
        *causes[:SHOWN_CAUSES],
        f"... and {len(causes) - SHOWN_CAUSES} more." if len(causes) > SHOWN_CAUSES else "",
        *result.outcome.notes,
        f"More: {typed('show', result.run_id)}",
    ]
    rejects = [f"{one.where}: {one.reason} {one.detail}" for one in result.outcome.rejects]
    same = _without_numbers(result.error or "") + "|".join(sorted(rejects))
    _tell(
        connection,
        result.job,
        f"{result.job}: {happened} (run {result.run_id}, exit {int(result.exit_code)})",
        "\n".join(line for line in lines if line),
        fingerprint=_fingerprint(result.job, str(int(result.exit_code)), same),
        log=log,
    )


def tell_failure(job: str, said: str, *, log: Any, happened: str = "ended", same: str | None = None) -> None:
    """Tell people about what no run can tell: one that was killed, or one that never was.

    same  what makes it the same as the last time; default all that is said
    """
    from database.engine import make_engine

    try:
        engine = make_engine(read(DatabaseSettings), application_name=f"pay-jobs notice {job}", pooled=False)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            fingerprint = _fingerprint(job, "ended", same or said)
            _tell(connection, job, f"{job}: {happened}", said, fingerprint=fingerprint, log=log)
        engine.dispose()
    except (SQLAlchemyError, PayJobsError) as error:
        log.error("notice.not_sent", job=job, error=str(error))


def _tell(connection: Connection, job: str, subject: str, body: str, *, fingerprint: str, log: Any) -> None:
    try:
        settings = read(NoticeSettings)
        if settings.webhook is None and not settings.by_mail:
            return
        values = {"fingerprint": fingerprint, "job": job, "seconds": settings.repeat_after}
        unsent = sql.run(connection, "may_tell", **values).scalar_one_or_none()
        if unsent is None:
            connection.execute(text(_COUNT), values)
            log.info("notice.held_back", fingerprint=fingerprint)
            return
        if unsent:
            body += f"\nThe same happened {counted(unsent, 'more time')} since the last notice."
        try:
            words = visible(mask_text(subject)), visible(mask_text(body))
            _send(settings, *words, key=f"{fingerprint} {datetime.now(UTC):%Y%m%d%H%M}")
        except PayJobsError:
            connection.execute(text(_NOT_TOLD), values)
            raise
        log.info("notice.sent", fingerprint=fingerprint)
    except (SQLAlchemyError, PayJobsError) as error:
        log.error("notice.not_sent", error=str(error))


def _send(settings: NoticeSettings, subject: str, body: str, *, key: str) -> None:
    """Send it by webhook where there is one, else by mail."""
    from connectors.mail import Mailer, addresses
    from connectors.outbox import Message
    from connectors.outbox.json_sink import FolderSink, sink

    name = re.sub(r"\W+", "-", key)
    if settings.webhook is None:
        mail = read(MailSettings)
        payload = {"recipients": addresses(mail.operations), "subject": subject, "body": body}
        message = Message(0, datetime.now(UTC), "mail", f"notice.{name}", name, key, payload, 1, None)
        with closing(Mailer(mail)) as mailer:
            mailer(message)
        return
    url = settings.webhook.get_secret_value()
    with closing(sink(url, None, setting="NOTICE_WEBHOOK_URL", what="The webhook for notices")) as receiver:
        content = {"text": f"{subject}\n{body}"}
        if isinstance(receiver, FolderSink):
            receiver.write(f"notice.{name}", content)
        else:
            receiver.post(url, content, key=key)


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="backslashreplace")).hexdigest()[:24]


def _without_numbers(said: str) -> str:
    """Return an error without what differs from one time to the next: process numbers, instants, seconds."""
    return re.sub(r"\d+", "#", said)
