"""`doctor`, part two: the connected systems, each tried the way a run would, with probes that are removed again."""

import hashlib
import os
import socket
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import unquote

import config.settings
from config.errors import ConfigError, PayJobsError, SourceRefused
from config.plurals import counted
from config.settings import (
    EventSettings,
    MailSettings,
    NoticeSettings,
    ObjectStoreSettings,
    PingSettings,
    Settings,
    SftpSettings,
    read,
    read_settings,
)
from jobs.watch.doctor_check import Check, SystemProbe

PROBE = b"pay-jobs doctor: a probe, to be removed\n"
CONNECT_SECONDS = 5


def check_systems(needs: Iterable[str], probes: Mapping[str, SystemProbe]) -> Iterator[Check]:
    """Check every system the jobs need, whatever becomes of the others.

    probes  those of the jobs, by the name of the settings class, beside our own
    """
    known = {**_PROBES, **probes}
    yield _controller_note()
    yield from _alarms()
    mail = (
        {MailSettings.__name__} if os.environ.get("NOTIFY_API_URL") else set()
    )  # no job is without work for lack of it
    for name in sorted({*needs, *mail}):
        kind: type[Settings] = getattr(config.settings, name)
        probe = next((known[base.__name__] for base in kind.__mro__ if base.__name__ in known), None)
        if probe is None:
            continue
        system = (kind.__doc__ or name).split(":")[0].split(".")[0].split(",")[0]
        try:
            settings = read_settings(kind)[kind]
        except ConfigError as error:
            yield Check(system, "failure", str(error), "Set the variables it names.")
            continue
        yield from _told(system, probe, settings)


def _told(system: str, probe: SystemProbe, settings: Settings) -> Iterator[Check]:
    done = "nothing"
    try:
        for step, found in probe(settings):
            done = step
            yield Check(f"{system}: {step}", "ok", found)
    except PayJobsError as error:
        yield Check(f"{system}: after {done}", "failure", str(error), error.advice)


def _sftp(settings: SftpSettings) -> Iterator[tuple[str, str]]:
    """Log in (which compares the host key), list both directories, and move a probe as the poller moves a file."""
    from connectors.sftp import connect_sftp, join

    with connect_sftp(settings) as session:
        yield "log-in", f"{settings.username}@{settings.host}:{settings.port}, the host key is the pinned one"
        for directory in (settings.directory, settings.backup_directory):
            yield f"listing {directory}", counted(len(session.list(directory)), "entry")
        name = f"pay-jobs-doctor-{uuid.uuid4().hex}.probe"
        here, there = join(settings.directory, name), join(settings.backup_directory, name)
        try:
            session.write(settings.directory, name, [PROBE])
            session.rename(here, there)
            session.remove(there)
        except PayJobsError:
            for left in (here, there, join(settings.directory, f".{name}.part")):
                with suppress(PayJobsError):
                    session.remove(left)
            raise
        yield "moving a probe", f"from {settings.directory} to {settings.backup_directory}, and removed"


def _bucket(settings: ObjectStoreSettings) -> Iterator[tuple[str, str]]:
    """Put a probe, read it, and remove it; a bucket that keeps what it has may refuse the last."""
    from connectors.object_store import ObjectStore

    key = f"doctor/{uuid.uuid4().hex}.probe"
    with closing(ObjectStore(settings)) as store:
        store.check()
        yield "bucket", f"{settings.bucket} at {settings.endpoint}"
        kept = ""
        try:
            store.put(key, [PROBE])
            read = b"".join(store.read(key))
        finally:
            try:
                store.remove(key)
            except SourceRefused as error:
                kept = str(error)
            except PayJobsError:
                kept = ""
        if hashlib.sha256(read).digest() != hashlib.sha256(PROBE).digest():
            raise ConfigError(f"A probe in the bucket {settings.bucket} came back changed.")
        if kept:
            yield "writing, reading a probe", f"{key} stays, as the bucket keeps what it has: {kept}"
        elif store.size_of(key) is not None:
            raise ConfigError(f"A probe in the bucket {settings.bucket} could not be removed.")
        else:
            yield "writing, reading, deleting a probe", key


def _events(settings: EventSettings) -> Iterator[tuple[str, str]]:
    from access.google import PUBSUB, google_token, name_of

    yield "receiver", _reachable(settings.publish_url, "PUBSUB_PUBLISH_URL")
    if settings.wants_token:
        google_token(settings, PUBSUB).current()
        yield "token", f"for {name_of(settings)}"


def _mail(settings: MailSettings) -> Iterator[tuple[str, str]]:
    from connectors.mail import notify_token

    yield "receiver", _reachable(settings.notify_url, "NOTIFY_API_URL")
    token = notify_token(settings)
    if token is not None:
        token.current()
        yield "token", f"for {settings.client_id} of {settings.issuer}"


def _reachable(url: str, setting: str) -> str:
    """Say that something listens; nothing is sent, because whatever is sent is told to somebody."""
    from access.bounded_http import read_address

    parts = read_address(url, setting=setting, like="https://host/path or file:///folder")
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        nearest = next(path for path in (folder, *folder.parents) if path.exists())
        if not os.access(nearest, os.W_OK):
            raise ConfigError(f"{setting} names the folder {folder}, which cannot be written.")
        return f"files in {folder}"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname or "", port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        raise ConfigError(
            f"{setting}: {parts.hostname}:{port} cannot be reached ({error.strerror or error})."
        ) from error
    return f"{parts.hostname}:{port} listens; nothing was sent"


def _alarms() -> Iterator[Check]:
    """Check that somebody would hear of a failure; nothing is sent."""
    try:
        notice, pings = read(NoticeSettings), read(PingSettings).addresses()
        heard = []
        if notice.webhook is not None:
            heard.append(f"by webhook ({_reachable(notice.webhook.get_secret_value(), 'NOTICE_WEBHOOK_URL')})")
        elif notice.by_mail:
            heard.append(f"by mail ({_reachable(read(MailSettings).notify_url, 'NOTIFY_API_URL')})")
        if pings:
            heard.append(f"by the monitors of {', '.join(sorted(pings))}")
    except ConfigError as error:
        yield Check("alarms", "failure", str(error), "Correct it: as it is nobody hears of a failure.")
        return
    if heard:
        yield Check("alarms", "ok", f"failures are told {' and '.join(heard)}")
    else:
        do = "Where runs are started by the clock, set NOTICE_WEBHOOK_URL or NOTICE_BY_MAIL, and PAY_JOBS_PINGS."
        yield Check("alarms", "warning", "nobody is told of failures; `check` shows them", do)


def _controller_note() -> Check:
    return Check(
        "time zone data of the cluster",
        "ok",
        "cannot be seen from a pod; CronJobs are started by its controller, by its data",
        "Hold `oc get cronjob -o wide` (last schedule) against `schedule next --from`; an hour late means old data.",
    )


_PROBES: dict[str, SystemProbe] = {
    "SftpSettings": _sftp,
    "ObjectStoreSettings": _bucket,
    "EventSettings": _events,
    "MailSettings": _mail,
}
