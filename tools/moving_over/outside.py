"""Files that the old pollers took and nobody applied, or still take: in the bucket and in the SFTP directories."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from config.command_line import typed
from config.plurals import counted
from config.settings import CasSftpSettings, CgiSettings, CgiSftpSettings, ObjectStoreSettings, SftpSettings, read
from connectors.inbound.listing import printable
from database.sql import statements
from jobs.watch.doctor_check import Check
from tasks.pad_reconcile.file_queue import WANTED

sql = statements(__package__)

SHOWN = 5
_FETCH = typed("files fetch", "NAME", "--to", "/tmp/NAME")  # noqa: S108 - where a pod can write
RECENTLY = timedelta(days=2)
LONG = timedelta(hours=1)


def settlement_files(connection: Connection, now: datetime) -> Iterator[Check]:
    """Tell what lies in the folder of settlement files and was never applied, and who takes files of CAS."""
    folder = read(ObjectStoreSettings).settlement_folder
    names = _names_in_bucket(folder, WANTED.matches)
    do = (
        f"{_FETCH}, look for bounces in it, then "
        f"{typed('PAD_RECONCILE --file', '/tmp/NAME')}"  # noqa: S108 - where a pod can write
    )
    yield _never_applied("settlement files never applied", connection, names, "CAS", do)
    cas = _Partner("CAS", "CAS_FTP_POLLER", read(CasSftpSettings), WANTED.matches)
    yield from _directories(connection, now, cas)


def feedback_files(connection: Connection, now: datetime) -> Iterator[Check]:
    """Tell what lies in the folder of feedback and was never applied, and who takes files of CGI."""
    settings = read(CgiSettings)
    feedback = re.compile(re.escape(settings.feedback_prefix), re.IGNORECASE)
    names = _names_in_bucket(settings.feedback_folder, lambda name: bool(feedback.match(name)))
    do = (
        f"{_FETCH}, then "
        f"{typed('EJV_FEEDBACK_CHECK --file', '/tmp/NAME')}; "  # noqa: S108 - where a pod can write
        f"one of another system: nothing. {typed('ejv outstanding')} shows the batches that wait for it"
    )
    yield _never_applied("feedback files never applied", connection, names, "CGI", do)
    wanted = re.compile(f"({re.escape(settings.feedback_prefix)}|{re.escape(settings.ack_prefix)})", re.IGNORECASE)
    cgi = _Partner("CGI", "CGI_FTP_POLLER", read(CgiSftpSettings), lambda name: bool(wanted.match(name)))
    yield from _directories(connection, now, cgi)


OUTSIDE = (settlement_files, feedback_files)


def _names_in_bucket(folder: str, is_wanted: Callable[[str], bool]) -> list[str]:
    from connectors.object_store import ObjectStore

    with closing(ObjectStore(read(ObjectStoreSettings))) as store:
        names = [key.removeprefix(f"{folder}/") for key in store.list(f"{folder}/")]
    return [name for name in names if is_wanted(name)]


def _never_applied(what: str, connection: Connection, names: list[str], source: str, do: str) -> Check:
    unknown = _unknown(connection, names, source)
    if not unknown:
        return Check(what, "ok", f"none of {counted(len(names), 'file')} that the old poller stored")
    found = f"{len(unknown):,} of {counted(len(names), 'file')} that the old poller stored: {_some(unknown)}"
    return Check(what, "warning", found, do)


@dataclass(frozen=True)
class _Partner:
    """One partner's directories, the old poller that emptied them, and which of its files are meant."""

    source: str
    poller: str
    settings: SftpSettings
    is_wanted: Callable[[str], bool]


def _directories(connection: Connection, now: datetime, partner: _Partner) -> Iterator[Check]:
    """Tell what waits in the inbox, and what was moved away by somebody else than us."""
    from connectors.sftp import connect_sftp

    source, poller, settings = partner.source, partner.poller, partner.settings
    with connect_sftp(settings) as session:
        waiting = [file for file in session.list(settings.directory) if partner.is_wanted(file.name)]
        moved = [file for file in session.list(settings.backup_directory) if partner.is_wanted(file.name)]
    ages = sorted(now - datetime.fromtimestamp(max(file.modified, 0), UTC) for file in waiting)
    lies = f"{counted(len(waiting), 'file')} in {settings.directory}"
    if ages and ages[-1] > LONG:
        found = f"{lies}, one for {ages[-1].total_seconds() / 3600:,.0f} hours: {_some(file.name for file in waiting)}"
        do = f"No poller takes them. Ours may, once {poller} is off: it takes what lies there, the oldest day first."
        yield Check(f"inbox of {source}", "warning", found, do)
    else:
        yield Check(f"inbox of {source}", "ok", lies)
    recent = [file.name for file in moved if file.modified >= (now - RECENTLY).timestamp()]
    unknown = _unknown(connection, recent, source, taken_only=True)
    if unknown:
        found = f"{counted(len(unknown), 'file')} of the last two days moved there, not by us: {_some(unknown)}"
        do = f"{poller} is at work: leave our job off until it is stopped, or stop it now if ours is on."
        yield Check(f"backup of {source}", "warning", found, do)
    else:
        yield Check(f"backup of {source}", "ok", "nothing of the last two days that another poller moved")


def _unknown(connection: Connection, names: list[str], source: str, *, taken_only: bool = False) -> list[str]:
    statement = "list_files_not_taken" if taken_only else "list_unknown_files"
    return list(sql.run(connection, statement, names=names, source=source).scalars())


def _some(names: Iterable[str]) -> str:
    every = [printable(name) for name in names]
    more = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
