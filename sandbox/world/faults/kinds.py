"""The kinds of faults: which a job can be struck by, how often, and at what kind of point."""

from collections.abc import Collection

from sandbox.world.chance import RandomDraws

KINDS = (
    "kill", "freeze", "database", "lost", "error", "slow", "away", "sftp", "store", "half", "askew", "disk", "full"
)  # fmt: skip
AT_POINTS = frozenset({"kill", "freeze", "database", "away", "full"})
IN_ANSWERS = frozenset({"lost", "error", "slow"})
# What a job must ask for to be struck by a kind.
_ASKS = {
    "sftp": {"CasSftpSettings", "CgiSftpSettings"},
    "store": {"ObjectStoreSettings"},
    "half": {"CasSftpSettings"},
    "lost": {"CfsSettings"},
    "error": {"CfsSettings"},
    "slow": {"CfsSettings"},
    "away": {"CfsSettings"},
}
_STRUCK = 0.4
# Its steps outside are many, and most of its runs find nothing to do.
_RATHER_STRUCK = {"ROUTING_SLIP_RECREATE": 0.75}
# Money moves in calls and commits: what strikes them comes up more often than what keeps a run from its work.
_OFTEN = ("kill", "kill", "lost", "error", "slow")


def drawn_kind(kinds: Collection[str], job: str, needs: Collection[str], draws: RandomDraws) -> str | None:
    """Return what strikes a run of a job that asks for some settings, None where nothing does."""
    if not kinds or not draws.happens(_RATHER_STRUCK.get(job, _STRUCK)):
        return None
    possible = [kind for kind in kinds if kind not in _ASKS or _ASKS[kind] & set(needs)]
    return draws.one_of([*possible, *(kind for kind in _OFTEN if kind in possible)])
