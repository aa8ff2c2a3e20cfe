"""What a poll found, as the outcome of a run: names with the same reason share a line."""

from collections.abc import Iterable

from config.command_line import in_short, typed
from connectors.inbound.holds import HoldKind
from connectors.inbound.listing import UntakenFile
from connectors.inbound.poll import PollReport
from jobs.run.outcome import Outcome, Reject

MAX_SHOWN = 5


def held_file(name: str, why: str, hold: HoldKind | None, reason: str = "held") -> Reject:
    """Return a file that is held or failed, with the command that applies it."""
    aside = f"To put it aside: {typed('files ignore', name, reason=True)}"
    if hold is HoldKind.CUT_OFF:
        return Reject(name, reason, f"{why.rstrip('.')}. Once that is taken in, replay it", typed("files show", name))
    detail = f"{why.rstrip('.')}. Once it is right, replay it: what was applied before is not applied twice. {aside}"
    despite = f" --despite {hold}" if hold is HoldKind.FUSE else ""
    return Reject(name, reason, detail, typed(f"files replay{despite}", name, reason=True))


def how_to_recover(name: str, hold: HoldKind | None) -> str:
    """Return what to do about a file that is held or failed, with the commands."""
    despite = ("--despite", hold) if hold is HoldKind.FUSE else ()
    once = "the whole file is taken in" if hold is HoldKind.CUT_OFF else "it is right"
    return (
        f"Once {once}: {in_short('files replay', name, *despite, reason=True)} (what was applied before is not "
        f"applied twice); to put it aside: {in_short('files ignore', name, reason=True)}"
    )


def outcome_of_poll(report: PollReport) -> Outcome:
    """Return what a poll found besides files to apply; what is merely left is a note."""
    outcome = Outcome()
    outcome.counts["files_received"] = len(report.received)
    if report.known:
        outcome.counts["files_known"] = len(report.known)
        outcome.notes += [f"{file.name}: the same content came before; archived, not applied." for file in report.known]
    outcome.rejects += [held_file(file.name, file.reason or "see `files show`", file.hold) for file in report.held]
    outcome.rejects += [Reject(names, "name refused", reason) for names, reason in _grouped(report.refused)]
    outcome.rejects += [Reject(names, "not taken", reason) for names, reason in _grouped(report.failed)]
    for names, reason in _grouped(report.left):
        outcome.notes.append(f"{names} {'was' if ' and ' not in names else 'were'} left in place: {reason}")
    return outcome


def _grouped(named: Iterable[UntakenFile]) -> list[tuple[str, str]]:
    """Return each reason with its names; of many names the first, and how many more there are."""
    groups: dict[str, list[str]] = {}
    for one in named:
        groups.setdefault(one.reason, []).append(one.name)
    return [(_listed(names), reason) for reason, names in groups.items()]


def _listed(names: list[str]) -> str:
    """Return names as part of a sentence.

    >>> _listed(["a", "b", "c"])
    'a, b and c'
    >>> _listed([str(number) for number in range(12_000)])
    '12,000 files (0, 1, 2, 3, 4 and 11,995 more)'
    """
    if len(names) > MAX_SHOWN:
        shown = ", ".join(names[:MAX_SHOWN])
        return f"{len(names):,} files ({shown} and {len(names) - MAX_SHOWN:,} more)"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
