"""Which of the files of one name a command means. Values in, values out."""

from collections.abc import Sequence

from config.command_line import in_short
from config.errors import UsageError
from connectors.inbound.holds import RELEASABLE, HoldKind, in_words
from connectors.inbound.ledger import InboundFile

REPLAYABLE = ("held", "failed")
SETTLED = ("applied", "known", "ignored")


def no_such_file(name: str) -> UsageError:
    """Return what to say of a name that nobody knows: it does not even tell what kind of file is meant."""
    return UsageError(f"No file is named {name!r}. See those there are: files list")


def numbered(files: Sequence[InboundFile], name: str, file_id: int) -> InboundFile:
    """Return the file of that number among those of a name. Raises UsageError where it is not one of them."""
    for file in files:
        if file.id == file_id:
            return file
    raise UsageError(f"No file {file_id} is named {name!r}. See those there are: files list")


def file_to_replay(files: Sequence[InboundFile], name: str) -> InboundFile:
    """Return the newest file that is held or failed and whole. Raises UsageError where there is none."""
    if not files:
        raise no_such_file(name)
    usable = [file for file in files if file.state in REPLAYABLE]
    if not usable:
        states = ", ".join(sorted({file.state for file in files}))
        raise UsageError(
            f"{name} is {states}: only a held or failed file can be replayed. A file is never applied twice."
        )
    whole = [file for file in usable if not file.details.get("cut_off")]
    if not whole:
        raise UsageError(
            f"{name} (file {usable[-1].id}) ends in the middle of a line, so part of it may be missing; it is never "
            "applied as it is. Ask the sender for the whole file, take that one in with --file, then replay it."
        )
    return whole[-1]


def check_release(file: InboundFile, despite: str | None) -> None:
    """Raise UsageError where another hold was named than the one that stands, or the fuse was not named."""
    if file.hold is None or file.hold == despite:
        return
    if despite is None and file.hold is not HoldKind.FUSE:
        return
    named = ("--despite", file.hold) if file.hold in RELEASABLE else ()
    raise UsageError(
        f"{file.name} is {in_words(file.hold)}: {file.reason}. To apply it all the same: "
        f"{in_short('files replay', file.name, *named, reason=True)}"
    )


def file_in_question(files: Sequence[InboundFile]) -> InboundFile | None:
    """Return the newest file that is not settled, a received one before all others; None where all are settled."""
    received = [file for file in files if file.state == "received"]
    waiting = received or [file for file in files if file.state not in SETTLED]
    return waiting[-1] if waiting else None
