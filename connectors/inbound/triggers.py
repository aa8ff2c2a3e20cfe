"""Move the triggers of files that were moved to the backup directory."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from config.errors import SourceRefused
from config.settings import SftpSettings
from connectors.effects import last_checks
from connectors.inbound.ledger import find_by_name
from connectors.inbound.listing import UntakenFile
from connectors.inbound.take_in import Intake
from connectors.sftp import RemoteFile, RemoteFileMissing, SftpSession, join


class RemainingTriggers(NamedTuple):
    """The triggers that were left because their file never came, and those that could not be moved."""

    left: list[UntakenFile]
    failed: list[UntakenFile]


def tidy_triggers(
    sftp: SftpSession,
    settings: SftpSettings,
    intake: Intake,
    listing: Iterable[RemoteFile],
    free_name: Callable[[str], str],
) -> RemainingTriggers:
    """Move each trigger whose file is gone from the directory.

    free_name  returns a name like the one it is given that is not taken in the backup directory
    """
    remaining = RemainingTriggers([], [])
    wanted = intake.wanted
    for trigger in listing:
        name = trigger.name.removesuffix(wanted.trigger_suffix)
        path = join(settings.directory, trigger.name)
        if not trigger.is_regular or not wanted.is_trigger(trigger.name) or sftp.exists(join(settings.directory, name)):
            continue
        with intake.database.read() as session:
            is_archived = any(file.archived_on for file in find_by_name(session, intake.source, name))
        if not is_archived:
            remaining.left.append(UntakenFile(trigger.name, f"it is the trigger of {name}, which never came"))
            continue
        target = free_name(intake.archive_name(trigger.name, "", intake.clock()))
        last_checks()
        try:
            sftp.rename(path, join(settings.backup_directory, target))
        except RemoteFileMissing:
            continue  # another poll moved it
        except SourceRefused as error:
            remaining.failed.append(UntakenFile(trigger.name, str(error)))
    return remaining
